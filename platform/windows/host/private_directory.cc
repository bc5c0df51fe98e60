#include "platform/host/private_directory.h"

#include <windows.h>
// After windows.h.
#include <aclapi.h>
#include <sddl.h>

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
#include "platform/windows/system/error.h"
#include "platform/windows/system/handle.h"
#include "platform/windows/system/utf.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform {
namespace {

constexpr char kLockName[] = ".lock";
constexpr DWORD kShareAll =
    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

struct Entry {
  std::string name;
  DWORD attributes;
};

// Without . and ..; empty if it can't be read.
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

std::wstring FinalPath(const std::wstring& path) {
  const Handle file(CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, kShareAll,
                                nullptr, OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  if (!file) return L"";
  std::wstring final_path(32768, L'\0');
  final_path.resize(GetFinalPathNameByHandleW(
      file.get(), final_path.data(), static_cast<DWORD>(final_path.size()), 0));
  return final_path;
}

// Wine shows most symbolic links as what they point to, and deletes that: a
// link must not be touched there. What can't be looked at counts as one.
bool IsUnixLink(const std::string& path) {
  if (!RunsUnderWine()) return false;
  const size_t separator = path.find_last_of("/\\");
  const std::wstring directory =
      FinalPath(ToWidePath(path.substr(0, separator)));
  const std::wstring file = FinalPath(ToWidePath(path));
  return directory.empty() || file.empty() ||
         file != directory + L"\\" + ToWide(path.substr(separator + 1));
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

// Follows no link: those are deleted themselves.
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

// The current user as text, for security descriptors.
absl::StatusOr<std::wstring> CurrentUser() {
  HANDLE handle;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &handle)) {
    return LastErrorStatus("find out the current user");
  }
  const Handle token(handle);
  alignas(TOKEN_USER) char buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  DWORD size;
  wchar_t* text;
  if (!GetTokenInformation(token.get(), TokenUser, buffer, sizeof(buffer),
                           &size) ||
      !ConvertSidToStringSidW(reinterpret_cast<TOKEN_USER*>(buffer)->User.Sid,
                              &text)) {
    return LastErrorStatus("find out the current user");
  }
  std::wstring user = text;
  LocalFree(text);
  return user;
}

// Owner, and full access for the owner alone, which files below inherit;
// nothing is inherited from above.
class OwnerOnly {
 public:
  static absl::StatusOr<OwnerOnly> For(const std::wstring& user) {
    const std::wstring text = L"O:" + user + L"D:P(A;OICI;FA;;;" + user + L")";
    PSECURITY_DESCRIPTOR descriptor;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.c_str(), SDDL_REVISION_1, &descriptor, nullptr)) {
      return LastErrorStatus("make an access list");
    }
    return OwnerOnly(descriptor);
  }
  SECURITY_ATTRIBUTES* get() { return &attributes_; }

 private:
  explicit OwnerOnly(PSECURITY_DESCRIPTOR descriptor)
      : descriptor_(descriptor, &LocalFree),
        attributes_{sizeof(attributes_), descriptor, FALSE} {}

  std::unique_ptr<void, decltype(&LocalFree)> descriptor_;
  SECURITY_ATTRIBUTES attributes_;
};

bool IsOwnedBy(const std::string& path, const std::wstring& user) {
  PSID owner;
  PSECURITY_DESCRIPTOR descriptor;
  std::wstring wide = ToWidePath(path);
  if (GetNamedSecurityInfoW(wide.data(), SE_FILE_OBJECT,
                            OWNER_SECURITY_INFORMATION, &owner, nullptr,
                            nullptr, nullptr, &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  wchar_t* text;
  bool is_owner = false;
  if (ConvertSidToStringSidW(owner, &text)) {
    is_owner = user == text;
    LocalFree(text);
  }
  LocalFree(descriptor);
  return is_owner;
}

bool IsSameFile(HANDLE a, HANDLE b) {
  BY_HANDLE_FILE_INFORMATION x, y;
  return GetFileInformationByHandle(a, &x) &&
         GetFileInformationByHandle(b, &y) &&
         x.dwVolumeSerialNumber == y.dwVolumeSerialNumber &&
         x.nFileIndexHigh == y.nFileIndexHigh &&
         x.nFileIndexLow == y.nFileIndexLow;
}

// A file that this process has locked until it closes it or ends; empty if
// somebody else has. It is a byte-range lock and not a share mode, because Wine
// enforces share modes only between the programs of one prefix, but hands such
// locks on to the Unix host.
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

// The lock of a new directory. The file gets its name when it is locked: before
// that, nobody sweeps the directory. Empty if it is gone, which a Linux program
// may do to it that shares the parent with one under Wine.
Handle MakeLock(const std::string& directory) {
  const std::wstring path = ToWidePath(absl::StrCat(directory, "/", kLockName));
  const std::wstring new_path = path + L".new";
  Handle lock = LockFileAt(new_path, CREATE_NEW);
  if (!lock || !MoveFileExW(new_path.c_str(), path.c_str(), 0)) return Handle();
  return lock;
}

// The lock of a directory that is to be swept; empty if somebody else has it,
// or is deleting the directory.
Handle Lock(const std::string& directory) {
  const std::wstring path = ToWidePath(absl::StrCat(directory, "/", kLockName));
  Handle lock = LockFileAt(path, OPEN_EXISTING);
  if (!lock) return lock;
  // Its last owner may have deleted it between the two calls.
  const Handle again(CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, kShareAll,
                                 nullptr, OPEN_EXISTING, 0, nullptr));
  if (!again || !IsSameFile(lock.get(), again.get())) return Handle();
  return lock;
}

// With its lock held, which goes last: once the file is closed, others may
// delete what is left (nothing, or files in use).
void DeleteDirectory(const std::string& path, Handle lock) {
  DeleteContents(path, kLockName);
  DeleteOne(absl::StrCat(path, "/", kLockName), FILE_ATTRIBUTE_NORMAL);
  lock.Reset();
  if (RemoveDirectoryW(ToWidePath(path).c_str()) || !RunsUnderWine()) return;
  // Links are left in it, of which the Unix system itself deletes the right
  // end.
  const size_t separator = path.find_last_of("/\\");
  StartUnixProgram(
      L"bin\\rm",
      ToWide(absl::StrCat("rm -rf -- \"./", path.substr(separator + 1), "\"")),
      path.substr(0, separator))
      .IgnoreError();
}

void Sweep(const std::string& parent, std::string_view prefix,
           const std::wstring& user) {
  for (const Entry& entry : List(parent)) {
    const std::string path = absl::StrCat(parent, "/", entry.name);
    if (!IsPrivateDirectoryName(entry.name, prefix) ||
        (entry.attributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
        (entry.attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 ||
        !IsOwnedBy(path, user) ||
        // Without the lock file, it is in the making, or, below Wine, a Linux
        // program's, which locks in another way.
        GetFileAttributesW(
            ToWidePath(absl::StrCat(path, "/", kLockName)).c_str()) ==
            INVALID_FILE_ATTRIBUTES) {
      continue;
    }
    Handle lock = Lock(path);
    if (lock) DeleteDirectory(path, std::move(lock));
  }
}

// Size and times; ChangeTime also moves when a program sets the others back.
struct Version {
  int64_t size = -1;
  int64_t written = 0;
  int64_t changed = 0;
  friend bool operator==(const Version&, const Version&) = default;
};

absl::StatusOr<Version> VersionOf(HANDLE file, const std::string& path) {
  FILE_BASIC_INFO times;
  LARGE_INTEGER size;
  if (!GetFileInformationByHandleEx(file, FileBasicInfo, &times,
                                    sizeof(times)) ||
      !GetFileSizeEx(file, &size)) {
    return LastErrorStatus(path);
  }
  return Version{size.QuadPart, times.LastWriteTime.QuadPart,
                 times.ChangeTime.QuadPart};
}

// NTFS counts time in 100 ns, other file systems (and those below Wine) tick
// every few milliseconds. Waits until a file's time lies well behind, so that a
// write from then on changes it.
void AwaitTickAfter(int64_t written) {
  for (int i = 0; i < 20; ++i) {
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    const int64_t time =
        (static_cast<int64_t>(now.dwHighDateTime) << 32) | now.dwLowDateTime;
    if (written + 100'000 < time) return;
    Sleep(1);
  }
}

absl::StatusOr<Handle> OpenSource(const std::string& source) {
  const std::wstring wide = ToWidePath(source);
  // Others may go on writing and replacing it: a build that fails because we
  // look at its output would be worse than a copy that is refused.
  Handle file(CreateFileW(wide.c_str(), GENERIC_READ, kShareAll, nullptr,
                          OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, nullptr));
  if (file) {
    if (GetFileType(file.get()) == FILE_TYPE_DISK) return file;
    return absl::InvalidArgumentError(
        absl::StrCat(source, " is not a regular file"));
  }
  const DWORD error = GetLastError();
  const DWORD attributes = GetFileAttributesW(wide.c_str());
  if (attributes != INVALID_FILE_ATTRIBUTES &&
      (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, " is not a regular file"));
  }
  return ErrorStatus(error, absl::StrCat("open ", source));
}

absl::StatusOr<int64_t> CopyBytes(HANDLE from, HANDLE to) {
  std::vector<char> buffer(size_t{1} << 17);
  int64_t total = 0;
  while (true) {
    DWORD size;
    if (!ReadFile(from, buffer.data(), static_cast<DWORD>(buffer.size()), &size,
                  nullptr)) {
      return LastErrorStatus("read");
    }
    if (size == 0) return total;
    DWORD written;
    if (!WriteFile(to, buffer.data(), size, &written, nullptr)) {
      return LastErrorStatus("write");
    }
    if (written != size) return ErrorStatus(ERROR_DISK_FULL, "write");
    total += size;
  }
}

class LockedDirectory final : public PrivateDirectory {
 public:
  LockedDirectory(std::string path, Handle lock, OwnerOnly owner_only)
      : path_(std::move(path)),
        lock_(std::move(lock)),
        owner_only_(std::move(owner_only)) {}

  // Tries again what could not be deleted when Remove() was called. What is
  // still in use then is swept by the next process.
  ~LockedDirectory() override { DeleteDirectory(path_, std::move(lock_)); }

  const std::string& path() const override { return path_; }

  absl::StatusOr<std::string> CopyIn(const std::string& source,
                                     const std::string& name_prefix) override {
    if (name_prefix.find_first_of("/\\:") != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", name_prefix, "\" is no part of a file's name"));
    }
    absl::StatusOr<Handle> from = OpenSource(source);
    if (!from.ok()) return from.status();
    absl::StatusOr<Version> before = VersionOf(from->get(), source);
    if (!before.ok()) return before.status();
    AwaitTickAfter(before->written);
    before = VersionOf(from->get(), source);
    if (!before.ok()) return before.status();

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
    absl::Status status = Fill(source, from->get(), *before, to.get());
    to.Reset();
    if (status.ok()) return path;
    DeleteOne(path, FILE_ATTRIBUTE_NORMAL);
    return status;
  }

  std::string Prepare(const std::string& copy) override {
    const std::optional<CopyName> parts = ParseCopyName(NameOf(copy));
    WIN32_FILE_ATTRIBUTE_DATA like;
    if (!parts.has_value() ||
        !GetFileAttributesExW(ToWidePath(copy).c_str(), GetFileExInfoStandard,
                              &like)) {
      return "";
    }
    std::string path;
    Handle file = MakeFile(*parts, &path);
    if (!file) return "";
    // Space on the disk, and pages in the system's cache.
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
    // What was in use at an earlier call may be free by now.
    std::erase_if(in_use_, [](const std::string& each) {
      return DeleteOne(each, FILE_ATTRIBUTE_READONLY) ||
             GetLastError() == ERROR_FILE_NOT_FOUND;
    });
  }

 private:
  // Of a file that CopyIn() gave: the directory, a separator, a name. "" for
  // others.
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
      // Inherited from the directory anyway, but not under Wine.
      file = Handle(CreateFileW(ToWidePath(*path).c_str(), GENERIC_WRITE, 0,
                                owner_only_.get(), CREATE_NEW,
                                FILE_ATTRIBUTE_NORMAL, nullptr));
    } while (!file && GetLastError() == ERROR_FILE_EXISTS);
    return file;
  }

  static absl::Status Fill(const std::string& source, HANDLE from,
                           const Version& before, HANDLE to) {
    const absl::StatusOr<int64_t> copied = CopyBytes(from, to);
    if (!copied.ok()) {
      return absl::Status(
          copied.status().code(),
          absl::StrCat("copy ", source, ": ", copied.status().message()));
    }
    // It may have been prepared for a longer one.
    if (!SetEndOfFile(to))
      return LastErrorStatus(absl::StrCat("copy ", source));
    const absl::StatusOr<Version> after = VersionOf(from, source);
    const absl::StatusOr<Handle> by_name = OpenSource(source);
    if (*copied != before.size || !after.ok() || *after != before ||
        !by_name.ok() || !IsSameFile(from, by_name->get())) {
      return absl::AbortedError(
          absl::StrCat(source, " changed while it was copied"));
    }
    return absl::OkStatus();
  }

  const std::string path_;
  Handle lock_;
  OwnerOnly owner_only_;
  std::atomic<uint64_t> copies_ = 0;
  PreparedFiles prepared_;
  absl::Mutex mutex_;
  // Loaded libraries can't be deleted.
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
  // The process may change its working directory later.
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
    return absl::InvalidArgumentError(
        absl::StrCat("\"", prefix, "\" is no prefix of a directory's name"));
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
      return LastErrorStatus(absl::StrCat("make ", path));
    }
    Handle lock = MakeLock(path);
    if (!lock) continue;
    if (RunsUnderWine()) {
      // Wine takes what the owner may do for what the group may do as well.
      StartUnixProgram(L"bin\\chmod", L"chmod 700 .", path).IgnoreError();
    }
    return std::make_unique<LockedDirectory>(std::move(path), std::move(lock),
                                             *std::move(owner_only));
  }
}

}  // namespace relib::platform
