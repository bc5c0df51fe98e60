#include "tests/modules/mixed.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "relib/module.h"

namespace mixed {
namespace {

std::map<std::string, int> Count(const std::vector<std::string>& words) {
  std::map<std::string, int> counts;
  for (const std::string& word : words) ++counts[word];
  return counts;
}

std::string CatchImport() {
#if defined(__cpp_exceptions)
  try {
    relib::imports<Imports>().fail();
  } catch (const relib::ImportError& error) {
    return "caught: " + std::string(error.what());
  }
#else
  relib::imports<Imports>().fail();
#endif
  return "nothing was thrown";
}

}  // namespace

RELIB_IMPORTS(Imports);
RELIB_EXPORTS(
    Exports,
    .has_exceptions =
        relib::implement<[] { return relib::internal::kCanThrow; }>,
    .count = relib::implement<Count>,
    .call = relib::implement<[](relib::FunctionRef<int(int)> callback) {
      return callback(20);
    }>,
    .import = relib::implement<[](int value) {
      return relib::imports<Imports>().twice(value);
    }>,
    .catch_import = relib::implement<CatchImport>,
    .to_int = relib::implement<[](std::string_view number) {
      return std::stoi(std::string(number));
    }>);
RELIB_MAIN(int) { return 7; }

}  // namespace mixed
