#ifndef RELIB_INTERNAL_LOADER_MODULE_LINK_H_
#define RELIB_INTERNAL_LOADER_MODULE_LINK_H_

#include <functional>
#include <memory>
#include <utility>

#include "relib/interface.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/thunk.h"
#include "relib/internal/loader/host_side.h"
#include "relib/internal/loader/module_gate.h"

namespace relib::internal {

// An import whose function is an export of another module. Calls go from module
// to module, without the host.
template <typename Signature>
class ModuleLink;

template <typename R, typename... A>
ModuleLink(std::shared_ptr<ModuleGate>, const Export<R(A...)>*)
    -> ModuleLink<R(A...)>;

template <typename R, typename... A>
class ModuleLink<R(A...)> {
 public:
  using LinkedSignature = R(A...);

  // `entry` must be one of the slots behind `gate`, which live as long as the
  // gate.
  ModuleLink(std::shared_ptr<ModuleGate> gate, const Export<R(A...)>* entry)
      : gate_(std::move(gate)), entry_(entry) {}

  // Returns false for an OptionalExport that the module lacks.
  bool has_export() const { return static_cast<bool>(*entry_); }

  const std::shared_ptr<ModuleGate>& gate() const { return gate_; }

  DestroyFunction destroy() const { return HostSide::DestroyerOf(*entry_); }

  // Thunks with the signature of ImportThunk::Invoke().
  static typename ResultTraits<R>::Type Forward(
      void* context, ParameterType<A>... arguments) noexcept {
    return HostSide::CallForModule<R, A...>(EntryIn(context),
                                            std::ref(arguments)...);
  }
  static Failure* ForwardWithStorage(void* context, void* storage,
                                     ParameterType<A>... arguments) noexcept {
    return HostSide::CallForModule<R, A...>(EntryIn(context), std::ref(storage),
                                            std::ref(arguments)...);
  }

 private:
  static const Export<R(A...)>& EntryIn(void* context) {
    return *static_cast<const ModuleLink*>(context)->entry_;
  }

  const std::shared_ptr<ModuleGate> gate_;
  const Export<R(A...)>* const entry_;
};

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_MODULE_LINK_H_
