#ifndef RELIB_STATE_INTERNAL_VALUE_NESTING_H_
#define RELIB_STATE_INTERNAL_VALUE_NESTING_H_

#include <cstddef>
#include <vector>

#include "relib/state/internal/value/schema.h"

namespace relib::internal {

// Visits types after the types of the parts that are stored inside of them.
class Nesting {
 public:
  explicit Nesting(const std::vector<SchemaType>& types);

  // Visits a type and the types inside of it. Returns false if one of them
  // contains itself, as no real type does.
  bool Visit(size_t root);

  // The types visited so far, each one after the types inside of it.
  const std::vector<size_t>& order() const { return order_; }

 private:
  enum class State : char { kNew, kOpen, kDone };

  const std::vector<SchemaType>& types_;
  std::vector<State> states_;
  std::vector<size_t> order_;
};

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_VALUE_NESTING_H_
