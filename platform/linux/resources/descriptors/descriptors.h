#ifndef PLATFORM_LINUX_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_
#define PLATFORM_LINUX_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "platform/linux/resources/resources.h"

namespace relib::platform {

// The descriptors of one module. All functions except Reclaim() are
// async-signal-safe and preserve errno, because open(), close() and dup2() are
// and do.
//
// A descriptor is identified by its number and by the device and inode of its
// file. If other code closes it and the number is reused for another file, it
// no longer counts as the module's. Sockets and pipes have an inode each, but
// all files of eventfd, epoll, timerfd and the like share one, so reuse of a
// number among these cannot be detected.
class Descriptors final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kDescriptors;

  Descriptors() = default;
  ~Descriptors() override;

  void Add(int descriptor);
  // Removes a descriptor, and returns whether it was recorded. Call this before
  // closing it: another thread may get the same number at once.
  bool Remove(int descriptor);
  void RemoveRange(unsigned first, unsigned last);
  // Returns whether the descriptor is the module's and still refers to the same
  // file.
  bool Has(int descriptor) const;

  // A scope around a call that replaces the file of `target`, such as dup2().
  // Keeps a duplicate of the replaced file unless the file was the module's
  // own.
  class Replacement {
   public:
    Replacement(Descriptors& descriptors, int target);
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;
    // Drops the duplicate, unless Done() was called.
    ~Replacement();

    void Done();

   private:
    Descriptors& descriptors_;
    const int target_;
    // A duplicate of the replaced file; -1 if there is none.
    int duplicate_ = -1;
    bool close_on_exec_ = false;
  };

  // Transfers a descriptor to the host: it is neither closed nor restored.
  void Release(int descriptor);

  // Closes the remaining descriptors, and restores replaced ones.
  void Reclaim(ReclaimReport& report) override;

 private:
  struct Entry {
    // Zero if the descriptor is not the module's.
    std::atomic<uint64_t> identity;
    // A duplicate of the file that the module has replaced; zero if there is
    // none.
    std::atomic<int> duplicate;
    std::atomic<bool> close_on_exec;
    std::atomic<uint64_t> duplicate_identity;
  };

  // Chunks are mapped on demand, and the kernel allocates only the pages that
  // are touched.
  static constexpr size_t kChunkEntries = 65536;
  static constexpr size_t kChunks = 64;

  // Returns null if there is no entry, or no memory for one: the descriptor is
  // then not recorded.
  Entry* Find(int descriptor) const;
  Entry* FindOrCreate(int descriptor);

  void ReclaimEntry(int descriptor, Entry& entry, ReclaimReport& report);

  std::atomic<Entry*> chunks_[kChunks] = {};
  // An upper bound of the entries in use.
  std::atomic<int> highest_ = -1;
};

// Returns a text such as "7 /tmp/x" or "8 socket".
std::string DescribeDescriptor(int descriptor);
// Returns a text such as "/tmp/x", or "" if the descriptor is not open.
std::string FileOfDescriptor(int descriptor);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_
