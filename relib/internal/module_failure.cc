#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relib/internal/abi.h"
#include "relib/internal/current_exception.h"
#include "relib/internal/module_entry.h"
#include "relib/internal/thunk.h"
#include "relib/module.h"

namespace relib::internal {

Failure* MakeFailure(std::string_view type, std::string_view what) noexcept {
  const HostApi* host = BoundHost();
  if (host == nullptr) {
    // Only a library that was loaded by something else than relib comes here.
    std::fprintf(stderr, "relib: %.*s\n", static_cast<int>(what.size()),
                 what.data());
    std::abort();
  }
  return host->make_failure(type.data(), type.size(), what.data(), what.size());
}

Failure* FailureFromCurrentException() noexcept {
  const ExceptionText text = DescribeCurrentException();
  return MakeFailure(text.type, text.what);
}

void ThrowImportError(Failure* failure) {
#if defined(__cpp_exceptions)
  const HostApi* host = BoundHost();
  std::string type = host->failure_type(failure);
  const std::string what = host->failure_what(failure);
  host->free_failure(failure);
  throw ImportError(std::move(type), what);
#else
  AbortOnImportError(failure);
#endif
}

void AbortOnImportError(Failure* failure) {
  const HostApi* host = BoundHost();
  const std::string type = host->failure_type(failure);
  std::fprintf(
      stderr,
      "relib: an import failed, and the module that called it was built "
      "without exceptions: %s%s%s\n",
      type.c_str(), type.empty() ? "" : ": ", host->failure_what(failure));
  std::abort();
}

}  // namespace relib::internal
