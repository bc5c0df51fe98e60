#include <dlfcn.h>

#include <string>

#include "absl/log/check.h"
#include "tests/support/raw_library.h"

namespace relib {

const char kRawOpenName[] = "dlopen";
const char kRawSymbolName[] = "dlsym";
const char kRawCloseName[] = "dlclose";

void* RawOpen(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  CHECK(library != nullptr) << dlerror();
  return library;
}

void* RawSymbol(void* library, const char* name) {
  void* symbol = dlsym(library, name);
  CHECK(symbol != nullptr) << dlerror();
  return symbol;
}

void RawClose(void* library) { CHECK_EQ(dlclose(library), 0) << dlerror(); }

bool RawIsLoaded(const std::string& path) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (library != nullptr) RawClose(library);
  return library != nullptr;
}

}  // namespace relib
