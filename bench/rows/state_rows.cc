// Rows that compare the migration and the checkpoint of a state with a copy.

#include <chrono>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "bench/harness/module_files.h"
#include "bench/harness/row.h"
#include "bench/modules/state_interface.h"
#include "benchmark/benchmark.h"
#include "relib/host.h"
#include "relib/state/internal/core/state_core.h"
#include "relib/state/state.h"

namespace relib::bench {
namespace {

using StateModule = Module<StateExports>;

StateModule LoadStateModule(std::string_view name,
                            const LoadOptions& options = {}) {
  absl::StatusOr<StateModule> module =
      Load<StateExports>(CopyOfModule(name), options);
  CHECK_OK(module.status());
  return *std::move(module);
}

// A state in the layout of the first version, and both versions of the module.
struct Versions {
  explicit Versions(int64_t count)
      : first(LoadStateModule("modules/state_module", {.states = {&state}})),
        second(LoadStateModule("modules/state_module_with_more")) {
    CHECK_OK(first.exports().resize(*state, count));
  }

  const std::pmr::vector<Particle>& particles() const {
    return (*state.Get())->all;
  }

  State<Particles> state{{.check_pointers = false}};
  StateModule first;
  StateModule second;
};

// Returns a side that copies the particles.
Side CopySide(const std::shared_ptr<Versions>& versions) {
  return [versions](int64_t count) {
    std::chrono::nanoseconds time(0);
    for (int64_t i = 0; i < count; ++i) {
      std::unique_ptr<std::pmr::vector<Particle>> copy;
      time += TimeOf([&] {
        copy =
            std::make_unique<std::pmr::vector<Particle>>(versions->particles());
        benchmark::DoNotOptimize(copy->data());
      });
    }
    return time;
  };
}

const RowRegistration kMigrate({
    .name = "state.migrate_1e6",
    .baseline = "copy of 1,000,000 structs",
    .goal = 3,
    .prepare = []() -> absl::StatusOr<Comparison> {
      auto versions = std::make_shared<Versions>(1'000'000);
      return Comparison{
          .subject =
              [versions](int64_t count) {
                const internal::LoadedModule& second =
                    internal::ModuleAccess::Loaded(versions->second);
                internal::StateCore& core =
                    internal::StateBaseAccess::Core(versions->state);
                std::chrono::nanoseconds time(0);
                for (int64_t i = 0; i < count; ++i) {
                  time += TimeOf([&] { CHECK_OK(core.Migrate(second)); });
                  core.Abandon(second);
                }
                return time;
              },
          .baseline = CopySide(versions)};
    },
    .turn = std::chrono::milliseconds(8),
});

const RowRegistration kCheckpoint({
    .name = "state.checkpoint_1MiB",
    .baseline = "copy of 1 MiB",
    .goal = 3,
    .prepare = []() -> absl::StatusOr<Comparison> {
      auto versions = std::make_shared<Versions>((1 << 20) / sizeof(Particle));
      return Comparison{
          .subject =
              [versions](int64_t count) {
                std::chrono::nanoseconds time(0);
                for (int64_t i = 0; i < count; ++i) {
                  time += TimeOf(
                      [&] { CHECK_OK(versions->state.Checkpoint().status()); });
                }
                return time;
              },
          .baseline = CopySide(versions)};
    },
    .turn = std::chrono::milliseconds(2),
});

}  // namespace
}  // namespace relib::bench
