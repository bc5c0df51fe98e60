#ifndef RELIB_INTERNAL_MANIFEST_BUILD_INFO_H_
#define RELIB_INTERNAL_MANIFEST_BUILD_INFO_H_

#include <string_view>
#include <version>

#include "platform/agent/agent_layout.h"
#include "relib/internal/boundary/host_api_layout.h"

// Build facts: how the including code was built, as far as that decides whether
// two binaries agree on the layout of types and on the calls between them.

namespace relib::internal {

// Incremented by every change of the data that host and module exchange: the
// manifest, the descriptor, the slots, the binding of the agent. The hashes of
// the last three among the facts below tell two versions apart even if somebody
// has forgotten that.
inline constexpr std::string_view kAbiVersion = "6";

#define RELIB_INTERNAL_STRING_2(x) #x
#define RELIB_INTERNAL_STRING(x) RELIB_INTERNAL_STRING_2(x)

#if defined(__clang__)
inline constexpr std::string_view kCompiler =
    "clang " RELIB_INTERNAL_STRING(__clang_major__);
#elif defined(__GNUC__)
inline constexpr std::string_view kCompiler =
    "gcc " RELIB_INTERNAL_STRING(__GNUC__);
#elif defined(_MSC_VER)
inline constexpr std::string_view kCompiler =
    "msvc " RELIB_INTERNAL_STRING(_MSC_VER);
#else
#error "relib knows GCC, clang and MSVC; describe your compiler here."
#endif

#if defined(_LIBCPP_VERSION)
inline constexpr std::string_view kStandardLibrary =
    "libc++ " RELIB_INTERNAL_STRING(_LIBCPP_VERSION);
#elif defined(_GLIBCXX_RELEASE)
inline constexpr std::string_view kStandardLibrary =
    "libstdc++ " RELIB_INTERNAL_STRING(_GLIBCXX_RELEASE);
#elif defined(_MSVC_STL_VERSION)
inline constexpr std::string_view kStandardLibrary =
    "msvc-stl " RELIB_INTERNAL_STRING(_MSVC_STL_VERSION);
#else
#error "relib knows libstdc++, libc++ and the MSVC STL; describe yours here."
#endif

#if defined(_GLIBCXX_USE_CXX11_ABI) && !_GLIBCXX_USE_CXX11_ABI
inline constexpr std::string_view kStringAbi = "_GLIBCXX_USE_CXX11_ABI=0";
#elif defined(_GLIBCXX_USE_CXX11_ABI)
inline constexpr std::string_view kStringAbi = "_GLIBCXX_USE_CXX11_ABI=1";
#else
inline constexpr std::string_view kStringAbi = "default";
#endif

#if defined(_GLIBCXX_DEBUG)
inline constexpr std::string_view kContainers = "_GLIBCXX_DEBUG";
#elif defined(_ITERATOR_DEBUG_LEVEL) && _ITERATOR_DEBUG_LEVEL > 0
inline constexpr std::string_view kContainers =
    "_ITERATOR_DEBUG_LEVEL=" RELIB_INTERNAL_STRING(_ITERATOR_DEBUG_LEVEL);
#else
inline constexpr std::string_view kContainers = "release";
#endif

// Not shared with platform/shared/sanitizer.h: users compile this header, which
// therefore depends on nothing in platform/.
#if defined(__has_feature)
#define RELIB_INTERNAL_HAS_FEATURE(x) __has_feature(x)
#else
#define RELIB_INTERNAL_HAS_FEATURE(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || \
    RELIB_INTERNAL_HAS_FEATURE(address_sanitizer)
inline constexpr std::string_view kSanitizer = "address";
#elif defined(__SANITIZE_THREAD__) || \
    RELIB_INTERNAL_HAS_FEATURE(thread_sanitizer)
inline constexpr std::string_view kSanitizer = "thread";
#elif RELIB_INTERNAL_HAS_FEATURE(memory_sanitizer)
inline constexpr std::string_view kSanitizer = "memory";
#else
inline constexpr std::string_view kSanitizer = "none";
#endif

#if defined(__cpp_exceptions)
inline constexpr std::string_view kExceptions = "on";
#else
inline constexpr std::string_view kExceptions = "off";
#endif

#if defined(__cpp_rtti)
inline constexpr std::string_view kRtti = "on";
#else
inline constexpr std::string_view kRtti = "off";
#endif

// Only for modules: relib_module(unloading = False) defines the macro.
#if defined(RELIB_INTERNAL_STAYS)
inline constexpr std::string_view kUnloading = "off";
#else
inline constexpr std::string_view kUnloading = "on";
#endif

// Whether a host and a module that differ in a fact can work together.
enum class Matching {
  kRequired,
  // Only if all types between them are stable (stable.h).
  kRequiredUnlessStable,
  // Always compatible. The fact is for information only.
  kInformational,
  // The module's value must be that in LoadOptions.
  kOption,
};

// A `build` line of the manifest.
struct BuildFact {
  std::string_view key;
  std::string_view value;
  Matching matching;
  // A remedy for a difference.
  std::string_view advice;
};

inline constexpr BuildFact kBuildFacts[] = {
    {"relib-abi", kAbiVersion, Matching::kRequired,
     "build host and module with the same version of relib"},
    {"compiler", kCompiler, Matching::kRequiredUnlessStable,
     "build both with the same compiler"},
    {"standard-library", kStandardLibrary, Matching::kRequiredUnlessStable,
     "build both with the same C++ standard library"},
    {"string-abi", kStringAbi, Matching::kRequiredUnlessStable,
     "give both the same -D_GLIBCXX_USE_CXX11_ABI"},
    {"containers", kContainers, Matching::kRequiredUnlessStable,
     "give both the same debug mode of the standard library "
     "(-D_GLIBCXX_DEBUG, _ITERATOR_DEBUG_LEVEL)"},
    {"sanitizer", kSanitizer, Matching::kRequired,
     "give both the same -fsanitize= flags"},
    {"hook-table", platform::kHookTableLayout, Matching::kRequired,
     "its functions for the resources of a module have changed: build host and "
     "module with the same version of relib"},
    {"heap-binding", platform::kHeapBindingLayout, Matching::kRequired,
     "the functions between a module's heap and the host have changed: build "
     "host and module with the same version of relib"},
    {"host-api", kHostApiLayout, Matching::kRequired,
     "the functions between module and host have changed: build host and "
     "module "
     "with the same version of relib"},
    {"exceptions", kExceptions, Matching::kInformational, ""},
    {"rtti", kRtti, Matching::kInformational, ""},
    {"unloading", kUnloading, Matching::kOption, ""},
};

#undef RELIB_INTERNAL_HAS_FEATURE
#undef RELIB_INTERNAL_STRING
#undef RELIB_INTERNAL_STRING_2

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_MANIFEST_BUILD_INFO_H_
