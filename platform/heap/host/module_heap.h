#ifndef PLATFORM_HEAP_HOST_MODULE_HEAP_H_
#define PLATFORM_HEAP_HOST_MODULE_HEAP_H_

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

// The memory of a module's heap, by region: nothing is told of single blocks,
// unless HeapOptions asks for it.
class ModuleHeap {
 public:
  ModuleHeap();
  ~ModuleHeap();
  ModuleHeap(const ModuleHeap&) = delete;
  ModuleHeap& operator=(const ModuleHeap&) = delete;

  // Before the module is bound.
  RelibHeapBinding* Configure(const ModuleResourcesOptions& options);

  void KeepTraces();
  const std::vector<LeakSite>& leaks() const { return leaks_; }

  // Whether it is in use or not.
  bool HasMemoryAt(const void* address) const;

  // The last code of the image has run, its memory is all there.
  void LeaveImage();
  // The image is gone. Gives all memory back, and says what of it was in use.
  RelibHeapUse Reclaim();

 private:
  struct Region {
    uintptr_t begin = 0;
    size_t size = 0;

    bool Contains(const void* address) const {
      return reinterpret_cast<uintptr_t>(address) - begin < size;
    }
  };

  // RelibHeapBinding's.
  static void* Reserve(void* heap, size_t* size);
  static void* Map(void* heap, size_t size);
  static bool Unmap(void* heap, void* memory, size_t size);
  static void BlockAllocated(void* heap, const void* block, size_t size,
                             const void* caller);
  static bool BlockFreed(void* heap, const void* block, const void* caller);
  static bool BlockResized(void* heap, const void* block, const void* caller);

  void Report(const void* address, const BlockTable::Block& known,
              CallStack call);
  // Fills in what it can say of an address.
  bool DescribeOwn(const void* address, BadFree& bad_free) const;

  std::string name_;
  HeapOptions options_;
  RelibHeapBinding binding_ = {};
  // Set where a block has to be known.
  std::unique_ptr<BlockTable> blocks_;
  std::vector<LeakSite> leaks_;
  RelibHeapUse use_ = {};

  mutable Mutex mutex_;
  // What was mapped for the range, which is its aligned part.
  Region reserved_;
  std::vector<Region> mapped_;
};

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_HOST_MODULE_HEAP_H_
