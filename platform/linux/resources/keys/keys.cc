#include "platform/linux/resources/keys/keys.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <threads.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/strings/str_cat.h"
#include "platform/linux/resources/resources.h"
#include "platform/linux/resources/threads/threads.h"
#include "platform/resources/callbacks.h"

namespace relib::platform {
namespace {

// Destructors of thread keys. A thread that ends during or after an unload must
// not call into the image. The C library therefore gets a destructor in the
// host, one per slot, which checks whether the module is still there.
class Slots {
 public:
  struct Slot {
    DestroyFunction destroy = nullptr;
    std::shared_ptr<Callbacks> callbacks;
  };

  static Slots& Get() {
    static absl::NoDestructor<Slots> slots;
    return *slots;
  }

  // Takes a free slot, and returns the destructor for the C library and the
  // slot's number. The destructor is null if all slots are taken.
  std::pair<DestroyFunction, size_t> Take(Slot slot);

  void Release(size_t index) {
    const std::lock_guard lock(mutex_);
    slots_[index] = {};
  }

  // Implements the destructor of a slot.
  void Run(size_t index, void* value) {
    Slot slot;
    {
      const std::lock_guard lock(mutex_);
      slot = slots_[index];
    }
    if (slot.destroy == nullptr) return;
    const Callbacks::Scope scope(*slot.callbacks);
    if (scope.entered()) slot.destroy(value);
  }

 private:
  std::mutex mutex_;
  std::array<Slot, PTHREAD_KEYS_MAX> slots_;
  size_t next_ = 0;
};

template <size_t kIndex>
void Destroy(void* value) {
  Slots::Get().Run(kIndex, value);
}

template <size_t... kIndices>
constexpr std::array<DestroyFunction, sizeof...(kIndices)> MakeDestructors(
    std::index_sequence<kIndices...>) {
  return {Destroy<kIndices>...};
}

std::pair<DestroyFunction, size_t> Slots::Take(Slot slot) {
  static constexpr auto kDestructors =
      MakeDestructors(std::make_index_sequence<PTHREAD_KEYS_MAX>());
  const std::lock_guard lock(mutex_);
  for (size_t tried = 0; tried < slots_.size(); ++tried) {
    // Avoid the slot that was freed last: a thread may be about to run its
    // destructor.
    next_ = (next_ + 1) % slots_.size();
    if (slots_[next_].destroy != nullptr) continue;
    slots_[next_] = std::move(slot);
    return {kDestructors[next_], next_};
  }
  return {nullptr, 0};
}

class Keys final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kKeys;

  int Create(void* resources, pthread_key_t* key, DestroyFunction destroy) {
    Key entry;
    DestroyFunction destructor = nullptr;
    if (destroy != nullptr) {
      std::call_once(threads_exempted_, [&] {
        callbacks_->ExemptThreads(
            [&threads = ResourcesOf<Threads>(resources)](uint64_t thread) {
              const std::vector<uint64_t> ids = threads.Ids();
              return std::find(ids.begin(), ids.end(), thread) != ids.end();
            });
      });
      std::tie(destructor, entry.slot) =
          Slots::Get().Take({.destroy = destroy, .callbacks = callbacks_});
      if (destructor == nullptr) return EAGAIN;
      entry.has_slot = true;
      entry.of_runtime = IsOfRuntime(destroy);
    }
    const int error = ::pthread_key_create(key, destructor);
    if (error != 0) {
      if (entry.has_slot) Slots::Get().Release(entry.slot);
      return error;
    }
    const std::lock_guard lock(mutex_);
    keys_[*key] = entry;
    return 0;
  }

  int Delete(pthread_key_t key) {
    const int error = ::pthread_key_delete(key);
    if (error != 0) return error;
    const std::lock_guard lock(mutex_);
    // Keys that the host has given to the module are not recorded.
    if (const auto entry = keys_.find(key); entry != keys_.end()) {
      if (entry->second.has_slot) Slots::Get().Release(entry->second.slot);
      keys_.erase(entry);
    }
    return 0;
  }

  void AddRuntimeDestructor(DestroyFunction destroy) {
    const std::lock_guard lock(mutex_);
    runtime_destructors_.push_back(destroy);
  }

  std::vector<std::string> Obstacles() const override {
    return callbacks_->Describe("the destructor of a thread key");
  }

  bool Hold() override { return callbacks_->Hold(); }
  void Resume() override { callbacks_->Resume(); }
  void Stop() override { callbacks_->Stop(); }
  void BeforeDestructors() override { callbacks_->RefuseOthers(); }

  void LeaveImage(ReclaimReport& report) override {
    callbacks_->Stop();
    std::map<pthread_key_t, Key> keys;
    {
      const std::lock_guard lock(mutex_);
      keys.swap(keys_);
    }
    for (const auto& [key, entry] : keys) {
      ::pthread_key_delete(key);
      if (entry.has_slot) Slots::Get().Release(entry.slot);
      if (!entry.of_runtime) {
        report.Add(
            "thread key",
            absl::StrCat(key, entry.has_slot ? " with a destructor" : ""));
      }
    }
  }

 private:
  struct Key {
    bool has_slot = false;
    // Created by the C++ runtime or the heap, so not reported to the author of
    // the module.
    bool of_runtime = false;
    size_t slot = 0;
  };

  bool IsOfRuntime(DestroyFunction destroy) {
    const std::lock_guard lock(mutex_);
    return std::find(runtime_destructors_.begin(), runtime_destructors_.end(),
                     destroy) != runtime_destructors_.end();
  }

  const std::shared_ptr<Callbacks> callbacks_ = std::make_shared<Callbacks>();
  std::once_flag threads_exempted_;
  std::mutex mutex_;
  std::vector<DestroyFunction> runtime_destructors_;
  std::map<pthread_key_t, Key> keys_;
};

}  // namespace

void AddRuntimeKeyDestructor(void* resources, DestroyFunction destroy) {
  ResourcesOf<Keys>(resources).AddRuntimeDestructor(destroy);
}

std::unique_ptr<Resources> MakeKeys() { return std::make_unique<Keys>(); }

int hooks::pthread_key_create(void* resources, pthread_key_t* key,
                              DestroyFunction destroy) {
  return ResourcesOf<Keys>(resources).Create(resources, key, destroy);
}

int hooks::pthread_key_delete(void* resources, pthread_key_t key) {
  return ResourcesOf<Keys>(resources).Delete(key);
}

int hooks::tss_create(void* resources, tss_t* key, tss_dtor_t destroy) {
  // glibc uses the same type for both kinds of keys.
  static_assert(std::is_same_v<tss_t, pthread_key_t>);
  return ResourcesOf<Keys>(resources).Create(resources, key, destroy) == 0
             ? thrd_success
             : thrd_error;
}

void hooks::tss_delete(void* resources, tss_t key) {
  ResourcesOf<Keys>(resources).Delete(key);
}

}  // namespace relib::platform
