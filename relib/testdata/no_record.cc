// A library that looks like a module but has no record.

extern "C" [[gnu::visibility("default")]] const int relib_module;
const int relib_module = 1;
