#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "relib/errors.h"
#include "relib/internal/abi.h"
#include "relib/internal/current_exception.h"
#include "relib/internal/failure.h"
#include "relib/internal/thunk.h"

namespace relib::internal {

Failure* MakeFailure(std::string_view type, std::string_view what) noexcept {
  return new Failure{.type = std::string(type), .what = std::string(what)};
}

Failure* FailureFromCurrentException() noexcept {
  const ExceptionText text = DescribeCurrentException();
  return MakeFailure(text.type, text.what);
}

ExceptionInfo Take(Failure* failure) {
  const FailurePtr owned(failure);
  return {.type = std::move(owned->type), .what = std::move(owned->what)};
}

constinit const HostApi kHostApi = {
    .make_failure =
        [](const char* type, size_t type_size, const char* what,
           size_t what_size) noexcept {
          return MakeFailure(std::string_view(type, type_size),
                             std::string_view(what, what_size));
        },
    .failure_type =
        [](const Failure* failure) noexcept { return failure->type.c_str(); },
    .failure_what =
        [](const Failure* failure) noexcept { return failure->what.c_str(); },
    .free_failure = [](Failure* failure) noexcept { delete failure; },
};

}  // namespace relib::internal
