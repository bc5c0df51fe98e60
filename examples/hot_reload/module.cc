// Edit this file while `bazel run //examples:hot_reload` runs, and save it: the
// sparks continue from where they are. Some things to try:
//
// - make kGravity negative, or ten times as large;
// - change the colors in ColorOf();
// - write to a null pointer in Update(): the last good version runs again;
// - add a field to Spark in scene.h, and use it.

#include "relib/module.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "examples/hot_reload/scene.h"

namespace {

constexpr float kGravity = 0.25F;
constexpr float kJump = 0.5F;
constexpr char kName[] = "sparks";

// Returns a number in [0, 1).
float Random(Scene& scene) {
  scene.random = scene.random * 1664525U + 1013904223U;
  return static_cast<float>(scene.random >> 8) / (1U << 24);
}

Spark NewSpark(Scene& scene) {
  return {.x = Random(scene),
          .y = Random(scene) * scene.height / 2,
          .vx = (Random(scene) - 0.5F) / 2,
          .vy = -Random(scene) / 4,
          .hue = Random(scene)};
}

// Reflects a spark that leaves [0, size].
void Reflect(float& place, float& speed, float size) {
  if (place < 0) {
    place = -place;
    speed = std::abs(speed);
  } else if (place > size) {
    place = std::max(0.0F, 2 * size - place);
    speed = -std::abs(speed);
  }
}

void Update(Scene& scene, float seconds) {
  ++scene.frame;
  const auto wanted = static_cast<size_t>(scene.wanted);
  while (scene.sparks.size() < wanted) {
    scene.sparks.push_back(NewSpark(scene));
  }
  scene.sparks.resize(wanted);
  for (Spark& spark : scene.sparks) {
    spark.vy += kGravity * seconds;
    spark.x += spark.vx * seconds;
    spark.y += spark.vy * seconds;
    Reflect(spark.x, spark.vx, 1);
    if (spark.y > scene.height) {
      // The spark bounces off the floor.
      spark.y = scene.height;
      spark.vy = -kJump * (0.4F + 0.6F * Random(scene));
    }
    Reflect(spark.y, spark.vy, scene.height);
  }
}

void Kick(Scene& scene) {
  for (Spark& spark : scene.sparks) {
    spark.vx += (Random(scene) - 0.5F) / 2;
    spark.vy -= Random(scene) / 2;
  }
}

void OnKey(Scene& scene, char key) {
  if (key == ' ') Kick(scene);
  if (key == '+') scene.wanted += 100;
  if (key == '-') scene.wanted = std::max(0, scene.wanted - 100);
}

struct Rgb {
  int red = 0;
  int green = 0;
  int blue = 0;
  bool operator==(const Rgb&) const = default;
};

Rgb ColorOf(const Spark& spark) {
  const auto channel = [&](float shift) {
    const float wave = std::cos(6.2831853F * (spark.hue + shift));
    return static_cast<int>(150 + 105 * wave);
  };
  return {channel(0), channel(0.33F), channel(0.67F)};
}

// Draws two pixels, one above the other, as one character: a half block in the
// color of one pixel, on a background in the color of the other.
std::string Draw(Scene& scene, int columns, int rows) {
  scene.height = static_cast<float>(2 * rows) / static_cast<float>(columns);
  std::vector<Rgb> pixels(static_cast<size_t>(columns) * rows * 2);
  for (const Spark& spark : scene.sparks) {
    const int x =
        std::clamp(static_cast<int>(spark.x * columns), 0, columns - 1);
    const int y =
        std::clamp(static_cast<int>(spark.y * columns), 0, 2 * rows - 1);
    pixels[static_cast<size_t>(y) * columns + x] = ColorOf(spark);
  }
  std::string picture;
  const auto append = [&](const char* kind, const Rgb& color) {
    picture += "\x1b[";
    picture += kind;
    picture += ";2;" + std::to_string(color.red) + ";" +
               std::to_string(color.green) + ";" + std::to_string(color.blue) +
               "m";
  };
  for (int row = 0; row < rows; ++row) {
    const Rgb* upper = &pixels[static_cast<size_t>(2) * row * columns];
    const Rgb* lower = upper + columns;
    for (int column = 0; column < columns; ++column) {
      if (upper[column] == Rgb() && lower[column] == Rgb()) {
        picture += ' ';
        continue;
      }
      if (lower[column] == Rgb()) {
        append("38", upper[column]);
        picture += "\xe2\x96\x80\x1b[0m";
      } else {
        append("38", lower[column]);
        if (upper[column] != Rgb()) append("48", upper[column]);
        picture += "\xe2\x96\x84\x1b[0m";
      }
    }
    picture += '\n';
  }
  return picture;
}

std::string Describe(Scene& scene) {
  return std::to_string(scene.sparks.size()) + " " + kName + ", frame " +
         std::to_string(scene.frame) +
         "   space: kick   + -: more, fewer   q: quit";
}

}  // namespace

RELIB_EXPORTS(SceneExports, .update = relib::implement<Update>,
              .draw = relib::implement<Draw>, .on_key = relib::implement<OnKey>,
              .describe = relib::implement<Describe>);
