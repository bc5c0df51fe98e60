#ifndef PLATFORM_HEAP_HOST_MODULE_HEAP_H_
#define PLATFORM_HEAP_HOST_MODULE_HEAP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "platform/heap/heap_binding.h"
#include "platform/heap/host/block_table.h"
#include "platform/host/module_resources.h"
#include "platform/native/mutex.h"

namespace relib::platform {

// The host's side of one module's heap: its memory, by region. Single blocks
// are recorded only if HeapOptions asks for it. Thread-safe.
class ModuleHeap {
 public:
  ModuleHeap();
  ~ModuleHeap();
  ModuleHeap(const ModuleHeap&) = delete;
  ModuleHeap& operator=(const ModuleHeap&) = delete;

  // Returns the binding for the module. Called once, before the module is
  // bound.
  RelibHeapBinding* Configure(const ModuleResourcesOptions& options);

  void KeepTraces();
  const std::vector<LeakSite>& leaks() const { return leaks_; }

  // Returns whether `address` is in memory of the heap, allocated or not.
  bool HasMemoryAt(const void* address) const;

  // Makes LeaveImage() leave the blocks uncounted: the module has crashed, so
  // its lists of blocks may be corrupt.
  void DontCount() { counts_.store(false); }
  // Counts the allocated blocks. Called after the last code of the image has
  // run, while its memory is still there.
  void LeaveImage();
  // Unmaps all memory, and returns what of it was allocated. Called after the
  // image is gone.
  RelibHeapUse Reclaim();

 private:
  struct Region {
    uintptr_t begin = 0;
    size_t size = 0;

    bool Contains(const void* address) const {
      return reinterpret_cast<uintptr_t>(address) - begin < size;
    }
  };

  // The functions of RelibHeapBinding.
  static void* Reserve(void* heap, size_t* size);
  static void* Map(void* heap, size_t size);
  static bool Unmap(void* heap, void* memory, size_t size);
  static void BlockAllocated(void* heap, const void* block, size_t size,
                             const void* caller);
  static bool BlockFreed(void* heap, const void* block, const void* caller);
  static bool BlockResized(void* heap, const void* block, const void* caller);

  void Report(const void* address, const BlockTable::Block& known,
              CallStack call);
  // Fills in the owner and place of an address in this heap. Returns false for
  // other addresses.
  bool DescribeOwn(const void* address, BadFree& bad_free) const;

  std::string name_;
  HeapOptions options_;
  RelibHeapBinding binding_ = {};
  // Null unless HeapOptions requires a record of each block.
  std::unique_ptr<BlockTable> blocks_;
  std::vector<LeakSite> leaks_;
  RelibHeapUse use_ = {};
  std::atomic<bool> counts_ = true;

  mutable Mutex mutex_;
  // The reservation; the range is its aligned part.
  Region reserved_;
  std::vector<Region> mapped_;
};

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_HOST_MODULE_HEAP_H_
