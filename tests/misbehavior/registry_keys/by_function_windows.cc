// Opens a registry key by the function that `argument` names, and leaves it
// open. Returns the error code.

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view function) {
  const HKEY root = HKEY_CURRENT_USER;
  HKEY key = nullptr;
  if (function == "RegOpenKeyA") return RegOpenKeyA(root, "Software", &key);
  if (function == "RegOpenKeyW") return RegOpenKeyW(root, L"Software", &key);
  if (function == "RegOpenKeyExA") {
    return RegOpenKeyExA(root, "Software", 0, KEY_READ, &key);
  }
  if (function == "RegCreateKeyA") return RegCreateKeyA(root, "Software", &key);
  if (function == "RegCreateKeyW") {
    return RegCreateKeyW(root, L"Software", &key);
  }
  if (function == "RegCreateKeyExA") {
    return RegCreateKeyExA(root, "Software", 0, nullptr, 0, KEY_READ, nullptr,
                           &key, nullptr);
  }
  if (function == "RegCreateKeyExW") {
    return RegCreateKeyExW(root, L"Software", 0, nullptr, 0, KEY_READ, nullptr,
                           &key, nullptr);
  }
  if (function == "RegOpenCurrentUser") {
    return RegOpenCurrentUser(KEY_READ, &key);
  }
  return -1;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
