// Rows about the cost of exceptions, whose backtraces relib records.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "bench/harness/module_files.h"
#include "bench/harness/row.h"
#include "bench/modules/throw_and_catch.h"
#include "bench/modules/throw_interface.h"
#include "relib/backtrace.h"
#include "relib/errors.h"
#include "relib/host.h"
#include "tests/support/raw_library.h"

namespace relib::bench {
namespace {

using ThrowModule = relib::Module<ThrowExports>;

// Returns a row that compares `subject` with a throw and its catch in a library
// without relib.
Row ThrowRow(std::string name, Side (*subject)(std::shared_ptr<ThrowModule>)) {
  return {.name = std::move(name),
          .baseline = "throw, catch in a plain library",
          .prepare = [subject]() -> absl::StatusOr<Comparison> {
            absl::StatusOr<ThrowModule> module =
                relib::Load<ThrowExports>(CopyOfModule("modules/throw_module"));
            if (!module.ok()) return module.status();
            const std::shared_ptr<void> library(
                RawOpen(CopyOfModule("modules/throw_library")), RawClose);
            const auto raw = reinterpret_cast<ThrowAndCatchFunction>(
                RawSymbol(library.get(), kThrowAndCatchSymbol));
            return Comparison{
                .subject =
                    subject(std::make_shared<ThrowModule>(*std::move(module))),
                .baseline = Repeated([library, raw] { return raw(); })};
          }};
}

const RowRegistration kThrowInModule(ThrowRow(
    "throw.in_module", [](std::shared_ptr<ThrowModule> module) -> Side {
      const ThrowAndCatchFunction raw =
          module->exports().raw_throw_and_catch().value();
      return Repeated([module, raw] { return raw(); });
    }));

const RowRegistration kThrowToHost(
    ThrowRow("throw.to_host", [](std::shared_ptr<ThrowModule> module) -> Side {
      return Repeated(
          [module] { return module->exports().throw_through().ok(); });
    }));

// Looks the names of all frames up.
const RowRegistration kThrowToHostNamed(ThrowRow(
    "throw.to_host_named", [](std::shared_ptr<ThrowModule> module) -> Side {
      return Repeated([module] {
        const std::optional<ExceptionInfo> exception =
            ExceptionOf(module->exports().throw_through().status());
        CHECK(exception.has_value());
        return exception->backtrace.frames().size();
      });
    }));

}  // namespace
}  // namespace relib::bench
