// A library that looks like a module but has no manifest.

extern "C" [[gnu::visibility("default")]] const int relib_module;
const int relib_module = 1;
