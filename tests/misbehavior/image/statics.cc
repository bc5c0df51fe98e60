// Has statics that GNU compilers emit as unique symbols, which would keep the
// library mapped: static members of templates, inline variables, and static
// variables of inline functions. Returns the number of their elements.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

template <typename T>
struct Registry {
  static std::vector<T> all;
};
template <typename T>
std::vector<T> Registry<T>::all;

inline std::vector<std::string> inline_variable;

inline std::vector<int>& InInlineFunction() {
  static std::vector<int> numbers;
  return numbers;
}

int64_t Run(std::string_view argument) {
  Registry<std::string>::all.emplace_back(argument);
  Registry<int>::all.push_back(1);
  inline_variable.emplace_back(argument);
  InInlineFunction().push_back(1);
  return static_cast<int64_t>(
      Registry<std::string>::all.size() + Registry<int>::all.size() +
      inline_variable.size() + InInlineFunction().size());
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
