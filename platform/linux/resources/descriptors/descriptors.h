#ifndef PLATFORM_LINUX_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_
#define PLATFORM_LINUX_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "platform/linux/resources/resources.h"

namespace relib::platform {

// The descriptors of one module. Everything but Reclaim() is async-signal-safe,
// because open(), close() and dup2() are, and leaves errno as it is.
//
// A descriptor is known by its number and by what it refers to (device and
// inode): one that was closed by somebody else, and whose number is another
// file meanwhile, isn't the module's. Sockets and pipes have an inode each, but
// those of eventfd, epoll, timerfd and the like share one: there a number that
// was used again for the like can't be told.
class Descriptors final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kDescriptors;

  Descriptors() = default;
  ~Descriptors() override;

  void Add(int descriptor);
  // To be called before it is closed: the number may be another thread's at
  // once. True if it was there.
  bool Remove(int descriptor);
  void RemoveRange(unsigned first, unsigned last);
  // True if it is the module's, and still refers to what it did.
  bool Has(int descriptor) const;

  // Around what puts another file in the place of `target`, like dup2(): keeps
  // what was there, unless that was the module's own.
  class Replacement {
   public:
    Replacement(Descriptors& descriptors, int target);
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;
    // Without Done(): nothing was replaced.
    ~Replacement();

    void Done();

   private:
    Descriptors& descriptors_;
    const int target_;
    // Of what was there; -1 if there is nothing to keep.
    int duplicate_ = -1;
    bool close_on_exec_ = false;
  };

  // What was handed to the host stays, with nothing to be put back.
  void Release(int descriptor);

  // Closes what is left, and puts back what was replaced.
  void Reclaim(ReclaimReport& report) override;

 private:
  struct Entry {
    // Zero: not the module's.
    std::atomic<uint64_t> identity;
    // A duplicate of what was there before the module put something over it;
    // zero: none.
    std::atomic<int> duplicate;
    std::atomic<bool> close_on_exec;
    std::atomic<uint64_t> duplicate_identity;
  };

  // Mapped when they are needed, and then only the pages that are.
  static constexpr size_t kChunkEntries = 65536;
  static constexpr size_t kChunks = 64;

  // Null if there is none, or when memory is short: the descriptor is then not
  // known to be the module's.
  Entry* Find(int descriptor) const;
  Entry* FindOrCreate(int descriptor);

  void ReclaimEntry(int descriptor, Entry& entry, ReclaimReport& report);

  std::atomic<Entry*> chunks_[kChunks] = {};
  // No entry beyond is in use.
  std::atomic<int> highest_ = -1;
};

// "7 /tmp/x", "8 socket".
std::string DescribeDescriptor(int descriptor);
// "/tmp/x"; empty if it isn't open.
std::string FileOfDescriptor(int descriptor);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_
