#include "relib/abi/vector.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/abi/string.h"

namespace relib::abi {
namespace {

using ::testing::ElementsAre;

struct RawVector {
  void* data;
  uint64_t size;
  uint64_t capacity;
  void (*release)(void*);
};
template <typename T>
RawVector Raw(const Vector<T>& vector) {
  return reinterpret_cast<const RawVector&>(vector);
}

// Counts the live objects, and throws if the copy or default constructor is
// called more often than allowed.
class Fragile {
 public:
  Fragile() : Fragile(0) {}
  Fragile(int value)  // NOLINT(google-explicit-constructor)
      : value_(value) {
    Spend();
    ++alive;
  }
  Fragile(const Fragile& other) : value_(other.value_) {
    Spend();
    ++alive;
  }
  Fragile(Fragile&& other) noexcept : value_(std::exchange(other.value_, -1)) {
    ++alive;
  }
  Fragile& operator=(const Fragile&) = delete;
  ~Fragile() { --alive; }

  friend bool operator==(const Fragile& a, const Fragile& b) {
    return a.value_ == b.value_;
  }

  inline static int alive = 0;
  inline static int budget = 0;

 private:
  static void Spend() {
    if (budget-- <= 0) throw std::runtime_error("spent");
  }

  int value_;
};

TEST(VectorTest, EmptyOnesOwnNothing) {
  Vector<String> vector;
  EXPECT_EQ(Raw(vector).data, nullptr);
  EXPECT_EQ(Raw(vector).release, nullptr);
  EXPECT_EQ(Raw(Vector<String>(vector)).data, nullptr);
  EXPECT_EQ(Raw(Vector<int>(0)).data, nullptr);
  EXPECT_EQ(Raw(Vector<int>(0, 7)).data, nullptr);
  EXPECT_EQ(Raw(Vector<int>(std::vector<int>())).data, nullptr);
  vector.clear();
  vector.resize(0);
  vector.reserve(0);
  EXPECT_EQ(Raw(vector).data, nullptr);
  EXPECT_EQ(vector.begin(), vector.end());
}

TEST(VectorTest, HasTheDocumentedLayout) {
  const Vector<int> vector = {1, 2, 3};
  EXPECT_EQ(Raw(vector).data, vector.data());
  EXPECT_EQ(Raw(vector).size, 3);
  EXPECT_EQ(Raw(vector).capacity, vector.capacity());
  EXPECT_NE(Raw(vector).release, nullptr);
  static_assert(sizeof(Vector<bool>) == 32);
  const Vector<bool> bools = {true, false, true};
  EXPECT_EQ(static_cast<const bool*>(Raw(bools).data)[2], true);
}

TEST(VectorTest, ReleasesWithTheFunctionThatItCarries) {
  static int releases = 0;
  alignas(Vector<int>) unsigned char storage[sizeof(Vector<int>)];
  int numbers[4] = {1, 2, 3, 0};
  ::new (storage) RawVector{numbers, 3, 4, [](void*) { ++releases; }};
  {
    auto vector = std::move(*reinterpret_cast<Vector<int>*>(storage));
    vector.push_back(4);
    EXPECT_EQ(numbers[3], 4);
    EXPECT_EQ(releases, 0);
    vector.push_back(5);
    EXPECT_EQ(releases, 1);
    EXPECT_THAT(vector, ElementsAre(1, 2, 3, 4, 5));
  }
  EXPECT_EQ(releases, 1);
}

TEST(VectorTest, CopiesAndMoves) {
  Vector<String> a = {"x", "y"};
  Vector<String> b = a;
  EXPECT_EQ(a, b);
  EXPECT_NE(a[0].c_str(), b[0].c_str());
  const String* const address = b.data();
  Vector<String> c = std::move(b);
  EXPECT_EQ(c.data(), address);
  EXPECT_TRUE(b.empty());  // NOLINT(bugprone-use-after-move): it is promised.
  b = c;
  EXPECT_EQ(b, a);
  b = std::move(c);
  EXPECT_TRUE(c.empty());  // NOLINT(bugprone-use-after-move): it is promised.
  Vector<String>& same = a;
  a = same;
  EXPECT_THAT(a, ElementsAre("x", "y"));
  a = std::move(same);
  EXPECT_THAT(a, ElementsAre("x", "y"));
  swap(a, c);
  EXPECT_TRUE(a.empty());
  a = {"z"};
  EXPECT_THAT(a, ElementsAre("z"));
}

TEST(VectorTest, IsMadeFromEverySequence) {
  const std::vector<int> standard = {1, 2};
  EXPECT_THAT(Vector<int>(standard), ElementsAre(1, 2));
  EXPECT_THAT(Vector<int>(std::array<int, 2>{3, 4}), ElementsAre(3, 4));
  EXPECT_THAT(Vector<int>(std::span<const int>(standard)), ElementsAre(1, 2));
  EXPECT_THAT(Vector<int>(Slice<const int>(standard)), ElementsAre(1, 2));
  EXPECT_THAT(Vector<int>(3, 9), ElementsAre(9, 9, 9));
  EXPECT_THAT(Vector<int>(2), ElementsAre(0, 0));
  EXPECT_THAT(Vector(standard.begin(), standard.end()), ElementsAre(1, 2));
  const std::vector<std::string> texts = {"a", "b"};
  EXPECT_THAT(Vector<String>(texts.begin(), texts.end()),
              ElementsAre("a", "b"));
  const Vector<int> vector = {5, 6};
  EXPECT_EQ(std::vector<int>(vector.begin(), vector.end()),
            std::vector<int>({5, 6}));
  EXPECT_EQ(std::span<const int>(vector).size(), 2);
}

TEST(VectorTest, GrowsAndShrinks) {
  Vector<String> vector;
  for (int i = 0; i < 100; ++i) vector.push_back(std::to_string(i));
  EXPECT_EQ(vector.size(), 100);
  EXPECT_EQ(vector.front(), "0");
  EXPECT_EQ(vector.back(), "99");
  vector.pop_back();
  EXPECT_EQ(vector.back(), "98");
  vector.resize(2);
  EXPECT_THAT(vector, ElementsAre("0", "1"));
  vector.resize(4);
  EXPECT_THAT(vector, ElementsAre("0", "1", "", ""));
  vector.resize(500);
  EXPECT_EQ(vector[1], "1");
  EXPECT_EQ(vector[499], "");
  vector.clear();
  EXPECT_TRUE(vector.empty());

  // Appends elements of the vector to itself.
  Vector<String> self = {"one"};
  for (int i = 0; i < 20; ++i) self.push_back(self.front());
  EXPECT_EQ(self.back(), "one");
  EXPECT_EQ(self.front(), "one");
  for (int i = 0; i < 20; ++i)
    self.emplace_back(self.back() == "one" ? "a" : "b");
  EXPECT_EQ(self.size(), 41);
}

TEST(VectorTest, Nests) {
  Vector<Vector<Vector<int>>> deep = {{{1}, {}}, {}, {{2, 3}}};
  const Vector<Vector<Vector<int>>> copy = deep;
  deep[2][0][1] = 4;
  EXPECT_THAT(copy[2][0], ElementsAre(2, 3));
  EXPECT_THAT(deep[2][0], ElementsAre(2, 4));
}

TEST(VectorTest, OverAlignedElements) {
  struct alignas(256) Wide {
    int value = 0;
  };
  Vector<Wide> vector;
  for (int i = 0; i < 10; ++i) {
    vector.push_back({i});
    for (const Wide& element : vector) {
      ASSERT_EQ(reinterpret_cast<uintptr_t>(&element) % 256, 0);
    }
  }
  EXPECT_EQ(Vector<Wide>(vector)[9].value, 9);
}

TEST(VectorTest, AnElementThatThrowsChangesNothing) {
  for (int budget = 0; budget < 40; ++budget) {
    {
      Fragile::budget = 1000;
      Vector<Fragile> vector;
      for (int i = 0; i < 5; ++i) vector.emplace_back(i);
      vector.reserve(budget % 2 == 0 ? vector.size() : 32);
      const Vector<Fragile> before = vector;
      const int alive = Fragile::alive;
      Fragile::budget = budget;
      bool thrown = false;
      try {
        const Vector<Fragile> copy = vector;
        vector.resize(12);
        vector.push_back(vector[0]);
        vector = before;
      } catch (const std::runtime_error&) {
        thrown = true;
      }
      EXPECT_EQ(thrown, budget < 5 + 7 + 1 + 5) << budget;
      // Each of the steps above had its whole effect or none.
      const size_t steps = budget < 5 + 7 || !thrown ? 5
                           : budget < 5 + 7 + 1      ? 12
                                                     : 13;
      ASSERT_EQ(vector.size(), steps) << budget;
      EXPECT_EQ(Fragile::alive, alive + static_cast<int>(steps) - 5) << budget;
      for (size_t i = 0; i < 5; ++i) EXPECT_EQ(vector[i], before[i]);
    }
    EXPECT_EQ(Fragile::alive, 0);
  }
  Fragile::budget = 1000;
  {
    const std::vector<int> numbers = {1, 2, 3};
    Fragile::budget = 2;
    EXPECT_THROW(Vector<Fragile>(numbers.begin(), numbers.end()),
                 std::runtime_error);
    Fragile::budget = 2;
    EXPECT_THROW(Vector<Fragile>(3), std::runtime_error);
  }
  EXPECT_EQ(Fragile::alive, 0);
}

TEST(VectorTest, TooLongIsBadAllocAndChangesNothing) {
  Vector<int64_t> vector = {1, 2};
  EXPECT_THROW(vector.reserve(std::numeric_limits<size_t>::max()),
               std::bad_alloc);
  // The product overflows.
  EXPECT_THROW(vector.reserve((size_t{1} << 61) + 1), std::bad_alloc);
  EXPECT_THROW(vector.resize(size_t{1} << 60), std::bad_alloc);
  EXPECT_THROW(Vector<int64_t>(size_t{1} << 62), std::bad_alloc);
  EXPECT_THAT(vector, ElementsAre(1, 2));
}

TEST(SliceTest, IsMadeFromEverySequence) {
  std::vector<int> standard = {1, 2, 3};
  Slice<int> slice = standard;
  slice[0] = 7;
  EXPECT_EQ(standard[0], 7);
  const Slice<const int> constant = standard;
  EXPECT_EQ(constant.data(), standard.data());
  EXPECT_EQ(constant.size(), 3);
  const Slice<const int> of_slice = slice;
  EXPECT_EQ(of_slice.data(), slice.data());
  const Vector<String> texts = {"a"};
  const Slice<const String> of_vector = texts;
  EXPECT_EQ(of_vector[0], "a");
  int array[] = {1, 2};
  EXPECT_EQ(Slice<int>(array).size(), 2);
  EXPECT_TRUE(Slice<int>().empty());
  EXPECT_EQ(Slice(standard).size(), 3);
  EXPECT_THAT(std::span<const int>(constant), ElementsAre(7, 2, 3));
  static_assert(!std::is_convertible_v<Slice<const int>, Slice<int>>);
  static_assert(!std::is_convertible_v<const Vector<int>&, Slice<int>>);
  static_assert(!std::is_convertible_v<std::vector<long>, Slice<const int>>);
}

}  // namespace
}  // namespace relib::abi
