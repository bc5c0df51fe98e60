#include "platform/windows/resources/resources.h"

#include <cstdint>
#include <mutex>
#include <vector>

namespace relib::platform {

void Records::Add(uint64_t value, bool of_runtime) {
  const std::lock_guard lock(mutex_);
  records_.emplace(value, of_runtime);
}

bool Records::Remove(uint64_t value) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(value);
  if (found == records_.end()) return false;
  records_.erase(found);
  return true;
}

bool Records::Has(uint64_t value) const {
  const std::lock_guard lock(mutex_);
  return records_.contains(value);
}

std::vector<Records::Record> Records::TakeAll() {
  const std::lock_guard lock(mutex_);
  std::vector<Record> records;
  for (const auto& [value, of_runtime] : records_) {
    records.push_back({.value = value, .of_runtime = of_runtime});
  }
  records_.clear();
  return records;
}

}  // namespace relib::platform
