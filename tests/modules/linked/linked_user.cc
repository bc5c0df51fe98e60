#include <string>
#include <vector>

#include "relib/module.h"
#include "tests/modules/linked/linked.h"

namespace linked {
namespace {

int AddThree(int a, int b, int c) {
  const auto& imports = relib::imports<UserImports>();
  return imports.add(imports.add(a, b), c);
}
std::string Join(int words) {
  return relib::imports<UserImports>().join(
      std::vector<std::string>(words, "a word too long for a small string"));
}
std::string Fail(const std::string& text) {
  try {
    relib::imports<UserImports>().fail(text);
  } catch (const relib::ImportError& error) {
    return error.what();
  }
  return "";
}
std::string Crash() {
  try {
    relib::imports<UserImports>().crash();
  } catch (const relib::ImportError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

RELIB_IMPORTS(UserImports);
RELIB_EXPORTS(UserExports, .add_three = relib::implement<AddThree>,
              .join = relib::implement<Join>, .fail = relib::implement<Fail>,
              .crash = relib::implement<Crash>);

}  // namespace linked
