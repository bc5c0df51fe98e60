#ifndef RELIB_INTERNAL_BOUNDARY_CURRENT_EXCEPTION_H_
#define RELIB_INTERNAL_BOUNDARY_CURRENT_EXCEPTION_H_

#include <string>
#include <vector>

namespace relib::internal {

// What can be told of an exception without its type.
struct ExceptionText {
  // As C++ writes it, "std::runtime_error".
  std::string type;
  // what(), or empty for something that isn't a std::exception.
  std::string what;
  // The exception object; null if there is none of this C++ runtime's.
  const void* object = nullptr;
};

// Describes the exception that is being handled, then the one that is nested in
// it, and so on: at least one, and not more than 16. Must be called in a
// handler.
//
// What unwinds the stack to end a thread (pthread_exit(), pthread_cancel()) is
// no exception and can't be stopped here: ends the process, with a message.
std::vector<ExceptionText> DescribeCurrentException();

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_CURRENT_EXCEPTION_H_
