#include "relib/internal/boundary/current_exception.h"

#include <cxxabi.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

namespace relib::internal {
namespace {

constexpr size_t kMaxParts = 16;

// Returns "E" for "std::_Nested_exception<E>", the class that
// std::throw_with_nested(E()) derives from E. Returns other types unchanged.
std::string WithoutNesting(std::string type) {
  for (const std::string_view wrapper :
       {"std::_Nested_exception<", "std::__1::__nested<"}) {
    if (type.starts_with(wrapper) && type.ends_with(">")) {
      type = type.substr(wrapper.size(), type.size() - wrapper.size() - 1);
      // Older demanglers return "E<int> >".
      if (type.ends_with(" ")) type.pop_back();
    }
  }
  return type;
}

std::string CurrentType() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) return "";
  int status = 0;
  // This runs in modules, which don't link platform/shared and its Demangle().
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), std::free);
  return WithoutNesting(status == 0 ? text.get() : type->name());
}

// Returns the address of the exception object, which is all that an
// exception_ptr contains.
const void* AddressOf(const std::exception_ptr& exception) {
  static_assert(sizeof(exception) == sizeof(void*));
  const void* address;
  std::memcpy(&address, static_cast<const void*>(&exception), sizeof(address));
  return address;
}

// Sets `what`, and `nested` if the exception has a nested one. Rethrows only
// once, because that takes microseconds.
void DescribeCurrent(std::string* what, std::exception_ptr* nested) {
  try {
    throw;
  } catch (const std::exception& exception) {
    if (const char* text = exception.what()) *what = text;
    if (const auto* outer =
            dynamic_cast<const std::nested_exception*>(&exception)) {
      *nested = outer->nested_ptr();
    }
  } catch (const std::nested_exception& exception) {
    *nested = exception.nested_ptr();
  } catch (const std::string& string) {
    *what = string;
  } catch (const char* string) {
    if (string != nullptr) *what = string;
#if defined(__GLIBCXX__)
  } catch (const abi::__forced_unwind&) {
    std::fputs(
        "relib: pthread_exit() or the cancellation of a thread reached the "
        "boundary between a host and a module, where it can't go on: the other "
        "side would lose track of the call. Return from the call first\n",
        stderr);
    std::abort();
#endif
  } catch (...) {
  }
}

// Appends the description of the exception that is being handled, and returns
// the exception that is nested in it.
std::exception_ptr AppendCurrent(std::vector<ExceptionText>* parts) {
  ExceptionText& part = parts->emplace_back();
  part.type = CurrentType();
  part.object = AddressOf(std::current_exception());
  std::exception_ptr nested;
  DescribeCurrent(&part.what, &nested);
  return nested;
}

}  // namespace

std::vector<ExceptionText> DescribeCurrentException() {
  std::vector<ExceptionText> parts;
  std::exception_ptr exception = AppendCurrent(&parts);
  while (exception != nullptr && parts.size() < kMaxParts) {
    try {
      std::rethrow_exception(exception);
    } catch (...) {
      exception = AppendCurrent(&parts);
    }
  }
  return parts;
}

}  // namespace relib::internal
