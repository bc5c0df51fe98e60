// A module that leaks resources of every kind.

#include "relib/module.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/soak/modules/interface.h"
#include "bench/soak/modules/leaks.h"

namespace relib::bench::soak {
namespace {

std::vector<std::string> constructed = {
    "a text of a static object that is too long for its own storage"};

// Has a destructor on every thread that calls.
thread_local std::vector<int64_t> seen;

std::string Work(int64_t value) {
  seen.push_back(value);
  if (seen.size() > 100) seen.clear();
  if (value % 16 == 0) throw std::range_error("a multiple of sixteen");
  return constructed.front() + std::to_string(value);
}

void Leak() {
  std::thread([] { seen.push_back(1); }).join();
  LeakResources();
}

}  // namespace
}  // namespace relib::bench::soak

RELIB_EXPORTS(relib::bench::soak::Exports,
              .work = relib::implement<relib::bench::soak::Work>,
              .leak = relib::implement<relib::bench::soak::Leak>);
