#ifndef RELIB_BACKTRACE_H_
#define RELIB_BACKTRACE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// For hosts and modules.
//
//   std::cerr << relib::Backtrace::Capture().ToString();

namespace relib {

namespace internal {
struct Trace;
}

// A function that was running, and where it called the one before it.
struct BacktraceFrame {
  // "geometry::Area(Shape const&)". Empty if the image holds no symbols.
  std::string function;
  // As the compiler was given it. Empty, and the line zero, if the image holds
  // no debug information.
  std::string file;
  int line = 0;
  // The path of the program or library, and the return address, counted from
  // its beginning.
  std::string module;
  uintptr_t offset = 0;
  // The return address in this process, and so next to useless once the module
  // is gone. Zero: frames are left out here, which were too many.
  uintptr_t address = 0;
  // The compiler has put it into the function of the next frame.
  bool is_inlined = false;

  // "geometry::Area(Shape const&) at src/shapes.cc:12 (libgeometry.so+0x1234)".
  std::string ToString() const;
};

// The calls that led to a place: of the host and of the modules, through one
// another. Capturing takes some microseconds and keeps addresses alone. Names
// are looked up (in milliseconds) when they are asked for, or when a module
// that occurs is unloaded: so they are right whatever is loaded in its place.
//
// Cheap to copy; thread-safe. In a module, it must be destroyed before the
// module is gone.
class Backtrace {
 public:
  // Of the caller. In a module: empty before its static constructors run.
  static Backtrace Capture();

  Backtrace() = default;
  // For relib: takes a reference over.
  explicit Backtrace(internal::Trace* trace) : trace_(trace) {}
  Backtrace(const Backtrace& other);
  Backtrace(Backtrace&& other) noexcept
      : trace_(std::exchange(other.trace_, nullptr)) {}
  Backtrace& operator=(Backtrace other) noexcept {
    std::swap(trace_, other.trace_);
    return *this;
  }
  ~Backtrace();

  bool empty() const { return trace_ == nullptr; }

  // Callees before callers.
  std::vector<BacktraceFrame> frames() const;

  // A line for each frame, "#0 " and its ToString(). Empty if there are none.
  std::string ToString() const;

 private:
  internal::Trace* trace_ = nullptr;
};

}  // namespace relib

#endif  // RELIB_BACKTRACE_H_
