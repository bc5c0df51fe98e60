#include "tests/modules/linked/linked.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "relib/module.h"

namespace linked {
namespace {

int* volatile null_int = nullptr;

int Add(int a, int b) { return a + b; }
std::string Join(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) result += word + ",";
  return result;
}
void Fail(const std::string& text) { throw std::out_of_range(text); }
void Crash() { *null_int = 1; }

}  // namespace

RELIB_EXPORTS(Exports, .add = relib::implement<Add>,
              .join = relib::implement<Join>, .fail = relib::implement<Fail>,
              .crash = relib::implement<Crash>);

}  // namespace linked
