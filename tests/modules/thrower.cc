#include "tests/modules/thrower.h"

#include <exception>
#include <stdexcept>
#include <string>

#include "relib/module.h"

namespace thrower {

class OwnException : public std::exception {
 public:
  explicit OwnException(const char* what) : what_(what) {}
  const char* what() const noexcept override { return what_; }

 private:
  const char* what_;
};
struct OwnStruct {};

namespace {

[[noreturn]] void Throw(What what) {
  switch (what) {
    case What::kRuntimeError:
      throw std::runtime_error("went wrong");
    case What::kOwnException:
      throw OwnException("own text");
    case What::kString:
      throw std::string("a string");
    case What::kText:
      throw "a text";
    case What::kInt:
      throw 42;
    case What::kOwnStruct:
      throw OwnStruct();
    case What::kNullWhat:
      throw OwnException(nullptr);
    case What::kNullText:
      throw static_cast<const char*>(nullptr);
  }
  std::terminate();
}

std::string CatchImportError() {
  try {
    relib::imports<Imports>().fail();
  } catch (const relib::ImportError& error) {
    return error.type() + "|" + error.what();
  }
  return "nothing";
}

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(
    Exports, .throw_from_void = relib::implement<Throw>,
    .throw_from_int = relib::implement<[](What what) -> int { Throw(what); }>,
    .throw_from_string =
        relib::implement<[](What what) -> std::string { Throw(what); }>,
    .catch_import_error = relib::implement<CatchImportError>,
    .pass_import_error =
        relib::implement<[] { return relib::imports<Imports>().fail(); }>);
RELIB_MAIN(std::string) { throw OwnException("from main"); }

}  // namespace thrower
