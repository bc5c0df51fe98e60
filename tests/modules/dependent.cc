// A library that is linked against the module //relib/testdata:answer, and so
// keeps it in the process.

extern "C" const char relib_module;
extern "C" __attribute__((visibility("default"))) const void* UsesTheModule() {
  return &relib_module;
}
