// Leaves handlers that it set by std::set_terminate() and
// std::set_new_handler().

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  std::set_terminate([] { std::_Exit(3); });
  std::set_new_handler([] { std::_Exit(4); });
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
