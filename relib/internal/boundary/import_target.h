#ifndef RELIB_INTERNAL_BOUNDARY_IMPORT_TARGET_H_
#define RELIB_INTERNAL_BOUNDARY_IMPORT_TARGET_H_

#include <atomic>
#include <utility>

namespace relib::internal {

// The callable of an import, without its type. Owned by the host; copies of the
// import share it.
struct ImportTarget {
  std::atomic<int> users{1};
  void (*destroy)(ImportTarget*) = nullptr;
  // For an export of another module: a std::shared_ptr<ModuleGate>. Otherwise
  // null.
  const void* gate = nullptr;
};

template <typename F>
struct ImportTargetOf : ImportTarget {
  template <typename G>
  explicit ImportTargetOf(G&& g) : function(std::forward<G>(g)) {
    destroy = [](ImportTarget* target) {
      delete static_cast<ImportTargetOf*>(target);
    };
  }
  F function;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_IMPORT_TARGET_H_
