// Rows about the cost of a call across the boundary.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "bench/harness/module_files.h"
#include "bench/harness/on_threads.h"
#include "bench/harness/row.h"
#include "bench/modules/add.h"
#include "bench/modules/call_interface.h"
#include "bench/modules/raw_text.h"
#include "benchmark/benchmark.h"
#include "relib/host.h"
#include "relib/internal/boundary/abi.h"
#include "tests/support/raw_library.h"

namespace relib::bench {
namespace {

using CallModule = relib::Module<CallExports>;

constexpr char kRawPointer[] = "raw function pointer";

// Loads the module of a row. The sides of the row share it; the last of them
// unloads it.
absl::StatusOr<std::shared_ptr<CallModule>> LoadCallModule(
    const LoadOptions& options = {}) {
  absl::StatusOr<CallModule> module = relib::Load<CallExports>(
      CopyOfModule("modules/call_module"),
      CallImports{.add = [](int a, int b) { return Add(a, b); },
                  .text = [](size_t size) { return MakeText(size); }},
      options);
  if (!module.ok()) return module.status();
  return std::make_shared<CallModule>(*std::move(module));
}

// Returns a row about the call module, of which `sides` makes a comparison.
Row CallRow(std::string name, std::string baseline, std::optional<double> goal,
            Comparison (*sides)(std::shared_ptr<CallModule> module)) {
  return {.name = std::move(name),
          .baseline = std::move(baseline),
          .goal = goal,
          .prepare = [sides]() -> absl::StatusOr<Comparison> {
            absl::StatusOr<std::shared_ptr<CallModule>> module =
                LoadCallModule();
            if (!module.ok()) return module.status();
            return sides(*std::move(module));
          }};
}

// Returns a side that repeats `call()` and keeps the module loaded, for calls
// that hold nothing but a pointer into the module.
template <typename Call>
Side RepeatedWhileLoaded(std::shared_ptr<CallModule> module, Call call) {
  return [module = std::move(module), side = Repeated(std::move(call))](
             int64_t count) { return side(count); };
}

Side RawAddSide(const std::shared_ptr<CallModule>& module) {
  const AddFunction add = module->exports().raw_add().value();
  return RepeatedWhileLoaded(module, [add] { return add(1, 2); });
}

std::shared_ptr<const Pinned<CallExports>> PinModule(const CallModule& module) {
  absl::StatusOr<Pinned<CallExports>> pinned = module.Pin();
  CHECK_OK(pinned.status());
  return std::make_shared<const Pinned<CallExports>>(*std::move(pinned));
}

int Checked(const absl::StatusOr<int>& sum) {
  if (!sum.ok()) [[unlikely]]
    std::abort();
  return *sum;
}

const RowRegistration kCallDirect(
    CallRow("call.direct", kRawPointer, std::nullopt,
            [](std::shared_ptr<CallModule> module) -> Comparison {
              return {.subject = Repeated([] { return AddElsewhere(1, 2); }),
                      .baseline = RawAddSide(module)};
            }));

const RowRegistration kCallVirtual(
    CallRow("call.virtual", kRawPointer, std::nullopt,
            [](std::shared_ptr<CallModule> module) -> Comparison {
              const Adder* adder = module->exports().raw_adder().value();
              return {.subject = Repeated([adder] { return adder->Add(1, 2); }),
                      .baseline = RawAddSide(module)};
            }));

const RowRegistration kCallExport(
    CallRow("call.export", kRawPointer, 1.7,
            [](std::shared_ptr<CallModule> module) -> Comparison {
              return {.subject = Repeated([module] {
                        return Checked(module->exports().add(1, 2));
                      }),
                      .baseline = RawAddSide(module)};
            }));

const RowRegistration kCallExportPinned(CallRow(
    "call.export_pinned", kRawPointer, 1.05,
    [](std::shared_ptr<CallModule> module) -> Comparison {
      const auto pinned = PinModule(*module);
      return {.subject = RepeatedWhileLoaded(
                  module,
                  [pinned] { return Checked(pinned->exports().add(1, 2)); }),
              .baseline = RawAddSide(module)};
    }));

// Compares with the same call without a guard.
const RowRegistration kCallGuarded({
    .name = "call.guarded",
    .baseline = "call.export",
    .goal = std::nullopt,
    .prepare = []() -> absl::StatusOr<Comparison> {
      const auto module = LoadCallModule();
      if (!module.ok()) return module.status();
      const auto guarded = LoadCallModule({.crash_guard = true});
      if (!guarded.ok()) return guarded.status();
      return Comparison{.subject = Repeated([module = *guarded] {
                          return Checked(module->exports().add(1, 2));
                        }),
                        .baseline = Repeated([module = *module] {
                          return Checked(module->exports().add(1, 2));
                        })};
    },
});

const RowRegistration kCallImport(CallRow(
    "call.import", kRawPointer, 1.1,
    [](std::shared_ptr<CallModule> module) -> Comparison {
      return {
          .subject =
              [module](int64_t count) {
                return TimeOf([&] {
                  CHECK_OK(module->exports().call_import_add(count).status());
                });
              },
          .baseline =
              [module](int64_t count) {
                return TimeOf([&] {
                  CHECK_OK(
                      module->exports().call_raw_add(count, &Add).status());
                });
              }};
    }));

const RowRegistration kCallMainByPointer(
    CallRow("call.main_by_pointer", kRawPointer, std::nullopt,
            [](std::shared_ptr<CallModule> module) -> Comparison {
              const MainFunction main = module->exports().raw_main().value();
              return {.subject = Repeated(
                          [module] { return module->CallMain<int>().value(); }),
                      .baseline = RepeatedWhileLoaded(module, main)};
            }));

// Compares with a plugin host that looks an entry point up for each call.
const RowRegistration kCallMain(CallRow(
    "call.main", absl::StrCat(kRawSymbolName, " + call"), 2,
    [](std::shared_ptr<CallModule> module) -> Comparison {
      const std::shared_ptr<void> library(
          RawOpen(CopyOfModule("modules/call_module")), RawClose);
      return {
          .subject =
              Repeated([module] { return module->CallMain<int>().value(); }),
          .baseline = Repeated([library] {
            const auto& descriptor =
                *static_cast<const internal::ModuleDescriptor*>(
                    RawSymbol(library.get(), internal::kDescriptorSymbol));
            const auto& main = *static_cast<const internal::ExportSlot*>(
                descriptor.main->slot);
            return reinterpret_cast<internal::Outcome<int> (*)()>(main.invoke)()
                .value();
          })};
    }));

template <size_t kSize>
Comparison ExportText(std::shared_ptr<CallModule> module) {
  const RawText raw = module->exports().raw_text().value();
  return {.subject = Repeated([module] {
            return module->exports().text(kSize).value().size();
          }),
          .baseline = RepeatedWhileLoaded(
              module, [raw] { return ReceiveText(raw, kSize).size(); })};
}

template <size_t kSize>
Comparison ImportText(std::shared_ptr<CallModule> module) {
  return {
      .subject =
          [module](int64_t count) {
            return TimeOf([&] {
              CHECK_OK(
                  module->exports().call_import_text(count, kSize).status());
            });
          },
      .baseline =
          [module](int64_t count) {
            return TimeOf([&] {
              CHECK_OK(module->exports()
                           .call_raw_text(count, kSize, kRawText)
                           .status());
            });
          }};
}

constexpr char kRawCopy[] = "raw pointer, copy, free";

const RowRegistration kCallExportString64(CallRow("call.export_string_64",
                                                  kRawCopy, 1.3,
                                                  ExportText<64>));
const RowRegistration kCallImportString64(CallRow("call.import_string_64",
                                                  kRawCopy, 1.3,
                                                  ImportText<64>));
const RowRegistration kCallExportString65536(CallRow("call.export_string_65536",
                                                     kRawCopy, 1.05,
                                                     ExportText<65536>));

// Returns a side that repeats `call()` on each of the threads.
template <typename Call>
Side RepeatedOnThreads(int thread_count, Call call) {
  return OnThreads(thread_count, [call = std::move(call)](int64_t count) {
    Repeat(call, count);
  });
}

constexpr int kThreads = 16;

const RowRegistration kCallExport16Threads([] {
  Row row = CallRow(
      "call.export_16_threads", "16 threads, raw function pointer", 1.7,
      [](std::shared_ptr<CallModule> module) -> Comparison {
        const AddFunction add = module->exports().raw_add().value();
        return {.subject = RepeatedOnThreads(
                    kThreads,
                    [module] { return Checked(module->exports().add(1, 2)); }),
                .baseline = RepeatedOnThreads(
                    kThreads, [module, add] { return add(1, 2); })};
      });
  // Much longer than the threads need to start.
  row.turn = std::chrono::milliseconds(8);
  return row;
}());

}  // namespace
}  // namespace relib::bench
