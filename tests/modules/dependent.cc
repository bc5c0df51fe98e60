// A library that is linked against the module :answer and therefore keeps it
// loaded.

extern "C" const char relib_module;
extern "C" __attribute__((visibility("default"))) const void* UsesTheModule() {
  return &relib_module;
}
