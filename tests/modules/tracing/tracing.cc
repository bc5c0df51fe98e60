#include "tests/modules/tracing/tracing.h"

#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "relib/backtrace.h"
#include "relib/module.h"

namespace tracing {

// The versions of the module differ in the name and the lines of a function.
#if defined(TRACING_OTHER_VERSION)
#define ThrowHere ThrowInOtherVersion
#endif

class Line : public std::exception {
 public:
  explicit Line(int line) : text_(std::to_string(line)) {}
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

namespace {

bool fail_before_unload = false;

// Volatile, so that the compiler doesn't remove the code after calls of
// functions that always throw.
volatile bool throw_here = true;

[[gnu::noinline]] void ThrowHere() {
#if defined(TRACING_OTHER_VERSION)
  if (throw_here) throw Line(__LINE__);
#endif
  if (throw_here) throw Line(__LINE__);
}

[[gnu::noinline]] void ThrowAgain() {
  try {
    ThrowHere();
  } catch (const std::exception&) {
    throw;
  }
}

[[gnu::noinline]] void ThrowOnAnotherThread() {
  std::exception_ptr thrown;
  std::thread([&thrown] {
    try {
      ThrowHere();
    } catch (...) {
      thrown = std::current_exception();
    }
  }).join();
  std::rethrow_exception(thrown);
}

[[gnu::noinline]] void RethrowMade() {
  std::rethrow_exception(std::make_exception_ptr(Line(__LINE__)));
}

[[gnu::noinline]] void ThrowThroughCLibrary() {
  int numbers[] = {2, 1};
  std::qsort(numbers, 2, sizeof(int), [](const void*, const void*) -> int {
    ThrowHere();
    return 0;
  });
}

[[gnu::noinline]] int ThrowDeep(int depth) {
  if (depth == 0) {
    ThrowHere();
    return 0;
  }
  // Prevents a tail call.
  volatile int result = ThrowDeep(depth - 1);
  return result + 1;
}

[[gnu::noinline]] void ThrowNested(int levels) {
  if (levels == 0) return ThrowHere();
  try {
    ThrowNested(levels - 1);
  } catch (...) {
    std::throw_with_nested(
        std::runtime_error("level " + std::to_string(levels)));
  }
}

[[gnu::noinline]] void ThrowInHandler() {
  try {
    throw 1;
  } catch (int) {
    ThrowHere();
  }
}

void Fail(How how) {
  switch (how) {
    case How::kDirectly:
      return ThrowHere();
    case How::kByLibrary:
      static_cast<void>(std::vector<int>(1).at(2));
      return;
    case How::kAgain:
      return ThrowAgain();
    case How::kOnAnotherThread:
      return ThrowOnAnotherThread();
    case How::kMadePointer:
      return RethrowMade();
    case How::kThroughCLibrary:
      return ThrowThroughCLibrary();
    case How::kDeep:
      ThrowDeep(200);
      return;
    case How::kNested:
      return ThrowNested(2);
    case How::kInHandler:
      return ThrowInHandler();
    case How::kByImport:
      return relib::imports<Imports>().call_back();
    case How::kByBeforeUnload:
      fail_before_unload = true;
      return;
  }
}

[[gnu::noinline]] std::string CaptureHere() {
  return relib::Backtrace::Capture().ToString();
}

int ThrowAndCatch(int count) {
  int caught = 0;
  for (int i = 0; i < count; ++i) {
    try {
      ThrowHere();
    } catch (const std::exception&) {
      ++caught;
    }
  }
  return caught;
}

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(Exports, .fail = relib::implement<Fail>,
              .capture = relib::implement<CaptureHere>,
              .throw_and_catch = relib::implement<ThrowAndCatch>);
RELIB_MAIN() { ThrowHere(); }
RELIB_BEFORE_UNLOAD() {
  if (!fail_before_unload) return;
  fail_before_unload = false;
  ThrowHere();
}

#if defined(TRACING_THROWING_CONSTRUCTOR)
namespace {
[[maybe_unused]] const bool thrown_by_constructor = (ThrowHere(), true);
}
#endif

}  // namespace tracing
