#ifndef PLATFORM_WINDOWS_WINE_FILE_ID_H_
#define PLATFORM_WINDOWS_WINE_FILE_ID_H_

#include <windows.h>

#include "platform/host/files/file.h"

namespace relib::platform {

// Sets `id` to the identity of the file that `handle` has open: the device and
// inode of the Unix system. Returns false on Windows, or if Wine can't tell.
//
// Wine 8 derives the serial number of a volume from the letter of the drive. So
// one file has two ids through C: and Z:, and two files of different Unix file
// systems may have the same id. Device and inode are in the object id that Wine
// returns; on Windows an object id is an optional property of NTFS files.
bool WineFileId(HANDLE handle, FileId& id);

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_WINE_FILE_ID_H_
