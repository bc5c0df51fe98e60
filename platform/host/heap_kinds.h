#ifndef PLATFORM_HOST_HEAP_KINDS_H_
#define PLATFORM_HOST_HEAP_KINDS_H_

namespace relib::platform {

// Where malloc(), new and the like in a module allocate. relib::Heap is this
// type; docs/heap.md compares the heaps.
enum class HeapKind {
  // A heap of the module's own, which is unmapped with the module: leaks are
  // reclaimed. With a sanitizer, the same as kSystem.
  kModule,
  // The heap of the C library, as without relib: leaks stay. For valgrind,
  // heaptrack and other tools that intercept malloc().
  kSystem,
  // An allocator that the host provides.
  kCustom,
};

// The reason for which a module must not free an address. relib::BadFree::Kind
// is this type.
enum class BadFreeKind {
  // The module has freed this block before.
  kDoubleFree,
  // The block belongs to another module, or to the heap of the host or of the C
  // library.
  kForeignBlock,
  // The address is not that of a block: it is inside a block, on a stack, in an
  // image, or in memory that is not mapped.
  kNotABlock,
};

}  // namespace relib::platform

#endif  // PLATFORM_HOST_HEAP_KINDS_H_
