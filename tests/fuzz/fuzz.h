#ifndef TESTS_FUZZ_FUZZ_H_
#define TESTS_FUZZ_FUZZ_H_

#include <string>
#include <vector>

namespace relib {

// Returns the inputs that a fuzzer starts with. `files` are the contents of the
// `data` of the fuzz_test(). Each fuzzer defines this function.
std::vector<std::string> FuzzSeeds(const std::vector<std::string>& files);

}  // namespace relib

#endif  // TESTS_FUZZ_FUZZ_H_
