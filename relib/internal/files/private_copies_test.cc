#include "relib/internal/files/private_copies.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace relib::internal {
namespace {

// The size of several blocks, which are compared one by one.
constexpr size_t kSize = 200'000;

std::string Path(std::string_view name) {
  return (std::filesystem::path(testing::TempDir()) / name).string();
}

std::string Write(std::string_view name, std::string_view bytes) {
  const std::string path = Path(name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void Put(std::string& bytes, size_t offset, uint32_t value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

// Returns the parts of a DLL that refer to a PDB file: a section at 0x400, with
// the address 0x1000, that contains a debug directory and its entry.
std::string MakeDll(std::string_view pdb) {
  std::string dll(kSize, '\0');
  dll.replace(0, 2, "MZ");
  Put(dll, 0x3c, 0x80);
  dll.replace(0x80, 2, "PE");
  Put(dll, 0x84, 0x18664);           // x86-64; one section
  Put(dll, 0x94, 0x20220000 | 240);  // a DLL; the size of the next header
  Put(dll, 0x98, 0x20b);             // of 64 bits
  Put(dll, 0x98 + 60, 0x400);
  Put(dll, 0x98 + 108, 16);
  Put(dll, 0x98 + 112 + 6 * 8, 0x1000);
  Put(dll, 0x98 + 112 + 6 * 8 + 4, 28);
  const size_t section = 0x98 + 240;
  Put(dll, section + 8, 0x400);
  Put(dll, section + 12, 0x1000);
  Put(dll, section + 16, 0x400);
  Put(dll, section + 20, 0x400);
  Put(dll, 0x400 + 12, 2);
  Put(dll, 0x400 + 16, 24 + 40);
  Put(dll, 0x400 + 20, 0x1040);
  Put(dll, 0x400 + 24, 0x440);
  dll.replace(0x440, 4, "RSDS");
  dll.replace(0x440 + 24, pdb.size(), pdb);
  return dll;
}

TEST(PrivateCopiesTest, HasTheContentsOfItsOriginalAlone) {
  const std::string bytes(kSize, 'a');
  const std::string original = Write("library.bin", bytes);
  const absl::StatusOr<OpenPrivateCopy> copy = CopyPrivately(original);
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ(copy->file->size(), kSize);
  EXPECT_TRUE(HasContentsOf(*copy->copy, original));
  for (const size_t place : {size_t{0}, size_t{5000}, kSize - 1}) {
    SCOPED_TRACE(place);
    std::string other = bytes;
    other[place] = 'b';
    EXPECT_FALSE(HasContentsOf(*copy->copy, Write("other.bin", other)));
  }
  EXPECT_FALSE(
      HasContentsOf(*copy->copy, Write("other.bin", absl::StrCat(bytes, "a"))));
  EXPECT_FALSE(HasContentsOf(*copy->copy, Write("other.bin", "")));
  EXPECT_FALSE(HasContentsOf(*copy->copy, Path("none.bin")));
}

TEST(PrivateCopiesTest, TheNameOfItsOwnPdbFileIsNoDifference) {
  const std::string bytes = MakeDll("library_with_pdb.pdb");
  const std::string original = Write("library_with_pdb.dll", bytes);
  Write("library_with_pdb.pdb", "debug information");
  const absl::StatusOr<OpenPrivateCopy> copy = CopyPrivately(original);
  ASSERT_TRUE(copy.ok()) << copy.status();
  ASSERT_EQ(Read(copy->copy->debug_file), "debug information");
  EXPECT_NE(Read(copy->copy->library), bytes);
  EXPECT_TRUE(HasContentsOf(*copy->copy, original));
  std::string other = bytes;
  other[0x500] = 'x';
  EXPECT_FALSE(HasContentsOf(*copy->copy, Write("other.dll", other)));
}

TEST(PrivateCopiesTest, APreparedCopyIsTakenOrGoes) {
  const std::string original = Write("prepared.bin", std::string(kSize, 'a'));
  const absl::StatusOr<OpenPrivateCopy> first = CopyPrivately(original);
  ASSERT_TRUE(first.ok()) << first.status();
  const std::filesystem::path directory =
      std::filesystem::path(first->copy->library).parent_path();
  const auto count_files = [&] {
    return std::distance(std::filesystem::directory_iterator(directory),
                         std::filesystem::directory_iterator());
  };
  const auto before = count_files();
  {
    const PreparedCopy prepared(*first->copy);
    EXPECT_EQ(count_files(), before + 1);
  }
  EXPECT_EQ(count_files(), before);
  auto prepared = std::make_unique<PreparedCopy>(*first->copy);
  Write("prepared.bin", std::string(kSize - 1, 'b'));
  const absl::StatusOr<OpenPrivateCopy> second = CopyPrivately(original);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(count_files(), before + 1);
  prepared.reset();
  EXPECT_EQ(count_files(), before + 1);
  EXPECT_EQ(Read(second->copy->library), std::string(kSize - 1, 'b'));
}

}  // namespace
}  // namespace relib::internal
