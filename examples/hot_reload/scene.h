#ifndef EXAMPLES_HOT_RELOAD_SCENE_H_
#define EXAMPLES_HOT_RELOAD_SCENE_H_

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "relib/interface.h"
#include "relib/state/interface.h"

// The state that the host keeps for the module. Edit it while the program runs:
// add a field, remove one, or change a type. Fields that still exist keep their
// values.

// A flying spark. The scene is one unit wide and `height` units high.
struct Spark {
  float x = 0;
  float y = 0;
  float vx = 0;
  float vy = 0;
  // The position on the color wheel, from 0 to 1.
  float hue = 0;
};

struct Scene {
  int64_t frame = 0;
  int32_t wanted = 400;
  float height = 0.5F;
  uint32_t random = 1;
  std::pmr::vector<Spark> sparks;
};
RELIB_STATE(Scene, frame, wanted, height, random, sparks);

// The interface. After a change of this struct, the host refuses the module
// until it has been rebuilt and restarted.

struct SceneExports {
  // Advances the scene by `seconds`.
  relib::Export<void(relib::StateRef<Scene> scene, float seconds)> update;
  // Returns the picture: `rows` lines of `columns` characters.
  relib::Export<std::string(relib::StateRef<Scene> scene, int columns,
                            int rows)>
      draw;
  relib::Export<void(relib::StateRef<Scene> scene, char key)> on_key;
  // Returns a line that describes the scene and the keys.
  relib::Export<std::string(relib::StateRef<Scene> scene)> describe;
};
RELIB_INTERFACE(SceneExports, update, draw, on_key, describe);

#endif  // EXAMPLES_HOT_RELOAD_SCENE_H_
