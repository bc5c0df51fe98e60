#ifndef EXAMPLES_ABI_STABLE_WORDS_H_
#define EXAMPLES_ABI_STABLE_WORDS_H_

// An interface for modules from any compiler. It uses only types of relib/abi/,
// numbers, and aggregates of these.

#include <cstdint>
#include <version>

#include "relib/abi/result.h"
#include "relib/abi/string.h"
#include "relib/abi/vector.h"
#include "relib/interface.h"

struct Word {
  relib::abi::String text;
  int32_t count = 0;
};

struct WordsExports {
  relib::Export<relib::abi::String()> built_by;
  // Returns the words of a text, the most frequent first.
  relib::Export<relib::abi::Result<relib::abi::Vector<Word>>(
      relib::abi::Str text)>
      count;
};
RELIB_INTERFACE(WordsExports, built_by, count);

struct WordsImports {
  relib::Import<bool(relib::abi::Str word)> is_wanted;
};
RELIB_INTERFACE(WordsImports, is_wanted);

// Returns the compiler and standard library of the code that calls it.
constexpr relib::abi::Str BuiltBy() {
#if defined(_LIBCPP_VERSION)
  return "clang with libc++";
#elif defined(__clang__)
  return "clang with libstdc++";
#else
  return "GCC with libstdc++";
#endif
}

#endif  // EXAMPLES_ABI_STABLE_WORDS_H_
