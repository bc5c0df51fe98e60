#ifndef RELIB_INTERNAL_LOADER_SLOTS_H_
#define RELIB_INTERNAL_LOADER_SLOTS_H_

#include <memory>

#include "relib/interface.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/module_gate.h"

namespace relib {

struct NoExports;

namespace internal {

// The entries of T with the same layout, called without the gate.
template <typename T>
using UngatedExports = typename InterfaceOf<T>::Ungated;

// The exports of a module, as the loader fills them.
template <typename T>
struct Slots {
  static_assert(sizeof(T) == sizeof(UngatedExports<T>));

  // NOLINTNEXTLINE(modernize-use-equals-default): a union has no default one.
  Slots() : exports() {}

  union {
    T exports;
    UngatedExports<T> ungated;
  };
  ExportSlot main;
};
template <>
struct Slots<NoExports> {
  ExportSlot main;
};

// Allocates a closed gate and empty slots for a module with the exports T, in
// one block of memory. A Reloader allocates one per version that is loaded at
// the same time, and reuses it. `router`, if not null, must outlive the result.
template <typename T>
GateAndSlots MakeGateAndSlots(CallRouter* router = nullptr) {
  struct Block {
    explicit Block(CallRouter* router) : gate(router) {}

    ModuleGate gate;
    Slots<T> slots;
  };
  auto block = std::make_shared<Block>(router);
  return {.gate = {block, &block->gate}, .slots = {block, &block->slots}};
}

}  // namespace internal
}  // namespace relib

#endif  // RELIB_INTERNAL_LOADER_SLOTS_H_
