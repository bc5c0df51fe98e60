#ifndef EXAMPLES_CUSTOM_MAIN_GAME_MAIN_H_
#define EXAMPLES_CUSTOM_MAIN_GAME_MAIN_H_

#include <string>
#include <type_traits>

#include "relib/interface.h"

// What every plugin of this program returns from its main.
struct PluginInfo {
  std::string name;
  int version = 0;
};

// The program's own macro: GAME_MAIN(Function) instead of RELIB_MAIN(R), for
// the modules that include relib/module.h. A function of another signature
// doesn't compile, and the message says what is wanted.
#define GAME_MAIN(function)                                                \
  static_assert(std::is_same_v<decltype(function), PluginInfo()>,          \
                "the main of a plugin is a function PluginInfo " #function \
                "()");                                                     \
  RELIB_MAIN(PluginInfo) { return function(); }                            \
  static_assert(true)

#endif  // EXAMPLES_CUSTOM_MAIN_GAME_MAIN_H_
