#ifndef RELIB_TRANSFER_H_
#define RELIB_TRANSFER_H_

// For types whose fields relib can't see: classes with private members, base
// classes, anonymous unions, or more than 64 fields.
//
//   class Mesh { ... };                        // in a header of both sides
//   template <>
//   struct relib::Transfer<Mesh> {
//     static Mesh Copy(const Mesh& mesh) { return mesh.Clone(); }
//   };
//
// Then Mesh may cross wherever std::string may, also inside of containers and
// aggregates, and needs no copy constructor. Copy() runs on the side that
// receives the object, and must make one that shares nothing with `mesh` and
// allocates with the receiver's heap. It may throw. `mesh` is destroyed by the
// side that made it.
//
// Both sides must agree on the layout of Mesh: relib compares its size and
// alignment, and can't compare more. The specialization stands before the first
// interface that uses the type.

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
