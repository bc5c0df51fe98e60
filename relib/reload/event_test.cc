#include "relib/reload/event.h"

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace relib {
namespace {

using Kind = ReloadEvent::Kind;

TEST(ReloadEventTest, OneLineForPeople) {
  const struct {
    ReloadEvent event;
    std::string_view text;
  } cases[] = {
      {{.kind = Kind::kBuildStarted}, "building"},
      {{.kind = Kind::kBuildStarted, .changed = {"a.cc", "b.cc"}},
       "building (a.cc, b.cc)"},
      {{.kind = Kind::kBuildStarted, .changed = {"a", "b", "c", "d"}},
       "building (a and 3 other files)"},
      {{.kind = Kind::kBuildFailed,
        .version = 3,
        .status = absl::UnknownError("the build failed"),
        .output = "not shown",
        .build_time = absl::Milliseconds(1840)},
       "the build failed after 1.84 s; version 3 continues to run"},
      {{.kind = Kind::kUnchanged, .version = 3}, "no changes to version 3"},
      {{.kind = Kind::kLoadFailed, .status = absl::UnknownError("why")},
       "the new file can't be loaded: why"},
      {{.kind = Kind::kReloaded,
        .version = 4,
        .changed = {"a.cc"},
        .build_time = absl::Milliseconds(900),
        .load_time = absl::Microseconds(420),
        .overhead = absl::Milliseconds(31)},
       "version 4 runs (a.cc): built in 900 ms, loaded in 0.4 ms, 31 ms "
       "besides "
       "the build"},
      {{.kind = Kind::kReloaded,
        .version = 4,
        .load_time = absl::Milliseconds(2),
        .overhead = absl::Milliseconds(22)},
       "version 4 runs: loaded in 2.0 ms, 22 ms in all"},
      {{.kind = Kind::kUnloadDelayed,
        .version = 3,
        .status = absl::UnknownError("a thread")},
       "version 3 can't be unloaded yet: a thread"},
      {{.kind = Kind::kUnloaded, .version = 3}, "version 3 was unloaded"},
      {{.kind = Kind::kWatchFailed, .status = absl::NotFoundError("no src")},
       "the sources can't be watched: no src"},
  };
  for (const auto& c : cases) EXPECT_EQ(c.event.ToString(), c.text);

  ReloadEvent unloaded{.kind = Kind::kUnloaded, .version = 3};
  unloaded.unload.emplace().elapsed = absl::Milliseconds(1);
  EXPECT_EQ(unloaded.ToString(), "version 3: " + unloaded.unload->ToString());
}

TEST(ReloadEventTest, NamesOfKinds) {
  EXPECT_EQ(ToString(Kind::kReloaded), "kReloaded");
  EXPECT_EQ(ToString(Kind::kUnloadDelayed), "kUnloadDelayed");
}

}  // namespace
}  // namespace relib
