#include "relib/internal/loader/library_uses.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "platform/host/deadline.h"
#include "platform/host/dependencies.h"
#include "platform/host/library.h"
#include "relib/errors.h"
#include "relib/options.h"

namespace relib::internal {

// Guarded by the mutex of Libraries, except for `dependency`.
struct SharedLibrary {
  // Thread-safe, and never null.
  std::unique_ptr<platform::Dependency> dependency;
  // It stays for good.
  bool is_kept = false;
  // The reason, unless it is a module with ModuleLibraries::kKeep.
  std::string kept_by;
  // The user that was the only one when it called FindUses(), if none has come
  // since.
  const LibraryUses* checked_by = nullptr;
  // A report has listed it.
  bool was_reported = false;
  // Its last user is calling Dependency::Release().
  bool is_being_released = false;
  struct User {
    const LibraryUses* uses;
    std::string name;
  };
  std::vector<User> users;
};

namespace {

// All libraries that modules brought into this process, by path.
struct Libraries {
  absl::Mutex mutex;
  absl::flat_hash_map<std::string, std::shared_ptr<SharedLibrary>> by_path
      ABSL_GUARDED_BY(mutex);
};

Libraries& GetLibraries() {
  static absl::NoDestructor<Libraries> libraries;
  return *libraries;
}

void Keep(SharedLibrary& library, std::string why) {
  library.is_kept = true;
  library.kept_by = std::move(why);
}

void RemoveUser(SharedLibrary& library, const LibraryUses* uses) {
  std::erase_if(library.users, [uses](const SharedLibrary::User& user) {
    return user.uses == uses;
  });
}

// Adds `user` to the library at `path`. Returns null if the library is unknown.
std::shared_ptr<SharedLibrary> UseKnown(const std::string& path,
                                        SharedLibrary::User user) {
  Libraries& all = GetLibraries();
  const absl::MutexLock lock(all.mutex);
  const auto is_settled = [&]() ABSL_SHARED_LOCKS_REQUIRED(all.mutex) {
    const auto it = all.by_path.find(path);
    return it == all.by_path.end() || !it->second->is_being_released;
  };
  all.mutex.Await(absl::Condition(&is_settled));
  const auto it = all.by_path.find(path);
  if (it == all.by_path.end()) return nullptr;
  it->second->checked_by = nullptr;
  it->second->users.push_back(std::move(user));
  return it->second;
}

// Takes ownership of `dependency` unless the library at `path` is known.
// Returns whether it did.
bool AddLibrary(const std::string& path,
                std::unique_ptr<platform::Dependency>& dependency) {
  Libraries& all = GetLibraries();
  const absl::MutexLock lock(all.mutex);
  std::shared_ptr<SharedLibrary>& library = all.by_path[path];
  if (library != nullptr) return false;
  library = std::make_shared<SharedLibrary>();
  library->dependency = std::move(dependency);
  return true;
}

// The number of threads in a library that a message names.
constexpr size_t kMaxThreadsNamed = 20;

constexpr char kKeptByDefault[] =
    "its threads and callbacks may be in use. To unload it with the module: "
    "LoadOptions{.libraries = ModuleLibraries::kUnload}";

std::string DescribeKept(const platform::Dependency& dependency) {
  const std::vector<std::string> holders = dependency.Holders();
  return holders.empty() ? kKeptByDefault : absl::StrJoin(holders, "; ");
}

// The threads of the process. All libraries of a module share one look at them,
// which is taken when the first library needs it.
using ThreadsOnDemand = std::optional<std::vector<platform::OtherThread>>;

// Returns what uses a library, or "".
std::string DescribeUses(const platform::Dependency& dependency,
                         ThreadsOnDemand& threads,
                         platform::Deadline deadline) {
  std::vector<std::string> texts = dependency.Holders();
  if (!threads.has_value()) threads = platform::OtherThreads(deadline);
  std::vector<std::string> running = dependency.Users(*threads);
  if (running.size() > kMaxThreadsNamed) {
    const size_t others = running.size() - kMaxThreadsNamed;
    running.resize(kMaxThreadsNamed);
    running.push_back(absl::StrCat(others, " other threads"));
  }
  for (std::string& text : running) texts.push_back(std::move(text));
  return absl::StrJoin(texts, "; ");
}

}  // namespace

LibraryUses::LibraryUses() = default;
LibraryUses::~LibraryUses() = default;

void LibraryUses::Prepare(const std::string& copy,
                          const std::string& original) {
  scope_ = platform::DependencyScope::Create(copy, original);
}

std::string LibraryUses::Explain(std::string_view error) const {
  // The loader's own error is about the private copy. It names the first
  // library beside the original, which is not the missing one.
  return scope_ != nullptr && !scope_->error().empty()
             ? absl::StrCat("the system can't load it: ", scope_->error())
             : std::string(error);
}

void LibraryUses::Take(const platform::Library& module,
                       const std::string& name) {
  name_ = name;
  for (const std::string& path : scope_->Find(module)) {
    std::shared_ptr<SharedLibrary> library =
        UseKnown(path, {.uses = this, .name = name});
    while (library == nullptr) {
      // The system's loader is not called under the mutex: constructors of
      // libraries run under the lock of the loader, and might load a module.
      std::unique_ptr<platform::Dependency> dependency = scope_->Take(path);
      if (dependency == nullptr) break;
      if (!AddLibrary(path, dependency)) dependency->Release();
      library = UseKnown(path, {.uses = this, .name = name});
    }
    if (library != nullptr) libraries_.push_back(std::move(library));
  }
  scope_.reset();
}

absl::Status LibraryUses::CheckFresh() const {
  for (const std::shared_ptr<SharedLibrary>& library : libraries_) {
    const platform::Dependency& dependency = *library->dependency;
    if (dependency.BelongsToSystem()) continue;
    const std::string change = dependency.DescribeChange();
    if (change.empty()) continue;
    Libraries& all = GetLibraries();
    const absl::MutexLock lock(all.mutex);
    std::vector<std::string> others;
    for (const SharedLibrary::User& user : library->users) {
      if (user.uses != this) others.push_back(user.name);
    }
    return MakeError(
        LoadError::kStaleLibrary,
        absl::StrCat(
            name_, " is linked against ", dependency.path(), ", which ", change,
            ": the process still runs the old library. ",
            library->is_kept
                ? "Libraries stay by default: restart the program, or load "
                  "every module that uses it with LoadOptions{.libraries = "
                  "ModuleLibraries::kUnload}"
            : others.empty() ? "Load the module again after it was unloaded"
                             : absl::StrCat("Unload its users first (",
                                            absl::StrJoin(others, ", "),
                                            "), or restart the program")));
  }
  return absl::OkStatus();
}

void LibraryUses::Commit(ModuleLibraries policy) {
  if (policy != ModuleLibraries::kKeep) return;
  Libraries& all = GetLibraries();
  const absl::MutexLock lock(all.mutex);
  for (const std::shared_ptr<SharedLibrary>& library : libraries_) {
    library->is_kept = true;
  }
}

std::vector<LibraryUses::Use> LibraryUses::FindUses(
    platform::Deadline deadline) const {
  ThreadsOnDemand threads;
  std::vector<Use> uses;
  for (const std::shared_ptr<SharedLibrary>& library : libraries_) {
    {
      Libraries& all = GetLibraries();
      const absl::MutexLock lock(all.mutex);
      if (library->is_kept || library->users.size() > 1) continue;
      library->checked_by = this;
    }
    std::string text = DescribeUses(*library->dependency, threads, deadline);
    if (text.empty()) continue;
    uses.push_back({.library = library.get(), .text = std::move(text)});
  }
  return uses;
}

std::vector<std::string> LibraryUses::Users(platform::Deadline deadline) const {
  std::vector<std::string> texts;
  for (const Use& use : FindUses(deadline)) {
    texts.push_back(
        absl::StrCat(use.library->dependency->path(), ": ", use.text));
  }
  return texts;
}

void LibraryUses::KeepUsed(platform::Deadline deadline) {
  for (Use& use : FindUses(deadline)) {
    Libraries& all = GetLibraries();
    const absl::MutexLock lock(all.mutex);
    Keep(*use.library, std::move(use.text));
  }
}

std::vector<KeptLibrary> LibraryUses::Release() {
  std::vector<KeptLibrary> kept;
  ThreadsOnDemand threads;
  Libraries& all = GetLibraries();
  for (std::shared_ptr<SharedLibrary>& library : libraries_) {
    platform::Dependency& dependency = *library->dependency;
    bool is_checked = true;
    {
      const absl::MutexLock lock(all.mutex);
      RemoveUser(*library, this);
      if (!library->is_kept) {
        if (!library->users.empty()) continue;
        library->is_being_released = true;
        is_checked = library->checked_by == this;
      }
    }
    std::string uses;
    if (!is_checked) {
      // Another user was there at the check, and was released meanwhile.
      uses = DescribeUses(dependency, threads, platform::Deadline::Now());
    }
    bool is_kept = false;
    bool report = false;
    std::string why;
    {
      const absl::MutexLock lock(all.mutex);
      if (!uses.empty()) {
        Keep(*library, std::move(uses));
        library->is_being_released = false;
      }
      is_kept = library->is_kept;
      report = is_kept && !std::exchange(library->was_reported, true);
      why = library->kept_by;
    }
    if (report) {
      if (why.empty()) why = DescribeKept(dependency);
      kept.push_back({.path = dependency.path(), .why = std::move(why)});
    }
    if (is_kept) continue;
    why = dependency.Release();
    if (!why.empty()) {
      kept.push_back({.path = dependency.path(), .why = std::move(why)});
    }
    const absl::MutexLock lock(all.mutex);
    all.by_path.erase(dependency.path());
  }
  libraries_.clear();
  return kept;
}

}  // namespace relib::internal
