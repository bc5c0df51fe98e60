#include "platform/host/files/directory_watcher.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/deadline.h"
#include "platform/linux/host/unique_fd.h"

namespace relib::platform {
namespace {

// Not IN_MODIFY: a file counts as written when its writer closes it.
constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE |
                             IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF |
                             IN_ONLYDIR;

// The interval at which deleted directories are looked for.
constexpr absl::Duration kLostPollInterval = absl::Milliseconds(50);

std::string Join(std::string_view directory, std::string_view name) {
  return absl::StrCat(directory, directory.ends_with('/') ? "" : "/", name);
}

bool IsBelow(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() && path.starts_with(directory) &&
         (directory.ends_with('/') || path[directory.size()] == '/');
}

// A path that was passed to Watch().
struct Root {
  std::string given;
  // The directory to watch: the path itself, or the parent of a single file.
  std::string directory;
  // The name of a single file in `directory`; empty if a whole directory is
  // watched.
  std::string name;
  // The directory is gone. It may come back.
  bool lost = false;
  // The files that are known to exist, by the names that are reported. The
  // system reports that a directory was renamed, but not which files moved with
  // it.
  std::set<std::string> files;
};

// A reason to watch a directory. The system has one watch per directory, which
// can serve several roots.
struct Place {
  size_t root;
  std::string path;
  // If not empty, only changes of this name matter, and are reported as the
  // root.
  std::string name;

  friend bool operator==(const Place&, const Place&) = default;
};

class InotifyWatcher final : public DirectoryWatcher {
 public:
  explicit InotifyWatcher(std::vector<Root> roots) : roots_(std::move(roots)) {}

  // (Re)starts with no watches.
  absl::Status Start() {
    inotify_ = UniqueFd();
    places_.clear();
    changed_.clear();
    changed_set_.clear();
    inotify_ = UniqueFd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!inotify_) {
      return absl::ErrnoToStatus(
          errno,
          "watch for changes: inotify_init (if there are too many instances: "
          "sysctl fs.inotify.max_user_instances=1024)");
    }
    for (size_t i = 0; i < roots_.size(); ++i) {
      roots_[i].files.clear();
      roots_[i].lost = true;
      const absl::Status status = AddRoot(i);
      if (!status.ok()) return status;
    }
    changed_.clear();
    changed_set_.clear();
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> Poll(
      absl::Duration timeout) override {
    const Deadline deadline = Deadline::After(timeout);
    while (true) {
      absl::Status status = FindLost();
      if (status.ok()) status = ReadEvents();
      if (!status.ok()) return status;
      if (overflow_) {
        overflow_ = false;
        // Directories may have been created without an event.
        status = Start();
        if (!status.ok()) return status;
        std::vector<std::string> all;
        for (const Root& root : roots_) all.push_back(root.given);
        return all;
      }
      if (!changed_.empty()) {
        changed_set_.clear();
        return std::exchange(changed_, {});
      }
      absl::Duration rest = deadline.left();
      if (rest <= absl::ZeroDuration()) return std::vector<std::string>();
      if (AnyLost()) rest = std::min(rest, kLostPollInterval);
      pollfd fd = {inotify_.get(), POLLIN, 0};
      const timespec time = absl::ToTimespec(rest);
      if (ppoll(&fd, 1, &time, nullptr) < 0 && errno != EINTR) {
        return absl::ErrnoToStatus(errno, "wait for changes");
      }
    }
  }

 private:
  void Changed(const std::string& path) {
    if (changed_set_.insert(path).second) changed_.push_back(path);
  }

  bool AnyLost() const {
    return std::any_of(roots_.begin(), roots_.end(),
                       [](const Root& root) { return root.lost; });
  }

  absl::Status FindLost() {
    for (size_t i = 0; i < roots_.size(); ++i) {
      if (!roots_[i].lost) continue;
      const absl::Status status = AddRoot(i);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Watches a lost root if its directory exists again, and reports everything
  // in it as changed.
  absl::Status AddRoot(size_t index) {
    Root& root = roots_[index];
    if (root.name.empty()) {
      const absl::Status status = AddTree(index, root.directory);
      root.lost = !IsWatched({index, root.directory, ""});
      return status;
    }
    const Place place{index, root.directory, root.name};
    absl::Status status = AddPlace(place, 0);
    root.lost = !IsWatched(place);
    if (!status.ok() || root.lost) return status;
    struct stat info;
    if (lstat(root.given.c_str(), &info) == 0) Changed(root.given);
    return FollowLink(index);
  }

  // If a watched file is a link, watches the file that it leads to.
  absl::Status FollowLink(size_t index) {
    const Root& root = roots_[index];
    std::error_code error;
    if (!std::filesystem::is_symlink(root.given, error)) {
      return absl::OkStatus();
    }
    const std::filesystem::path target =
        std::filesystem::weakly_canonical(root.given, error);
    if (error) return absl::OkStatus();
    return AddPlace(
        {index, target.parent_path().string(), target.filename().string()}, 0);
  }

  bool IsWatched(const Place& place) const {
    for (const auto& [watch, places] : places_) {
      if (std::find(places.begin(), places.end(), place) != places.end()) {
        return true;
      }
    }
    return false;
  }

  // A directory that is gone or unreadable is not an error: no changes are
  // visible in it.
  absl::Status AddPlace(const Place& place, uint32_t flags) {
    const int watch =
        inotify_add_watch(inotify_.get(), place.path.c_str(), kEvents | flags);
    if (watch >= 0) {
      std::vector<Place>& places = places_[watch];
      if (std::find(places.begin(), places.end(), place) == places.end()) {
        places.push_back(place);
      }
      return absl::OkStatus();
    }
    if (errno == ENOSPC) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "watch ", place.path,
          ": the system's limit of watched directories is ",
          "reached; raise it with sysctl fs.inotify.max_user_watches=524288"));
    }
    if (errno == ENOMEM) {
      return absl::ErrnoToStatus(errno, absl::StrCat("watch ", place.path));
    }
    return absl::OkStatus();
  }

  // Watches a directory and everything below it. Unknown files are reported,
  // because they were created before the watch. Each directory is watched
  // before it is listed, so no file is missed.
  absl::Status AddTree(size_t index, const std::string& top) {
    Root& root = roots_[index];
    std::vector<std::string> todo = {top};
    while (!todo.empty()) {
      const std::string directory = std::move(todo.back());
      todo.pop_back();
      // The path given to Watch() may be a link. Links below it are not
      // followed, because they can form loops.
      const bool is_root = directory == root.directory;
      const absl::Status status =
          AddPlace({index, directory, ""}, is_root ? 0 : IN_DONT_FOLLOW);
      if (!status.ok()) return status;
      UniqueFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC |
                                              (is_root ? 0 : O_NOFOLLOW)));
      DIR* stream = fd ? fdopendir(fd.get()) : nullptr;
      if (stream == nullptr) continue;
      // closedir() closes it.
      fd.Release();
      while (const dirent* entry = readdir(stream)) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        bool is_directory = entry->d_type == DT_DIR;
        struct stat info;
        if (entry->d_type == DT_UNKNOWN &&
            fstatat(dirfd(stream), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) ==
                0) {
          is_directory = S_ISDIR(info.st_mode);
        }
        std::string path = Join(directory, name);
        if (is_directory) {
          todo.push_back(std::move(path));
        } else if (root.files.insert(path).second) {
          Changed(path);
        }
      }
      closedir(stream);
    }
    return absl::OkStatus();
  }

  // Removes the watches of a directory that has left the tree, and of
  // everything below it. They would follow the directory to its new place and
  // report old names.
  void RemoveTree(size_t index, const std::string& top) {
    for (auto it = places_.begin(); it != places_.end();) {
      std::erase_if(it->second, [&](const Place& place) {
        return place.root == index &&
               (place.path == top || IsBelow(place.path, top));
      });
      if (it->second.empty()) {
        inotify_rm_watch(inotify_.get(), it->first);
        it = places_.erase(it);
      } else {
        ++it;
      }
    }
    std::set<std::string>& files = roots_[index].files;
    const std::string first = Join(top, "");
    auto it = files.lower_bound(first);
    while (it != files.end() && it->starts_with(first)) {
      Changed(*it);
      it = files.erase(it);
    }
  }

  void MarkLost(size_t index) {
    Root& root = roots_[index];
    RemoveTree(index, root.directory);
    if (!root.name.empty()) Changed(root.given);
    root.lost = true;
  }

  absl::Status ReadEvents() {
    alignas(inotify_event) char buffer[64 * 1024];
    while (true) {
      const ssize_t size = read(inotify_.get(), buffer, sizeof(buffer));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return absl::OkStatus();
      if (size < 0) return absl::ErrnoToStatus(errno, "read changes");
      for (ssize_t at = 0; at < size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
        at += sizeof(*event) + event->len;
        const absl::Status status = Handle(*event);
        if (!status.ok()) return status;
      }
      if (overflow_) return absl::OkStatus();
    }
  }

  absl::Status Handle(const inotify_event& event) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) overflow_ = true;
    const auto found = places_.find(event.wd);
    if (found == places_.end()) return absl::OkStatus();
    // A copy, because the loop adds and removes watches.
    const std::vector<Place> places = found->second;
    if ((event.mask & IN_IGNORED) != 0) places_.erase(found);
    for (const Place& place : places) {
      const absl::Status status = HandleAt(place, event);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status HandleAt(const Place& place, const inotify_event& event) {
    Root& root = roots_[place.root];
    if ((event.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) {
      // For directories below a root, the parent directory reports this too.
      if (place.path == root.directory) MarkLost(place.root);
      return absl::OkStatus();
    }
    if (event.len == 0) return absl::OkStatus();
    const std::string name = event.name;
    const bool gone = (event.mask & (IN_DELETE | IN_MOVED_FROM)) != 0;
    if (!place.name.empty()) {
      if (name != place.name || (event.mask & IN_ISDIR) != 0) {
        return absl::OkStatus();
      }
      Changed(root.given);
      return FollowLink(place.root);
    }
    const std::string path = Join(place.path, name);
    if ((event.mask & IN_ISDIR) != 0) {
      if (!gone) return AddTree(place.root, path);
      RemoveTree(place.root, path);
      return absl::OkStatus();
    }
    if (gone) {
      root.files.erase(path);
    } else {
      root.files.insert(path);
    }
    Changed(path);
    return absl::OkStatus();
  }

  std::vector<Root> roots_;
  UniqueFd inotify_;
  std::unordered_map<int, std::vector<Place>> places_;
  bool overflow_ = false;
  std::vector<std::string> changed_;
  std::unordered_set<std::string> changed_set_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<DirectoryWatcher>> DirectoryWatcher::Watch(
    const std::vector<std::string>& paths) {
  std::vector<Root> roots;
  for (const std::string& path : paths) {
    Root root;
    root.given = path;
    struct stat info;
    if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
      root.directory = path;
    } else {
      const std::filesystem::path file(path);
      root.directory =
          file.has_parent_path() ? file.parent_path().string() : ".";
      root.name = file.filename().string();
      if (root.name.empty()) {
        return absl::NotFoundError(
            absl::StrCat("watch ", path, ": there is no such directory"));
      }
      if (stat(root.directory.c_str(), &info) != 0) {
        return absl::ErrnoToStatus(
            errno,
            absl::StrCat("watch ", path, ": its directory ", root.directory));
      }
      if (!S_ISDIR(info.st_mode)) {
        return absl::NotFoundError(absl::StrCat(
            "watch ", path, ": ", root.directory, " is not a directory"));
      }
    }
    roots.push_back(std::move(root));
  }
  auto watcher = std::make_unique<InotifyWatcher>(std::move(roots));
  absl::Status status = watcher->Start();
  if (!status.ok()) return status;
  return watcher;
}

}  // namespace relib::platform
