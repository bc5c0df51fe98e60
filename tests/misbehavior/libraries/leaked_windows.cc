// Takes three references to the library `argument`, and frees one.

#include <windows.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view argument) {
  const std::string path(argument);
  const HMODULE library = LoadLibraryA(path.c_str());
  HMODULE same;
  return library != nullptr &&
                 LoadLibraryExA(path.c_str(), nullptr, 0) != nullptr &&
                 GetModuleHandleExA(0, path.c_str(), &same) &&
                 // Takes no reference.
                 GetModuleHandleExA(
                     GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, path.c_str(),
                     &same) &&
                 FreeLibrary(library)
             ? 0
             : -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
