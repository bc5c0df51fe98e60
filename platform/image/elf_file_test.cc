#include "platform/image/elf_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/files/byte_source.h"
#include "platform/image/bytes_fixture.h"
#include "platform/image/elf_file_fixture.h"
#include "platform/image/image_file.h"

namespace relib::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace elf_fixture;  // NOLINT(google-build-using-namespace)

absl::StatusOr<std::string> Manifest(std::string_view bytes) {
  return ReadElfManifest(MemoryByteSource(bytes));
}
absl::StatusOr<ImageFacts> Inspect(std::string_view bytes) {
  return InspectElf(MemoryByteSource(bytes));
}

TEST(ElfFileTest, ReadsTheManifestAmongOtherNotes) {
  const absl::StatusOr<std::string> manifest = Manifest(MakeElf());
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(*manifest, Note("relib", kText));
}

TEST(ElfFileTest, JoinsAllOfItsNotes) {
  std::string elf = MakeElf();
  const std::string notes =
      Note("relib", "one") + Note("other", "two") + Note("relib", "three");
  PutText(elf, kNote, notes);
  Put<uint64_t>(elf, kNoteSegment + kFileSize, notes.size());
  EXPECT_EQ(Manifest(elf).value_or(""),
            Note("relib", "one") + Note("relib", "three"));
}

TEST(ElfFileTest, ReadsTheFactsWithEitherHashTable) {
  for (const Hash hash : {Hash::kSysV, Hash::kGnu}) {
    const absl::StatusOr<ImageFacts> facts = Inspect(MakeElf(hash));
    ASSERT_TRUE(facts.ok()) << facts.status();
    EXPECT_EQ(facts->format, "ELF");
    EXPECT_EQ(facts->own_name, "libx.so");
    EXPECT_THAT(facts->needed, ElementsAre("libc.so.6"));
    EXPECT_THAT(facts->exports, ElementsAre("offered", "unique", "weak"));
    EXPECT_THAT(facts->unique_exports, ElementsAre("unique"));
    EXPECT_FALSE(facts->nodelete);
    EXPECT_FALSE(facts->static_tls);
    EXPECT_FALSE(facts->text_relocations);
    EXPECT_TRUE(facts->has_manifest);
  }
  const absl::StatusOr<ImageFacts> none = Inspect(MakeElf(Hash::kNone));
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_THAT(none->exports, IsEmpty());
}

TEST(ElfFileTest, ReadsWhereLibrariesAreSearchedFor) {
  std::string elf = MakeElf();
  const auto links = [&elf] {
    return ReadElfLinks(MemoryByteSource(elf)).value_or(ElfLinks());
  };
  EXPECT_THAT(links().needed, ElementsAre("libc.so.6"));
  EXPECT_EQ(links().run_path, "");
  // Replace the entry for the name.
  Put<int64_t>(elf, kDynamic, 29);
  EXPECT_EQ(links().run_path, "libx.so");
  EXPECT_FALSE(links().inherits_run_path);
  Put<int64_t>(elf, kDynamic, 15);
  EXPECT_EQ(links().run_path, "libx.so");
  EXPECT_TRUE(links().inherits_run_path);
  Put<uint64_t>(elf, kDynamic + 8, 1 << 20);
  EXPECT_EQ(links().run_path, "");
}

TEST(ElfFileTest, ReadsTheBuildId) {
  std::string elf = MakeElf();
  EXPECT_EQ(ReadElfBuildId(MemoryByteSource(elf)), "");
  // The type of the first note.
  Put<uint32_t>(elf, kNote + 8, 3);
  EXPECT_EQ(ReadElfBuildId(MemoryByteSource(elf)), "build id");
  // The size of its text.
  Put<uint32_t>(elf, kNote + 4, 1 << 20);
  EXPECT_EQ(ReadElfBuildId(MemoryByteSource(elf)), "");
}

TEST(ElfFileTest, ReadsTheFlags) {
  const auto with = [](int64_t tag, uint64_t value) {
    std::string elf = MakeElf();
    // Replace the entry for the name.
    Put<int64_t>(elf, kDynamic, tag);
    Put<uint64_t>(elf, kDynamic + 8, value);
    absl::StatusOr<ImageFacts> facts = Inspect(elf);
    EXPECT_TRUE(facts.ok()) << facts.status();
    return facts.value_or(ImageFacts());
  };
  EXPECT_TRUE(with(0x6ffffffb, 0x8).nodelete);
  EXPECT_TRUE(with(30, 0x10).static_tls);
  EXPECT_TRUE(with(30, 0x4).text_relocations);
  EXPECT_TRUE(with(22, 0).text_relocations);
  EXPECT_EQ(with(30, 0).own_name, "");
}

TEST(ElfFileTest, SaysWhatIsAnotherMachine) {
  struct {
    size_t offset;
    char value;
    std::string why;
  } const cases[] = {{18, '\xb7', "AArch64"},
                     {18, 3, "x86 (32 bit)"},
                     {18, 99, "ELF machine 99"},
                     {4, 1, "32-bit"},
                     {5, 2, "big-endian"}};
  for (const auto& c : cases) {
    std::string elf = MakeElf();
    elf[c.offset] = c.value;
    const absl::Status status = Manifest(elf).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.why));
  }
}

TEST(ElfFileTest, SaysWhatIsDamaged) {
  struct {
    size_t offset;
    uint64_t value;
    std::string why;
  } const cases[] = {
      {32, kSize, "program header 0"},
      {32, kSize - 56 - 55, "program header 1"},
      {32, UINT64_MAX - 10, "program header"},
      {kLoad + kFileSize, kSize + 1, "a segment lies outside"},
      {kLoad + kOffset, 1, "a segment lies outside"},
      {kLoad + kOffset, UINT64_MAX, "a segment lies outside"},
      {kLoad + kFileSize, UINT64_MAX, "a segment lies outside"},
      {kNoteSegment + kOffset, UINT64_MAX - 4, "a note lies outside"},
      {kNoteSegment + kOffset, kSize - 4, "a note lies outside"},
      {kNote, 0xfffffffffffffffc, "longer than its segment"},
      {kNote + 4, 0x7fffffff, "longer than its segment"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(absl::StrCat(c.offset, " ", c.value));
    std::string elf = MakeElf();
    Put<uint64_t>(elf, c.offset, c.value);
    const absl::Status status = Manifest(elf).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.why));
  }
  std::string elf = MakeElf();
  Put<uint16_t>(elf, 16, 2);
  EXPECT_THAT(std::string(Manifest(elf).status().message()),
              HasSubstr("not a shared library"));
  elf = MakeElf();
  Put<uint16_t>(elf, 56, 0);
  EXPECT_THAT(std::string(Manifest(elf).status().message()),
              HasSubstr("no program headers"));
  elf = MakeElf();
  Put<uint16_t>(elf, 54, 32);
  EXPECT_THAT(std::string(Manifest(elf).status().message()),
              HasSubstr("no program headers"));
  elf = MakeElf();
  Put<uint32_t>(elf, kNoteSegment, 0);
  EXPECT_EQ(Manifest(elf).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Manifest("").status().code(), absl::StatusCode::kInvalidArgument);
  elf = MakeElf();
  Put<uint32_t>(elf, kDynamicSegment, 0);
  EXPECT_EQ(Inspect(elf).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ElfFileTest, EveryTruncationIsRefused) {
  const std::string elf = MakeElf();
  for (size_t size = 0; size < elf.size(); ++size) {
    // A separate copy, so that a sanitizer detects reads past its end.
    const std::vector<char> bytes(elf.begin(), elf.begin() + size);
    const std::string_view view(bytes.data(), bytes.size());
    EXPECT_EQ(Manifest(view).status().code(),
              absl::StatusCode::kInvalidArgument)
        << size;
    Inspect(view).IgnoreError();
  }
}

TEST(ElfFileTest, MutationsAreHarmless) {
  constexpr uint64_t kInteresting[] = {
      0,          1,          0x7f,      0xff,       0x5ff,
      0x600,      0xffff,     0x10000,   0x10600,    0x7fffffff,
      0x80000000, 0xffffffff, INT64_MAX, UINT64_MAX, UINT64_MAX - 7};
  const std::string good[] = {MakeElf(Hash::kGnu), MakeElf(Hash::kSysV)};
  int read = 0;
  for (uint32_t seed = 0; seed < 40000; ++seed) {
    std::mt19937 random(seed);
    std::string elf = good[seed % 2];
    for (uint32_t i = 0, count = 1 + random() % 6; i < count; ++i) {
      const size_t at = random() % (elf.size() - 8);
      switch (random() % 4) {
        case 0:
          elf[at] = static_cast<char>(random());
          break;
        case 1:
          elf[at] ^= static_cast<char>(1 << random() % 8);
          break;
        case 2:
          Put<uint64_t>(elf, at & ~size_t{7},
                        kInteresting[random() % std::size(kInteresting)]);
          break;
        case 3:
          Put<uint32_t>(elf, at & ~size_t{3}, random() % 0x700);
          break;
      }
    }
    const absl::StatusOr<std::string> manifest = Manifest(elf);
    if (manifest.ok()) {
      ++read;
      EXPECT_LE(manifest->size(), elf.size() * 3);
    } else {
      EXPECT_FALSE(manifest.status().message().empty());
    }
    Inspect(elf).IgnoreError();
  }
  EXPECT_GT(read, 1000) << "the mutations are too coarse to test much";
}

// If a number in the file were trusted, each of these would take forever or all
// memory.
TEST(ElfFileTest, HugeNumbersTakeNoTime) {
  const absl::Time begin = absl::Now();
  std::string elf = MakeElf(Hash::kSysV);
  Put<uint32_t>(elf, kHash + 4, 0xffffffff);
  EXPECT_TRUE(Inspect(elf).ok());

  elf = MakeElf(Hash::kGnu);
  Put<uint32_t>(elf, kHash, 0xffffffff);
  EXPECT_TRUE(Inspect(elf).ok());
  elf = MakeElf(Hash::kGnu);
  Put<uint32_t>(elf, kHash + 8, 0xffffffff);
  EXPECT_TRUE(Inspect(elf).ok());
  elf = MakeElf(Hash::kGnu);
  Put<uint32_t>(elf, kHash + 24, 0xfffffff0);
  EXPECT_TRUE(Inspect(elf).ok());

  // An endless chain, in a file that is long enough for it.
  elf = MakeElf(Hash::kGnu);
  elf.resize(8 << 20);
  Put<uint64_t>(elf, kLoad + kFileSize, elf.size());
  std::fill(elf.begin() + kHash + 28, elf.end(), '\0');
  EXPECT_TRUE(Inspect(elf).ok());

  // As many notes as fit.
  elf = MakeElf();
  elf.resize(8 << 20);
  std::fill(elf.begin() + kNote, elf.end(), '\0');
  Put<uint64_t>(elf, kNoteSegment + kFileSize, elf.size() - kNote);
  EXPECT_EQ(Manifest(elf).status().code(), absl::StatusCode::kInvalidArgument);

  // The same notes in each of 65,535 segments.
  elf = MakeElf();
  const std::string notes = Note("relib", std::string(512, 'x'));
  elf.resize(65536 * 56 + kSize);
  Put<uint64_t>(elf, 32, kSize);
  Put<uint16_t>(elf, 56, 65535);
  PutText(elf, kNote, notes);
  for (size_t i = 0; i < 65535; ++i) {
    PutSegment(elf, kSize + i * 56, 4, kNote, notes.size(), 4);
  }
  EXPECT_EQ(Manifest(elf).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(Inspect(elf).ok());

  // Overlapping names of maximum length.
  elf = MakeElf(Hash::kSysV);
  elf.resize(4 << 20, 'n');
  Put<uint64_t>(elf, kLoad + kFileSize, elf.size());
  Put<uint32_t>(elf, kHash + 4, 0xffffffff);
  Put<uint64_t>(elf, kDynamic + 3 * 16 + 8, elf.size());
  EXPECT_TRUE(Inspect(elf).ok());
  EXPECT_LT(absl::Now() - begin, absl::Seconds(30));
}

}  // namespace
}  // namespace relib::platform
