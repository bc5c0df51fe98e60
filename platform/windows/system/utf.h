#ifndef PLATFORM_WINDOWS_SYSTEM_UTF_H_
#define PLATFORM_WINDOWS_SYSTEM_UTF_H_

#include <string>
#include <string_view>

namespace relib::platform {

// Every string of the platform contracts is UTF-8; the system's calls with a W
// take UTF-16. Neither direction fails: what is no valid text becomes U+FFFD.
std::wstring ToWide(std::string_view utf8);
std::string ToUtf8(std::wstring_view wide);

// `path` in the form that the system's calls take: backslashes only, and from
// the length at which they need it absolute with the prefix `\\?\`, which lifts
// the limit of 260 characters. Both `Z:/a/b` and `Z:\a\b` work.
std::wstring ToWidePath(std::string_view path);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_UTF_H_
