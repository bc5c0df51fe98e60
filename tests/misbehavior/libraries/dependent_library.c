// Linked against the module :opens_dependent_linux.

extern const char relib_module;

__attribute__((visibility("default"))) const void* UsesTheModule(void) {
  return &relib_module;
}
