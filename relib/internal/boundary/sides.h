#ifndef RELIB_INTERNAL_BOUNDARY_SIDES_H_
#define RELIB_INTERNAL_BOUNDARY_SIDES_H_

namespace relib::internal {

// How calls are made on either side of the boundary. Each has a template
// Result<R> and functions Call().
struct HostSide;    // relib/internal/loader/host_side.h
struct ModuleSide;  // relib/internal/module/module_side.h

// LocalSide<void>::Type is the side that is being compiled: HostSide where
// relib/host.h is included, ModuleSide where relib/module.h is. A template, so
// that headers of both sides can name it before it is defined.
template <typename Dependent>
struct LocalSide;

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_BOUNDARY_SIDES_H_
