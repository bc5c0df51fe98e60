#ifndef PLATFORM_WINDOWS_RESOURCES_RESOURCES_H_
#define PLATFORM_WINDOWS_RESOURCES_RESOURCES_H_

// What all kinds of resources use. platform/resources/resources.h tells how one
// is added.
//
// No absl::Mutex, nor absl's hash tables: they make thread-local state, on
// threads that are a module's and may be at their end. With GCC for Windows
// that is the host's emulated TLS and its pthreads.

#include <cstdint>
#include <map>
#include <vector>

#include "platform/native/mutex.h"
#include "platform/resources/resources.h"
#include "platform/windows/agent/agent_binding.h"
#include "platform/windows/resources/recorded_resources.h"
#include "platform/windows/resources/resource_kinds.h"

namespace relib::platform {

// For hooks: the T of a module, from what they are given.
template <typename T>
T& ResourcesOf(const Caller* caller) {
  return ResourcesOf<T>(*caller->resources);
}

// Things that are named by a value. Thread-safe.
class Records {
 public:
  struct Record {
    uint64_t value = 0;
    bool of_runtime = false;
  };

  void Add(uint64_t value, bool of_runtime);
  // False if it isn't there. One of several with the same value.
  bool Remove(uint64_t value);
  bool Has(uint64_t value) const;
  std::vector<Record> TakeAll();

 private:
  mutable Mutex mutex_;
  std::multimap<uint64_t, bool> records_;
};

}  // namespace relib::platform

#endif  // PLATFORM_WINDOWS_RESOURCES_RESOURCES_H_
