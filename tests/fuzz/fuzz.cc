#include "tests/fuzz/fuzz.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

// Called by libFuzzer at the start. If RELIB_FUZZ_SEEDS is set, writes the
// seeds to that directory. `--seed_file=` names a file that they are made from;
// libFuzzer ignores arguments that begin with two dashes.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const char* const directory = std::getenv("RELIB_FUZZ_SEEDS");
  if (directory == nullptr) return 0;
  constexpr std::string_view kSeedFile = "--seed_file=";
  std::vector<std::string> files;
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = (*argv)[i];
    if (!argument.starts_with(kSeedFile)) continue;
    std::ifstream stream(std::string(argument.substr(kSeedFile.size())),
                         std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(stream),
                       std::istreambuf_iterator<char>());
  }
  int count = 0;
  for (const std::string& seed : relib::FuzzSeeds(files)) {
    std::ofstream(std::string(directory) + "/seed" + std::to_string(++count),
                  std::ios::binary)
        << seed;
  }
  return 0;
}
