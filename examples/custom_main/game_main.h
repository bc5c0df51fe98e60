#ifndef EXAMPLES_CUSTOM_MAIN_GAME_MAIN_H_
#define EXAMPLES_CUSTOM_MAIN_GAME_MAIN_H_

#include <string>
#include <type_traits>

#include "relib/interface.h"

// The result of the main of every plugin of this program.
struct PluginInfo {
  std::string name;
  int version = 0;
};

// The program's own macro GAME_MAIN(Function), which replaces RELIB_MAIN(R) in
// modules that include relib/module.h. A function with another signature is a
// compile error that states the expected one.
#define GAME_MAIN(function)                                                \
  static_assert(std::is_same_v<decltype(function), PluginInfo()>,          \
                "the main of a plugin is a function PluginInfo " #function \
                "()");                                                     \
  RELIB_MAIN(PluginInfo) { return function(); }                            \
  static_assert(true)

#endif  // EXAMPLES_CUSTOM_MAIN_GAME_MAIN_H_
