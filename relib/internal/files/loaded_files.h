#ifndef RELIB_INTERNAL_FILES_LOADED_FILES_H_
#define RELIB_INTERNAL_FILES_LOADED_FILES_H_

#include <optional>
#include <string>

#include "platform/host/files/file.h"

// The files that relib has loaded in this process, identified by their FileId
// and not by their names. Thread-safe.

namespace relib::internal {

// Reserves the file `id` for the caller. Returns nullopt, or the path of the
// file if it is already reserved.
std::optional<std::string> TakeFile(const platform::FileId& id,
                                    const std::string& path);

// Returns whether a file other than `id` is reserved with the path `path`. That
// file was renamed or deleted since.
bool IsReplacement(const platform::FileId& id, const std::string& path);

// Ends a reservation of TakeFile().
void ReleaseFile(const platform::FileId& id);

}  // namespace relib::internal

#endif  // RELIB_INTERNAL_FILES_LOADED_FILES_H_
