#include "tests/modules/crasher.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "relib/module.h"

namespace crasher {

// Not in the unnamed namespace, where optimizers know all derived classes and
// call the function of the only one.
struct Base;
void CallPure(Base* base);
// Volatile, so that optimizers do not see what the constructor calls.
void (*volatile call_pure)(Base* base) = CallPure;

struct Base {
  Base() { call_pure(this); }
  virtual ~Base() = default;
  virtual void Pure() = 0;
};
void CallPure(Base* base) { base->Pure(); }
struct Derived : Base {
  void Pure() override {}
};

namespace {

int* destroyed = nullptr;
bool crash_in_destructor = false;
bool crash_in_before_unload = false;

// Volatile, so that the compiler can't detect the division by zero.
volatile int zero = 0;
int* volatile null_int = nullptr;
const char* volatile null_text = nullptr;
const volatile int* volatile wild = reinterpret_cast<int*>(0x123456789);
void (*volatile null_function)() = nullptr;
volatile int sink = 100;

int Recurse(int depth) {
  volatile char room[4096] = {};
  room[depth % 4096] = static_cast<char>(depth);
  return depth < 0 ? 0 : Recurse(depth + 1) + room[0];
}

void Throw() { throw 1; }
void ThrowsAllTheSame() noexcept { Throw(); }

// Several threads may write to address 0 at once. ThreadSanitizer must not
// report that as a race.
[[gnu::no_sanitize("thread")]] void Crash(How how) {
  switch (how) {
    case How::kNullWrite:
      *null_int = 1;
      break;
    case How::kWildRead:
      sink = *wild;
      break;
    case How::kStackOverflow:
      sink = Recurse(1);
      break;
    case How::kDivisionByZero:
      sink = sink / zero;
      break;
    case How::kIllegalInstruction:
      __builtin_trap();
      break;
    case How::kAbort:
      std::abort();
    case How::kTerminate:
      ThrowsAllTheSame();
      break;
    case How::kPureVirtualCall:
      Derived();
      break;
    case How::kCallOfNull:
      null_function();
      break;
    case How::kInTheCLibrary:
      sink = static_cast<int>(std::strlen(null_text));
      break;
  }
}

int CrashForInt(How how) {
  Crash(how);
  return 1;
}
std::string CrashForString(How how) {
  Crash(how);
  return "a result that is too long for its own storage, so that it allocates";
}

void CallHost() { relib::imports<Imports>().host(); }

void CrashInCallback() {
  relib::imports<Imports>().visit([] { Crash(How::kNullWrite); });
}

struct Counted {
  ~Counted() {
    if (crash_in_destructor) Crash(How::kNullWrite);
    if (destroyed != nullptr) ++*destroyed;
  }
  int value = 0;
};
Counted of_module;

void LeaveSomething() {
  static Counted of_function;
  static thread_local Counted of_thread;
  of_function.value = of_thread.value = 1;
  static std::vector<void*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(std::malloc(100));
}

}  // namespace

RELIB_IMPORTS(Imports);

}  // namespace crasher

RELIB_EXPORTS(crasher::Exports, .crash = relib::implement<crasher::Crash>,
              .crash_for_int = relib::implement<crasher::CrashForInt>,
              .crash_for_string = relib::implement<crasher::CrashForString>,
              .add = relib::implement<[](int a, int b) { return a + b; }>,
              .call_host = relib::implement<crasher::CallHost>,
              .crash_in_callback = relib::implement<crasher::CrashInCallback>,
              .leave_something = relib::implement<crasher::LeaveSomething>,
              .set_crash_in_before_unload = relib::implement<[](bool crash) {
                crasher::crash_in_before_unload = crash;
              }>,
              .set_destroyed = relib::implement<[](int* destroyed, bool crash) {
                crasher::destroyed = destroyed;
                crasher::crash_in_destructor = crash;
              }>);
RELIB_BEFORE_UNLOAD() {
  if (crasher::crash_in_before_unload) crasher::Crash(crasher::How::kNullWrite);
}
