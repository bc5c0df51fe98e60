// The steps of LoadedModule::Load().

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/host/crash_guard.h"
#include "platform/host/deadline.h"
#include "platform/host/files/file.h"
#include "platform/host/library.h"
#include "platform/host/module_resources.h"
#include "platform/host/thread_pointer.h"
#include "platform/image/image_file.h"
#include "platform/throws/throw_observer.h"
#include "relib/errors.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/failure/failure.h"
#include "relib/internal/files/loaded_files.h"
#include "relib/internal/files/private_copies.h"
#include "relib/internal/loader/loaded_module.h"
#include "relib/internal/loader/modules_at_exit.h"
#include "relib/internal/loader/translate.h"
#include "relib/internal/manifest/build_info.h"
#include "relib/internal/manifest/manifest_reader.h"
#include "relib/internal/states/module_state.h"
#include "relib/internal/states/state_memory.h"
#include "relib/internal/trace/throw_sites.h"
#include "relib/internal/trace/trace.h"
#include "relib/options.h"

namespace relib::internal {
namespace {

LoadError KindOfFileError(const absl::Status& status) {
  return absl::IsInvalidArgument(status) ? LoadError::kNotAModule
                                         : LoadError::kNotFound;
}

LoadError KindOfManifestError(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) ? LoadError::kIncompatible
                                            : LoadError::kNotAModule;
}

// Returns whether `reference` is null or its bytes are a part of `manifest`.
bool LiesIn(const ManifestReference& note, std::string_view manifest) {
  return note.data == nullptr ||
         manifest.find(std::string_view(static_cast<const char*>(note.data),
                                        note.size)) != std::string_view::npos;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LoadedModule>> LoadedModule::Load(
    const std::string& path, LoadRequest request, const LoadOptions& options) {
  if (ProcessExits()) {
    return MakeError(LoadError::kLoaderFailed,
                     absl::StrCat(path, " can't be loaded: the process exits"));
  }
  if (!platform::CanWatchThreadEnds()) {
    return MakeError(
        LoadError::kLoaderFailed,
        absl::StrCat(path,
                     " can't be loaded: the process has used up its thread "
                     "keys (pthread_key_create()), and relib needs one. Delete "
                     "a key that is not used, and load it again"));
  }
  const std::string name = request.name.empty() ? path : request.name;
  auto module =
      std::unique_ptr<LoadedModule>(new LoadedModule(name, std::move(request)));
  module->unloading_ = options.unloading;
  module->wants_crash_guard_ = options.crash_guard;
  module->libraries_policy_ = options.libraries;
  for (const AttachableState* state : options.states) {
    module->AddState(state->module_state());
  }

  const absl::StatusOr<std::unique_ptr<platform::File>> file =
      module->OpenFile(path, options.private_copy);
  if (!file.ok()) return file.status();
  const platform::FileId id = (*file)->id();
  if (std::optional<std::string> other = TakeFile(id, module->mapped_path_)) {
    return MakeError(
        LoadError::kAlreadyLoaded,
        absl::StrCat(path, " is loaded already",
                     *other == path ? "" : absl::StrCat(", as ", *other),
                     ". Unload that first, or load a copy: "
                     "LoadOptions{.private_copy = true}"));
  }
  absl::Cleanup release_file = [id] { ReleaseFile(id); };
  module->id_ = id;

  absl::Status status = module->Check(**file);
  if (status.ok()) {
    status = module->Map(id, module->ResourcesOptionsOf(path, options));
    if (status.ok()) status = module->AttachStates();
  }
  if (!status.ok() && module->library_.loaded()) {
    std::string message(status.message());
    if (const absl::Status unload = module->UnmapFailed(&message);
        !unload.ok()) {
      // Running code of the module may use everything that belongs to it.
      std::move(release_file).Cancel();
      LeakIntentionally(std::move(module));
      return WithContext(
          status, absl::StrCat(status.message(),
                               "\nIt also stays mapped: ", unload.message()));
    }
    status = WithContext(status, message);
  }
  if (!status.ok()) return status;
  std::move(release_file).Cancel();
  if (!AddModule(*module)) {
    // Destructors of the module run in exit(), which another thread is in.
    LeakIntentionally(std::move(module));
    return MakeError(LoadError::kLoaderFailed,
                     absl::StrCat(path, " can't be used: the process exits"));
  }
  module->gate().Open();
  return module;
}

absl::StatusOr<std::unique_ptr<platform::File>> LoadedModule::OpenFile(
    const std::string& path, bool private_copy) {
  absl::StatusOr<std::unique_ptr<platform::File>> file =
      platform::File::Open(path);
  if (!file.ok()) {
    return MakeError(KindOfFileError(file.status()), file.status().message());
  }
  absl::StatusOr<std::string> file_path = (*file)->CanonicalPath();
  if (!file_path.ok()) {
    return MakeError(LoadError::kNotFound, file_path.status().message());
  }
  if (private_copy) {
    absl::StatusOr<OpenPrivateCopy> copy = CopyPrivately(*file_path);
    if (!copy.ok()) {
      return MakeError(absl::IsAborted(copy.status())
                           ? LoadError::kChangedWhileLoading
                           : LoadError::kCopyFailed,
                       copy.status().message());
    }
    file_path = copy->copy->library;
    private_copy_ = std::move(copy->copy);
    file = std::move(copy->file);
  }
  mapped_path_ = *file_path;
  return file;
}

platform::ModuleResourcesOptions LoadedModule::ResourcesOptionsOf(
    const std::string& path, const LoadOptions& options) const {
  platform::ModuleResourcesOptions resources = {
      .name = path, .run_destructor = {}, .heap = HeapOptionsOf(options, path)};
  if (options.crash_guard) {
    resources.run_destructor = [this](void (*destroy)(void*), void* object) {
      RunDestructor(destroy, object);
    };
  }
  return resources;
}

absl::Status LoadedModule::UnmapFailed(std::string* message) {
  const ImageUnmapScope unmap(descriptor_);
  // A constructor that ran may have started threads, and set signal handlers.
  const auto deadline = platform::Deadline::After(UnloadOptions().deadline);
  if (!resources_->WaitForThreads(deadline)) {
    return absl::FailedPreconditionError("a thread that it started is running");
  }
  if (const std::vector<std::string> callbacks =
          resources_->WaitForCallbacks(deadline);
      !callbacks.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the system still uses it (", absl::StrJoin(callbacks, "; "), ")"));
  }
  absl::Status status = library_.Unload();
  if (!status.ok()) {
    resources_->ResumeCallbacks();
    return status;
  }
  resources_->Reclaim();
  // Their constructors, and those of the module, may have started threads.
  libraries_.KeepUsed(deadline);
  for (const KeptLibrary& kept : libraries_.Release()) {
    absl::StrAppend(message, "\n", kept.path,
                    " stays in the process: ", kept.why);
  }
  return absl::OkStatus();
}

LoadedModule::~LoadedModule() {
  if (gate_and_slots_.gate != nullptr) gate_and_slots_.gate->SetModule(nullptr);
}

absl::Status LoadedModule::Check(const platform::File& file) {
  absl::StatusOr<std::string> bytes = platform::ReadManifest(file);
  if (!bytes.ok()) {
    return MakeError(KindOfManifestError(bytes.status()),
                     absl::StrCat(path_, ": ", bytes.status().message()));
  }
  manifest_bytes_ = *std::move(bytes);
  absl::StatusOr<Manifest> manifest = ParseManifest(manifest_bytes_);
  if (!manifest.ok()) {
    return MakeError(KindOfManifestError(manifest.status()),
                     absl::StrCat(path_, ": ", manifest.status().message()));
  }
  manifest_ = *std::move(manifest);
  absl::Status status = CheckManifest(manifest_,
                                      {.exports = request_.exports,
                                       .imports = request_.imports,
                                       .unloading = unloading_},
                                      path_);
  if (status.ok()) status = CheckImportsAreGiven();
  if (!status.ok()) return status;
  MakeSlots();
  return UseOtherModules();
}

absl::Status LoadedModule::Map(const platform::FileId& checked,
                               platform::ModuleResourcesOptions resources) {
  resources_ = platform::ModuleResources::Create(std::move(resources));
  libraries_.Prepare(private_copy_ != nullptr ? mapped_path_ : "", path_);
  absl::StatusOr<platform::Library> library =
      platform::Library::Load(mapped_path_);
  if (!library.ok()) {
    if (!absl::IsAlreadyExists(library.status())) {
      return MakeError(
          LoadError::kLoaderFailed,
          absl::StrCat(path_, ": ",
                       libraries_.Explain(library.status().message())));
    }
    return MakeError(
        LoadError::kAlreadyLoaded,
        absl::StrCat(
            path_, " can't be loaded: ",
            IsReplacement(checked, mapped_path_)
                ? "it replaced a file of this name that is still loaded, "
                  "and the system tells them by their names"
                : "the file is loaded in this process already, though not "
                  "by relib",
            ". Unload that first, or load a copy: "
            "LoadOptions{.private_copy = true}"));
  }
  library_ = *std::move(library);
  const auto* descriptor =
      static_cast<const ModuleDescriptor*>(library_.Symbol(kDescriptorSymbol));
  libraries_.Take(library_, path_);
  absl::Status status = VerifyMapped(checked, descriptor);
  if (status.ok()) status = libraries_.CheckFresh();
  if (!status.ok()) return status;
  libraries_.Commit(libraries_policy_);
  descriptor_ = descriptor;

  Bind();
  platform::ObserveThrows(RecordHostThrow);
  if (wants_crash_guard_) {
    crash_guard_.emplace(descriptor_);
    gate().Guard();
  }
  const StatesTable& states = *descriptor_->states;
  // Not for a module that stays: its memory stays, too, and it may share its
  // default resource with the whole process.
  if (unloading_ && states.set_memory_resource != nullptr &&
      std::string_view(states.standard_library.data,
                       states.standard_library.size) == kStandardLibrary) {
    states.set_memory_resource(StateMemory());
  }
  Failure* failure = nullptr;
  platform::Crash crash;
  const auto start = [&] {
    failure = descriptor_->start(&kHostApi, resources_->binding());
  };
  if (!RunGuarded(start, crash)) {
    return CrashError(LoadError::kConstructorFailed, crash,
                      absl::StrCat("a static constructor of ", path_));
  }
  if (failure != nullptr) {
    const ExceptionInfo exception = TakeFailure(failure);
    status = MakeError(LoadError::kConstructorFailed,
                       absl::StrCat("a static constructor of ", path_,
                                    " threw ", Describe(exception)));
    AttachException(exception, &status);
  }
  return status;
}

// The bytes that were checked were read from a file, but the loader maps a file
// by its name. They differ if somebody replaced the file in between.
absl::Status LoadedModule::VerifyMapped(
    const platform::FileId& checked, const ModuleDescriptor* descriptor) const {
  const absl::StatusOr<platform::FileId> id = platform::IdOf(mapped_path_);
  const auto same_count = [](const std::optional<ManifestPart>& note,
                             const ManifestReference& reference, size_t count) {
    return note.has_value() == (reference.data != nullptr) &&
           (note.has_value() ? note->entries.size() : 0) == count;
  };
  if (id.ok() && *id == checked && descriptor != nullptr &&
      descriptor->size == sizeof(ModuleDescriptor) &&
      LiesIn(descriptor->exports->note, manifest_bytes_) &&
      LiesIn(descriptor->imports->note, manifest_bytes_) &&
      LiesIn(descriptor->main->note, manifest_bytes_) &&
      same_count(manifest_.exports, descriptor->exports->note,
                 descriptor->exports->count) &&
      same_count(manifest_.imports, descriptor->imports->note,
                 descriptor->imports->count) &&
      same_count(manifest_.main, descriptor->main->note,
                 descriptor->main->slot != nullptr ? 1 : 0)) {
    return absl::OkStatus();
  }
  return MakeError(
      LoadError::kChangedWhileLoading,
      absl::StrCat(path_,
                   " isn't what its manifest said when it was checked: it was "
                   "changed meanwhile, or its manifest lies. Load it again; "
                   "if it is being rebuilt, load a copy: "
                   "LoadOptions{.private_copy = true}"));
}

}  // namespace relib::internal
