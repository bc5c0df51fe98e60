#ifndef PLATFORM_HEAP_AGENT_BLOCK_HEADER_H_
#define PLATFORM_HEAP_AGENT_BLOCK_HEADER_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "platform/heap/agent/system_heap.h"

namespace relib::platform {

// The header of a block that was cut from a larger piece of memory: the start
// of that piece and the size of the block. Its mark distinguishes such a block
// from one of the C library, which has a size in the same place.
class BlockHeader {
  struct Fields {
    uint64_t mark;
    // The binary logarithm of the distance, or kDistanceInFront.
    uint64_t distance : 8;
    uint64_t size : 56;
  };

 public:
  // Describes the piece of memory for a block: memory_size() bytes, aligned to
  // memory_alignment().
  class Layout {
   public:
    Layout(size_t size, size_t alignment, size_t offset)
        : size_(size),
          alignment_(std::max(alignment, sizeof(Fields))),
          distance_(alignment_) {
      if (alignment != 0 && offset % alignment != 0) {
        distance_ = 2 * alignment_ - offset % alignment;
        // This distance is not a power of two, so it needs space in front of
        // the header.
        while (distance_ < sizeof(Fields) + sizeof(uint64_t)) {
          distance_ += alignment_;
        }
      }
    }

    bool is_possible() const {
      return size_ < kMaxSize && alignment_ < kMaxSize;
    }
    size_t memory_size() const { return size_ + distance_; }
    size_t memory_alignment() const { return alignment_; }

   private:
    friend class BlockHeader;
    static constexpr uint64_t kMaxSize = uint64_t{1} << 48;

    size_t size_;
    size_t alignment_;
    size_t distance_;
  };

  // Writes the header and returns the block. `gap` bytes of `memory` precede
  // the piece.
  static void* Write(void* memory, const Layout& layout, size_t gap = 0) {
    const uint64_t distance = gap + layout.distance_;
    char* const block = static_cast<char*>(memory) + distance;
    const bool simple = std::has_single_bit(distance);
    const Fields header = {
        .mark = kMark ^ reinterpret_cast<uintptr_t>(block),
        .distance = simple ? static_cast<uint64_t>(std::countr_zero(distance))
                           : kDistanceInFront,
        .size = layout.size_};
    memcpy(block - sizeof(header), &header, sizeof(header));
    if (!simple) {
      memcpy(block - sizeof(header) - sizeof(distance), &distance,
             sizeof(distance));
    }
    return block;
  }

  // Returns whether `block` has a header. Not instrumented, because sanitizers
  // report reads in front of a foreign block.
  [[gnu::no_sanitize_address, gnu::no_sanitize_thread]] static bool IsBefore(
      const void* block) {
    const auto address = reinterpret_cast<uintptr_t>(block);
    const auto* const mark = static_cast<const uint64_t*>(block) - 2;
    uint64_t found = 0;
    // The word is normally readable, because blocks of the C library have a
    // header as well. Blocks of a sanitizer may begin where the memory does,
    // though, and an unaligned address may be anything.
    if (address % kPage == 0 || address % sizeof(Fields) != 0) {
      if (!SystemReadWord(mark, &found)) return false;
    } else {
      found = *mark;
    }
    return found == (kMark ^ address);
  }

  // Returns the size of a block that has a header.
  static size_t SizeOf(const void* block) { return Read(block).size; }
  // Removes the header, and returns the memory that the block was cut from.
  static void* Erase(void* block) {
    const Fields header = Read(block);
    char* const begin = static_cast<char*>(block);
    uint64_t distance = uint64_t{1} << header.distance;
    if (header.distance == kDistanceInFront) {
      memcpy(&distance, begin - sizeof(header) - sizeof(distance),
             sizeof(distance));
    }
    memset(begin - sizeof(header), 0, sizeof(header));
    return begin - distance;
  }

 private:
  static constexpr uint64_t kMark = 0x72656c6962206865;
  static constexpr uintptr_t kPage = 4096;
  static constexpr uint64_t kDistanceInFront = 63;

  static Fields Read(const void* block) {
    Fields header;
    memcpy(&header, static_cast<const char*>(block) - sizeof(header),
           sizeof(header));
    return header;
  }
};

}  // namespace relib::platform

#endif  // PLATFORM_HEAP_AGENT_BLOCK_HEADER_H_
