#ifndef PLATFORM_RESOURCES_OVERRIDE_STACK_H_
#define PLATFORM_RESOURCES_OVERRIDE_STACK_H_

#include <array>
#include <cstddef>

namespace relib::platform {

// The values that the modules and the program have set for a thing that the
// process, or a thread, has once, in the order in which they have set them. The
// newest value is in force. A module that goes is taken out wherever its value
// is, so the others' values are in force as if it had never set one.
//
// The program's calls are not hooked. The caller first compares the newest
// value with the real one, and pushes a difference as the program's.
//
// Allocates nothing. Not thread-safe.
template <typename Value, size_t kMaxEntries>
class OverrideStack {
 public:
  struct Entry {
    // Null for the program.
    const void* owner = nullptr;
    Value value = {};
  };

  bool empty() const { return size_ == 0; }
  // Returns whether a module has set a value.
  bool HasModules() const {
    for (size_t i = 0; i < size_; ++i) {
      if (entries_[i].owner != nullptr) return true;
    }
    return false;
  }
  void Clear() { size_ = 0; }

  // Returns the entry in force. The stack must not be empty.
  Entry& top() { return entries_[size_ - 1]; }

  // Returns the oldest entry for which is_wanted(entry), or null.
  template <typename Predicate>
  Entry* FindOldest(const Predicate& is_wanted) {
    for (size_t i = 0; i < size_; ++i) {
      if (is_wanted(entries_[i])) return &entries_[i];
    }
    return nullptr;
  }
  // Returns the newest entry for which is_wanted(entry), or null.
  template <typename Predicate>
  Entry* FindNewest(const Predicate& is_wanted) {
    for (size_t i = size_; i > 0; --i) {
      if (is_wanted(entries_[i - 1])) return &entries_[i - 1];
    }
    return nullptr;
  }
  // Returns the entry that would be in force without this module, or null.
  Entry* NewestOfOthers(const void* owner) {
    return FindNewest(
        [owner](const Entry& entry) { return entry.owner != owner; });
  }

  // Adds a value that is now in force. The first value must be the program's.
  void Push(const void* owner, const Value& value) {
    if (size_ > 0 && top().owner == owner) {
      top().value = value;
      return;
    }
    // The lowest value stays, because it is never taken out.
    if (size_ == kMaxEntries) EraseAt(1);
    entries_[size_++] = {.owner = owner, .value = value};
  }

  // Takes a module's values out. Others who have set such a value again,
  // because they had found it, get the value below it instead: are_same(a, b)
  // tells whether two values are the same. Returns whether the value in force
  // may be another one now.
  template <typename AreSame>
  bool Remove(const void* owner, const AreSame& are_same) {
    bool changes = false;
    for (size_t i = 1; i < size_;) {
      if (entries_[i].owner != owner) {
        ++i;
        continue;
      }
      const Value removed = entries_[i].value;
      const Value below = entries_[i - 1].value;
      bool is_first = true;
      for (size_t j = 0; j < i; ++j) {
        is_first = is_first && !are_same(entries_[j].value, removed);
      }
      changes = changes || i + 1 == size_ ||
                (is_first && are_same(top().value, removed));
      EraseAt(i);
      for (size_t j = i; j < size_ && is_first; ++j) {
        if (are_same(entries_[j].value, removed)) entries_[j].value = below;
      }
    }
    MergeProgramEntries();
    return changes;
  }

 private:
  static_assert(kMaxEntries >= 2);

  void EraseAt(size_t index) {
    for (size_t i = index; i + 1 < size_; ++i) entries_[i] = entries_[i + 1];
    --size_;
  }

  // The program has set these values in succession, so the last one counts.
  void MergeProgramEntries() {
    for (size_t i = 0; i + 1 < size_;) {
      if (entries_[i].owner == nullptr && entries_[i + 1].owner == nullptr) {
        EraseAt(i);
      } else {
        ++i;
      }
    }
  }

  std::array<Entry, kMaxEntries> entries_ = {};
  size_t size_ = 0;
};

}  // namespace relib::platform

#endif  // PLATFORM_RESOURCES_OVERRIDE_STACK_H_
