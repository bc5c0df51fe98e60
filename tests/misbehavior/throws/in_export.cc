// Throws the object that the argument names: an exception of the standard
// library, one of its own, or an object that is no std::exception.

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

class OwnException : public std::exception {
 public:
  const char* what() const noexcept override { return "own text"; }
};

struct Unknown {};

int64_t Run(std::string_view argument) {
  if (argument == "standard") throw std::out_of_range("too far");
  if (argument == "own") throw OwnException();
  if (argument == "string") throw std::string("a string");
  if (argument == "number") throw 42;
  if (argument == "unknown") throw Unknown();
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
