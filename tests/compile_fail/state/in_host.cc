// EXPECT: a host can't reach into a StateRef

#include "relib/state/interface.h"

struct World {
  int ticks = 0;
};

// A copy of the declaration in relib/host.h, which depends on Abseil.
template <>
struct relib::internal::LocalSide<void> {
  using Type = HostSide;
};

int Ticks(relib::StateRef<World> world) { return world->ticks; }
