// A module with several versions and a state, which leaks resources of every
// kind.

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/soak/modules/leaks.h"
#include "bench/soak/modules/reload_interface.h"
#include "relib/module.h"

namespace relib::bench::soak {
namespace {

// Has a destructor on every thread that calls.
thread_local std::vector<int64_t> seen;

std::string NameOf(int64_t number) {
  return "a thing with a long name, number " + std::to_string(number);
}

void Fill(Kept& kept) {
  for (int number = 0; number < kThings; ++number) {
    Thing& thing = kept.things.emplace_back();
    thing.name = NameOf(number);
    thing.number = number;
  }
}

int64_t Work(Kept& kept, int64_t value) {
  // During a switch, versions of the same layout run at the same time.
  std::atomic_ref(kept.calls).fetch_add(1);
  seen.push_back(value);
  if (seen.size() > 100) seen.clear();
  if (value % 16 == 0) throw std::range_error("a multiple of sixteen");
  int64_t unharmed = 0;
  for (const Thing& thing : kept.things) {
    unharmed +=
        static_cast<int>(std::string_view(thing.name) == NameOf(thing.number));
  }
  return unharmed;
}

int64_t Calls(Kept& kept) { return std::atomic_ref(kept.calls).load(); }

void Leak() {
  std::thread([] { seen.push_back(1); }).join();
  LeakResources();
}

}  // namespace
}  // namespace relib::bench::soak

RELIB_EXPORTS(relib::bench::soak::ReloadExports,
              .fill = relib::implement<relib::bench::soak::Fill>,
              .work = relib::implement<relib::bench::soak::Work>,
              .calls = relib::implement<relib::bench::soak::Calls>,
              .leak = relib::implement<relib::bench::soak::Leak>);
