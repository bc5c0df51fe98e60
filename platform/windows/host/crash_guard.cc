#include "platform/host/crash_guard.h"

#include <malloc.h>
#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "platform/host/stack_walker.h"
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
  Crash& crash = *call.crash;
  const CrashGuard& guard = *call.guard;
  const bool is_abort = interrupted == Interrupted::kInCall;
  crash.frame_count = 0;
  if (interrupted == Interrupted::kBeforeInstruction &&
      ImageAt(registers.Rip).end == 0) {
    // The call went to something that is not a function. The caller is known,
    // so the walk begins there.
    crash.frames[crash.frame_count++] = registers.Rip + 1;
    registers.Rip = *reinterpret_cast<const DWORD64*>(registers.Rsp);
    registers.Rsp += sizeof(DWORD64);
    interrupted = Interrupted::kInCall;
  }
  bool found_image = false;
  // Set if frames of the program are between those of the image and the guarded
  // call.
  bool found_program = false;
  bool is_foreign = false;
  // Set while the walk is in the frames of the replacement for abort().
  bool is_in_stand_in = is_abort;
  const AddressRange here =
      ImageAt(reinterpret_cast<uintptr_t>(&AbortGuardedCall));
  WalkFrames(registers, interrupted, [&](const StackFrame& frame) {
    is_in_stand_in = is_in_stand_in && here.Contains(frame.address - 1);
    if (is_in_stand_in) return true;
    if (frame.stack > reinterpret_cast<uintptr_t>(&call)) return false;
    if (crash.frame_count < Crash::kMaxFrames) {
      crash.frames[crash.frame_count++] = frame.address;
    }
    if (guard.IsInImage(frame.address - 1)) {
      // The program has called the image back. Its own frames can't be
      // abandoned.
      if (found_program) {
        is_foreign = true;
        return false;
      }
      found_image = true;
    } else if (!guard.IsInLibrary(frame.address - 1) &&
               ImageAt(frame.address - 1).end != 0) {
      if (!found_image) {
        is_foreign = true;
        return false;
      }
      found_program = true;
    }
    return true;
  });
  return !is_foreign;
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

bool CrashGuard::IsInLibrary(uintptr_t address) const {
  return std::any_of(
      libraries_.begin(), libraries_.end(),
      [address](const AddressRange& range) { return range.Contains(address); });
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
  switch (crash.kind) {
    case Crash::Kind::kBadAccess:
      return absl::StrFormat("access violation (%#x): it %s address %#x",
                             crash.code, crash.is_write ? "wrote to" : "read",
                             reinterpret_cast<uintptr_t>(crash.address));
    case Crash::Kind::kStackOverflow:
      return absl::StrFormat("stack overflow (%#x)", crash.code);
    case Crash::Kind::kArithmetic:
      return absl::StrFormat(
          "division by zero, or overflow in a division (%#x)", crash.code);
    case Crash::Kind::kIllegalInstruction:
      return absl::StrFormat("illegal instruction (%#x)", crash.code);
    case Crash::Kind::kAbort:
      return "SIGABRT: abort()";
  }
  return "";
}

}  // namespace relib::platform
