#include "relib/internal/loader/loaded_module.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/host/file.h"
#include "platform/host/library.h"
#include "platform/host/module_resources.h"
#include "platform/host/stack_walker.h"
#include "platform/host/thread_id.h"
#include "platform/host/thread_stack.h"
#include "platform/image/image_file.h"
#include "platform/throws/throw_observer.h"
#include "relib/backtrace.h"
#include "relib/errors.h"
#include "relib/interface.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/boundary/state_abi.h"
#include "relib/internal/gate/gate.h"
#include "relib/internal/loader/before_unload.h"
#include "relib/internal/loader/failure.h"
#include "relib/internal/loader/loaded_files.h"
#include "relib/internal/loader/module_gate.h"
#include "relib/internal/manifest/build_info.h"
#include "relib/internal/manifest/manifest_reader.h"
#include "relib/internal/trace/throw_sites.h"
#include "relib/internal/trace/trace.h"
#include "relib/options.h"
#include "relib/state/internal/memory.h"
#include "relib/state/state_base.h"

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

// Keeps what belongs to a module that can't be unloaded, where leak checkers
// and debuggers find it.
void LeakIntentionally(std::unique_ptr<LoadedModule> module) {
  struct Kept {
    absl::Mutex mutex;
    std::vector<std::unique_ptr<LoadedModule>> modules ABSL_GUARDED_BY(mutex);
  };
  static absl::NoDestructor<Kept> kept;
  const absl::MutexLock lock(kept->mutex);
  kept->modules.push_back(std::move(module));
}

// 1234 "worker"
std::string DescribeThread(uint64_t id, std::string_view name) {
  if (id == 0) return "one that is only starting";
  return name.empty() ? absl::StrCat(id) : absl::StrCat(id, " \"", name, "\"");
}
std::string DescribeThread(uint64_t id) {
  return DescribeThread(id, platform::ThreadName(id));
}

// Where a thread is, on lines of their own; empty if it doesn't tell.
std::string StackOf(uint64_t thread) {
  const std::string stack =
      MakeBacktrace(platform::StackOfThread(thread)).ToString();
  if (stack.empty()) return "";
  return absl::StrCat(
      "\n  thread ", DescribeThread(thread), ":\n    ",
      absl::StrReplaceAll(absl::StripSuffix(stack, "\n"), {{"\n", "\n    "}}));
}

BadFree::Kind KindOf(platform::BadFree::Kind kind) {
  switch (kind) {
    case platform::BadFree::Kind::kDoubleFree:
      return BadFree::Kind::kDoubleFree;
    case platform::BadFree::Kind::kForeignBlock:
      return BadFree::Kind::kForeignBlock;
    case platform::BadFree::Kind::kNotABlock:
      break;
  }
  return BadFree::Kind::kNotABlock;
}

// What the module resources of a module is told of LoadOptions.
platform::HeapOptions HeapOptionsOf(const LoadOptions& options,
                                    const std::string& path) {
  platform::HeapOptions heap;
  switch (options.heap) {
    case Heap::kModule:
      heap.kind = platform::HeapOptions::Kind::kModule;
      break;
    case Heap::kSystem:
      heap.kind = platform::HeapOptions::Kind::kSystem;
      break;
    case Heap::kCustom:
      heap.kind = platform::HeapOptions::Kind::kUser;
      heap.user_context = options.allocator.context;
      heap.user_allocate = options.allocator.allocate;
      heap.user_free = options.allocator.free;
      CHECK(heap.user_allocate != nullptr && heap.user_free != nullptr)
          << "LoadOptions::allocator lacks a function";
      break;
  }
  if (options.dealloc_validation) {
    heap.on_bad_free = [path, report = options.on_bad_free](
                           const platform::BadFree& bad) {
      const BadFree bad_free = {.kind = KindOf(bad.kind),
                                .address = bad.address,
                                .module = path,
                                .owner = bad.owner,
                                .place = bad.place,
                                .call = MakeBacktrace(bad.call),
                                .allocation = MakeBacktrace(bad.allocation),
                                .first_free = MakeBacktrace(bad.first_free)};
      if (!report) LOG(FATAL) << bad_free.ToString();
      report(bad_free);
    };
  }
  if (options.trace_leaks) {
    heap.keep_trace = [](platform::CallStack stack) {
      return std::make_shared<const Backtrace>(MakeBacktrace(std::move(stack)));
    };
  }
  return heap;
}

CrashInfo CrashInfoOf(const platform::Crash& crash) {
  CrashInfo info = {.what = platform::DescribeCrash(crash),
                    .backtrace = MakeBacktrace(platform::CallStack(
                        crash.frames, crash.frames + crash.frame_count))};
  switch (crash.kind) {
    case platform::Crash::Kind::kBadAccess:
      info.kind = CrashInfo::Kind::kBadAccess;
      break;
    case platform::Crash::Kind::kStackOverflow:
      info.kind = CrashInfo::Kind::kStackOverflow;
      break;
    case platform::Crash::Kind::kArithmetic:
      info.kind = CrashInfo::Kind::kArithmetic;
      break;
    case platform::Crash::Kind::kIllegalInstruction:
      info.kind = CrashInfo::Kind::kIllegalInstruction;
      break;
    case platform::Crash::Kind::kAbort:
      info.kind = CrashInfo::Kind::kAbort;
      break;
  }
  return info;
}

// "`who` crashed: ..."
template <typename Error>
absl::Status CrashError(Error error, const platform::Crash& crash,
                        std::string_view who) {
  const CrashInfo info = CrashInfoOf(crash);
  absl::Status status =
      MakeError(error, absl::StrCat(who, " crashed: ", info.what));
  AttachCrash(info, &status);
  return status;
}

bool LiesIn(const ManifestReference& note, std::string_view manifest) {
  return note.data == nullptr ||
         manifest.find(std::string_view(static_cast<const char*>(note.data),
                                        note.size)) != std::string_view::npos;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LoadedModule>> LoadedModule::Load(
    const std::string& path, LoadRequest request, const LoadOptions& options) {
  const std::string name = request.name.empty() ? path : request.name;
  auto module =
      std::unique_ptr<LoadedModule>(new LoadedModule(name, std::move(request)));
  module->unloading_ = options.unloading;
  module->wants_crash_guard_ = options.crash_guard;
  module->Keep(options.states);

  absl::StatusOr<std::unique_ptr<platform::File>> file =
      platform::File::Open(path);
  if (!file.ok()) {
    return MakeError(KindOfFileError(file.status()), file.status().message());
  }
  absl::StatusOr<std::string> file_path = (*file)->CanonicalPath();
  if (!file_path.ok()) {
    return MakeError(LoadError::kNotFound, file_path.status().message());
  }
  if (options.private_copy) {
    absl::StatusOr<OpenPrivateCopy> copy = CopyPrivately(*file_path);
    if (!copy.ok()) {
      return MakeError(absl::IsAborted(copy.status())
                           ? LoadError::kChangedWhileLoading
                           : LoadError::kCopyFailed,
                       copy.status().message());
    }
    file_path = copy->copy->library;
    module->private_copy_ = std::move(copy->copy);
    file = std::move(copy->file);
  }
  module->mapped_path_ = *file_path;

  const platform::FileId id = (*file)->id();
  if (std::optional<std::string> other = TakeFile(id, *file_path)) {
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
    platform::ModuleResourcesOptions resources = {
        .name = path,
        .run_destructor = {},
        .heap = HeapOptionsOf(options, path)};
    if (options.crash_guard) {
      resources.run_destructor = [loaded = module.get()](void (*destroy)(void*),
                                                         void* object) {
        loaded->RunDestructor(destroy, object);
      };
    }
    status = module->Map(id, std::move(resources));
    if (status.ok()) status = module->AttachStates();
  }
  if (module->library_.loaded() && !status.ok()) {
    const ImageUnmapScope goes(module->descriptor_);
    if (module->is_poisoned()) module->resources_->SkipDestructors();
    // A constructor that ran may have started threads.
    const absl::Status unload =
        module->resources_->WaitForThreads(absl::Now() +
                                           UnloadOptions().deadline)
            ? module->library_.Unload()
            : absl::FailedPreconditionError(
                  "a thread that it started is running");
    if (unload.ok()) module->resources_->Reclaim();
    if (!unload.ok()) {
      // What is left of it may use all of this.
      std::move(release_file).Cancel();
      LeakIntentionally(std::move(module));
      return WithContext(
          status, absl::StrCat(status.message(),
                               "\nIt also stays mapped: ", unload.message()));
    }
  }
  if (!status.ok()) return status;
  std::move(release_file).Cancel();
  module->gate().Open();
  return module;
}

LoadedModule::~LoadedModule() {
  if (entrance_.gate != nullptr) entrance_.gate->SetModule(nullptr);
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
  Enter();
  return UseOtherModules();
}

absl::Status LoadedModule::CheckImportsAreGiven() const {
  if (!manifest_.imports.has_value()) return absl::OkStatus();
  std::vector<std::string> problems;
  for (const ManifestEntry& wanted : manifest_.imports->entries) {
    if (GivenImport(wanted).context != nullptr) continue;
    problems.push_back(absl::StrCat(
        "it needs the import '", wanted.name,
        "', which the host left empty; give it a function:\n  host:   ",
        FindEntry(*request_.imports, wanted.name)->signature));
  }
  if (problems.empty()) return absl::OkStatus();
  return MakeError(
      LoadError::kMissingImport,
      absl::StrCat(path_, " can't be loaded: ", absl::StrJoin(problems, "\n")));
}

ImportSlot LoadedModule::GivenImport(const ManifestEntry& wanted) const {
  const size_t index = FindEntry(*request_.imports, wanted.name) -
                       request_.imports->entries.data();
  ImportSlot slot;
  std::memcpy(&slot,
              static_cast<const char*>(request_.import_slots.get()) +
                  index * sizeof(slot),
              sizeof(slot));
  return slot;
}

void LoadedModule::Enter() {
  std::vector<bool> has;
  if (request_.exports != nullptr) {
    for (const ManifestEntry& wanted : request_.exports->entries) {
      const ManifestEntry* entry =
          manifest_.exports.has_value()
              ? FindEntry(*manifest_.exports, wanted.name)
              : nullptr;
      has.push_back(entry != nullptr && entry->kind != EntryKind::kAbsent);
    }
  }
  entrance_ = request_.enter(has);
  request_.enter = nullptr;
}

absl::Status LoadedModule::UseOtherModules() {
  if (!manifest_.imports.has_value()) return absl::OkStatus();
  for (const ManifestEntry& wanted : manifest_.imports->entries) {
    const auto* target =
        static_cast<const ImportTarget*>(GivenImport(wanted).owner);
    if (target == nullptr || target->gate == nullptr) continue;
    std::optional<ModuleGate::Use> use = ModuleGate::AddUse(
        *static_cast<const std::shared_ptr<ModuleGate>*>(target->gate), path_);
    if (!use.has_value()) {
      return MakeError(
          LoadError::kMissingImport,
          absl::StrCat(path_, " can't be loaded: its import '", wanted.name,
                       "' belongs to another module, which is unloaded or "
                       "being unloaded. Load that again, and link its "
                       "export"));
    }
    uses_.push_back(*std::move(use));
  }
  return absl::OkStatus();
}

absl::Status LoadedModule::Map(const platform::FileId& checked,
                               platform::ModuleResourcesOptions resources) {
  resources_ = platform::ModuleResources::Create(std::move(resources));
  absl::StatusOr<platform::Library> library =
      platform::Library::Load(mapped_path_);
  if (!library.ok()) {
    if (!absl::IsAlreadyExists(library.status())) {
      return MakeError(LoadError::kLoaderFailed,
                       absl::StrCat(path_, ": ", library.status().message()));
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
  absl::Status status = VerifyMapped(checked, descriptor);
  if (!status.ok()) return status;
  descriptor_ = descriptor;

  Bind();
  platform::ObserveThrows(RecordHostThrow);
  if (wants_crash_guard_) {
    crash_guard_.emplace(descriptor_);
    gate().Guard();
  }
  const StatesTable& states = *descriptor_->states;
  // One that stays has memory that does, too; and it may share its default
  // resource with the whole process.
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

// The bytes that were checked came from a file; these came from a mapping of a
// name. They are the same unless somebody replaced the file in between.
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

void LoadedModule::Bind() {
  // Imports: by name, into the order of the module.
  auto* wanted = static_cast<char*>(descriptor_->imports->slots);
  if (manifest_.imports.has_value()) {
    for (size_t i = 0; i < manifest_.imports->entries.size(); ++i) {
      ImportSlot slot = GivenImport(manifest_.imports->entries[i]);
      // The module doesn't own the callable.
      slot.owner = nullptr;
      std::memcpy(wanted + i * sizeof(slot), &slot, sizeof(slot));
    }
  }

  // Exports: by name, into the order of the host; main behind them.
  auto* slots = static_cast<char*>(entrance_.slots.get());
  const ModuleGate* entry_gate = entrance_.gate.get();
  // A late call of a version before this one may be looking at the gate of a
  // slot, which stays the same; what else is there it reads behind the gate.
  const auto bind = [&](char* to, const void* from) {
    auto& slot = *reinterpret_cast<ExportSlot*>(to);
    const auto& body = *static_cast<const ExportSlot*>(from);
    slot.invoke = body.invoke;
    slot.destroy = body.destroy;
    if (slot.gate != entry_gate) slot.gate = entry_gate;
  };
  const auto* offered = static_cast<const char*>(descriptor_->exports->slots);
  if (request_.exports != nullptr) {
    for (size_t i = 0; i < request_.exports->entries.size(); ++i) {
      char* to = slots + i * sizeof(ExportSlot);
      const ManifestEntry* entry =
          manifest_.exports.has_value()
              ? FindEntry(*manifest_.exports, request_.exports->entries[i].name)
              : nullptr;
      if (entry == nullptr || entry->kind == EntryKind::kAbsent) {
        // An OptionalExport, perhaps with a body that the host compiled.
        auto& slot = *reinterpret_cast<ExportSlot*>(to);
        if (slot.invoke != nullptr) slot = {};
        continue;
      }
      const size_t index = entry - manifest_.exports->entries.data();
      bind(to, offered + index * sizeof(ExportSlot));
    }
  }
  if (descriptor_->main->slot != nullptr) {
    bind(slots + request_.slots_size - sizeof(ExportSlot),
         descriptor_->main->slot);
  }
  gate().SetRange(slots, request_.slots_size);
  gate().SetModule(this);
}

void LoadedModule::Keep(const std::vector<StateBase*>& states) {
  for (const StateBase* state : states) {
    states_.push_back(state->module_state());
  }
}

absl::Status LoadedModule::AttachStates() {
  absl::Status status;
  size_t prepared = 0;
  for (; prepared < states_.size() && status.ok(); ++prepared) {
    status = states_[prepared]->Prepare(*this);
  }
  if (status.ok()) {
    for (const auto& state : states_) {
      state->Commit();
      state->DestroyOld();
    }
    return status;
  }
  for (size_t i = 0; i < prepared; ++i) states_[i]->Abandon();
  return WithContext(
      LoadError::kState, status,
      absl::StrCat(path_, " can't have a state: ", status.message()));
}

absl::Status LoadedModule::DetachStates() {
  for (const auto& state : states_) {
    const absl::StatusOr<bool> was_here = state->DetachFrom(*this);
    if (!was_here.ok()) {
      absl::Status status = was_here.status();
      if (const absl::Status back = ReattachStates(); !back.ok()) {
        status =
            absl::Status(status.code(),
                         absl::StrCat(status.message(), "; ", back.message()));
      }
      return status;
    }
    if (*was_here) detached_states_.push_back(state);
  }
  return absl::OkStatus();
}

absl::Status LoadedModule::ReattachStates() {
  absl::Status status;
  for (const auto& state : std::exchange(detached_states_, {})) {
    const absl::Status prepared = state->Prepare(*this);
    if (prepared.ok()) state->Commit();
    status.Update(prepared);
  }
  return status;
}

absl::Status LoadedModule::RunStateCode(
    absl::FunctionRef<Failure*()> function) const {
  Failure* failure = nullptr;
  platform::Crash crash;
  const auto who = [this] {
    return absl::StrCat("code of ", path_, " for a state");
  };
  if (!RunGuarded([&] { failure = function(); }, crash)) {
    return CrashError(CallError::kCrashed, crash, who());
  }
  if (failure == nullptr) return absl::OkStatus();
  const ExceptionInfo exception = TakeFailure(failure);
  absl::Status status =
      MakeError(CallError::kException,
                absl::StrCat(who(), " threw ", Describe(exception)));
  AttachException(exception, &status);
  return status;
}

std::string LoadedModule::DescribeAddress(const void* address) const {
  // What stays does no harm.
  if (!unloading_) return "";
  const auto at = reinterpret_cast<uintptr_t>(address);
  if (platform::ImageAt(reinterpret_cast<uintptr_t>(descriptor_))
          .Contains(at)) {
    // As if it were where a call returns to.
    const std::vector<BacktraceFrame> frames = MakeBacktrace({at + 1}).frames();
    const std::string name = frames.empty() ? "" : frames.back().function;
    return absl::StrCat(name.empty() ? "something" : name, " of ", path_);
  }
  if (resources_->OwnsMemory(address)) {
    return absl::StrCat("the heap of ", path_);
  }
  return "";
}

absl::Status LoadedModule::CheckMain(std::string_view text) const {
  if (!manifest_.main.has_value()) {
    return MakeError(
        CallError::kNoMain,
        absl::StrCat(path_, " has no main; give it RELIB_MAIN() { ... }"));
  }
  const absl::StatusOr<ManifestPart> host = ParseManifestPart(text);
  const std::string difference = DescribeDifference(
      host->entries.front(), manifest_.main->entries.front());
  if (!difference.empty()) {
    return MakeError(CallError::kWrongMainType,
                     absl::StrCat("main of ", path_,
                                  " has another type than CallMain() asks for:",
                                  difference));
  }
  checked_main_.store(text.data(), std::memory_order_relaxed);
  return absl::OkStatus();
}

std::string LoadedModule::NameOf(const void* what) const {
  const size_t offset = static_cast<const char*>(what) -
                        static_cast<const char*>(entrance_.slots.get());
  const size_t index = offset / sizeof(ExportSlot);
  if (request_.exports != nullptr && index < request_.exports->entries.size()) {
    return std::string(request_.exports->entries[index].name);
  }
  return "main";
}

std::string LoadedModule::DescribeUsers(
    const std::vector<Gate::User>& users) const {
  // A function that calls itself is there once for each time.
  std::map<std::pair<const void*, uint64_t>, int> counts;
  for (const Gate::User& user : users) ++counts[{user.what, user.thread_id}];
  std::vector<std::string> texts;
  for (const auto& [user, count] : counts) {
    const auto& [what, thread_id] = user;
    texts.push_back(absl::StrCat(
        what == nullptr ? "pinned by" : absl::StrCat(NameOf(what), " on"),
        " thread ", DescribeThread(thread_id),
        count == 1 ? "" : absl::StrCat(", ", count, " times")));
  }
  return absl::StrJoin(texts, "; ");
}

bool LoadedModule::RunGuarded(void (*function)(void*), void* argument,
                              platform::Crash& crash) const {
  if (!crash_guard_.has_value()) {
    function(argument);
    return true;
  }
  if (crash_guard_->Run(function, argument, crash)) return true;
  poisoned_.store(true);
  return false;
}

void LoadedModule::RunDestructor(void (*destroy)(void*), void* object) const {
  platform::Crash crash;
  if (RunGuarded([&] { destroy(object); }, crash)) return;
  // Whoever unloads it, or ends its thread, can't be told.
  LOG(ERROR) << CrashError(CallError::kCrashed, crash,
                           absl::StrCat("a destructor of ", path_))
                    .message();
  resources_->SkipDestructors();
}

absl::Status LoadedModule::Crashed(const void* what,
                                   const platform::Crash& crash) const {
  absl::Status status = CrashError(CallError::kCrashed, crash,
                                   absl::StrCat(NameOf(what), " of ", path_));
  const absl::MutexLock lock(mutex_);
  if (first_crash_.ok()) first_crash_ = status;
  return status;
}

absl::Status LoadedModule::first_crash() const {
  const absl::MutexLock lock(mutex_);
  return first_crash_;
}

absl::Status LoadedModule::Refused(const void* what) const {
  if (is_poisoned()) {
    return MakeError(CallError::kPoisoned,
                     absl::StrCat(NameOf(what), " of ", path_,
                                  " can't be called: the module has crashed. "
                                  "Unload it, and load it again"));
  }
  return MakeError(
      CallError::kUnloading,
      absl::StrCat(NameOf(what), " of ", path_,
                   " can't be called: the module is being unloaded, or "
                   "is unloaded"));
}

absl::Status LoadedModule::RefusedPin() const {
  return MakeError(CallError::kUnloading,
                   absl::StrCat(path_,
                                " can't be pinned: it is being unloaded, or is "
                                "unloaded"));
}

absl::Status LoadedModule::Failed(const void* what, Failure* failure) const {
  const ExceptionInfo exception = TakeFailure(failure);
  absl::Status status = MakeError(CallError::kException,
                                  absl::StrCat(NameOf(what), " of ", path_,
                                               " threw ", Describe(exception)));
  AttachException(exception, &status);
  return status;
}

void LoadedModule::Destroy(std::unique_ptr<LoadedModule> module) {
  if (module == nullptr) return;
  if (!module->unloading_) {
    module->gate().Close();
    LeakIntentionally(std::move(module));
    return;
  }
  const absl::Status status = module->Unload(UnloadOptions()).status();
  if (status.ok() || UnloadErrorOf(status) == UnloadError::kNotLoaded) return;
  LOG(ERROR) << "relib leaves a module loaded: " << status.message();
  // Nobody can call it any more, but what still runs in it may use all of this.
  module->gate().Close();
  LeakIntentionally(std::move(module));
}

bool LoadedModule::BeginUnload(uint64_t thread, absl::Time deadline) {
  const absl::MutexLock lock(mutex_);
  const auto nobody_unloads = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return unloading_thread_ == 0;
  };
  if (unloading_thread_ == thread ||
      !mutex_.AwaitWithDeadline(absl::Condition(&nobody_unloads), deadline)) {
    return false;
  }
  unloading_thread_ = thread;
  return true;
}

void LoadedModule::EndUnload() {
  const absl::MutexLock lock(mutex_);
  unloading_thread_ = 0;
}

bool LoadedModule::RunsOnOwnThread() const {
  const std::vector<platform::ThreadInfo> threads = resources_->LiveThreads();
  return std::any_of(
      threads.begin(), threads.end(),
      [id = platform::CurrentThreadId()](const platform::ThreadInfo& thread) {
        return thread.id == id;
      });
}

absl::StatusOr<UnloadReport> LoadedModule::Unload(
    const UnloadOptions& options) {
  const absl::Time begin = absl::Now();
  if (!unloading_) {
    return MakeError(UnloadError::kStays,
                     absl::StrCat(path_,
                                  " was loaded to stay: LoadOptions{.unloading "
                                  "= false}"));
  }
  if (gate().CalledByThisThread()) {
    return MakeError(
        UnloadError::kCallsInFlight,
        absl::StrCat(path_,
                     " can't be unloaded from inside of itself: this thread "
                     "is in a call of it. Return first, or unload it from "
                     "another thread"));
  }
  if (gate().PinnedOnThisStack()) {
    return MakeError(
        UnloadError::kCallsInFlight,
        absl::StrCat(path_,
                     " can't be unloaded here: this thread has pinned it, on "
                     "its own stack. Let the relib::Pinned go first"));
  }
  const uint64_t thread = platform::CurrentThreadId();
  if (before_unload_thread_.load() == thread ||
      !BeginUnload(thread, begin + options.deadline)) {
    return MakeError(
        UnloadError::kCallsInFlight,
        absl::StrCat(path_,
                     " is being unloaded already: this thread does it, and "
                     "was called back by the module, or another one does it "
                     "and takes longer than the deadline"));
  }
  const absl::Cleanup end = [this] { EndUnload(); };
  return UnloadLocked(options, begin);
}

Failure* LoadedModule::RunBeforeUnload() {
  Failure* failure = nullptr;
  platform::Crash crash;
  const auto run = [&] {
    failure = descriptor_->before_unload->invoke();
    resources_->LeaveThread();
  };
  if (!RunGuarded(run, crash)) before_unload_crash_ = crash;
  return failure;
}

absl::StatusOr<UnloadReport> LoadedModule::UnloadLocked(
    const UnloadOptions& options, absl::Time begin) {
  if (!library_.loaded()) {
    return MakeError(UnloadError::kNotLoaded,
                     absl::StrCat(path_, " is unloaded already"));
  }
  if (RunsOnOwnThread()) {
    return MakeError(
        UnloadError::kThreadsStillRunning,
        absl::StrCat(path_,
                     " stays loaded: it can't be unloaded by a thread that it "
                     "started itself (",
                     platform::CurrentThreadId(), ")"));
  }
  const absl::Time deadline = begin + options.deadline;
  const auto refuse = [&](UnloadError error, std::string_view why) {
    gate().OpenForUses();
    gate().Open();
    return MakeError(error, absl::StrCat(path_, " stays loaded: ", why));
  };

  if (const std::vector<std::string> users = gate().CloseForUses();
      !users.empty()) {
    return refuse(UnloadError::kInUse, absl::StrCat("other modules use it (",
                                                    absl::StrJoin(users, ", "),
                                                    "). Unload them first"));
  }
  gate().Close();
  if (const std::vector<Gate::User> users = gate().WaitForUsers(deadline);
      !users.empty()) {
    return refuse(
        UnloadError::kCallsInFlight,
        absl::StrCat("it is in use (", DescribeUsers(users),
                     "). Let the calls return and the pins go, or wait "
                     "longer: UnloadOptions::deadline"));
  }

  if (descriptor_->before_unload->invoke != nullptr && !is_poisoned()) {
    // One that was given up is still this one.
    if (!before_unload_.has_value()) {
      before_unload_.emplace([this] { return RunBeforeUnload(); },
                             before_unload_thread_);
    }
    if (!before_unload_->Wait(deadline)) {
      return refuse(UnloadError::kDeadlineExceeded,
                    absl::StrCat("its before_unload has not returned by the "
                                 "deadline, or a destructor of a thread_local "
                                 "object that it used. It goes on; another "
                                 "Unload() waits for it",
                                 StackOf(before_unload_thread_.load())));
    }
    Failure* failure = before_unload_->failure();
    before_unload_thread_.store(0);
    before_unload_.reset();
    if (before_unload_crash_.has_value()) {
      gate().OpenForUses();
      gate().Open();
      return CrashError(
          UnloadError::kBeforeUnloadFailed, *before_unload_crash_,
          absl::StrCat(path_,
                       " stays loaded, and another Unload() does without "
                       "its before_unload, which"));
    }
    if (failure != nullptr) {
      const ExceptionInfo exception = TakeFailure(failure);
      absl::Status status =
          refuse(UnloadError::kBeforeUnloadFailed,
                 absl::StrCat("its before_unload threw ", Describe(exception)));
      AttachException(exception, &status);
      return status;
    }
  }

  if (!resources_->WaitForThreads(deadline)) {
    std::vector<std::string> threads;
    std::string stacks;
    for (const platform::ThreadInfo& thread : resources_->LiveThreads()) {
      threads.push_back(DescribeThread(thread.id, thread.name));
      absl::StrAppend(&stacks, StackOf(thread.id));
    }
    return refuse(UnloadError::kThreadsStillRunning,
                  absl::StrCat("threads that it started are running (",
                               absl::StrJoin(threads, ", "),
                               "). End them in RELIB_BEFORE_UNLOAD", stacks));
  }

  if (const std::vector<std::string> callbacks =
          resources_->WaitForCallbacks(deadline);
      !callbacks.empty()) {
    return refuse(UnloadError::kCallbacksInUse,
                  absl::StrCat("the system still uses it (",
                               absl::StrJoin(callbacks, "; "), ")"));
  }

  if (const absl::Status status = DetachStates(); !status.ok()) {
    resources_->ResumeCallbacks();
    return refuse(UnloadError::kState, status.message());
  }

  resources_->KeepTraces();
  if (is_poisoned()) resources_->SkipDestructors();
  const ImageUnmapScope goes(descriptor_);
  const absl::Status unloaded = library_.Unload();
  if (!unloaded.ok()) {
    resources_->ResumeCallbacks();
    const absl::Status back = ReattachStates();
    return refuse(UnloadError::kStillMapped,
                  absl::StrCat(unloaded.message(), back.ok() ? "" : "; ",
                               back.message()));
  }

  // Nothing of the image can use it any more.
  std::vector<Leftover> leftovers;
  for (platform::Leftover& resources : resources_->Reclaim()) {
    leftovers.push_back({.kind = std::move(resources.kind),
                         .count = resources.count,
                         .bytes = resources.bytes,
                         .items = std::move(resources.items)});
  }
  std::vector<Leak> leaks;
  for (const platform::LeakSite& site : resources_->Leaks()) {
    leaks.push_back(
        {.allocation = *static_cast<const Backtrace*>(site.trace.get()),
         .count = site.count,
         .bytes = site.bytes});
  }
  ReleaseFile(id_);
  private_copy_.reset();
  descriptor_ = nullptr;
  uses_.clear();
  request_.import_slots.reset();
  states_.clear();
  return UnloadReport{.elapsed = absl::Now() - begin,
                      .leftovers = std::move(leftovers),
                      .leaks = std::move(leaks)};
}

}  // namespace relib::internal
