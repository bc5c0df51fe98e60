#ifndef RELIB_STATE_INTERNAL_VALUE_POINTERS_H_
#define RELIB_STATE_INTERNAL_VALUE_POINTERS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "relib/state/internal/value/object.h"

namespace relib::internal {

// Rules for the pointers of an object.
struct PointerRules {
  // Describes the code or data of the module at an address: "Explode() of
  // libgame.so". Returns an empty string if the address isn't the module's.
  std::function<std::string(const void* address)> describe;
  // Forbids pointers into the object itself, which is about to move.
  bool object_moves = false;
  // Checks the memory resources of all containers, too.
  bool check_resources = false;
};

// Returns FailedPrecondition, naming the field, if a pointer in the object or
// in its containers breaks the rules. Sets `first_pointer`, unless it is null,
// to the name of the first field that is a non-null pointer.
absl::Status CheckPointers(const BoundSchema& type, const void* object,
                           const PointerRules& rules,
                           std::string* first_pointer);

}  // namespace relib::internal

#endif  // RELIB_STATE_INTERNAL_VALUE_POINTERS_H_
