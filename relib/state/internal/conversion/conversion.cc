#include "relib/state/internal/conversion/conversion.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/conversion/conversion_plan.h"
#include "relib/state/internal/conversion/conversion_runner.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/code.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migration.h"

namespace relib::internal {

Conversion::Conversion(std::unique_ptr<ConversionPlan> plan,
                       std::shared_ptr<const StateCode> code)
    : plan_(std::move(plan)), code_(std::move(code)) {}

Conversion::~Conversion() = default;

absl::StatusOr<std::unique_ptr<Conversion>> Conversion::Make(
    std::shared_ptr<const Schema> from, BytesOrigin origin, const StateType& to,
    std::shared_ptr<const StateCode> code, const StateMigrator* first) {
  absl::StatusOr<std::unique_ptr<ConversionPlan>> plan =
      PlanConversion(std::move(from), origin, to, first);
  if (!plan.ok()) return plan.status();
  return std::unique_ptr<Conversion>(
      new Conversion(*std::move(plan), std::move(code)));
}

absl::Status Conversion::Run(BytesReader& in, void* object) {
  for (StateMigration::Loss& loss : plan_->report.lost) loss.count = 0;
  absl::Status status =
      ConversionRunner(*plan_, *code_, in).Read(*plan_->root, object, 0);
  if (status.ok() && !in.at_end()) {
    return absl::DataLossError("there are more bytes than its value has");
  }
  return status;
}

StateMigration Conversion::Report() const {
  StateMigration report = plan_->report;
  std::erase_if(report.lost, [](const StateMigration::Loss& loss) {
    return loss.count == 0;
  });
  return report;
}

}  // namespace relib::internal
