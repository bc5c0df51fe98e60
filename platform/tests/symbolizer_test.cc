#include "platform/host/symbolizer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace relib::platform {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Place {
  uintptr_t address;
  int line;
};

[[gnu::noinline]] uintptr_t CallerOfThis() {
  return reinterpret_cast<uintptr_t>(__builtin_return_address(0));
}

[[gnu::noinline]] Place PlaceHere() {
  const uintptr_t address = CallerOfThis();
  return {.address = address, .line = __LINE__ - 1};
}

TEST(SymbolizerTest, KnowsFunctionFileAndLine) {
  const Place place = PlaceHere();
  const std::vector<Symbol> symbols =
      Symbolizer::Create()->Resolve(place.address);
  ASSERT_EQ(symbols.size(), 1);
  const Symbol& symbol = symbols[0];
  EXPECT_EQ(symbol.function,
            "relib::platform::(anonymous namespace)::PlaceHere()");
  EXPECT_THAT(symbol.file, EndsWith("platform/tests/symbolizer_test.cc"));
  EXPECT_EQ(symbol.line, place.line);
  EXPECT_THAT(symbol.image, HasSubstr("symbolizer_test"));
  EXPECT_GT(symbol.offset, 0);
  EXPECT_FALSE(symbol.is_inlined);
}

TEST(SymbolizerTest, KnowsNothingOfOtherAddresses) {
  const int local = 0;
  const std::unique_ptr<Symbolizer> symbolizer = Symbolizer::Create();
  for (const uintptr_t address :
       {uintptr_t{1}, reinterpret_cast<uintptr_t>(&local), UINTPTR_MAX}) {
    const std::vector<Symbol> symbols = symbolizer->Resolve(address);
    ASSERT_EQ(symbols.size(), 1);
    EXPECT_THAT(symbols[0].function, IsEmpty());
    EXPECT_THAT(symbols[0].image, IsEmpty());
    EXPECT_EQ(symbols[0].line, 0);
  }
}

TEST(SymbolizerTest, CanBeMadeAgain) {
  const Place place = PlaceHere();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Symbolizer::Create()->Resolve(place.address)[0].line, place.line);
  }
}

}  // namespace
}  // namespace relib::platform
