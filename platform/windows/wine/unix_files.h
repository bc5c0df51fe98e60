#ifndef PLATFORM_WINDOWS_WINE_UNIX_FILES_H_
#define PLATFORM_WINDOWS_WINE_UNIX_FILES_H_

#include <string>

namespace relib::platform {

// Files of the Unix system below Wine, where Wine shows them as something else.
// On Windows these functions do nothing.

// Returns whether `path` is a symbolic link of the Unix system, which the
// caller must not delete: Wine shows most of them as the files that they point
// to, and deletes those. True for a file that can't be opened.
bool IsUnixLink(const std::string& path);

// Lets the Unix system delete the directory at `path` with the links in it.
// Doesn't wait until it is deleted.
void DeleteDirectoryOfLinks(const std::string& path);

// Lets the Unix system give access to the directory at `path` to its owner
// alone. Wine grants the group whatever an access list grants the owner.
void RestrictUnixDirectoryToOwner(const std::string& path);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_WINE_UNIX_FILES_H_
