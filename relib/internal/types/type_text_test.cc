#include "relib/internal/types/type_text.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "relib/borrowed.h"
#include "relib/function_ref.h"
#include "relib/transfer.h"

// The texts are part of the manifest, so every compiler must generate the same.

namespace type_text_test {

enum class Color : uint8_t { kRed };
enum Plain : int { kPlain };

struct Point {
  double x, y;
};
struct Named {
  std::string name;
  std::vector<Point> points;
};
template <typename T>
struct Box {
  T content;
};
template <typename T>
struct Outer {
  template <typename U>
  struct Inner {
    U content;
  };
  struct Plain {
    int content;
  };
};
struct HasConstArray {
  const int numbers[2];
  std::string name;
};
struct Recursive {
  Recursive* next;
  int value;
};
struct Tree {
  std::string name;
  std::vector<Tree> children;
};
struct Bits {
  unsigned small : 3;
  unsigned large : 20;
  int whole;
};
struct Packed {
  char first;
  alignas(8) char second;
  short third;
};
class Opaque {
 public:
  Opaque() = default;

 private:
  std::string text_;
};

}  // namespace type_text_test

template <>
struct relib::Transfer<type_text_test::Opaque> {
  static type_text_test::Opaque Copy(const type_text_test::Opaque& object) {
    return object;
  }
};

namespace relib::internal {
namespace {

using type_text_test::Box;
using type_text_test::Color;
using type_text_test::HasConstArray;
using type_text_test::Named;
using type_text_test::Outer;
using type_text_test::Point;
using type_text_test::Recursive;

template <typename T>
std::string Layout() {
  Text out;
  TypeLayout<T>::Append(out);
  return std::string(out);
}

// Manifests are generated at compile time.
static_assert(TypeName<int()>() == "int()");
static_assert(TypeName<std::vector<std::map<std::string, int>>>() ==
              "std::vector<std::map<std::string, int>>");

TEST(TypeTextTest, Fundamental) {
  EXPECT_EQ(TypeName<void>(), "void");
  EXPECT_EQ(TypeName<bool>(), "bool");
  EXPECT_EQ(TypeName<char>(), "char");
  EXPECT_EQ(TypeName<signed char>(), "signed char");
  EXPECT_EQ(TypeName<unsigned char>(), "unsigned char");
  EXPECT_EQ(TypeName<short>(), "short");
  EXPECT_EQ(TypeName<unsigned short>(), "unsigned short");
  EXPECT_EQ(TypeName<int>(), "int");
  EXPECT_EQ(TypeName<unsigned>(), "unsigned int");
  EXPECT_EQ(TypeName<long>(), "long");
  EXPECT_EQ(TypeName<unsigned long>(), "unsigned long");
  EXPECT_EQ(TypeName<long long>(), "long long");
  EXPECT_EQ(TypeName<unsigned long long>(), "unsigned long long");
  EXPECT_EQ(TypeName<float>(), "float");
  EXPECT_EQ(TypeName<double>(), "double");
  EXPECT_EQ(TypeName<long double>(), "long double");
  EXPECT_EQ(TypeName<wchar_t>(), "wchar_t");
  EXPECT_EQ(TypeName<char8_t>(), "char8_t");
  EXPECT_EQ(TypeName<char32_t>(), "char32_t");
}

TEST(TypeTextTest, Compound) {
  EXPECT_EQ(TypeName<const int>(), "const int");
  EXPECT_EQ(TypeName<const char*>(), "const char*");
  EXPECT_EQ(TypeName<char* const>(), "char* const");
  EXPECT_EQ(TypeName<const char* const*>(), "const char* const*");
  EXPECT_EQ(TypeName<const std::string&>(), "const std::string&");
  EXPECT_EQ(TypeName<int[3]>(), "int[3]");
  EXPECT_EQ(TypeName<const int[3]>(), "const int[3]");
  EXPECT_EQ(TypeName<const int(&)[3]>(), "const int[3]&");
  EXPECT_EQ(TypeName<double(int, const Point&)>(),
            "double(int, const type_text_test::Point&)");
  EXPECT_EQ(TypeName<int (*)(char)>(), "int(char)*");
}

TEST(TypeTextTest, StandardLibrary) {
  EXPECT_EQ(TypeName<std::string>(), "std::string");
  EXPECT_EQ(TypeName<std::string_view>(), "std::string_view");
  EXPECT_EQ((TypeName<std::wstring>()), "std::basic_string<wchar_t>");
  EXPECT_EQ(TypeName<std::vector<std::string>>(), "std::vector<std::string>");
  EXPECT_EQ((TypeName<std::map<std::string, std::vector<int>>>()),
            "std::map<std::string, std::vector<int>>");
  EXPECT_EQ((TypeName<std::map<int, int, std::greater<int>>>()),
            "std::map<int, int, std::greater<int>>");
  EXPECT_EQ((TypeName<std::unordered_map<std::string, std::list<bool>>>()),
            "std::unordered_map<std::string, std::list<bool>>");
  EXPECT_EQ((TypeName<std::set<std::optional<unsigned short>>>()),
            "std::set<std::optional<unsigned short>>");
  EXPECT_EQ((TypeName<std::variant<std::monostate, long, std::string>>()),
            "std::variant<std::monostate, long, std::string>");
  EXPECT_EQ((TypeName<std::tuple<>>()), "std::tuple<>");
  EXPECT_EQ((TypeName<std::pair<const char*, char* const>>()),
            "std::pair<const char*, char* const>");
  EXPECT_EQ((TypeName<std::array<std::array<int, 2>, 10>>()),
            "std::array<std::array<int, 2>, 10>");
  EXPECT_EQ((TypeName<std::span<const uint8_t>>()),
            "std::span<const unsigned char>");
}

TEST(TypeTextTest, OfTheUser) {
  EXPECT_EQ(TypeName<Color>(), "type_text_test::Color");
  EXPECT_EQ(TypeName<Point>(), "type_text_test::Point");
  EXPECT_EQ(TypeName<Box<std::string>>(), "type_text_test::Box<std::string>");
  EXPECT_EQ(TypeName<Box<Box<long>>>(),
            "type_text_test::Box<type_text_test::Box<long>>");
  EXPECT_EQ(TypeName<std::vector<Box<Color>>>(),
            "std::vector<type_text_test::Box<type_text_test::Color>>");
}

TEST(TypeTextTest, TemplatesInsideOfTemplatesDiffer) {
  EXPECT_EQ(TypeName<Outer<int>::Inner<char>>(),
            "type_text_test::Outer<int>::Inner<char>");
  EXPECT_NE(TypeName<Outer<int>::Inner<char>>(),
            TypeName<Outer<bool>::Inner<char>>());
  EXPECT_NE(TypeName<Outer<int>::Inner<char>>(), TypeName<Outer<char>>());
  EXPECT_EQ(TypeName<Outer<int>::Plain>(), "type_text_test::Outer<int>::Plain");
}

TEST(TypeTextTest, LayoutsNameWhatTheUserDecides) {
  EXPECT_EQ(Layout<int>(), "");
  EXPECT_EQ((Layout<std::map<std::string, std::vector<int>>>()), "");
  EXPECT_EQ(Layout<Color>(),
            "type\ttype_text_test::Color\tenum : unsigned char\n");
  EXPECT_EQ(Layout<type_text_test::Plain>(),
            "type\ttype_text_test::Plain\tenum : int\n");
  EXPECT_EQ(Layout<Point>(),
            "type\ttype_text_test::Point\tsize 16, align 8: double x @0; "
            "double y @8\n");
  const std::string point = Layout<Point>();
  for (const std::string& layout :
       {Layout<const Point&>(), Layout<std::vector<Point>>(),
        Layout<std::optional<std::array<Point, 3>>>(),
        Layout<std::span<Point>>(), Layout<const Point[2]>(),
        Layout<void(Point, const Point&)>()}) {
    EXPECT_EQ(layout, point);
  }
  EXPECT_EQ(Layout<Point*>(), "");
  // The types of fields follow, each once.
  const std::string named = Layout<std::pair<Named, Named>>();
  EXPECT_NE(
      named.find(
          "std::string name @0; std::vector<type_text_test::Point> points @" +
          std::to_string(sizeof(std::string)) + "\n"),
      std::string::npos)
      << named;
  EXPECT_NE(named.find(point), std::string::npos);
  EXPECT_EQ(named.find(point), named.rfind(point));
  EXPECT_NE(Layout<Recursive>().find(
                ": type_text_test::Recursive* next @0; int value @8"),
            std::string::npos)
      << Layout<Recursive>();
  EXPECT_NE(Layout<HasConstArray>().find(
                ": const int[2] numbers @0; std::string name @8"),
            std::string::npos)
      << Layout<HasConstArray>();
  EXPECT_NE(
      Layout<Box<Point>>().find("type_text_test::Box<type_text_test::Point>"),
      std::string::npos);
}

TEST(TypeTextTest, LayoutsNameFieldsOffsetsAndWidths) {
  EXPECT_EQ(Layout<type_text_test::Bits>(),
            "type\ttype_text_test::Bits\tsize 8, align 4: unsigned int ?:3; "
            "unsigned int ?:20; int whole @4\n");
  EXPECT_EQ(Layout<type_text_test::Packed>(),
            "type\ttype_text_test::Packed\tsize 16, align 8: char first @0; "
            "char second @8; short third @10\n");
  // A recursive type is described once.
  EXPECT_EQ(Layout<type_text_test::Tree>(),
            "type\ttype_text_test::Tree\tsize " +
                std::to_string(sizeof(type_text_test::Tree)) +
                ", align 8: std::string name @0; "
                "std::vector<type_text_test::Tree> children @" +
                std::to_string(sizeof(std::string)) + "\n");
  EXPECT_EQ(Layout<type_text_test::Opaque>(),
            "type\ttype_text_test::Opaque\tsize " +
                std::to_string(sizeof(std::string)) +
                ", align 8, by relib::Transfer\n");
}

TEST(TypeTextTest, OfRelib) {
  EXPECT_EQ((TypeName<FunctionRef<bool(const Point&)>>()),
            "relib::FunctionRef<bool(const type_text_test::Point&)>");
  EXPECT_EQ(TypeName<Borrowed<std::string_view>>(),
            "relib::Borrowed<std::string_view>");
  EXPECT_EQ((TypeName<std::span<const int, 3>>()), "std::span<const int, 3>");
  // The parameter types of callbacks are compared, too.
  EXPECT_NE((Layout<FunctionRef<bool(const Point&)>>().find(Layout<Point>())),
            std::string::npos);
}

}  // namespace
}  // namespace relib::internal
