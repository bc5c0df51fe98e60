#include "relib/internal/types/fields.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"

namespace relib::internal {
namespace {

struct Point {
  double x, y;
};
struct Named {
  std::string name;
  std::vector<Point> points;
};
struct HasConstArray {
  const int numbers[2];
  std::string name;
};
struct WithBase : Point {
  int z;
};
struct WithString : WithBase {
  std::string text;
};
struct NotDefault {
  explicit NotDefault(int) {}
  std::string text;
};
struct Private {
  std::string text() { return text_; }

 private:
  std::string text_;
};
#define EIGHT(n) n##0, n##1, n##2, n##3, n##4, n##5, n##6, n##7
struct SixtyFour {
  std::string EIGHT(a), EIGHT(b), EIGHT(c), EIGHT(d), EIGHT(e), EIGHT(f),
      EIGHT(g), EIGHT(h);
};
struct SixtyFive {
  std::string EIGHT(a), EIGHT(b), EIGHT(c), EIGHT(d), EIGHT(e), EIGHT(f),
      EIGHT(g), EIGHT(h), one_more;
};
struct Arrays {
  int numbers[2][3];
  std::string texts[2];
};
struct Bits {
  unsigned a : 3;
  int b : 5;
  bool c : 1;
  uint64_t d : 40;
  double last;
};
struct BitsBesideAString {
  unsigned a : 3;
  std::string text;
};
struct Aligned {
  int64_t a;
  char b;
  alignas(4) char c;
};
#pragma pack(push, 1)
struct Packed {
  char a;
  int b;
  short c;
};
#pragma pack(pop)
struct Large {
  char bytes[1 << 20];
  int last;
};
template <typename T>
struct Box {
  T content;
  T* next;
};

TEST(FieldsTest, AreCountedInAggregates) {
  EXPECT_EQ(CountFields<Point>(), 2);
  EXPECT_EQ(CountFields<Named>(), 2);
  EXPECT_EQ(CountFields<SixtyFour>(), 64);
  EXPECT_EQ(CountFields<Arrays>(), 2);
  EXPECT_EQ(CountFields<Bits>(), 5);
  EXPECT_EQ(CountFields<HasConstArray>(), 2);
  static_assert(std::is_same_v<FieldTypes<Named>,
                               TypeList<std::string, std::vector<Point>>>);
  static_assert(
      std::is_same_v<FieldTypes<Arrays>, TypeList<int[2][3], std::string[2]>>);
}

TEST(FieldsTest, AreNotKnownOfOtherTypes) {
  EXPECT_FALSE(kFieldsAreKnown<SixtyFive>);
  EXPECT_FALSE(kFieldsAreKnown<WithBase>);
  EXPECT_FALSE(kFieldsAreKnown<WithString>);
  EXPECT_FALSE(kFieldsAreKnown<NotDefault>);
  EXPECT_FALSE(kFieldsAreKnown<Private>);
  EXPECT_FALSE(kFieldsAreKnown<int>);
  struct Empty {};
  EXPECT_FALSE(kFieldsAreKnown<Empty>);
}

void ExpectField(const FieldInfo& field, std::string_view name, size_t offset) {
  EXPECT_EQ(field.name, name);
  EXPECT_EQ(field.offset, offset) << name;
  EXPECT_EQ(field.bits, 0) << name;
}

TEST(FieldsTest, HaveNamesAndOffsets) {
  constexpr auto kNamed = DescribeFields<Named>();
  ExpectField(kNamed[0], "name", offsetof(Named, name));
  ExpectField(kNamed[1], "points", offsetof(Named, points));
  constexpr auto kBox = DescribeFields<Box<std::string>>();
  ExpectField(kBox[0], "content", 0);
  ExpectField(kBox[1], "next", offsetof(Box<std::string>, next));
  constexpr auto kArrays = DescribeFields<Arrays>();
  ExpectField(kArrays[1], "texts", offsetof(Arrays, texts));
  struct Local {
    short first;
    long second;
  };
  ExpectField(DescribeFields<Local>()[1], "second", offsetof(Local, second));
  ExpectField(DescribeFields<SixtyFour>()[63], "h7", offsetof(SixtyFour, h7));
}

TEST(FieldsTest, OffsetsFollowAlignmentAndPacking) {
  constexpr auto kAligned = DescribeFields<Aligned>();
  ExpectField(kAligned[1], "b", offsetof(Aligned, b));
  ExpectField(kAligned[2], "c", offsetof(Aligned, c));
  constexpr auto kPacked = DescribeFields<Packed>();
  ExpectField(kPacked[1], "b", 1);
  ExpectField(kPacked[2], "c", 5);
  ExpectField(DescribeFields<Large>()[1], "last", 1 << 20);
}

TEST(FieldsTest, BitFieldsHaveWidths) {
  constexpr auto kBits = DescribeFields<Bits>();
  EXPECT_EQ(kBits[0].bits, 3);
  EXPECT_EQ(kBits[1].bits, 5);
  EXPECT_EQ(kBits[2].bits, 1);
  EXPECT_EQ(kBits[3].bits, 40);
  EXPECT_EQ(kBits[3].name, "");
  EXPECT_EQ(kBits[3].offset, sizeof(Bits));
  ExpectField(kBits[4], "last", offsetof(Bits, last));
  // Measuring the width needs an object at compile time.
  constexpr auto kBeside = DescribeFields<BitsBesideAString>();
  EXPECT_EQ(kBeside[0].bits, 0);
  EXPECT_EQ(kBeside[0].name, "");
  ExpectField(kBeside[1], "text", offsetof(BitsBesideAString, text));
}

}  // namespace
}  // namespace relib::internal
