#include "platform/image/pe_file.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/files/byte_source.h"
#include "platform/image/bytes_fixture.h"
#include "platform/image/pe_file_fixture.h"

namespace relib::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace pe_fixture;  // NOLINT(google-build-using-namespace)

absl::StatusOr<std::string> Manifest(std::string_view bytes) {
  return ReadPeManifest(MemoryByteSource(bytes));
}

absl::StatusOr<ImageFacts> Inspect(std::string_view bytes) {
  return InspectPe(MemoryByteSource(bytes));
}

void ExpectRefused(std::string_view bytes, std::string_view why) {
  absl::StatusOr<std::string> manifest = Manifest(bytes);
  EXPECT_EQ(manifest.status().code(), absl::StatusCode::kInvalidArgument)
      << manifest.status();
  EXPECT_THAT(std::string(manifest.status().message()),
              HasSubstr(std::string(why)));
}

void ExpectNotInspected(std::string_view bytes, std::string_view why) {
  absl::StatusOr<ImageFacts> facts = Inspect(bytes);
  EXPECT_EQ(facts.status().code(), absl::StatusCode::kInvalidArgument)
      << facts.status();
  EXPECT_THAT(std::string(facts.status().message()),
              HasSubstr(std::string(why)));
}

TEST(PeFileTest, KnowsItsFormat) {
  EXPECT_TRUE(IsPe(MemoryByteSource(MakePe())));
  EXPECT_FALSE(IsPe(MemoryByteSource("")));
  EXPECT_FALSE(IsPe(MemoryByteSource("M")));
  EXPECT_FALSE(IsPe(MemoryByteSource("\177ELF")));
}

TEST(PeFileTest, ReadsTheManifest) {
  absl::StatusOr<std::string> manifest = Manifest(MakePe());
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(*manifest, kManifestText);
}

TEST(PeFileTest, ReadsTheFacts) {
  absl::StatusOr<ImageFacts> facts = Inspect(MakePe());
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->format, "PE");
  EXPECT_EQ(facts->own_name, "greeter.dll");
  EXPECT_THAT(facts->exports, ElementsAre("first", "second"));
  EXPECT_THAT(facts->needed,
              ElementsAre("KERNEL32.dll", "msvcrt.dll", "late.dll"));
  EXPECT_THAT(facts->unique_exports, IsEmpty());
  EXPECT_TRUE(facts->has_manifest);
}

absl::StatusOr<std::optional<DebugFileName>> Pdb(std::string_view bytes) {
  return FindPdbName(MemoryByteSource(bytes));
}

TEST(PeFileTest, FindsTheNameOfThePdbFile) {
  const auto name = Pdb(MakePe());
  ASSERT_TRUE(name.ok()) << name.status();
  ASSERT_TRUE(name->has_value());
  EXPECT_EQ((*name)->path, "greeter.pdb");
  EXPECT_EQ((*name)->offset, kCodeView + 24);
  EXPECT_EQ((*name)->max_size, 15u);
}

TEST(PeFileTest, NotEveryLibraryHasAPdbFile) {
  struct {
    uint32_t offset;
    uint32_t value;
  } const kCases[] = {
      {kDirectories + 6 * 8, 0}, {kDirectories + 6 * 8 + 4, 28},
      {kOptional + 108, 6},      {kDebug + 28 + 12, 4},
      {kDebug + 28 + 16, 24},    {kDebug + 28 + 24, 0xffffffff},
      {kCodeView, 0x3031424e},  // "NB10", of Visual Studio 6
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.offset);
    std::string pe = MakePe();
    Put<uint32_t>(pe, c.offset, c.value);
    const auto name = Pdb(pe);
    ASSERT_TRUE(name.ok()) << name.status();
    EXPECT_FALSE(name->has_value());
  }
}

TEST(PeFileTest, ADamagedDebugDirectoryIsRefused) {
  struct {
    uint32_t offset;
    uint32_t value;
    std::string_view why;
  } const kCases[] = {
      {kDirectories + 6 * 8, 0xffffffff, "debug directory"},
      {kDirectories + 6 * 8 + 4, 0x10000, "debug directory"},
      {kDebug + 28 + 16, 0x1000, "cut off"},
      {kDebug + 28 + 16, 24 + 11, "doesn't end"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    std::string pe = MakePe();
    Put<uint32_t>(pe, c.offset, c.value);
    const auto name = Pdb(pe);
    EXPECT_EQ(name.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(name.status().message()),
                HasSubstr(std::string(c.why)));
  }
}

TEST(PeFileTest, ALibraryWithoutDirectoriesHasNoFacts) {
  std::string pe = MakePe();
  Put<uint32_t>(pe, kOptional + 108, 0);
  absl::StatusOr<ImageFacts> facts = Inspect(pe);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_THAT(facts->exports, IsEmpty());
  EXPECT_THAT(facts->needed, IsEmpty());
}

TEST(PeFileTest, ALibraryWithoutAManifestIsNotFound) {
  std::string pe = MakePe();
  PutText(pe, kSections + 40, ".relic");
  EXPECT_EQ(Manifest(pe).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(Inspect(pe).ok());
  EXPECT_FALSE(Inspect(pe)->has_manifest);
}

TEST(PeFileTest, ALibraryForAnotherMachineIsCalledThat) {
  std::string pe = MakePe();
  Put<uint16_t>(pe, kCoff, 0xaa64);
  absl::Status status = Manifest(pe).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("ARM64"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("x86-64"));
  EXPECT_TRUE(ReadPeManifest(MemoryByteSource(pe), 0xaa64).ok());
  EXPECT_TRUE(Inspect(pe).ok());
}

TEST(PeFileTest, A32BitLibraryIsInspected) {
  std::string pe = MakePe();
  Put<uint16_t>(pe, kCoff, 0x14c);
  Put<uint16_t>(pe, kOptional, 0x10b);
  // The directories of a 32-bit file come 16 bytes earlier.
  Put<uint32_t>(pe, kOptional + 92, 2);
  Put<uint32_t>(pe, kOptional + 96, Address(kExports));
  Put<uint32_t>(pe, kOptional + 104, Address(kImports));
  absl::StatusOr<ImageFacts> facts = Inspect(pe);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_THAT(facts->exports, ElementsAre("first", "second"));
  EXPECT_EQ(Manifest(pe).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(PeFileTest, SaysWhatIsNoLibrary) {
  ExpectRefused("", "MZ");
  ExpectRefused("#!/bin/sh\necho hello\n", "MZ");
  ExpectRefused("MZ, by chance", "DOS header");
  std::string pe = MakePe();
  PutText(pe, kSignature, "NE");
  ExpectRefused(pe, "16-bit");
  pe = MakePe();
  Put<uint16_t>(pe, kCoff + 18, 0x22);
  ExpectRefused(pe, "a Windows program");
  EXPECT_TRUE(Inspect(pe).ok());
}

TEST(PeFileTest, SaysWhatIsDamaged) {
  struct {
    uint32_t offset;
    uint32_t value;
    std::string_view why;
  } const kCases[] = {
      {0x3c, 0xffffffff, "PE header"},
      {0x3c, 0x9fe, "PE header"},
      {0x3c, 0, "PE signature"},
      {kCoff + 16, 0x2022'0000, "no optional header"},
      {kCoff + 16, 0x2022'0060, "cut off"},
      {kCoff + 16, 0x2022'0070, "too few"},
      {kCoff + 16, 0x2022'ffff, "section table"},
      {kOptional, 0x30b, "magic"},
      {kOptional, 0x10b, "32 bits"},
      {kSections + 40 + 12, kRdataAddress, "overlaps"},
      {kSections + 40 + 12, kRdataAddress - 1, "overlaps"},
      {kSections + 8, 0xffffffff, "overlaps"},
      {kSections + 48, (1 << 20) + 1, "at most 1048576"},
      {kSections + 48, 0x201, "only 512 of them"},
      {kSections + 60, 0xa00 - 8, "end of the file"},
      {kSections + 60, 0xffffffff, "end of the file"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    std::string pe = MakePe();
    Put<uint32_t>(pe, c.offset, c.value);
    ExpectRefused(pe, c.why);
  }
  std::string pe = MakePe();
  Put<uint16_t>(pe, kCoff + 2, 0xffff);
  ExpectRefused(pe, "overlaps");
  pe = MakePe();
  PutText(pe, kSections, std::string_view(".relib\0\0", 8));
  ExpectRefused(pe, "2 sections .relib");
}

TEST(PeFileTest, SaysWhichDirectoryIsDamaged) {
  struct {
    uint32_t offset;
    uint32_t value;
    std::string_view why;
  } const kCases[] = {
      {kDirectories, 0xffffffff, "export directory"},
      {kDirectories, Address(kRdata + 0x3f8), "export directory"},
      {kDirectories, kManifestAddress + 0x200, "export directory"},
      {kDirectories + 8, 0xfffffff0, "import directory"},
      {kDirectories + 8, Address(kRdata + 0x3f0),
       "import directory doesn't end"},
      {kDirectories + 13 * 8, 0x900, "delay-import directory"},
      {kExports + 12, 0x80000000, "its own name"},
      {kExports + 24, 0xffffffff, "4294967295"},
      {kExports + 24, 0x10000, "65536"},
      {kExports + 32, 0xffffffff, "exported names"},
      {kExports + 32, Address(kRdata + 0x3fc), "exported names"},
      {kNames, 0xffffffff, "the name of an export"},
      {kImports + 12, 0xffffffff, "the name of an imported library"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    std::string pe = MakePe();
    Put<uint32_t>(pe, c.offset, c.value);
    ExpectNotInspected(pe, c.why);
    EXPECT_TRUE(Manifest(pe).ok())
        << "the manifest doesn't need the directories";
  }
}

TEST(PeFileTest, ANameThatDoesNotEndIsDamaged) {
  std::string pe = MakePe();
  Put<uint32_t>(pe, kNames, Address(kRdata + 0x3f0));
  PutText(pe, kRdata + 0x3f0, "sixteen letters!");
  ExpectNotInspected(pe, "doesn't end");
  // The last bytes before the end of a truncated file.
  pe = MakePe();
  Put<uint32_t>(pe, kNames, kManifestAddress);
  pe.resize(kManifest + 10);
  ExpectNotInspected(pe, "doesn't end");
}

TEST(PeFileTest, NamesThatOverlapDoNotTakeMuchMemory) {
  // 65,536 exports that share a name of 60,000 characters.
  std::string pe = MakePe();
  const uint32_t size = 0x80000;
  pe.resize(kManifest + size, 'x');
  Put<uint32_t>(pe, kSections + 48, size);
  Put<uint32_t>(pe, kSections + 56, size);
  Put<uint32_t>(pe, kExports + 24, 0x10000);
  Put<uint32_t>(pe, kExports + 32, kManifestAddress);
  const uint32_t name = kManifest + 0x50000;
  for (uint32_t i = 0; i < 0x10000; ++i) {
    Put<uint32_t>(pe, kManifest + 4 * i, name - kManifest + kManifestAddress);
  }
  Put<char>(pe, name + 60000, 0);
  ExpectNotInspected(pe, "overlaps other names");
}

TEST(PeFileTest, TooManyOrTooLongImportsAreDamaged) {
  std::string pe = MakePe();
  const uint32_t size = 0x20000;
  pe.resize(kManifest + size, '\1');
  Put<uint32_t>(pe, kSections + 48, size);
  Put<uint32_t>(pe, kSections + 56, size);
  Put<uint32_t>(pe, kImports + 12, kManifestAddress + 0x400);
  ExpectNotInspected(pe, "longer than 512");
  pe = MakePe();
  pe.resize(kManifest + size, '\0');
  Put<uint32_t>(pe, kSections + 48, size);
  Put<uint32_t>(pe, kSections + 56, size);
  Put<uint32_t>(pe, kDirectories + 8, kManifestAddress);
  for (uint32_t i = 0; i < 5000; ++i) {
    Put<uint32_t>(pe, kManifest + 20 * i + 12, Address(kStrings));
  }
  ExpectNotInspected(pe, "more than 4096");
}

TEST(PeFileTest, ManySectionsAreReadInOneGo) {
  // The maximum number of sections. Names are found by bisection, so the time
  // is proportional to the length of the file.
  const uint32_t count = 0xffff;
  std::string pe = MakePe();
  pe.resize(kSections + uint64_t{count} * 40);
  Put<uint16_t>(pe, kCoff + 2, count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t header = kSections + i * 40;
    std::memset(pe.data() + header, 0, 40);
    Put<uint32_t>(pe, header + 8, 0x1000);
    Put<uint32_t>(pe, header + 12, 0x1000 + i * 0x1000);
    Put<uint32_t>(pe, header + 16, 0x200);
    Put<uint32_t>(pe, header + 20, kRdata);
  }
  EXPECT_EQ(Manifest(pe).status().code(), absl::StatusCode::kNotFound);
  Inspect(pe).IgnoreError();
}

TEST(PeFileTest, EveryTruncationIsRefused) {
  const std::string pe = MakePe();
  for (size_t size = 0; size < pe.size(); ++size) {
    const std::string bytes = pe.substr(0, size);
    absl::StatusOr<std::string> manifest = Manifest(bytes);
    EXPECT_EQ(manifest.status().code(), absl::StatusCode::kInvalidArgument)
        << size;
    if (size < kRdata) {
      EXPECT_FALSE(Inspect(bytes).ok()) << size;
    }
  }
}

// Symbols are not loaded, so the loader does not notice that they are missing.
TEST(PeFileTest, TruncatedSymbolsAreRefused) {
  std::string pe = MakePe();
  Put<uint32_t>(pe, kCoff + 8, static_cast<uint32_t>(pe.size()));
  Put<uint32_t>(pe, kCoff + 12, 2);
  const size_t symbols = pe.size();
  pe.resize(symbols + 2 * 18 + 10);
  Put<uint32_t>(pe, static_cast<uint32_t>(symbols + 2 * 18), 10);
  EXPECT_TRUE(Manifest(pe).ok()) << Manifest(pe).status();
  for (size_t size = symbols; size < pe.size(); ++size) {
    ExpectRefused(pe.substr(0, size), "symbols");
  }
}

// Any result is correct; the sanitizers check the accesses.
TEST(PeFileTest, MutationsAreHarmless) {
  constexpr uint32_t kInteresting[] = {
      0,      1,       0x7f,       0xff,       0x1000,     0x7fff,
      0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  const std::string good = MakePe();
  int read = 0;
  for (uint32_t seed = 0; seed < 60000; ++seed) {
    std::mt19937 random(seed);
    std::string pe = good;
    const int mutations = 1 + random() % 8;
    for (int i = 0; i < mutations; ++i) {
      // Prefer the headers and directories.
      const size_t area = random() % 4 == 0 ? pe.size() : kStrings;
      const size_t offset = random() % (area - 4);
      switch (random() % 5) {
        case 0:
          pe[offset] = static_cast<char>(random());
          break;
        case 1:
          pe[offset] ^= static_cast<char>(1 << (random() % 8));
          break;
        case 2:
          Put<uint32_t>(pe, offset & ~size_t{3},
                        kInteresting[random() % std::size(kInteresting)]);
          break;
        case 3:
          Put<uint32_t>(pe, offset & ~size_t{3}, random() % 0x3000);
          break;
        case 4:
          if (random() % 16 == 0) pe.resize(kStrings + random() % 0x400);
          break;
      }
    }
    absl::StatusOr<std::string> manifest = Manifest(pe);
    if (manifest.ok()) {
      ++read;
      EXPECT_LE(manifest->size(), pe.size());
    } else {
      EXPECT_FALSE(manifest.status().message().empty());
    }
    absl::StatusOr<ImageFacts> facts = Inspect(pe);
    if (facts.ok()) {
      size_t length = facts->own_name.size();
      for (const std::string& name : facts->exports) length += name.size();
      EXPECT_LE(length, pe.size());
    }
    if (const auto name = Pdb(pe); name.ok() && name->has_value()) {
      EXPECT_LE((*name)->offset + (*name)->max_size, pe.size());
    }
  }
  EXPECT_GT(read, 1000) << "the mutations are too coarse to test much";
}

}  // namespace
}  // namespace relib::platform
