#ifndef PLATFORM_WINDOWS_RESOURCES_RESOURCES_H_
#define PLATFORM_WINDOWS_RESOURCES_RESOURCES_H_

// Shared by all kinds of resources. platform/resources/resources.h says how to
// add a kind.
//
// No absl::Mutex and no hash tables of Abseil: they create thread-local state,
// and here that would happen on threads that belong to a module and may be
// about to end. With GCC for Windows such state uses the host's emulated TLS
// and its pthreads.

#include <cstdint>
#include <map>
#include <vector>

#include "platform/native/mutex.h"
#include "platform/resources/resources.h"
#include "platform/windows/agent/agent_binding.h"
#include "platform/windows/resources/recorded_resources.h"
#include "platform/windows/resources/resource_kinds.h"

namespace relib::platform {

// For hooks: returns the module's resources of kind T.
template <typename T>
T& ResourcesOf(const Caller* caller) {
  return ResourcesOf<T>(*caller->resources);
}

// Resources that are named by a value. Thread-safe.
class Records {
 public:
  struct Record {
    uint64_t value = 0;
    bool of_runtime = false;
  };

  void Add(uint64_t value, bool of_runtime);
  // Removes one record of `value`. Returns false if there is none.
  bool Remove(uint64_t value);
  bool Has(uint64_t value) const;
  std::vector<Record> TakeAll();

 private:
  mutable Mutex mutex_;
  std::multimap<uint64_t, bool> records_;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_RESOURCES_H_
