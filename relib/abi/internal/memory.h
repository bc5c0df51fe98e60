#ifndef RELIB_ABI_INTERNAL_MEMORY_H_
#define RELIB_ABI_INTERNAL_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

// The memory of the owning types in relib/abi/. It is allocated in the heap of
// the side that runs the code, and freed by a function of that side, which the
// value contains.

namespace relib::abi::internal {

static_assert(sizeof(void*) == 8,
              "relib: the layouts in relib/abi/ are described for 64 bits");

// Frees a block. A null pointer to such a function means that there is no
// block.
using ReleaseFunction = void (*)(void* data) noexcept;

template <size_t kAlignment>
inline constexpr bool kIsOverAligned =
    kAlignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__;

template <size_t kAlignment>
void Release(void* data) noexcept {
  if constexpr (kIsOverAligned<kAlignment>) {
    ::operator delete(data, std::align_val_t(kAlignment));
  } else {
    ::operator delete(data);
  }
}

[[noreturn]] inline void Fail(const char* text) {
  std::fprintf(stderr, "relib: %s\n", text);
  std::abort();
}

[[noreturn]] inline void OutOfMemory() {
#if defined(__cpp_exceptions)
  throw std::bad_alloc();
#else
  Fail("out of memory, in code that was built without exceptions");
#endif
}

// Returns memory for `count` objects of type T, which Release<alignof(T)>()
// frees. Throws std::bad_alloc, or aborts if exceptions are disabled.
template <typename T>
T* Allocate(uint64_t count) {
  constexpr uint64_t kMaxBytes = std::numeric_limits<ptrdiff_t>::max();
  if (count > kMaxBytes / sizeof(T)) OutOfMemory();
  const size_t bytes = count * sizeof(T);
  void* data = nullptr;
  if constexpr (kIsOverAligned<alignof(T)>) {
    data = ::operator new(bytes, std::align_val_t(alignof(T)), std::nothrow);
  } else {
    data = ::operator new(bytes, std::nothrow);
  }
  if (data == nullptr) OutOfMemory();
  return static_cast<T*>(data);
}

// Returns twice `capacity`, but at least `size`. Doubling makes appending an
// element amortized constant time.
constexpr uint64_t GrownCapacity(uint64_t capacity, uint64_t size) {
  const uint64_t twice = capacity > size / 2 ? 2 * capacity : size;
  return twice < 4 ? 4 : twice;
}

// A block of elements under construction. The destructor destroys the elements
// and frees the memory unless TakeOver() was called.
template <typename T>
class Block {
 public:
  explicit Block(uint64_t capacity) : data_(Allocate<T>(capacity)) {}
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    if (data_ == nullptr) return;
    std::destroy_n(data_, size_);
    Release<alignof(T)>(data_);
  }

  T* data() { return data_; }
  template <typename... Arguments>
  void Append(Arguments&&... arguments) {
    std::construct_at(data_ + size_, std::forward<Arguments>(arguments)...);
    ++size_;
  }
  T* TakeOver() { return std::exchange(data_, nullptr); }

 private:
  T* data_;
  uint64_t size_ = 0;
};

// The requirements of relib/abi/ on element types: an assignment that threw
// halfway would leave neither value.
template <typename T>
concept Element = std::is_object_v<T> && !std::is_const_v<T> &&
                  std::is_nothrow_move_constructible_v<T> &&
                  std::is_nothrow_destructible_v<T>;

#define RELIB_ABI_INTERNAL_CHECK_ELEMENT(T)                              \
  static_assert(::relib::abi::internal::Element<T>,                      \
                "relib: what a type of relib/abi/ holds must be an "     \
                "object type whose move constructor and destructor are " \
                "noexcept")

}  // namespace relib::abi::internal

#endif  // RELIB_ABI_INTERNAL_MEMORY_H_
