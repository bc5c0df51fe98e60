#include <cstdint>

#include "bench/modules/state_interface.h"
#include "relib/module.h"

namespace relib::bench {
namespace {

void Resize(Particles& particles, int64_t count) {
  particles.all.clear();
  for (int64_t i = 0; i < count; ++i) {
    Particle particle;
    particle.x = static_cast<float>(i);
    particle.kind = static_cast<uint32_t>(i);
    particles.all.push_back(particle);
  }
}

int64_t Count(Particles& particles) {
  return static_cast<int64_t>(particles.all.size());
}

}  // namespace

RELIB_EXPORTS(StateExports, .resize = implement<Resize>,
              .count = implement<Count>);

}  // namespace relib::bench
