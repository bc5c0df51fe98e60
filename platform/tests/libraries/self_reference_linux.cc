// Keeps itself loaded.

#include <dlfcn.h>

namespace {
void* handle = nullptr;
}

extern "C" void TakeReference() {
  Dl_info info;
  dladdr(reinterpret_cast<void*>(&TakeReference), &info);
  handle = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
}

extern "C" void GiveReferenceBack() { dlclose(handle); }
