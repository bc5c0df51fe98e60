#include "platform/host/crash_guard.h"

#include <malloc.h>
#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "platform/host/stack_walker.h"
#include "platform/shared/crash_judge.h"
#include "platform/windows/host/guarded_abort.h"
#include "platform/windows/system/frame_walk.h"
#include "platform/windows/system/mapped_image.h"
#include "platform/windows/wine/exception_list.h"

namespace relib::platform {
namespace {

// A call of CrashGuard::Run() that is running.
struct GuardedCall {
  // Filled by __builtin_setjmp(): the frame pointer, the address to continue
  // at, the stack pointer.
  void* jump[5];
  const CrashGuard* guard;
  GuardedCall* outer;
  Crash* crash;
  // Used to walk the stack. Reserved here, because little of the stack is left
  // after an overflow. (Wine has no SetThreadStackGuarantee().)
  CONTEXT registers;
  void* exception_list;
};

// A pointer for each thread. Not a thread_local object, whose memory
// mingw-w64's GCC allocates on first use.
class PointerOfThread {
 public:
  void* Get() const { return TlsGetValue(index_); }
  void Set(void* value) const { TlsSetValue(index_, value); }

 private:
  const DWORD index_ = TlsAlloc();
};

const PointerOfThread& InnermostPointer() {
  static const PointerOfThread pointer;
  return pointer;
}
GuardedCall* Innermost() {
  return static_cast<GuardedCall*>(InnermostPointer().Get());
}
void SetInnermost(GuardedCall* call) { InnermostPointer().Set(call); }

// ---------------------------------------------------------------------------
// Deciding whose crash it is.

// Returns whether the crash is one of the guarded image, and fills in the
// frames of the crash. call.registers are those at the crash; or, in a call,
// those of the function here that replaces abort().
bool IsOfImage(GuardedCall& call, Interrupted interrupted) {
  CONTEXT& registers = call.registers;
  CrashJudge judge(*call.guard, &call, *call.crash);
  // Frames of the function that replaces abort() come first.
  bool is_in_abort = interrupted == Interrupted::kInCall;
  if (interrupted == Interrupted::kBeforeInstruction &&
      ImageAt(registers.Rip).end == 0) {
    // The call went to something that is not a function. The caller is known,
    // so the walk begins there.
    judge.AddFrame(registers.Rip + 1);
    registers.Rip = *reinterpret_cast<const DWORD64*>(registers.Rsp);
    registers.Rsp += sizeof(DWORD64);
    interrupted = Interrupted::kInCall;
  }
  const AddressRange here =
      ImageAt(reinterpret_cast<uintptr_t>(&AbortGuardedCall));
  WalkFrames(registers, interrupted, [&](const StackFrame& frame) {
    is_in_abort = is_in_abort && here.Contains(frame.address - 1);
    return is_in_abort || judge.Visit(frame);
  });
  return judge.belongs_to_image();
}

// ---------------------------------------------------------------------------
// The handlers.

// The system continues here, on the stack of the guarded call.
[[noreturn]] void ResumeGuardedCall(GuardedCall* call) {
  __builtin_longjmp(call->jump, 1);
}

// Returns false for an exception that isn't a crash, such as one of C++.
bool KindOf(DWORD code, Crash::Kind& kind) {
  switch (code) {
    case EXCEPTION_ACCESS_VIOLATION:
    case EXCEPTION_IN_PAGE_ERROR:
    case EXCEPTION_DATATYPE_MISALIGNMENT:
      kind = Crash::Kind::kBadAccess;
      return true;
    case EXCEPTION_STACK_OVERFLOW:
      kind = Crash::Kind::kStackOverflow;
      return true;
    case EXCEPTION_INT_DIVIDE_BY_ZERO:
    case EXCEPTION_INT_OVERFLOW:
      kind = Crash::Kind::kArithmetic;
      return true;
    case EXCEPTION_ILLEGAL_INSTRUCTION:
    case EXCEPTION_PRIV_INSTRUCTION:
      kind = Crash::Kind::kIllegalInstruction;
      return true;
    default:
      return false;
  }
}

LONG CALLBACK HandleException(EXCEPTION_POINTERS* exception) {
  const EXCEPTION_RECORD& record = *exception->ExceptionRecord;
  CONTEXT& registers = *exception->ContextRecord;
  Crash::Kind kind;
  if (!KindOf(record.ExceptionCode, kind)) return EXCEPTION_CONTINUE_SEARCH;
  GuardedCall* call = Innermost();
  if (call == nullptr) return EXCEPTION_CONTINUE_SEARCH;
  call->registers = registers;
  if (!IsOfImage(*call, Interrupted::kBeforeInstruction)) {
    return EXCEPTION_CONTINUE_SEARCH;
  }
  Crash& crash = *call->crash;
  crash.kind = kind;
  crash.code = record.ExceptionCode;
  const bool has_address =
      kind == Crash::Kind::kBadAccess && record.NumberParameters >= 2;
  crash.is_write = has_address && record.ExceptionInformation[0] == 1;
  crash.address =
      has_address
          ? reinterpret_cast<const void*>(record.ExceptionInformation[1])
          : nullptr;
  // A function may write its register arguments above its return address.
  constexpr uintptr_t kRoom = 256;
  const auto stack = reinterpret_cast<uintptr_t>(call->jump[2]);
  registers.Rsp = (stack - kRoom) / 16 * 16 - sizeof(void*);
  registers.Rip = reinterpret_cast<DWORD64>(&ResumeGuardedCall);
  registers.Rcx = reinterpret_cast<DWORD64>(call);
  constexpr DWORD kDirectionFlag = 1 << 10;
  registers.EFlags &= ~kDirectionFlag;
  return EXCEPTION_CONTINUE_EXECUTION;
}

}  // namespace

void AbortGuardedCall() {
  GuardedCall* call = Innermost();
  if (call == nullptr) return;
  RtlCaptureContext(&call->registers);
  if (!IsOfImage(*call, Interrupted::kInCall)) return;
  Crash& crash = *call->crash;
  crash.kind = Crash::Kind::kAbort;
  crash.code = 0;
  crash.address = nullptr;
  crash.is_write = false;
  ResumeGuardedCall(call);
}

namespace {

void InstallHandlers() {
  static const bool installed = [] {
    AddVectoredExceptionHandler(/*First=*/1, HandleException);
    return true;
  }();
  static_cast<void>(installed);
}

// After a stack overflow, the handler runs on the rest of the stack.
void PrepareThread() {
  static const PointerOfThread is_prepared;
  if (is_prepared.Get() != nullptr) return;
  ULONG wanted = 0;
  SetThreadStackGuarantee(&wanted);
  constexpr ULONG kWanted = 65536;
  if (wanted < kWanted) {
    wanted = kWanted;
    SetThreadStackGuarantee(&wanted);
  }
  is_prepared.Set(&wanted);  // anything but null
}

// ---------------------------------------------------------------------------
// Libraries that an image is linked against.

void AddLibrariesOf(uintptr_t image, std::vector<AddressRange>& known) {
  const IMAGE_IMPORT_DESCRIPTOR* entry = ImportTable(image);
  if (entry == nullptr) return;
  for (; entry->Name != 0; ++entry) {
    const HMODULE library =
        GetModuleHandleA(reinterpret_cast<const char*>(image + entry->Name));
    if (library == nullptr) continue;
    const AddressRange range = ImageAt(reinterpret_cast<uintptr_t>(library));
    const bool is_known = std::any_of(
        known.begin(), known.end(),
        [&](const AddressRange& other) { return other.begin == range.begin; });
    if (is_known || range.end == 0) continue;
    known.push_back(range);
    AddLibrariesOf(range.begin, known);
  }
}

}  // namespace

CrashGuard::CrashGuard(const void* address)
    : image_(ImageAt(reinterpret_cast<uintptr_t>(address))) {
  InstallHandlers();
  AddLibrariesOf(image_.begin, libraries_);
}

// Not inline, so the caller keeps nothing in registers that a crash loses.
[[gnu::noinline]] bool CrashGuard::Run(void (*function)(void*), void* argument,
                                       Crash& crash) const {
  PrepareThread();
  GuardedCall call;
  call.guard = this;
  call.outer = Innermost();
  call.crash = &crash;
  call.exception_list = WineExceptionList();
  if (__builtin_setjmp(call.jump) != 0) {
    // Registers don't have their values here.
    const GuardedCall* crashed = Innermost();
    SetInnermost(crashed->outer);
    WineExceptionList() = crashed->exception_list;
    if (crashed->crash->kind == Crash::Kind::kStackOverflow) {
      // An overflow consumes the guard page of the stack; this restores it.
      _resetstkoflw();
    }
    return false;
  }
  SetInnermost(&call);
  function(argument);
  SetInnermost(call.outer);
  return true;
}

std::string DescribeCrash(const Crash& crash) {
  const std::string reason = CrashReason(crash);
  switch (crash.kind) {
    case Crash::Kind::kBadAccess:
      return absl::StrFormat("access violation (%#x): %s", crash.code, reason);
    case Crash::Kind::kAbort:
      return absl::StrCat("SIGABRT: ", reason);
    default:
      return absl::StrFormat("%s (%#x)", reason, crash.code);
  }
}

}  // namespace relib::platform
