#ifndef RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_FIXTURE_H_
#define RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_FIXTURE_H_

#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/internal/failure/failure.h"
#include "relib/internal/states/state_memory.h"
#include "relib/state/interface.h"
#include "relib/state/internal/conversion/conversion.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/code.h"
#include "relib/state/internal/value/encode.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/memory.h"
#include "relib/state/migration.h"

// For tests that convert values between types of this program, which plays both
// the old and the new module.

namespace relib::internal {

// Calls functions of this program as if they were a module's.
class OwnCode final : public StateCode {
 public:
  absl::Status Call(absl::FunctionRef<Failure*()> function) const override {
    Failure* const failure = function();
    if (failure == nullptr) return absl::OkStatus();
    return absl::AbortedError(Describe(TakeFailure(failure)));
  }
};

template <typename T>
BoundSchema Bound() {
  return BoundSchema::Of(StateTypeOf<T>::kType, std::make_shared<OwnCode>());
}

template <typename T>
std::string Encoded(const T& value) {
  Bytes bytes;
  EXPECT_EQ(Encode(Bound<T>(), &value, bytes), absl::OkStatus());
  return std::move(bytes).TakeBytes();
}

// Gives containers memory of the host, as in a module, and checks that they
// free it.
class ConversionTest : public testing::Test {
 protected:
  ConversionTest() : before_(std::pmr::set_default_resource(StateMemory())) {}
  ~ConversionTest() override {
    std::pmr::set_default_resource(before_);
    EXPECT_EQ(CountStateMemory().blocks, 0);
    EXPECT_EQ(CountStateMemory().bytes, 0);
  }

  template <typename To, typename From>
  absl::StatusOr<To> Convert(const From& from,
                             const StateMigrator* migrators = nullptr) {
    absl::StatusOr<std::unique_ptr<Conversion>> conversion = Conversion::Make(
        Bound<From>().schema, BytesOrigin::kObject, StateTypeOf<To>::kType,
        std::make_shared<OwnCode>(), migrators);
    if (!conversion.ok()) return conversion.status();
    std::optional<To> to;
    // Converts a copy of the value first, and then the object itself.
    for (const bool borrows : {false, true}) {
      to.emplace();
      Bytes bytes(borrows);
      absl::Status status = Encode(Bound<From>(), &from, bytes);
      BytesReader in =
          borrows ? BytesReader(bytes) : BytesReader(bytes.bytes());
      status.Update((*conversion)->Run(in, &*to));
      if (!status.ok()) return status;
    }
    report_ = (*conversion)->Report();
    return *std::move(to);
  }

  StateMigration report_;

 private:
  std::pmr::memory_resource* const before_;
};

template <typename T>
struct Holder {
  T value{};
};
template <typename A, typename B>
struct TwoHolder {
  A first_field{};
  B value{};
};

// Expects that a field `value` of one type becomes one of another type.
#define EXPECT_CONVERTS(From, from, To, to)                           \
  do {                                                                \
    const auto converted =                                            \
        Convert<TwoHolder<std::pmr::string, To>>(Holder<From>{from}); \
    ASSERT_TRUE(converted.ok()) << converted.status();                \
    EXPECT_EQ(converted->value, to);                                  \
  } while (false)

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_FIXTURE_H_
