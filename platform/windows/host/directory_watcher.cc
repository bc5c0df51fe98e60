#include "platform/host/directory_watcher.h"

#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform {
namespace {

constexpr DWORD kEvents =
    FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME |
    FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_SIZE;

// The largest size that also works for network drives.
constexpr DWORD kBufferSize = 64 * 1024;

// Windows doesn't tell when a file is closed, and reports one save two or three
// times: a file that is written to is reported when nothing was heard of it for
// so long.
constexpr absl::Duration kQuiet = absl::Milliseconds(10);

// How often it is checked whether watched directories are still the ones that
// were opened.
constexpr absl::Duration kCheckRoots = absl::Milliseconds(100);

std::string Join(std::string_view directory, std::string_view name) {
  const bool ends = directory.ends_with('/') || directory.ends_with('\\');
  return absl::StrCat(directory, ends || directory.empty() ? "" : "/", name);
}

// File names differ in case only if a directory was told so.
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

struct DirectoryId {
  DWORD volume = 0;
  DWORD high = 0;
  DWORD low = 0;
  friend bool operator==(const DirectoryId&, const DirectoryId&) = default;
};

DirectoryId IdOf(HANDLE directory) {
  BY_HANDLE_FILE_INFORMATION info;
  if (!GetFileInformationByHandle(directory, &info)) return {};
  return {info.dwVolumeSerialNumber, info.nFileIndexHigh, info.nFileIndexLow};
}

struct Root;

// A directory that the system reports changes of. Stays where it is while a
// request is pending: the system writes into it.
struct Listener {
  Root* root;
  // Relative to the root's directory; empty for that one itself.
  std::string directory;
  // Names it in the messages of the completion port, which may come when it is
  // gone.
  ULONG_PTR key;
  Handle handle;
  OVERLAPPED overlapped = {};
  bool pending = false;
  // DWORD-aligned, as every allocation.
  std::vector<char> buffer;
};

// One path that was given to Watch().
struct Root {
  std::string given;
  // What is watched: the directory, or the one that holds the file.
  std::string directory;
  // The file's name there; empty if a whole directory is watched.
  std::string name;
  DirectoryId id;
  // By their directory. Empty while the root's directory is gone; it may come
  // back.
  std::map<std::string, std::unique_ptr<Listener>> listeners;

  // What is known to exist below, by names relative to the directory: the
  // system doesn't tell whether a name that is gone was a directory, and which
  // files went with it.
  std::set<std::string> files;
  std::set<std::string> directories;
};

class ChangesWatcher final : public DirectoryWatcher {
 public:
  explicit ChangesWatcher(std::vector<std::unique_ptr<Root>> roots)
      : roots_(std::move(roots)) {}

  ~ChangesWatcher() override {
    for (const auto& root : roots_) {
      for (const auto& [directory, listener] : root->listeners)
        Close(*listener);
    }
  }

  absl::Status Start() {
    port_ = Handle(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
    if (!port_) return LastErrorStatus("watch for changes");
    for (const auto& root : roots_) {
      absl::Status status = Open(*root);
      if (!status.ok()) return status;
    }
    ForgetChanges();
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> Poll(
      absl::Duration timeout) override {
    const absl::Time deadline = absl::Now() + timeout;
    while (true) {
      absl::Status status = CheckRoots();
      // Takes everything that is there before it looks at the clock.
      while (status.ok() && Dequeue(absl::ZeroDuration(), status)) {
      }
      if (!status.ok()) return status;
      if (overflow_) return TakeOverflow();
      const absl::Time now = absl::Now();
      std::vector<std::string> ready = TakeQuiet(now);
      if (!ready.empty() || now >= deadline) return ready;
      absl::Time until = std::min(deadline, next_check_);
      for (const Change& change : changes_) {
        until = std::min(until, change.last + kQuiet);
      }
      Dequeue(until - now, status);
      if (!status.ok()) return status;
    }
  }

 private:
  struct Change {
    std::string path;
    absl::Time last;
  };

  // `settled`: there is nothing more to wait for.
  void Changed(const std::string& path, bool settled = false) {
    const absl::Time time = settled ? absl::InfinitePast() : absl::Now();
    const auto [it, is_new] = index_.try_emplace(path, changes_.size());
    if (is_new) {
      changes_.push_back({path, time});
    } else {
      changes_[it->second].last = time;
    }
  }

  void ForgetChanges() {
    changes_.clear();
    index_.clear();
  }

  std::vector<std::string> TakeQuiet(absl::Time now) {
    std::vector<std::string> quiet;
    std::erase_if(changes_, [&](const Change& change) {
      if (change.last + kQuiet > now) return false;
      quiet.push_back(change.path);
      return true;
    });
    if (quiet.empty()) return quiet;
    index_.clear();
    for (size_t i = 0; i < changes_.size(); ++i) index_[changes_[i].path] = i;
    return quiet;
  }

  // Starts from what is there now.
  absl::StatusOr<std::vector<std::string>> TakeOverflow() {
    overflow_ = false;
    std::vector<std::string> all;
    for (const auto& root : roots_) {
      if (std::find(all.begin(), all.end(), root->given) == all.end()) {
        all.push_back(root->given);
      }
      Lose(*root);
      absl::Status status = Open(*root);
      if (!status.ok()) return status;
    }
    ForgetChanges();
    return all;
  }

  // Opens a root if its directory is there and takes everything in it for
  // changed.
  absl::Status Open(Root& root) {
    absl::Status status = Add(root, "");
    if (!status.ok() || root.listeners.empty()) return status;
    root.id = IdOf(root.listeners.begin()->second->handle.get());
    if (root.name.empty()) return AddTree(root, "");
    if (KindOf(root.given) == Kind::kFile) Changed(root.given);
    return absl::OkStatus();
  }

  // Listens to a directory. One that can't be opened is no error: it is gone.
  absl::Status Add(Root& root, const std::string& directory) {
    if (root.listeners.contains(directory)) return absl::OkStatus();
    auto listener = std::make_unique<Listener>();
    listener->root = &root;
    listener->directory = directory;
    listener->key = ++last_key_;
    listener->buffer.resize(
        root.name.empty() && !one_by_one_ ? kBufferSize : kBufferSize / 4);
    listener->handle = OpenDirectory(Join(root.directory, directory));
    if (!listener->handle) return absl::OkStatus();
    if (CreateIoCompletionPort(listener->handle.get(), port_.get(),
                               listener->key, 0) == nullptr) {
      return LastErrorStatus(absl::StrCat("watch ", root.given));
    }
    absl::Status status = Listen(*listener);
    if (!status.ok() || !listener->pending) return status;
    by_key_[listener->key] = listener.get();
    root.listeners[directory] = std::move(listener);
    return absl::OkStatus();
  }

  void Close(Listener& listener) {
    by_key_.erase(listener.key);
    if (!listener.pending) return;
    listener.pending = false;
    CancelIoEx(listener.handle.get(), &listener.overlapped);
    DWORD size;
    GetOverlappedResult(listener.handle.get(), &listener.overlapped, &size,
                        TRUE);
  }

  // Not pending afterwards, and no error: the directory is gone.
  absl::Status Listen(Listener& listener) {
    listener.overlapped = {};
    listener.pending =
        ReadDirectoryChangesW(listener.handle.get(), listener.buffer.data(),
                              static_cast<DWORD>(listener.buffer.size()),
                              listener.root->name.empty() && !one_by_one_,
                              kEvents, nullptr, &listener.overlapped, nullptr);
    if (listener.pending) return absl::OkStatus();
    const DWORD error = GetLastError();
    if (error == ERROR_NOTIFY_ENUM_DIR) {
      overflow_ = true;
      return absl::OkStatus();
    }
    if (error == ERROR_ACCESS_DENIED || error == ERROR_FILE_NOT_FOUND ||
        error == ERROR_PATH_NOT_FOUND) {
      return absl::OkStatus();
    }
    return ErrorStatus(error, absl::StrCat("watch ", listener.root->given));
  }

  void Lose(Root& root) {
    if (!root.name.empty()) Changed(root.given, /*settled=*/true);
    RemoveTree(root, "");
  }

  // A directory that was deleted, or moved away, or replaced: the handle
  // follows the directory, but the name is what was asked for.
  absl::Status CheckRoots() {
    const absl::Time now = absl::Now();
    if (now < next_check_) return absl::OkStatus();
    next_check_ = now + kCheckRoots;
    for (const auto& root : roots_) {
      if (!root->listeners.empty()) {
        const Handle again = OpenDirectory(root->directory);
        if (again && IdOf(again.get()) == root->id) continue;
        Lose(*root);
      }
      absl::Status status = Open(*root);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Takes one message of the system. False if there is none.
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
    listener.pending = false;
    DWORD size;
    if (!GetOverlappedResult(listener.handle.get(), &listener.overlapped, &size,
                             FALSE)) {
      if (GetLastError() == ERROR_NOTIFY_ENUM_DIR) {
        overflow_ = true;
      } else {
        RemoveDirectory(root, listener.directory);
      }
      return true;
    }
    if (size == 0) {
      overflow_ = true;
      return true;
    }
    // Listens again at once: what happens until then is only buffered up to the
    // size of the buffer. So the events move out of it first.
    const std::vector<char> events(listener.buffer.begin(),
                                   listener.buffer.begin() + size);
    const std::string directory = listener.directory;
    status = Listen(listener);
    if (!listener.pending && !overflow_) RemoveDirectory(root, directory);
    if (status.ok()) status = Read(root, directory, events);
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
    // Whoever renames a file has written it.
    const bool renamed = action == FILE_ACTION_RENAMED_NEW_NAME;
    if (!root.name.empty()) {
      if (SameName(root.name, name) && KindOf(root.given) != Kind::kDirectory) {
        Changed(root.given, gone || renamed);
      }
      return absl::OkStatus();
    }
    if (gone) {
      if (root.directories.contains(name)) {
        RemoveDirectory(root, name);
      } else if (root.files.erase(name) != 0) {
        Changed(Join(root.given, name), /*settled=*/true);
      }
      return absl::OkStatus();
    }
    switch (KindOf(Join(root.directory, name))) {
      case Kind::kNone:
        // It was renamed or deleted since; that has an event of its own.
        break;
      case Kind::kDirectory:
        return AddTree(root, name);
      case Kind::kFile:
        root.files.insert(name);
        Changed(Join(root.given, name), renamed);
        break;
    }
    return absl::OkStatus();
  }

  // Files below that weren't known are changes: they came with the directory,
  // or before anybody told of it.
  absl::Status AddTree(Root& root, const std::string& top) {
    std::vector<std::string> todo = {top};
    while (!todo.empty()) {
      const std::string directory = std::move(todo.back());
      todo.pop_back();
      root.directories.insert(directory);
      if (one_by_one_) {
        absl::Status status = Add(root, directory);
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
          Changed(Join(root.given, path));
        }
      } while (FindNextFileW(find, &data));
      FindClose(find);
    }
    return absl::OkStatus();
  }

  void RemoveDirectory(Root& root, const std::string& directory) {
    if (directory.empty()) {
      Lose(root);
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
        if (report) Changed(Join(root.given, *it), /*settled=*/true);
        it = names.erase(it);
      }
    };
    erase_below(root.directories, false);
    erase_below(root.files, true);
    std::erase_if(root.listeners, [&](const auto& entry) {
      if (entry.first != top && !entry.first.starts_with(first)) return false;
      Close(*entry.second);
      return true;
    });
  }

  // Wine's recursive watching loses directories that are renamed, and those
  // that exist at the start, so each directory gets a handle of its own there.
  // The price: when another Windows program deletes such a directory, it stays
  // until the handle is closed (the Unix system's own programs delete it at
  // once). On real Windows a handle would moreover keep others from renaming
  // the directories above.
  const bool one_by_one_ = RunsUnderWine();
  std::vector<std::unique_ptr<Root>> roots_;
  Handle port_;
  ULONG_PTR last_key_ = 0;
  std::unordered_map<ULONG_PTR, Listener*> by_key_;
  bool overflow_ = false;
  absl::Time next_check_ = absl::InfinitePast();
  // What wasn't reported yet, in the order of the first change, and where in it
  // each path stands.
  std::vector<Change> changes_;
  std::unordered_map<std::string, size_t> index_;
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
