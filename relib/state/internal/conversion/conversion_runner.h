#ifndef RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_RUNNER_H_
#define RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_RUNNER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/state/internal/conversion/conversion_plan.h"
#include "relib/state/internal/value/bytes.h"
#include "relib/state/internal/value/code.h"
#include "relib/state/internal/value/schema.h"
#include "relib/state/migration.h"

namespace relib::internal {

// Runs a ConversionPlan on one value. Counts losses in the plan's report.
class ConversionRunner {
 public:
  ConversionRunner(ConversionPlan& plan, const StateCode& code,
                   BytesReader& in);

  // Reads a value and converts it into the object at `to`.
  absl::Status Read(const ConversionNode& node, void* to, int depth);

 private:
  using Node = ConversionNode;

  // Fills an object that a migrator reads.
  using FillOld =
      absl::FunctionRef<absl::Status(const Node& old, void* object)>;

  // Fills elements of a list from the older value: one with an index, or some
  // that are contiguous in memory.
  struct ElementSource {
    absl::FunctionRef<absl::Status(size_t index, void* to)> fill_one;
    absl::FunctionRef<absl::Status(size_t begin, char* to, size_t count)>
        fill_contiguous;
  };

  const SchemaType& At(size_t index) const { return schema_.types()[index]; }
  void Lose(size_t loss);

  absl::Status ReadStruct(const Node& node, void* to, int depth);
  absl::Status ReadList(const Node& node, void* to, int depth);
  absl::Status ReadElements(const Node& node, size_t count, void* to,
                            int depth);
  absl::Status ReadMap(const Node& node, void* to, int depth);
  absl::Status ReadAlternative(const Node& node, void* to, int depth);

  // Reads past a value.
  absl::Status Skip(size_t index, int depth);
  absl::Status SkipParts(const SchemaType& type, int depth);
  absl::Status SkipAlternative(const SchemaType& type, int depth);
  absl::Status SkipElements(const SchemaType& type, int depth);

  // Converts a plain value, whose bytes are all at `from`.
  absl::Status Convert(const Node& node, const char* from, void* to, int depth);
  absl::Status ConvertStruct(const Node& node, const char* from, void* to,
                             int depth);
  void ConvertEnum(const Node& node, const char* from, void* to);
  // Converts contiguous plain elements into a list.
  absl::Status ConvertBlock(const Node& node, const char* from, size_t count,
                            void* to, int depth);
  // Converts contiguous plain elements into contiguous elements.
  absl::Status ConvertMany(const Node& node, const char* from,
                           size_t from_stride, char* to, size_t to_stride,
                           size_t count, int depth);

  // Each of these puts `count` elements into a list.
  absl::Status FillList(const Node& node, size_t count, void* to, int depth,
                        const ElementSource& source);
  absl::Status FillArray(const Node& node, size_t count, void* to, int depth,
                         const ElementSource& source);
  absl::Status InsertElements(const Node& node, size_t count, void* to,
                              const ElementSource& source);
  absl::Status AppendElements(const Node& node, size_t count, void* to,
                              const ElementSource& source);

  // Runs the migrators of a struct.
  absl::Status Migrate(const Node& node, void* to, FillOld fill_old);

  absl::Status Emplace(const Node& node, size_t index, void* to,
                       void*& value) const;
  absl::Status Clear(const StateType& container, void* to) const;
  // Makes an element or key in `storage`, fills it, and moves it into the
  // container. Sets `value`, unless it is null, to the address of the value
  // that belongs to the key, or to null if the container already had the key.
  absl::Status Insert(const Node& node, const StateType& element, void* storage,
                      void* to, absl::FunctionRef<absl::Status()> fill,
                      void** value = nullptr);

  const Schema& schema_;
  const StateCode& code_;
  std::vector<StateMigration::Loss>& lost_;
  BytesReader& in_;
};

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_CONVERSION_CONVERSION_RUNNER_H_
