// Behaves well: leaves nothing to report.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  std::vector<std::string> words(100, std::string(argument));
  std::thread([&] { words.clear(); }).join();
  return static_cast<int64_t>(words.size());
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
