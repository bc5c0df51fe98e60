#ifndef RELIB_BACKTRACE_H_
#define RELIB_BACKTRACE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// For both sides: backtraces through the host and modules.
//
//   std::cerr << relib::Backtrace::Capture().ToString();

namespace relib {

namespace internal {
struct Trace;
}

// A call in a backtrace.
struct BacktraceFrame {
  // The function: "geometry::Area(Shape const&)". Empty if the image has no
  // symbols.
  std::string function;
  // The source file, as the compiler was given its path, and the line. Empty
  // and zero if the image has no debug information.
  std::string file;
  int line = 0;
  // The path of the image (program or library), and the offset of the return
  // address from its beginning, in bytes.
  std::string module;
  uintptr_t offset = 0;
  // The return address in this process. Not meaningful after the module is
  // unloaded. Zero for a frame that represents omitted frames.
  uintptr_t address = 0;
  // True if the compiler inlined the function into that of the next frame.
  bool is_inlined = false;

  // Returns "geometry::Area(Shape const&) at src/shapes.cc:12
  // (libgeometry.so+0x1234)".
  std::string ToString() const;
};

// The calls that led to a place, in the host and in modules. Capturing takes
// some microseconds and stores addresses only. They are symbolized, in
// milliseconds, when frames() or ToString() is called, or when a module that
// occurs in them is unloaded. So the names are right even if another library is
// loaded at the same addresses later.
//
// Thread-safe, and cheap to copy: copies share the frames. An object in a
// module must be destroyed before the module is unloaded.
class Backtrace {
 public:
  // Returns the backtrace of the caller. In a module, it is empty before the
  // static constructors run.
  static Backtrace Capture();

  Backtrace() = default;
  // For relib. Takes ownership of a reference.
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

  // Returns the calls, callees before callers.
  std::vector<BacktraceFrame> frames() const;

  // Returns a line for each frame: "#0 " and its ToString(). Returns "" if
  // there are no frames.
  std::string ToString() const;

 private:
  internal::Trace* trace_ = nullptr;
};

}  // namespace relib

#endif  // RELIB_BACKTRACE_H_
