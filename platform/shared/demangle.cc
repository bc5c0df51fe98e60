#include "platform/shared/demangle.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace relib::platform {

std::string Demangle(std::string_view mangled) {
  std::string name(mangled);
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), std::free);
  if (status != 0) return name;
  const std::string_view whole = text.get();
  return std::string(whole.substr(0, whole.find(" [clone ")));
}

}  // namespace relib::platform
