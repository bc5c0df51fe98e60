#ifndef RELIB_STATE_MIGRATE_H_
#define RELIB_STATE_MIGRATE_H_

// For modules: migrates a state of an older version, beyond carrying its fields
// over by name.
//
//   struct OldWorld {
//     double velocity;  // in m/s; World no longer has it
//   };
//   RELIB_MIGRATE(const OldWorld& old, World& world) {
//     world.speed_kmh = old.velocity * 3.6;
//   }
//
// OldWorld lists the fields of the older World that the body needs, with their
// old names and types. They are filled from the old value by name. World may be
// the type of a state, or any struct in a state; the body runs once for each
// object, after everything else was carried over.
//
// The body runs if the older layout has all fields of OldWorld, and at least
// one of them is missing from World or has another type there. The body must
// set the fields of World that OldWorld also lists and whose types can't be
// converted.
//
// A module may have any number of migrations, even for the same type. All that
// apply run, in the order of the source file. If one throws, the migration
// fails, and the old version continues with the old value.

#include <type_traits>

#include "relib/internal/boundary/thunk.h"
#include "relib/state/interface.h"

namespace relib {

// The type of a field that the older layout must lack for a RELIB_MIGRATE to
// run:
//
//   struct OldWorld {
//     int ticks;
//     relib::Absent seconds;
//   };
//   RELIB_MIGRATE(const OldWorld& old, World& world) {
//     world.seconds = old.ticks / 60.0;
//   }
//
// Without it, the body would run again whenever another field is added to
// World, and undo changes of `seconds`.
struct Absent {};

namespace internal {

template <typename Old, typename New>
struct RegisteredMigrator : StateMigrator {
  explicit RegisteredMigrator(Failure* (*run)(const void*, void*))
      : StateMigrator{&StateTypeOf<Old>::kType, &StateTypeOf<New>::kType, run,
                      nullptr} {
    StateMigrator** last = &first_state_migrator;
    while (*last != nullptr) last = &(*last)->next;
    *last = this;
  }
};

template <auto kFunction>
struct MigratorOf;
template <typename Old, typename New, void (*kFunction)(const Old&, New&)>
struct MigratorOf<kFunction> : RegisteredMigrator<Old, New> {
  static_assert(!std::is_same_v<Old, New>,
                "relib: RELIB_MIGRATE takes a struct of the old fields and the "
                "current type, which must be different types");

  MigratorOf() : RegisteredMigrator<Old, New>(&Run) {}

  static Failure* Run(const void* old, void* now) {
    return internal::Run<void>(nullptr, [&] {
      kFunction(*static_cast<const Old*>(old), *static_cast<New*>(now));
    });
  }
};

}  // namespace internal
}  // namespace relib

// Defines a migration, at namespace scope in a source file of the module:
// RELIB_MIGRATE(const OldWorld& old, World& world) { ... }
#define RELIB_MIGRATE(old, now)                                               \
  RELIB_INTERNAL_MIGRATE(RELIB_INTERNAL_JOIN(relib_migrate_, __LINE__),       \
                         RELIB_INTERNAL_JOIN(relib_migrator_, __LINE__), old, \
                         now)
#define RELIB_INTERNAL_JOIN(a, b) RELIB_INTERNAL_JOIN_2(a, b)
#define RELIB_INTERNAL_JOIN_2(a, b) a##b
#define RELIB_INTERNAL_MIGRATE(function, migrator, old, now) \
  static void function(old, now);                            \
  static ::relib::internal::MigratorOf<&function> migrator;  \
  static void function(old, now)

#endif  // RELIB_STATE_MIGRATE_H_
