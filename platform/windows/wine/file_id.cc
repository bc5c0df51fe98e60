#include "platform/windows/wine/file_id.h"

#include <windows.h>
// After windows.h.
#include <winioctl.h>

#include <cstring>

#include "platform/host/files/file.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform {

bool WineFileId(HANDLE handle, FileId& id) {
  if (!RunsUnderWine()) return false;
  FILE_OBJECTID_BUFFER buffer = {};
  DWORD size;
  if (!DeviceIoControl(handle, FSCTL_GET_OBJECT_ID, nullptr, 0, &buffer,
                       sizeof(buffer), &size, nullptr)) {
    return false;
  }
  std::memcpy(&id.volume, buffer.ObjectId, sizeof(id.volume));
  id.high = 0;
  std::memcpy(&id.low, buffer.ObjectId + 8, sizeof(id.low));
  return true;
}

}  // namespace relib::platform
