#include "platform/host/files/private_directory.h"

#include <windows.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "platform/shared/prepared_files.h"
#include "platform/shared/private_directory_name.h"
#include "platform/windows/host/files/copy_source.h"
#include "platform/windows/host/files/owner_only.h"
#include "platform/windows/system/error.h"
#include "platform/windows/system/file_index.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/unix_files.h"

namespace relib::platform {
namespace {

constexpr char kLockName[] = ".lock";
constexpr DWORD kShareAll =
    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

struct Entry {
  std::string name;
  DWORD attributes;
};

// Returns the entries except . and ..; none if the directory can't be read.
std::vector<Entry> List(const std::string& directory) {
  std::vector<Entry> entries;
  WIN32_FIND_DATAW data;
  const HANDLE find =
      FindFirstFileW(ToWidePath(absl::StrCat(directory, "/*")).c_str(), &data);
  if (find == INVALID_HANDLE_VALUE) return entries;
  do {
    const std::string name = ToUtf8(data.cFileName);
    if (name != "." && name != "..") {
      entries.push_back({name, data.dwFileAttributes});
    }
  } while (FindNextFileW(find, &data));
  FindClose(find);
  return entries;
}

bool DeleteOne(const std::string& path, DWORD attributes) {
  if (IsUnixLink(path)) return false;
  const std::wstring wide = ToWidePath(path);
  if ((attributes & FILE_ATTRIBUTE_READONLY) != 0) {
    SetFileAttributesW(wide.c_str(), FILE_ATTRIBUTE_NORMAL);
  }
  if (DeleteFileW(wide.c_str())) return true;
  return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
         RemoveDirectoryW(wide.c_str());
}

// Deletes links themselves, and not what they point to.
void DeleteContents(const std::string& directory, std::string_view keep = "") {
  for (const Entry& entry : List(directory)) {
    if (entry.name == keep) continue;
    const std::string path = absl::StrCat(directory, "/", entry.name);
    if ((entry.attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
        (entry.attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0 &&
        !IsUnixLink(path)) {
      DeleteContents(path);
    }
    DeleteOne(path, entry.attributes);
  }
}

// Opens a file and locks it until the handle is closed or the process ends.
// Returns an empty handle if somebody else has locked it. The lock is one of a
// byte range and not a share mode: Wine enforces share modes only between the
// programs of one prefix, but passes byte-range locks on to the Unix system.
Handle LockFileAt(const std::wstring& path, DWORD disposition) {
  Handle lock(CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, kShareAll,
                          nullptr, disposition, FILE_ATTRIBUTE_NORMAL,
                          nullptr));
  OVERLAPPED position = {};
  if (!lock || !LockFileEx(lock.get(),
                           LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY,
                           0, 1, 0, &position)) {
    return Handle();
  }
  return lock;
}

// Creates the lock file of a new directory. The file gets its name after it is
// locked; nobody sweeps the directory before. Returns an empty handle if the
// directory is gone: a Linux program that shares the parent with a program
// under Wine may delete it.
Handle MakeLock(const std::string& directory) {
  const std::wstring path = ToWidePath(absl::StrCat(directory, "/", kLockName));
  const std::wstring new_path = path + L".new";
  Handle lock = LockFileAt(new_path, CREATE_NEW);
  if (!lock || !MoveFileExW(new_path.c_str(), path.c_str(), 0)) return Handle();
  return lock;
}

// Locks a directory that is to be swept. Returns an empty handle if somebody
// else has the lock, or is deleting the directory.
Handle Lock(const std::string& directory) {
  const std::wstring path = ToWidePath(absl::StrCat(directory, "/", kLockName));
  Handle lock = LockFileAt(path, OPEN_EXISTING);
  if (!lock) return lock;
  // The last owner may have deleted the file between the two calls.
  const Handle again(CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, kShareAll,
                                 nullptr, OPEN_EXISTING, 0, nullptr));
  if (!again || !IsSameFile(lock.get(), again.get())) return Handle();
  return lock;
}

// Deletes the directory whose `lock` the caller holds. The lock file goes last:
// once it is closed, others may delete what is left (nothing, or files in use).
void DeleteDirectory(const std::string& path, Handle lock) {
  DeleteContents(path, kLockName);
  DeleteOne(absl::StrCat(path, "/", kLockName), FILE_ATTRIBUTE_NORMAL);
  lock.Reset();
  if (!RemoveDirectoryW(ToWidePath(path).c_str())) DeleteDirectoryOfLinks(path);
}

void Sweep(const std::string& parent, std::string_view prefix,
           const std::wstring& user) {
  for (const Entry& entry : List(parent)) {
    const std::string path = absl::StrCat(parent, "/", entry.name);
    if (!IsPrivateDirectoryName(entry.name, prefix) ||
        (entry.attributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
        (entry.attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 ||
        !IsOwnedBy(path, user) ||
        // A directory without a lock file is being created; or, below Wine, it
        // belongs to a Linux program, which locks in another way.
        GetFileAttributesW(
            ToWidePath(absl::StrCat(path, "/", kLockName)).c_str()) ==
            INVALID_FILE_ATTRIBUTES) {
      continue;
    }
    Handle lock = Lock(path);
    if (lock) DeleteDirectory(path, std::move(lock));
  }
}

class LockedDirectory final : public PrivateDirectory {
 public:
  LockedDirectory(std::string path, Handle lock, OwnerOnly owner_only)
      : path_(std::move(path)),
        lock_(std::move(lock)),
        owner_only_(std::move(owner_only)) {}

  // Deletes files that were in use when Remove() was called. The next process
  // sweeps those that are still in use.
  ~LockedDirectory() override {
    if (lock_) DeleteDirectory(path_, std::move(lock_));
  }

  const std::string& path() const override { return path_; }

  absl::StatusOr<std::string> CopyIn(const std::string& source,
                                     const std::string& name_prefix) override {
    if (deleted_.load()) {
      return absl::FailedPreconditionError(absl::StrCat(path_, " is deleted"));
    }
    if (name_prefix.find_first_of("/\\:") != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", name_prefix, "\" can't be a part of a file name"));
    }
    const absl::StatusOr<CopySource> from = CopySource::Open(source);
    if (!from.ok()) return from.status();

    const size_t dot = source.find_last_of("./\\");
    const std::string extension = dot != std::string::npos && source[dot] == '.'
                                      ? source.substr(dot)
                                      : "";
    std::string path;
    Handle to;
    if (std::optional<std::string> prepared =
            prepared_.Take(name_prefix, extension)) {
      path = absl::StrCat(path_, "/", *prepared);
      to = Handle(CreateFileW(ToWidePath(path).c_str(), GENERIC_WRITE, 0,
                              nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL,
                              nullptr));
    }
    if (!to) to = MakeFile({name_prefix, extension}, &path);
    if (!to) return LastErrorStatus(absl::StrCat("create ", path));
    absl::Status status = from->CopyTo(to.get());
    to.Reset();
    if (status.ok()) return path;
    DeleteOne(path, FILE_ATTRIBUTE_NORMAL);
    return status;
  }

  std::string Prepare(const std::string& copy) override {
    const std::optional<CopyName> parts = ParseCopyName(NameOf(copy));
    WIN32_FILE_ATTRIBUTE_DATA like;
    if (deleted_.load() || !parts.has_value() ||
        !GetFileAttributesExW(ToWidePath(copy).c_str(), GetFileExInfoStandard,
                              &like)) {
      return "";
    }
    std::string path;
    Handle file = MakeFile(*parts, &path);
    if (!file) return "";
    // Reserves space on the disk and pages in the system's cache.
    const std::vector<char> zeros(size_t{1} << 16);
    const int64_t size = std::min<int64_t>(
        (static_cast<int64_t>(like.nFileSizeHigh) << 32) | like.nFileSizeLow,
        kMaxPreparedSize);
    for (int64_t done = 0; done < size;) {
      DWORD written = 0;
      if (!WriteFile(
              file.get(), zeros.data(),
              static_cast<DWORD>(std::min<int64_t>(zeros.size(), size - done)),
              &written, nullptr) ||
          written == 0) {
        file.Reset();
        DeleteOne(path, FILE_ATTRIBUTE_NORMAL);
        return "";
      }
      done += written;
    }
    prepared_.Add(std::string(NameOf(path)), parts->prefix, parts->extension);
    return path;
  }

  void Withdraw(const std::string& prepared) override {
    if (prepared_.Withdraw(NameOf(prepared))) {
      DeleteOne(prepared, FILE_ATTRIBUTE_NORMAL);
    }
  }

  void Remove(const std::string& path) override {
    if (NameOf(path).empty()) return;
    const DWORD attributes = GetFileAttributesW(ToWidePath(path).c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES ||
        (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
      return;
    }
    absl::MutexLock lock(mutex_);
    if (!DeleteOne(path, attributes)) in_use_.insert(path);
    // A file that was in use at an earlier call may be free by now.
    std::erase_if(in_use_, [](const std::string& each) {
      return DeleteOne(each, FILE_ATTRIBUTE_READONLY) ||
             GetLastError() == ERROR_FILE_NOT_FOUND;
    });
    if (deleted_.load() && in_use_.empty()) DeleteUnlessInUse();
  }

  void Delete() override {
    absl::MutexLock lock(mutex_);
    deleted_.store(true);
    DeleteUnlessInUse();
  }

 private:
  void DeleteUnlessInUse() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!lock_) return;
    DeleteContents(path_, kLockName);
    const std::vector<Entry> left = List(path_);
    if (std::any_of(left.begin(), left.end(), [](const Entry& entry) {
          return entry.name != kLockName;
        })) {
      return;
    }
    DeleteDirectory(path_, std::move(lock_));
  }

  // Returns the name of a file in the directory, as CopyIn() returned its path;
  // "" for other paths.
  std::string_view NameOf(std::string_view path) const {
    if (!path.starts_with(path_) || path.size() < path_.size() + 2) return "";
    const std::string_view name = path.substr(path_.size());
    if ((name[0] != '/' && name[0] != '\\') ||
        name.find_first_of("/\\:", 1) != std::string_view::npos ||
        name.substr(1) == kLockName) {
      return "";
    }
    return name.substr(1);
  }

  Handle MakeFile(const CopyName& parts, std::string* path) {
    Handle file;
    do {
      *path = absl::StrCat(path_, "/", parts.prefix, "-", ++copies_,
                           parts.extension);
      // On Windows the file inherits this from the directory; on Wine it
      // doesn't.
      file = Handle(CreateFileW(ToWidePath(*path).c_str(), GENERIC_WRITE, 0,
                                owner_only_.get(), CREATE_NEW,
                                FILE_ATTRIBUTE_NORMAL, nullptr));
    } while (!file && GetLastError() == ERROR_FILE_EXISTS);
    return file;
  }

  const std::string path_;
  Handle lock_;
  OwnerOnly owner_only_;
  std::atomic<uint64_t> copies_ = 0;
  std::atomic<bool> deleted_ = false;
  PreparedFiles prepared_;
  absl::Mutex mutex_;
  // Files that could not be deleted, such as loaded libraries.
  std::set<std::string> in_use_ ABSL_GUARDED_BY(mutex_);
};

absl::StatusOr<std::string> AbsoluteParent(const std::string& parent) {
  std::wstring wide;
  if (parent.empty()) {
    wide.resize(MAX_PATH + 1);
    wide.resize(GetTempPathW(static_cast<DWORD>(wide.size()), wide.data()));
  } else {
    wide = ToWide(parent);
  }
  // The path stays valid if the process changes its working directory.
  std::wstring full(GetFullPathNameW(wide.c_str(), 0, nullptr, nullptr), L'\0');
  if (full.empty()) return LastErrorStatus(parent);
  full.resize(GetFullPathNameW(wide.c_str(), static_cast<DWORD>(full.size()),
                               full.data(), nullptr));
  std::string path = ToUtf8(full);
  while (path.ends_with('\\')) path.pop_back();
  const DWORD attributes = GetFileAttributesW(ToWidePath(path + "/").c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) {
    return LastErrorStatus(absl::StrCat("open ", path));
  }
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is not a directory"));
  }
  return path;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PrivateDirectory>> PrivateDirectory::Create(
    const std::string& prefix, const std::string& parent) {
  if (prefix.empty() ||
      prefix.find_first_of("/\\:*?\"<>|") != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", prefix, "\" can't be the prefix of a directory name"));
  }
  const absl::StatusOr<std::string> parent_path = AbsoluteParent(parent);
  if (!parent_path.ok()) return parent_path.status();
  const absl::StatusOr<std::wstring> user = CurrentUser();
  if (!user.ok()) return user.status();
  Sweep(*parent_path, prefix, *user);

  absl::StatusOr<OwnerOnly> owner_only = OwnerOnly::For(*user);
  if (!owner_only.ok()) return owner_only.status();
  std::random_device random;
  while (true) {
    std::string path =
        absl::StrFormat("%s\\%s-%d-%08x%08x", *parent_path, prefix,
                        GetCurrentProcessId(), random(), random());
    if (!CreateDirectoryW(ToWidePath(path).c_str(), owner_only->get())) {
      if (GetLastError() == ERROR_ALREADY_EXISTS) continue;
      return LastErrorStatus(absl::StrCat("create ", path));
    }
    Handle lock = MakeLock(path);
    if (!lock) continue;
    RestrictUnixDirectoryToOwner(path);
    return std::make_unique<LockedDirectory>(std::move(path), std::move(lock),
                                             *std::move(owner_only));
  }
}

}  // namespace relib::platform
