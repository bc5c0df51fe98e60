#ifndef RELIB_TRANSFER_H_
#define RELIB_TRANSFER_H_

// For both sides: tells relib how to copy types whose fields it can't access.
// These are classes with private members, base classes, anonymous unions, or
// more than 64 fields.
//
//   class Mesh { ... };                        // in a header of both sides
//   template <>
//   struct relib::Transfer<Mesh> {
//     static Mesh Copy(const Mesh& mesh) { return mesh.Clone(); }
//   };
//
// Then Mesh may be a parameter or result wherever std::string may, also in
// containers and aggregates. It needs no copy constructor. Copy() runs on the
// side that receives the object and may throw. The copy must share no memory
// with `mesh` and must be allocated in the heap of the receiver, as by new or
// malloc() there. `mesh` is destroyed by the side that created it.
//
// Both sides must agree on the layout of Mesh; relib compares only its size and
// alignment. Place the specialization before the first interface that uses the
// type.

#include <concepts>

namespace relib {

template <typename T>
struct Transfer;

namespace internal {

template <typename T>
concept HasTransfer = requires { sizeof(Transfer<T>); };

template <typename T>
concept TransferIsRight = requires(const T& object) {
  { Transfer<T>::Copy(object) } -> std::same_as<T>;
};

}  // namespace internal
}  // namespace relib

#endif  // RELIB_TRANSFER_H_
