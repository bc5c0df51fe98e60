#ifndef RELIB_ABI_VECTOR_H_
#define RELIB_ABI_VECTOR_H_

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "relib/abi/internal/memory.h"
#include "relib/internal/types/crossing.h"
#include "relib/internal/types/stable.h"

// Sequences with a frozen layout, for code of different compilers and standard
// libraries (docs/abi-stable.md).

namespace relib::abi {

// A view of elements, like std::span. As a parameter it is valid during the
// call. T is const or a type that owns no memory, because memory that the
// callee assigned to an element would not outlive its module.
//
//   offset  type      what
//        0  T*        the first element; may be null if the size is 0
//        8  uint64_t  the number of elements
//       16
template <typename T>
class Slice {
 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;

  constexpr Slice() = default;
  constexpr Slice(T* data, size_t size) : data_(data), size_(size) {}
  // Converts from everything that std::span converts from.
  template <typename Range>
    requires(!std::same_as<std::remove_cvref_t<Range>, Slice> &&
             std::convertible_to<Range &&, std::span<T>>)
  constexpr Slice(Range&& range)  // NOLINT(google-explicit-constructor)
      : Slice(static_cast<std::span<T>>(range)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Slice(std::span<T> span) : Slice(span.data(), span.size()) {}

  constexpr T* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size_; }
  constexpr T& operator[](size_t index) const { return data_[index]; }

 private:
  template <typename U>
  friend class Vector;

  static constexpr bool LayoutIsFrozen() {
    return sizeof(Slice) == 16 && alignof(Slice) == 8 &&
           std::is_standard_layout_v<Slice> &&
           std::is_trivially_copyable_v<Slice> && offsetof(Slice, data_) == 0 &&
           offsetof(Slice, size_) == 8;
  }

  T* data_ = nullptr;
  uint64_t size_ = 0;
};

template <typename Range>
Slice(Range&& range)
    -> Slice<std::remove_reference_t<decltype(*std::data(range))>>;

// A vector that owns its elements. A copy is allocated in the heap of the code
// that copies. A move transfers the memory and the function that frees it, so a
// vector may be destroyed on either side, as long as the side that allocated it
// is loaded.
//
// Thread-safe as std::vector is. Functions that allocate throw std::bad_alloc,
// or abort if exceptions are disabled. Functions that copy elements pass on
// their exceptions. Both then have no effect. Vector<bool> isn't specialized.
//
//   offset  type             what
//        0  T*               the first element; null if the capacity is 0
//        8  uint64_t         the number of elements
//       16  uint64_t         the capacity, in elements
//       24  void (*)(void*)  frees the memory; null if the capacity is 0
//       32
template <typename T>
class Vector {
 public:
  using value_type = T;

  constexpr Vector() noexcept = default;
  explicit Vector(size_t size) { resize(size); }
  Vector(size_t size, const T& value) {
    if (size == 0) return;
    internal::Block<T> block(size);
    for (size_t i = 0; i < size; ++i) block.Append(value);
    Adopt(block, size, size);
  }
  Vector(std::initializer_list<T> values)
      : Vector(values.begin(), values.end()) {}
  template <std::forward_iterator Iterator>
  Vector(Iterator first, Iterator last) {
    const auto size = static_cast<size_t>(std::distance(first, last));
    if (size == 0) return;
    internal::Block<T> block(size);
    for (; first != last; ++first) block.Append(*first);
    Adopt(block, size, size);
  }
  // Copies the elements of a std::vector, std::span, array and so on.
  template <typename Range>
    requires(!std::same_as<std::remove_cvref_t<Range>, Vector> &&
             std::convertible_to<Range &&, std::span<const T>>)
  explicit Vector(Range&& range)
      : Vector(std::data(range), std::data(range) + std::size(range)) {}

  Vector(const Vector& other) : Vector(other.begin(), other.end()) {}
  Vector(Vector&& other) noexcept { swap(other); }
  // NOLINTNEXTLINE(bugprone-unhandled-self-assignment): it copies first.
  Vector& operator=(const Vector& other) {
    Vector(other).swap(*this);
    return *this;
  }
  Vector& operator=(Vector&& other) noexcept {
    Vector(std::move(other)).swap(*this);
    return *this;
  }
  ~Vector() {
    RELIB_ABI_INTERNAL_CHECK_ELEMENT(T);
    static_assert(LayoutIsFrozen() && Slice<T>::LayoutIsFrozen());
    std::destroy_n(data_, size_);
    if (release_ != nullptr) release_(data_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }

  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](size_t index) { return data_[index]; }
  const T& operator[](size_t index) const { return data_[index]; }
  T& front() { return data_[0]; }
  const T& front() const { return data_[0]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }

  void reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    internal::Block<T> block(capacity);
    MoveInto(block);
    Adopt(block, size_, capacity);
  }
  void push_back(const T& value) { emplace_back(value); }
  void push_back(T&& value) { emplace_back(std::move(value)); }
  template <typename... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    if (size_ == capacity_) {
      // The arguments may refer to elements, so the new one is constructed
      // first.
      T value(std::forward<Arguments>(arguments)...);
      reserve(internal::GrownCapacity(capacity_, size_ + 1));
      std::construct_at(data_ + size_, std::move(value));
    } else {
      std::construct_at(data_ + size_, std::forward<Arguments>(arguments)...);
    }
    return data_[size_++];
  }
  void pop_back() { std::destroy_at(data_ + --size_); }
  void clear() {
    std::destroy_n(data_, size_);
    size_ = 0;
  }
  // New elements are value-initialized.
  void resize(size_t size) {
    if (size <= size_) {
      std::destroy(data_ + size, data_ + size_);
      size_ = size;
      return;
    }
    if (size > capacity_) {
      // Constructs the new elements first, in a vector of their own, because
      // that may throw.
      Vector grown;
      grown.reserve(internal::GrownCapacity(capacity_, size));
      Vector added;
      added.reserve(size - size_);
      while (added.size_ < size - size_) added.emplace_back();
      grown.TakeElementsOf(*this);
      grown.TakeElementsOf(added);
      swap(grown);
      return;
    }
    const uint64_t old_size = size_;
    struct Shrink {
      ~Shrink() {
        if (vector != nullptr) vector->resize(old_size);
      }
      Vector* vector;
      uint64_t old_size;
    } undo{this, old_size};
    while (size_ < size) emplace_back();
    undo.vector = nullptr;
  }

  void swap(Vector& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(release_, other.release_);
  }
  friend void swap(Vector& a, Vector& b) noexcept { a.swap(b); }

  friend bool operator==(const Vector& a, const Vector& b)
    requires std::equality_comparable<T>
  {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  static constexpr bool LayoutIsFrozen() {
    return sizeof(Vector) == 32 && alignof(Vector) == 8 &&
           std::is_standard_layout_v<Vector> && offsetof(Vector, data_) == 0 &&
           offsetof(Vector, size_) == 8 && offsetof(Vector, capacity_) == 16 &&
           offsetof(Vector, release_) == 24;
  }

  void MoveInto(internal::Block<T>& block) {
    for (T& element : *this) block.Append(std::move(element));
  }
  // Requires sufficient capacity.
  void TakeElementsOf(Vector& other) noexcept {
    for (T& element : other) {
      std::construct_at(data_ + size_, std::move(element));
      ++size_;
    }
  }
  // Replaces the elements with those of `block`.
  void Adopt(internal::Block<T>& block, uint64_t size, uint64_t capacity) {
    std::destroy_n(data_, size_);
    if (release_ != nullptr) release_(data_);
    data_ = block.TakeOver();
    size_ = size;
    capacity_ = capacity;
    release_ = &internal::Release<alignof(T)>;
  }

  T* data_ = nullptr;
  uint64_t size_ = 0;
  uint64_t capacity_ = 0;
  internal::ReleaseFunction release_ = nullptr;
};

template <std::forward_iterator Iterator>
Vector(Iterator, Iterator) -> Vector<std::iter_value_t<Iterator>>;

}  // namespace relib::abi

namespace relib::internal {

template <typename T>
struct CrossingRule<abi::Slice<T>> : CrossingRule<std::span<T>> {};
template <typename T>
struct CrossingRule<abi::Vector<T>> : DeepCrossingRule<T> {};
template <typename T>
struct StableRule<abi::Slice<T>> : AreStable<T> {};
template <typename T>
struct StableRule<abi::Vector<T>> : AreStable<T> {};

}  // namespace relib::internal

#endif  // RELIB_ABI_VECTOR_H_
