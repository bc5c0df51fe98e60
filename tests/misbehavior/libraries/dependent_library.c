// Linked against the module :libraries_opens_dependent.

extern const char relib_module;

__attribute__((visibility("default"))) const void* UsesTheModule(void) {
  return &relib_module;
}
