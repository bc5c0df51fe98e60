#include "platform/host/files/directory_watcher.h"

#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/host/monotonic_time.h"
#include "platform/windows/host/files/change_reader.h"
#include "platform/windows/host/files/pending_changes.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/file_index.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform {
namespace {

// The largest size that also works for network drives.
constexpr DWORD kBufferSize = 64 * 1024;

// Interval of the check that the watched directories are still those that were
// opened.
constexpr absl::Duration kCheckRoots = absl::Milliseconds(100);

std::string Join(std::string_view directory, std::string_view name) {
  const bool ends = directory.ends_with('/') || directory.ends_with('\\');
  return absl::StrCat(directory, ends || directory.empty() ? "" : "/", name);
}

// Ignores case. Only a directory that is marked case-sensitive can hold names
// that differ in case alone.
bool SameName(const std::string& a, const std::string& b) {
  const std::wstring x = ToWide(a);
  const std::wstring y = ToWide(b);
  return CompareStringOrdinal(x.c_str(), static_cast<int>(x.size()), y.c_str(),
                              static_cast<int>(y.size()), TRUE) == CSTR_EQUAL;
}

enum class Kind { kNone, kFile, kDirectory };

Kind KindOf(const std::string& path) {
  const DWORD attributes = GetFileAttributesW(ToWidePath(path).c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) return Kind::kNone;
  // A link to a directory counts as a file: it is not followed.
  return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
                 (attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0
             ? Kind::kDirectory
             : Kind::kFile;
}

Handle OpenDirectory(const std::string& path) {
  return Handle(
      CreateFileW(ToWidePath(path).c_str(), FILE_LIST_DIRECTORY,
                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                  nullptr, OPEN_EXISTING,
                  FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, nullptr));
}

struct Root;

// A directory whose changes the system reports.
struct Listener {
  Listener(Root* root, std::string directory, ULONG_PTR key, Handle handle,
           size_t buffer_size, bool is_recursive)
      : root(root),
        directory(std::move(directory)),
        key(key),
        reader(std::move(handle), buffer_size, is_recursive) {}

  Root* const root;
  // Relative to the root's directory; empty for that directory itself.
  const std::string directory;
  // Names the listener in messages of the completion port, which may arrive
  // after it is gone.
  const ULONG_PTR key;
  ChangeReader reader;
};

// One path that was given to Watch().
struct Root {
  std::string given;
  // The directory that is watched: `given`, or the directory of that file.
  std::string directory;
  // The file's name there; empty if a whole directory is watched.
  std::string name;
  std::optional<FileIndex> id;
  // By their directory. Empty while the root's directory is gone; it may come
  // back.
  std::map<std::string, std::unique_ptr<Listener>> listeners;

  // Files and directories that are known to exist below, by names relative to
  // `directory`. The system doesn't report whether a name that is gone was a
  // directory, or which files went with it.
  std::set<std::string> files;
  std::set<std::string> directories;
};

class ChangesWatcher final : public DirectoryWatcher {
 public:
  explicit ChangesWatcher(std::vector<std::unique_ptr<Root>> roots)
      : roots_(std::move(roots)) {}

  absl::Status Start() {
    port_ = Handle(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
    if (!port_) return LastErrorStatus("watch for changes");
    for (const auto& root : roots_) {
      absl::Status status = OpenRoot(*root);
      if (!status.ok()) return status;
    }
    changes_.Clear();
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> Poll(
      absl::Duration timeout) override {
    const MonotonicTime deadline = MonotonicTime::Now() + timeout;
    while (true) {
      absl::Status status = CheckRoots();
      // Reads all messages before it looks at the clock.
      while (status.ok() && Dequeue(absl::ZeroDuration(), status)) {
      }
      if (!status.ok()) return status;
      if (overflow_) return TakeOverflow();
      const MonotonicTime now = MonotonicTime::Now();
      std::vector<std::string> ready = changes_.Take(now);
      if (!ready.empty() || now >= deadline) return ready;
      const MonotonicTime until =
          std::min({deadline, next_check_, changes_.NextReady()});
      Dequeue(until - now, status);
      if (!status.ok()) return status;
    }
  }

 private:
  // Handles lost events: reports all roots and starts again with the files that
  // exist now.
  absl::StatusOr<std::vector<std::string>> TakeOverflow() {
    overflow_ = false;
    std::vector<std::string> all;
    for (const auto& root : roots_) {
      if (std::find(all.begin(), all.end(), root->given) == all.end()) {
        all.push_back(root->given);
      }
      CloseRoot(*root);
      absl::Status status = OpenRoot(*root);
      if (!status.ok()) return status;
    }
    changes_.Clear();
    return all;
  }

  // Opens a root if its directory exists, and records everything in it as
  // changed.
  absl::Status OpenRoot(Root& root) {
    absl::Status status = Listen(root, "");
    if (!status.ok() || root.listeners.empty()) return status;
    root.id = FileIndexOf(root.listeners.begin()->second->reader.directory());
    if (root.name.empty()) return AddTree(root, "");
    if (KindOf(root.given) == Kind::kFile)
      changes_.Add(root.given, /*is_final=*/false);
    return absl::OkStatus();
  }

  // Starts to listen to a directory. It is no error if the directory can't be
  // opened, because it may be gone.
  absl::Status Listen(Root& root, const std::string& directory) {
    if (root.listeners.contains(directory)) return absl::OkStatus();
    Handle handle = OpenDirectory(Join(root.directory, directory));
    if (!handle) return absl::OkStatus();
    const bool is_recursive = root.name.empty() && !one_by_one_;
    auto listener = std::make_unique<Listener>(
        &root, directory, ++last_key_, std::move(handle),
        is_recursive ? kBufferSize : kBufferSize / 4, is_recursive);
    if (CreateIoCompletionPort(listener->reader.directory(), port_.get(),
                               listener->key, 0) == nullptr) {
      return LastErrorStatus(absl::StrCat("watch ", root.given));
    }
    switch (listener->reader.Start()) {
      case ChangeReader::Result::kOk:
        break;
      case ChangeReader::Result::kOverflow:
        overflow_ = true;
        return absl::OkStatus();
      case ChangeReader::Result::kGone:
        return absl::OkStatus();
      case ChangeReader::Result::kFailed:
        return LastErrorStatus(absl::StrCat("watch ", root.given));
    }
    by_key_[listener->key] = listener.get();
    root.listeners[directory] = std::move(listener);
    return absl::OkStatus();
  }

  void CloseRoot(Root& root) {
    if (!root.name.empty()) changes_.Add(root.given, /*is_final=*/true);
    RemoveTree(root, "");
  }

  // Finds watched directories that were deleted, moved or replaced. A handle
  // follows its directory, but the caller has asked for the name.
  absl::Status CheckRoots() {
    const MonotonicTime now = MonotonicTime::Now();
    if (now < next_check_) return absl::OkStatus();
    next_check_ = now + kCheckRoots;
    for (const auto& root : roots_) {
      if (!root->listeners.empty()) {
        const Handle again = OpenDirectory(root->directory);
        if (again && FileIndexOf(again.get()) == root->id) continue;
        CloseRoot(*root);
      }
      absl::Status status = OpenRoot(*root);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Handles one message of the system. Returns false if there is none.
  bool Dequeue(absl::Duration timeout, absl::Status& status) {
    const DWORD milliseconds =
        timeout <= absl::ZeroDuration()
            ? 0
            : static_cast<DWORD>(std::min<int64_t>(
                  absl::ToInt64Milliseconds(timeout) + 1, 1'000'000));
    DWORD ignored;
    ULONG_PTR key;
    OVERLAPPED* overlapped = nullptr;
    GetQueuedCompletionStatus(port_.get(), &ignored, &key, &overlapped,
                              milliseconds);
    if (overlapped == nullptr) return false;
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return true;
    Listener& listener = *found->second;
    Root& root = *listener.root;
    // RemoveDirectory() destroys the listener.
    const std::string directory = listener.directory;
    std::vector<char> events;
    const ChangeReader::Result result = listener.reader.Finish(events);
    if (result == ChangeReader::Result::kOverflow) {
      overflow_ = true;
      return true;
    }
    if (result == ChangeReader::Result::kGone) {
      RemoveDirectory(root, directory);
      return true;
    }
    switch (listener.reader.Start()) {
      case ChangeReader::Result::kOk:
        break;
      case ChangeReader::Result::kOverflow:
        overflow_ = true;
        break;
      case ChangeReader::Result::kGone:
        RemoveDirectory(root, directory);
        break;
      case ChangeReader::Result::kFailed:
        status = LastErrorStatus(absl::StrCat("watch ", root.given));
        RemoveDirectory(root, directory);
        return true;
    }
    status = Read(root, directory, events);
    return true;
  }

  absl::Status Read(Root& root, const std::string& directory,
                    const std::vector<char>& events) {
    size_t at = 0;
    while (true) {
      FILE_NOTIFY_INFORMATION event;
      constexpr size_t kHeader = offsetof(FILE_NOTIFY_INFORMATION, FileName);
      std::memcpy(&event, events.data() + at, kHeader);
      std::wstring wide(event.FileNameLength / sizeof(wchar_t), L'\0');
      std::memcpy(wide.data(), events.data() + at + kHeader,
                  event.FileNameLength);
      std::replace(wide.begin(), wide.end(), L'\\', L'/');
      absl::Status status =
          HandleEvent(root, event.Action, Join(directory, ToUtf8(wide)));
      if (!status.ok() || event.NextEntryOffset == 0) return status;
      at += event.NextEntryOffset;
    }
  }

  absl::Status HandleEvent(Root& root, DWORD action, const std::string& name) {
    const bool gone =
        action == FILE_ACTION_REMOVED || action == FILE_ACTION_RENAMED_OLD_NAME;
    // A file is complete before it is renamed.
    const bool renamed = action == FILE_ACTION_RENAMED_NEW_NAME;
    if (!root.name.empty()) {
      if (SameName(root.name, name) && KindOf(root.given) != Kind::kDirectory) {
        changes_.Add(root.given, gone || renamed);
      }
      return absl::OkStatus();
    }
    if (gone) {
      if (root.directories.contains(name)) {
        RemoveDirectory(root, name);
      } else if (root.files.erase(name) != 0) {
        changes_.Add(Join(root.given, name), /*is_final=*/true);
      }
      return absl::OkStatus();
    }
    switch (KindOf(Join(root.directory, name))) {
      case Kind::kNone:
        // It has been renamed or deleted since, which has an event of its own.
        break;
      case Kind::kDirectory:
        return AddTree(root, name);
      case Kind::kFile:
        root.files.insert(name);
        changes_.Add(Join(root.given, name), renamed);
        break;
    }
    return absl::OkStatus();
  }

  // Records files below that weren't known as changed: they came with the
  // directory, or their events are still to come.
  absl::Status AddTree(Root& root, const std::string& top) {
    std::vector<std::string> todo = {top};
    while (!todo.empty()) {
      const std::string directory = std::move(todo.back());
      todo.pop_back();
      root.directories.insert(directory);
      if (one_by_one_) {
        absl::Status status = Listen(root, directory);
        if (!status.ok()) return status;
      }
      WIN32_FIND_DATAW data;
      const HANDLE find = FindFirstFileW(
          ToWidePath(Join(Join(root.directory, directory), "*")).c_str(),
          &data);
      if (find == INVALID_HANDLE_VALUE) continue;
      do {
        const std::string name = ToUtf8(data.cFileName);
        if (name == "." || name == "..") continue;
        std::string path = Join(directory, name);
        if ((data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
            (data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0) {
          todo.push_back(std::move(path));
        } else if (root.files.insert(path).second) {
          changes_.Add(Join(root.given, path), /*is_final=*/false);
        }
      } while (FindNextFileW(find, &data));
      FindClose(find);
    }
    return absl::OkStatus();
  }

  void RemoveDirectory(Root& root, const std::string& directory) {
    if (directory.empty()) {
      CloseRoot(root);
    } else {
      RemoveTree(root, directory);
    }
  }

  void RemoveTree(Root& root, const std::string& top) {
    const std::string first = top.empty() ? "" : top + "/";
    root.directories.erase(top);
    const auto erase_below = [&](std::set<std::string>& names, bool report) {
      auto it = names.lower_bound(first);
      while (it != names.end() && it->starts_with(first)) {
        if (report) changes_.Add(Join(root.given, *it), /*is_final=*/true);
        it = names.erase(it);
      }
    };
    erase_below(root.directories, false);
    erase_below(root.files, true);
    std::erase_if(root.listeners, [&](const auto& entry) {
      if (entry.first != top && !entry.first.starts_with(first)) return false;
      by_key_.erase(entry.second->key);
      return true;
    });
  }

  // Whether each directory gets a handle of its own. Wine's recursive watching
  // loses directories that are renamed, and those that exist at the start. As a
  // consequence, a directory that another Windows program deletes exists until
  // the handle is closed. Programs of the Unix system delete it at once. On
  // real Windows such a handle would also prevent others from renaming the
  // directories above.
  const bool one_by_one_ = RunsUnderWine();
  Handle port_;
  // Destroyed before the port, to which listeners report.
  std::vector<std::unique_ptr<Root>> roots_;
  ULONG_PTR last_key_ = 0;
  std::unordered_map<ULONG_PTR, Listener*> by_key_;
  bool overflow_ = false;
  MonotonicTime next_check_ = MonotonicTime::InfinitePast();
  PendingChanges changes_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<DirectoryWatcher>> DirectoryWatcher::Watch(
    const std::vector<std::string>& paths) {
  std::vector<std::unique_ptr<Root>> roots;
  for (const std::string& path : paths) {
    auto root = std::make_unique<Root>();
    root->given = path;
    if (KindOf(path) == Kind::kDirectory) {
      root->directory = path;
    } else {
      const size_t separator = path.find_last_of("/\\:");
      root->directory =
          separator == std::string::npos ? "." : path.substr(0, separator + 1);
      root->name =
          separator == std::string::npos ? path : path.substr(separator + 1);
      if (root->name.empty()) {
        return absl::NotFoundError(
            absl::StrCat("watch ", path, ": there is no such directory"));
      }
      if (KindOf(root->directory) != Kind::kDirectory) {
        return absl::NotFoundError(absl::StrCat(
            "watch ", path, ": there is no directory ", root->directory));
      }
    }
    roots.push_back(std::move(root));
  }
  auto watcher = std::make_unique<ChangesWatcher>(std::move(roots));
  absl::Status status = watcher->Start();
  if (!status.ok()) return status;
  return watcher;
}

}  // namespace relib::platform
