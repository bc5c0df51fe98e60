#ifndef RELIB_INTERNAL_CURRENT_EXCEPTION_H_
#define RELIB_INTERNAL_CURRENT_EXCEPTION_H_

#include <string>

namespace relib::internal {

// What can be told of an exception without its type.
struct ExceptionText {
  // As C++ writes it, "std::runtime_error"; empty without RTTI.
  std::string type;
  // what(), or empty for something that isn't a std::exception.
  std::string what;
};

// Describes the exception that is being handled. Must be called in a handler.
ExceptionText DescribeCurrentException();

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_CURRENT_EXCEPTION_H_
