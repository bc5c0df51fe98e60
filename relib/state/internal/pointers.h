#ifndef RELIB_STATE_INTERNAL_POINTERS_H_
#define RELIB_STATE_INTERNAL_POINTERS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "relib/state/internal/object.h"

namespace relib::internal {

struct PointerRules {
  // What of the module lies at an address, "Explode() of libgame.so"; empty if
  // nothing does.
  std::function<std::string(const void* address)> describe;
  // The object is about to be somewhere else.
  bool object_moves = false;
  // Looks at the memory resources of all containers, too.
  bool check_resources = false;
};

// FailedPrecondition, naming the field, if a pointer in the object, or in what
// it holds, breaks the rules. `first_pointer`, if not null, becomes the name of
// the first field that is a pointer and not null.
absl::Status CheckPointers(const BoundSchema& type, const void* object,
                           const PointerRules& rules,
                           std::string* first_pointer);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_POINTERS_H_
