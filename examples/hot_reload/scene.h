#ifndef EXAMPLES_HOT_RELOAD_SCENE_H_
#define EXAMPLES_HOT_RELOAD_SCENE_H_

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "relib/interface.h"
#include "relib/state/interface.h"

// What the host keeps for the module. Change me, too, while the program runs:
// add a field, remove one, give one another type. What is still there keeps its
// value.

// Something that flies. The scene is one unit wide, and `height` units high.
struct Spark {
  float x = 0;
  float y = 0;
  float vx = 0;
  float vy = 0;
  // 0 to 1, around the circle of colours.
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

// Changing what follows needs another host: it says so.

struct SceneExports {
  // Lets `seconds` pass.
  relib::Export<void(relib::StateRef<Scene> scene, float seconds)> update;
  // The picture, `rows` lines of `columns` characters.
  relib::Export<std::string(relib::StateRef<Scene> scene, int columns,
                            int rows)>
      draw;
  relib::Export<void(relib::StateRef<Scene> scene, char key)> on_key;
  // A line about the scene, and what keys there are.
  relib::Export<std::string(relib::StateRef<Scene> scene)> describe;
};
RELIB_INTERFACE(SceneExports, update, draw, on_key, describe);

#endif  // EXAMPLES_HOT_RELOAD_SCENE_H_
