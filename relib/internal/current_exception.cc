#include "relib/internal/current_exception.h"

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <typeinfo>

namespace relib::internal {
namespace {

std::string CurrentType() {
#if defined(__cpp_rtti)
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) return "";
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), std::free);
  return status == 0 ? text.get() : type->name();
#else
  return "";
#endif
}

}  // namespace

ExceptionText DescribeCurrentException() {
  ExceptionText text{.type = CurrentType(), .what = ""};
#if defined(__cpp_exceptions)
  try {
    throw;
  } catch (const std::exception& exception) {
    if (const char* what = exception.what()) text.what = what;
  } catch (const std::string& string) {
    text.what = string;
  } catch (const char* string) {
    if (string != nullptr) text.what = string;
  } catch (...) {
  }
#endif
  return text;
}

}  // namespace relib::internal
