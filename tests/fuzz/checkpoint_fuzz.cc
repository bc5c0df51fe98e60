// Gives any bytes to the reader of checkpoints, and converts the value to types
// of this program.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relib/internal/failure/failure.h"
#include "relib/state/internal/checkpoint/saved_state.h"
#include "relib/state/internal/conversion/conversion.h"
#include "relib/state/internal/conversion/conversion_types.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/code.h"
#include "relib/state/internal/value/encode.h"
#include "relib/state/internal/value/object.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migrate.h"
#include "tests/fuzz/fuzz.h"

namespace relib {
namespace {

using namespace internal;  // NOLINT(google-build-using-namespace)

// Types that contain themselves, twice.
struct Pair {
  int value = 0;
  std::pmr::vector<Pair> left;
  std::pmr::list<Pair> right;
};

struct OldEntity {
  int64_t hp = 0;
  old_version::Vec at;
};
RELIB_MIGRATE(const OldEntity& old, new_version::Entity& entity) {
  entity.speed = static_cast<float>(old.hp) + old.at.x;
}

class OwnCode final : public StateCode {
 public:
  absl::Status Call(absl::FunctionRef<Failure*()> function) const override {
    Failure* const failure = function();
    if (failure == nullptr) return absl::OkStatus();
    return absl::AbortedError(TakeFailure(failure).what);
  }
};

template <typename T>
BoundSchema Bound() {
  return BoundSchema::Of(StateTypeOf<T>::kType, std::make_shared<OwnCode>());
}

template <typename T>
SavedState Saved(const T& value) {
  Bytes bytes;
  Encode(Bound<T>(), &value, bytes).IgnoreError();
  return {.schema = Bound<T>().schema,
          .bytes = std::move(bytes).TakeBytes(),
          .pointer = {}};
}

template <typename T>
void ConvertTo(const SavedState& saved) {
  const absl::StatusOr<std::unique_ptr<Conversion>> conversion =
      Conversion::Make(saved.schema, BytesOrigin::kOutside,
                       StateTypeOf<T>::kType, std::make_shared<OwnCode>(),
                       first_state_migrator);
  if (!conversion.ok()) return;
  T object;
  BytesReader in(saved.bytes);
  if ((*conversion)->Run(in, &object).ok()) (*conversion)->Report();
}

// An input is a description of types and a value, without the rest of a file:
// the fuzzer can't guess a checksum.
std::string InputOf(const SavedState& saved) {
  Bytes bytes;
  bytes.AppendText(saved.schema->ToBytes());
  bytes.AppendText(saved.bytes);
  return std::move(bytes).TakeBytes();
}

}  // namespace

std::vector<std::string> FuzzSeeds(const std::vector<std::string>&) {
  Pair pair;
  pair.left.resize(2);
  pair.right.resize(1);
  const SavedState states[] = {Saved(OldWorld()), Saved(pair),
                               Saved(new_version::World())};
  std::vector<std::string> seeds;
  for (const SavedState& saved : states) {
    seeds.push_back(InputOf(saved));
    seeds.push_back(ToFile(saved));
  }
  return seeds;
}

}  // namespace relib

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace internal = relib::internal;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  internal::FromFile(input).status().IgnoreError();

  internal::BytesReader in(input);
  absl::StatusOr<std::shared_ptr<const internal::Schema>> schema =
      internal::Schema::Parse(in.ReadText());
  if (!schema.ok()) return 0;
  // The bytes that were read are written in the same way.
  if ((*schema)->ToBytes() != input.substr(8, (*schema)->ToBytes().size())) {
    __builtin_trap();
  }
  const internal::SavedState saved = {.schema = *std::move(schema),
                                      .bytes = std::string(in.ReadText()),
                                      .pointer = {}};
  relib::ConvertTo<relib::internal::new_version::World>(saved);
  relib::ConvertTo<relib::Pair>(saved);
  return 0;
}
