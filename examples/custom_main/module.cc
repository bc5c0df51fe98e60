#include "relib/module.h"

#include "examples/custom_main/game_main.h"

static PluginInfo Weather() { return {.name = "weather", .version = 3}; }

GAME_MAIN(Weather);
