#include "platform/windows/resources/descriptors/descriptors.h"

#include <io.h>
#include <windows.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/windows/resources/handles/handle_text.h"
#include "platform/windows/resources/handles/handles.h"
#include "platform/windows/resources/resources.h"

namespace relib::platform {

intptr_t HandleOfDescriptor(int descriptor) {
  return _get_osfhandle(descriptor);
}

std::string DescribeDescriptor(int descriptor) {
  return absl::StrCat(
      descriptor, " ",
      DescribeHandle(reinterpret_cast<HANDLE>(HandleOfDescriptor(descriptor)))
          .text);
}

void Descriptors::Add(uint64_t descriptor, bool of_runtime) {
  const auto number = static_cast<int>(descriptor);
  const std::lock_guard lock(mutex_);
  descriptors_[number] = {.handle = HandleOfDescriptor(number),
                          .of_runtime = of_runtime};
}

void Descriptors::Remove(uint64_t descriptor) {
  const std::lock_guard lock(mutex_);
  descriptors_.erase(static_cast<int>(descriptor));
}

bool Descriptors::Has(int descriptor) const {
  const std::lock_guard lock(mutex_);
  return descriptors_.contains(descriptor);
}

void Descriptors::BeforeReplace(int target) {
  const std::lock_guard lock(mutex_);
  if (descriptors_.contains(target) || replaced_.contains(target)) return;
  if (HandleOfDescriptor(target) == -1) return;
  replaced_[target] = {.saved = _dup(target)};
}

void Descriptors::AfterReplace(const Caller* caller, int target, bool done) {
  const std::lock_guard lock(mutex_);
  const auto found = replaced_.find(target);
  if (found == replaced_.end()) {
    if (!done) return;
    descriptors_[target] = {.handle = HandleOfDescriptor(target),
                            .of_runtime = caller->is_runtime};
  } else if (done) {
    found->second.handle = HandleOfDescriptor(target);
  } else if (found->second.handle == -1) {
    _close(found->second.saved);
    replaced_.erase(found);
  }
}

void Descriptors::Reclaim(ReclaimReport& report) {
  const std::lock_guard lock(mutex_);
  for (const auto& [descriptor, entry] : descriptors_) {
    const intptr_t handle = HandleOfDescriptor(descriptor);
    if (handle == -1 || handle != entry.handle) continue;
    if (!entry.of_runtime) {
      report.Add("open file", DescribeDescriptor(descriptor));
    }
    _close(descriptor);
  }
  descriptors_.clear();
  for (const auto& [target, replacement] : replaced_) {
    const intptr_t handle = HandleOfDescriptor(target);
    if (handle == -1 || handle == replacement.handle) {
      std::string text = absl::StrCat(
          target, " ",
          DescribeHandle(
              reinterpret_cast<HANDLE>(HandleOfDescriptor(replacement.saved)))
              .text);
      if (handle != -1) {
        absl::StrAppend(&text, " by ",
                        DescribeHandle(reinterpret_cast<HANDLE>(handle)).text);
      }
      report.Add("replaced descriptor", std::move(text));
      _dup2(replacement.saved, target);
    }
    _close(replacement.saved);
  }
  replaced_.clear();
}

namespace {

Descriptors& Of(const Caller* caller) {
  return ResourcesOf<Descriptors>(caller);
}

}  // namespace

std::unique_ptr<RecordedResources> MakeDescriptors() {
  return std::make_unique<Descriptors>();
}

void hooks::_sopen_s(const Caller* caller, int result, int* descriptor,
                     const char* /*path*/, int /*flags*/, int /*sharing*/,
                     int /*mode*/) {
  if (result == 0) Of(caller).Add(caller, *descriptor);
}

void hooks::_wsopen_s(const Caller* caller, int result, int* descriptor,
                      const wchar_t* /*path*/, int /*flags*/, int /*sharing*/,
                      int /*mode*/) {
  if (result == 0) Of(caller).Add(caller, *descriptor);
}

void hooks::_pipe(const Caller* caller, int result, int* descriptors,
                  unsigned /*size*/, int /*mode*/) {
  if (result != 0) return;
  Of(caller).Add(caller, descriptors[0]);
  Of(caller).Add(caller, descriptors[1]);
}

void hooks::_open_osfhandle(const Caller* caller, int result, intptr_t handle,
                            int /*flags*/) {
  if (result == -1) return;
  // The descriptor owns the handle from now on.
  ResourcesOf<Handles>(caller).Remove(static_cast<uint64_t>(handle));
  Of(caller).Add(caller, result);
}

int hooks::_dup2(const Caller* caller, int descriptor, int target) {
  if (descriptor == target) return ::_dup2(descriptor, target);
  Of(caller).BeforeReplace(target);
  const int result = ::_dup2(descriptor, target);
  Of(caller).AfterReplace(caller, target, result == 0);
  return result;
}

}  // namespace relib::platform
