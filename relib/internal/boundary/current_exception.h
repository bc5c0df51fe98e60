#ifndef RELIB_INTERNAL_BOUNDARY_CURRENT_EXCEPTION_H_
#define RELIB_INTERNAL_BOUNDARY_CURRENT_EXCEPTION_H_

#include <string>
#include <vector>

namespace relib::internal {

// A description of an exception that doesn't need its type.
struct ExceptionText {
  // The name of the type: "std::runtime_error".
  std::string type;
  // what() of a std::exception, or "".
  std::string what;
  // The exception object. Null for exceptions of other runtimes.
  const void* object = nullptr;
};

// Returns descriptions of the exception that is being handled, of the one that
// is nested in it, and so on: at least 1 and at most 16. Must be called in a
// handler.
//
// Ends the process with a message if the stack is being unwound to end the
// thread (pthread_exit(), pthread_cancel()), which a handler can't stop.
std::vector<ExceptionText> DescribeCurrentException();

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_CURRENT_EXCEPTION_H_
