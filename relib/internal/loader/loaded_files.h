#ifndef RELIB_INTERNAL_LOADER_LOADED_FILES_H_
#define RELIB_INTERNAL_LOADER_LOADED_FILES_H_

#include <optional>
#include <string>

#include "platform/host/file.h"

// The files that relib has loaded in this process, known by their identity and
// not by their names. Thread-safe.

namespace relib::internal {

// Takes `id` for the caller. Otherwise returns the path under which somebody
// else has taken it.
std::optional<std::string> TakeFile(const platform::FileId& id,
                                    const std::string& path);

// True if somebody has taken a file under `path`, but another one than `id`:
// that one was renamed or deleted since.
bool IsReplacement(const platform::FileId& id, const std::string& path);

// Gives back what TakeFile() took.
void ReleaseFile(const platform::FileId& id);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_LOADER_LOADED_FILES_H_
