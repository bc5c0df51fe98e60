#ifndef PLATFORM_WINDOWS_SYSTEM_UTF_H_
#define PLATFORM_WINDOWS_SYSTEM_UTF_H_

#include <string>
#include <string_view>

namespace relib::platform {

// Convert between UTF-8, which all strings of the platform contracts are, and
// UTF-16, which the system's functions with a W take. Neither fails: invalid
// text becomes U+FFFD.
std::wstring ToWide(std::string_view utf8);
std::string ToUtf8(std::wstring_view wide);

// Returns `path` in the form that the system's functions take: with backslashes
// only, and, if it is too long otherwise, absolute with the prefix `\\?\`,
// which lifts the limit of 260 characters. Both `Z:/a/b` and `Z:\a\b` work.
std::wstring ToWidePath(std::string_view path);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_SYSTEM_UTF_H_
