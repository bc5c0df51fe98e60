#include "platform/directory_watcher.h"

#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
#include "platform/windows/error.h"
#include "platform/windows/handle.h"
#include "platform/windows/utf.h"

namespace relib::platform {
namespace {

constexpr DWORD kEvents =
    FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME |
    FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_SIZE;

// The largest size that also works for network drives.
constexpr DWORD kBufferSize = 64 * 1024;

// Windows doesn't tell when a file is closed, and reports one save two or three
// times: a file is reported when nothing was heard of it for so long.
constexpr absl::Duration kQuiet = absl::Milliseconds(10);

// How often it is checked whether watched folders are still the ones that were
// opened.
constexpr absl::Duration kCheckRoots = absl::Milliseconds(100);

std::string Join(std::string_view folder, std::string_view name) {
  const bool ends = folder.ends_with('/') || folder.ends_with('\\');
  return absl::StrCat(folder, ends || folder.empty() ? "" : "/", name);
}

enum class Kind { kNone, kFile, kFolder };

Kind KindOf(const std::string& path) {
  const DWORD attributes = GetFileAttributesW(ToWidePath(path).c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) return Kind::kNone;
  // A link to a folder counts as a file: it is not followed.
  return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
                 (attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0
             ? Kind::kFolder
             : Kind::kFile;
}

Handle OpenFolder(const std::string& path) {
  return Handle(
      CreateFileW(ToWidePath(path).c_str(), FILE_LIST_DIRECTORY,
                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                  nullptr, OPEN_EXISTING,
                  FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, nullptr));
}

struct FolderId {
  DWORD volume = 0;
  DWORD high = 0;
  DWORD low = 0;
  friend bool operator==(const FolderId&, const FolderId&) = default;
};

FolderId IdOf(HANDLE folder) {
  BY_HANDLE_FILE_INFORMATION info;
  if (!GetFileInformationByHandle(folder, &info)) return {};
  return {info.dwVolumeSerialNumber, info.nFileIndexHigh, info.nFileIndexLow};
}

// One path that was given to Watch(). Stays where it is: the system writes into
// it.
struct Root {
  std::string given;
  // What is watched: the folder, or the one that holds the file.
  std::string folder;
  // The file's name there; empty if a whole folder is watched.
  std::string name;

  // Empty while the folder is gone; it may come back.
  Handle handle;
  FolderId id;
  OVERLAPPED overlapped = {};
  bool pending = false;
  alignas(DWORD) char buffer[kBufferSize];

  // What is known to exist below, by names relative to the folder: the system
  // doesn't tell whether a name that is gone was a folder, and which files went
  // with it.
  std::set<std::string> files;
  std::set<std::string> folders;
};

class ChangesWatcher final : public DirectoryWatcher {
 public:
  explicit ChangesWatcher(std::vector<std::unique_ptr<Root>> roots)
      : roots_(std::move(roots)) {}

  ~ChangesWatcher() override {
    for (const auto& root : roots_) Close(*root);
  }

  absl::Status Start() {
    port_ = Handle(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
    if (!port_) return LastErrorStatus("watch for changes");
    for (const auto& root : roots_) {
      const absl::Status status = Open(*root);
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
      if (!status.ok()) return status;
      // Takes everything that is there before it looks at the clock.
      while (Dequeue(absl::ZeroDuration())) {
      }
      for (const auto& root : roots_) {
        if (!root->handle || root->pending) continue;
        status = Listen(*root);
        if (!status.ok()) return status;
      }
      if (overflow_) return TakeOverflow();
      const absl::Time now = absl::Now();
      std::vector<std::string> ready = TakeQuiet(now);
      if (!ready.empty() || now >= deadline) return ready;
      absl::Time until = std::min(deadline, next_check_);
      for (const Change& change : changes_) {
        until = std::min(until, change.last + kQuiet);
      }
      Dequeue(until - now);
    }
  }

 private:
  struct Change {
    std::string path;
    absl::Time last;
  };

  // `settled`: there is nothing more to wait for, the file is gone.
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

  absl::StatusOr<std::vector<std::string>> TakeOverflow() {
    overflow_ = false;
    std::vector<std::string> all;
    for (const auto& root : roots_) {
      if (std::find(all.begin(), all.end(), root->given) == all.end()) {
        all.push_back(root->given);
      }
      root->files.clear();
      root->folders.clear();
      if (root->name.empty()) AddTree(*root, "");
    }
    ForgetChanges();
    return all;
  }

  // Opens a root if its folder is there and takes everything in it for changed.
  absl::Status Open(Root& root) {
    root.handle = OpenFolder(root.folder);
    if (!root.handle) return absl::OkStatus();
    root.id = IdOf(root.handle.get());
    if (CreateIoCompletionPort(root.handle.get(), port_.get(),
                               reinterpret_cast<ULONG_PTR>(&root),
                               0) == nullptr) {
      return LastErrorStatus(absl::StrCat("watch ", root.given));
    }
    const absl::Status status = Listen(root);
    if (!status.ok() || !root.handle) return status;
    if (root.name.empty()) {
      AddTree(root, "");
    } else if (KindOf(root.given) == Kind::kFile) {
      Changed(root.given);
    }
    return absl::OkStatus();
  }

  void Close(Root& root) {
    if (root.pending) {
      CancelIoEx(root.handle.get(), &root.overlapped);
      DWORD size;
      GetOverlappedResult(root.handle.get(), &root.overlapped, &size, TRUE);
      root.pending = false;
    }
    root.handle = Handle();
  }

  absl::Status Listen(Root& root) {
    root.overlapped = {};
    if (ReadDirectoryChangesW(root.handle.get(), root.buffer, kBufferSize,
                              root.name.empty(), kEvents, nullptr,
                              &root.overlapped, nullptr)) {
      root.pending = true;
      return absl::OkStatus();
    }
    const DWORD error = GetLastError();
    if (error == ERROR_NOTIFY_ENUM_DIR) {
      overflow_ = true;
      return absl::OkStatus();
    }
    if (error == ERROR_ACCESS_DENIED || error == ERROR_FILE_NOT_FOUND) {
      Lose(root);
      return absl::OkStatus();
    }
    return ErrorStatus(error, absl::StrCat("watch ", root.given));
  }

  void Lose(Root& root) {
    Close(root);
    if (!root.name.empty()) Changed(root.given, /*settled=*/true);
    RemoveTree(root, "");
  }

  // A folder that was deleted, or moved away, or replaced: the handle follows
  // the folder, but the name is what was asked for.
  absl::Status CheckRoots() {
    const absl::Time now = absl::Now();
    if (now < next_check_) return absl::OkStatus();
    next_check_ = now + kCheckRoots;
    for (const auto& root : roots_) {
      if (root->handle) {
        const Handle again = OpenFolder(root->folder);
        if (again && IdOf(again.get()) == root->id) continue;
        Lose(*root);
      }
      const absl::Status status = Open(*root);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Takes one message of the system. False if there is none.
  bool Dequeue(absl::Duration timeout) {
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
    Root& root = *reinterpret_cast<Root*>(key);
    // A message only says where to look: it may come from a handle that Close()
    // has closed since.
    if (!root.pending || !HasOverlappedIoCompleted(&root.overlapped)) {
      return true;
    }
    root.pending = false;
    DWORD size;
    if (!GetOverlappedResult(root.handle.get(), &root.overlapped, &size,
                             FALSE)) {
      if (GetLastError() == ERROR_NOTIFY_ENUM_DIR) {
        overflow_ = true;
      } else {
        Lose(root);
      }
      return true;
    }
    if (size == 0) {
      overflow_ = true;
      return true;
    }
    // Listens again at once: what happens until then is only buffered up to the
    // size of the buffer. So the events move out of it first.
    const std::vector<char> events(root.buffer, root.buffer + size);
    if (!Listen(root).ok()) Lose(root);
    Read(root, events);
    return true;
  }

  void Read(Root& root, const std::vector<char>& events) {
    size_t at = 0;
    while (true) {
      FILE_NOTIFY_INFORMATION event;
      constexpr size_t kHeader = offsetof(FILE_NOTIFY_INFORMATION, FileName);
      std::memcpy(&event, events.data() + at, kHeader);
      std::wstring wide(event.FileNameLength / sizeof(wchar_t), L'\0');
      std::memcpy(wide.data(), events.data() + at + kHeader,
                  event.FileNameLength);
      std::replace(wide.begin(), wide.end(), L'\\', L'/');
      HandleEvent(root, event.Action, wide);
      if (event.NextEntryOffset == 0) return;
      at += event.NextEntryOffset;
    }
  }

  void HandleEvent(Root& root, DWORD action, const std::wstring& wide) {
    const bool gone =
        action == FILE_ACTION_REMOVED || action == FILE_ACTION_RENAMED_OLD_NAME;
    if (!root.name.empty()) {
      const std::wstring name = ToWide(root.name);
      if (CompareStringOrdinal(name.c_str(), static_cast<int>(name.size()),
                               wide.c_str(), static_cast<int>(wide.size()),
                               TRUE) == CSTR_EQUAL &&
          KindOf(root.given) != Kind::kFolder) {
        Changed(root.given, gone);
      }
      return;
    }
    const std::string name = ToUtf8(wide);
    if (gone) {
      if (root.folders.contains(name)) {
        RemoveTree(root, name);
      } else if (root.files.erase(name) != 0) {
        Changed(Join(root.given, name), /*settled=*/true);
      }
      return;
    }
    switch (KindOf(Join(root.folder, name))) {
      case Kind::kNone:
        // It was renamed or deleted since; that has an event of its own.
        return;
      case Kind::kFolder:
        AddTree(root, name);
        return;
      case Kind::kFile:
        root.files.insert(name);
        Changed(Join(root.given, name));
        return;
    }
  }

  // Files below that weren't known are changes: they came with the folder, or
  // before anybody told of it.
  void AddTree(Root& root, const std::string& top) {
    std::vector<std::string> todo = {top};
    while (!todo.empty()) {
      const std::string folder = std::move(todo.back());
      todo.pop_back();
      root.folders.insert(folder);
      WIN32_FIND_DATAW data;
      const HANDLE find = FindFirstFileW(
          ToWidePath(Join(Join(root.folder, folder), "*")).c_str(), &data);
      if (find == INVALID_HANDLE_VALUE) continue;
      do {
        const std::string name = ToUtf8(data.cFileName);
        if (name == "." || name == "..") continue;
        std::string path = Join(folder, name);
        if ((data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
            (data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0) {
          todo.push_back(std::move(path));
        } else if (root.files.insert(path).second) {
          Changed(Join(root.given, path));
        }
      } while (FindNextFileW(find, &data));
      FindClose(find);
    }
  }

  void RemoveTree(Root& root, const std::string& top) {
    const std::string first = top.empty() ? "" : top + "/";
    root.folders.erase(top);
    const auto erase_below = [&](std::set<std::string>& names, bool report) {
      auto it = names.lower_bound(first);
      while (it != names.end() && it->starts_with(first)) {
        if (report) Changed(Join(root.given, *it), /*settled=*/true);
        it = names.erase(it);
      }
    };
    erase_below(root.folders, false);
    erase_below(root.files, true);
  }

  std::vector<std::unique_ptr<Root>> roots_;
  Handle port_;
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
    if (KindOf(path) == Kind::kFolder) {
      root->folder = path;
    } else {
      const size_t separator = path.find_last_of("/\\:");
      root->folder =
          separator == std::string::npos ? "." : path.substr(0, separator + 1);
      root->name =
          separator == std::string::npos ? path : path.substr(separator + 1);
      if (root->name.empty()) {
        return absl::NotFoundError(
            absl::StrCat("watch ", path, ": there is no such folder"));
      }
      if (KindOf(root->folder) != Kind::kFolder) {
        return absl::NotFoundError(absl::StrCat(
            "watch ", path, ": there is no folder ", root->folder));
      }
    }
    roots.push_back(std::move(root));
  }
  auto watcher = std::make_unique<ChangesWatcher>(std::move(roots));
  const absl::Status status = watcher->Start();
  if (!status.ok()) return status;
  return watcher;
}

}  // namespace relib::platform
