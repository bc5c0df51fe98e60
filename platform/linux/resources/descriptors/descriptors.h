#ifndef PLATFORM_LINUX_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_
#define PLATFORM_LINUX_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "platform/linux/resources/resources.h"

namespace relib::platform {

// The descriptors of one module. All functions except Reclaim() and Restore()
// are async-signal-safe and preserve errno, because open(), close() and dup2()
// are and do.
//
// A descriptor is identified by its number and by the device and inode of its
// file. If other code closes it and the number is reused for another file, it
// no longer counts as the module's. Sockets and pipes have an inode each, but
// all files of eventfd, epoll, timerfd and the like share one, so reuse of a
// number among these cannot be detected.
class Descriptors final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kDescriptors;

  Descriptors();
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
  //
  // Several modules may replace the files of one number, and be unloaded in any
  // order. Each of them keeps what it found, so they form a stack. A module
  // that is unloaded is taken out of the stack: what it found is handed to the
  // module above it. A file that the program has put there meanwhile is kept.
  class Replacement {
   public:
    Replacement(Descriptors& descriptors, int target);
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;
    // Drops the duplicate, unless Done() was called.
    ~Replacement();

    // Returns false, with errno set, if the replaced file could not be kept.
    // The call must not be made then.
    bool is_possible() const { return is_possible_; }
    void Done();
    // Puts the replaced file back after a call that has closed `target`.
    void Undo() const;

   private:
    Descriptors& descriptors_;
    const int target_;
    bool is_possible_ = true;
    // A duplicate of the replaced file; -1 if there is none.
    int duplicate_ = -1;
    bool close_on_exec_ = false;
  };

  // Transfers a descriptor to the host: it is neither closed nor restored.
  void Release(int descriptor);

  // Returns whether the file of the descriptor is one by which this module, and
  // no other one after it, has replaced a file that it did not own.
  bool HasReplaced(int descriptor) const;

  // Puts the file back that the module has replaced, if any. Nothing is done if
  // the file of another module or of the program is there by now.
  void Restore(int descriptor, ReclaimReport& report);

  // Calls function(int descriptor) for each descriptor of the module.
  template <typename Function>
  void ForEach(Function function) const {
    const int highest = highest_.load();
    for (int descriptor = 0; descriptor <= highest; ++descriptor) {
      if (Find(descriptor) == nullptr) {
        descriptor += kChunkEntries - 1;
      } else if (Has(descriptor)) {
        function(descriptor);
      }
    }
  }

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
    // The later of two replacements has the higher number.
    std::atomic<uint64_t> order;
  };

  enum class Outcome : uint8_t {
    kNone,
    // The descriptor is still the module's, and has to be closed.
    kLeft,
    // The file that was there before can't be restored.
    kLost,
    kLostAndLeft,
    // Another module has replaced the file since.
    kReplacedSince,
    kRestored,
    // Restored over a file of the module.
    kRestoredOverLeft,
  };

  // Chunks are mapped on demand, and the kernel allocates only the pages that
  // are touched.
  static constexpr size_t kChunkEntries = 65536;
  static constexpr size_t kChunks = 64;

  // Returns null if there is no entry, or no memory for one: the descriptor is
  // then not recorded.
  Entry* Find(int descriptor) const;
  Entry* FindOrCreate(int descriptor);

  // The functions below require the lock.

  // Closes the duplicate, unless something else has.
  static void CloseDuplicate(Entry& entry);
  // Returns the replacement that another module has made after `entry`, the
  // earliest one, or null.
  Entry* FindAbove(int descriptor, const Entry& entry) const;
  // Takes the entry out of the stack. Returns false, and changes nothing, if no
  // other module has replaced the file since.
  bool TakeOut(int descriptor, Entry& entry);
  // Restores what the module has replaced. Neither allocates nor waits.
  Outcome GiveBack(int descriptor, Entry& entry);

  // Does not require the lock.
  void ReclaimEntry(int descriptor, Entry& entry, ReclaimReport& report);

  std::atomic<Entry*> chunks_[kChunks] = {};
  // An upper bound of the entries in use.
  std::atomic<int> highest_ = -1;

  // The list of all modules' descriptors.
  Descriptors* next_ = nullptr;
};

// Returns a text such as "7 /tmp/x" or "8 socket".
std::string DescribeDescriptor(int descriptor);
// Returns a text such as "/tmp/x", or "" if the descriptor is not open.
std::string FileOfDescriptor(int descriptor);

}  // namespace relib::platform

#endif  // PLATFORM_LINUX_RESOURCES_DESCRIPTORS_DESCRIPTORS_H_
