#include "examples/abi_stable/words.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include "relib/module.h"

namespace {

namespace abi = relib::abi;

// A module may use any type of its own standard library internally.
abi::Result<abi::Vector<Word>> Count(std::string_view text) {
  std::map<std::string, int32_t> counts;
  std::istringstream in{std::string(text)};
  for (std::string word; in >> word;) {
    if (relib::imports<WordsImports>().is_wanted(word)) ++counts[word];
  }
  if (counts.empty())
    return abi::Error{.message = "there are no words", .code = 1};
  abi::Vector<Word> words;
  for (const auto& [word, count] : counts)
    words.push_back({.text = word, .count = count});
  std::sort(words.begin(), words.end(), [](const Word& a, const Word& b) {
    return a.count != b.count ? a.count > b.count : a.text < b.text;
  });
  return words;
}

}  // namespace

RELIB_IMPORTS(WordsImports);
RELIB_EXPORTS(WordsExports, .built_by = relib::implement<BuiltBy>,
              .count = relib::implement<Count>);
