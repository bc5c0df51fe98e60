#ifndef RELIB_STATE_STATE_FIXTURE_H_
#define RELIB_STATE_STATE_FIXTURE_H_

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/host.h"
#include "relib/state/memory.h"
#include "relib/state/state.h"
#include "relib/state/testdata/world.h"

// For tests that load the modules of testdata.

namespace relib {

using ::relib_test::Poke;
using ::relib_test::World;
using ::relib_test::WorldExports;

using WorldModule = Module<WorldExports>;

inline std::string FileOf(std::string_view name) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/relib/state/testdata/",
                      platform::kLibraryPrefix, name, platform::kLibrarySuffix);
}

inline absl::StatusOr<WorldModule> LoadVersion(int version,
                                               LoadOptions options) {
  return Load<WorldExports>(FileOf(absl::StrCat("world_", version)), options);
}

class StateTest : public testing::Test {
 protected:
  ~StateTest() override {
    if (!may_lose_) {
      EXPECT_EQ(Blocks(), 0);
    }
    lost_ = CountStateMemory().blocks;
  }

  // Returns the number of blocks, without those that crashes leaked in earlier
  // tests.
  static uint64_t Blocks() { return CountStateMemory().blocks - lost_; }

  WorldModule LoadFor(State<World>& world, int version,
                      LoadOptions options = {}) {
    options.states = {&world};
    absl::StatusOr<WorldModule> module = LoadVersion(version, options);
    EXPECT_TRUE(module.ok()) << module.status();
    return *std::move(module);
  }
  static void Fill(WorldModule& module, State<World>& world) {
    EXPECT_TRUE(module.exports().add(*world, "one").ok());
    EXPECT_TRUE(
        module.exports()
            .add(*world, "one with a name that a string must allocate for")
            .ok());
    EXPECT_TRUE(module.exports().tick(*world).ok());
  }
  static std::string TextOf(WorldModule& module, State<World>& world) {
    const absl::StatusOr<std::string> text = module.exports().text(*world);
    return text.ok() ? *text : text.status().ToString();
  }

  static inline uint64_t lost_ = 0;
  // Whether the test may leak memory, because a module crashes.
  bool may_lose_ = false;
};

// The text of a world after Fill().
inline constexpr std::string_view kFilled =
    "ticks=1 velocity=0.000000 one(x=0.000000 hp=100 ) one with a name that a "
    "string must allocate for(x=1.000000 hp=100 ) one=0 one with a name that "
    "a string must allocate for=1 ";

}  // namespace relib

#endif  // RELIB_STATE_STATE_FIXTURE_H_
