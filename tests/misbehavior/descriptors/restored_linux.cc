// Replaces the descriptor of the host whose number is `argument`, and restores
// it.

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const int target = std::atoi(std::string(argument).c_str());
  const int saved = dup(target);
  const int other = eventfd(0, 0);
  dup2(other, target);
  close(other);
  dup2(saved, target);
  close(saved);
  return target;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
