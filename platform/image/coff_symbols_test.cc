#include "platform/image/coff_symbols.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace relib::platform {
namespace {

// A file with a section from 0x1000 to 0x2000 and some symbols.
class File {
 public:
  File() {
    Put<uint32_t>(0x3c, 0x40);
    Put<uint16_t>(0x44 + 2, 1);
    Put<uint32_t>(0x44 + 8, kSymbols);
    Put<uint16_t>(0x44 + 16, 0);
    // The section header.
    Put<uint32_t>(0x44 + 20 + 8, 0x1000);
    Put<uint32_t>(0x44 + 20 + 12, 0x1000);
    bytes_.resize(kSymbols);
  }

  // Adds a symbol; `type` 0x20 is a function.
  File& Add(std::string_view name, uint32_t value, int16_t section = 1,
            uint16_t type = 0x20, uint8_t more = 0) {
    const size_t at = bytes_.size();
    bytes_.resize(at + 18 * (1 + size_t{more}));
    if (name.size() <= 8) {
      name.copy(bytes_.data() + at, name.size());
    } else {
      // Names follow the size of the string table, which has 4 bytes.
      Put<uint32_t>(at + 4, static_cast<uint32_t>(4 + strings_.size()));
      strings_ += name;
      strings_ += '\0';
    }
    Put<uint32_t>(at + 8, value);
    Put<int16_t>(at + 12, section);
    Put<uint16_t>(at + 14, type);
    Put<uint8_t>(at + 17, more);
    count_ += 1 + more;
    Put<uint32_t>(0x44 + 12, count_);
    return *this;
  }

  std::string Bytes() const {
    std::string size(4, '\0');
    return bytes_ + size + strings_;
  }

 private:
  static constexpr size_t kSymbols = 0x100;

  template <typename T>
  void Put(size_t offset, T value) {
    if (bytes_.size() < offset + sizeof(T)) bytes_.resize(offset + sizeof(T));
    std::memcpy(bytes_.data() + offset, &value, sizeof(T));
  }

  std::string bytes_;
  std::string strings_;
  uint32_t count_ = 0;
};

TEST(CoffSymbolsTest, FindsTheFunctionAroundAPlace) {
  File file;
  file.Add("second", 0x80)
      .Add("a_long_name", 0x40)
      .Add("data", 0x50, 1, 0)
      .Add("with_more", 0x100, 1, 0x20, 2)
      .Add("12345678", 0x200)
      .Add("elsewhere", 0x60, 2)
      .Add("absolute", 0x60, -1);
  const std::string bytes = file.Bytes();
  EXPECT_EQ(CoffFunctionAt(bytes, 0x1000), "");
  EXPECT_EQ(CoffFunctionAt(bytes, 0x1040), "a_long_name");
  EXPECT_EQ(CoffFunctionAt(bytes, 0x107f), "a_long_name");
  EXPECT_EQ(CoffFunctionAt(bytes, 0x1080), "second");
  EXPECT_EQ(CoffFunctionAt(bytes, 0x1150), "with_more");
  EXPECT_EQ(CoffFunctionAt(bytes, 0x1fff), "12345678");
  EXPECT_EQ(CoffFunctionAt(bytes, 0x2000), "");
  EXPECT_EQ(CoffFunctionAt(bytes, 0), "");
}

TEST(CoffSymbolsTest, SurvivesDamagedFiles) {
  File file;
  file.Add("a_long_name", 0x40).Add("with_more", 0x100, 1, 0x20, 255);
  const std::string bytes = file.Bytes();
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const std::string copy = bytes.substr(0, size);
    CoffFunctionAt(copy, 0x1040);
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string copy = bytes;
    copy[i] = '\xff';
    CoffFunctionAt(copy, 0x1040);
  }
}

}  // namespace
}  // namespace relib::platform
