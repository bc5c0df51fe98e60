#ifndef RELIB_RELOAD_INTERNAL_RELOADABLE_VERSION_H_
#define RELIB_RELOAD_INTERNAL_RELOADABLE_VERSION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/options.h"

namespace relib::internal {

// A loaded version of a module, without its types.
class ReloadableVersion {
 public:
  virtual ~ReloadableVersion() = default;
  virtual LoadedModule& loaded() = 0;
};

// A request to load a version.
struct VersionRequest {
  std::string path;
  // The name of the module in messages.
  std::string name;
  std::function<GateAndSlots(const std::vector<bool>& has)> acquire_slots;
  LoadOptions options;
};

using VersionLoader =
    std::function<absl::StatusOr<std::unique_ptr<ReloadableVersion>>(
        VersionRequest request)>;

}  // namespace relib::internal

#endif  // RELIB_RELOAD_INTERNAL_RELOADABLE_VERSION_H_
