#include "relib/internal/manifest/manifest_reader.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/errors.h"
#include "relib/internal/manifest/build_info.h"
#include "relib/internal/manifest/manifest.h"

namespace relib::internal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

// Returns a note as it is in a file.
std::string MakeNote(NoteType type, std::string_view text) {
  const uint32_t header[3] = {kNoteOwnerSize,
                              static_cast<uint32_t>(text.size()),
                              static_cast<uint32_t>(type)};
  std::string note(reinterpret_cast<const char*>(header), sizeof(header));
  note.append(kNoteOwner, sizeof(kNoteOwner));
  note.append(text);
  note.resize((note.size() + 3) / 4 * 4);
  return note;
}

const char kEntries[] =
    "entry\tadd\tint(int, int)\n"
    "entry\tmove\tvoid(Point)\n"
    "type\tPoint\tsize 16, align 8, fields double, double\n";

std::string Good() {
  return MakeNote(NoteType::kExports, std::string(BuildText()) + kEntries) +
         MakeNote(NoteType::kImports,
                  std::string(BuildText()) + "entry\tlog\tvoid(int)\n") +
         MakeNote(NoteType::kMain, std::string(BuildText()) + "main\tint()\n");
}

void ExpectDamaged(std::string_view bytes, std::string_view why) {
  const absl::Status status = ParseManifest(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(why)));
}

TEST(ParseManifestTest, ReadsEveryPart) {
  const std::string bytes = Good();
  const absl::StatusOr<Manifest> manifest = ParseManifest(bytes);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  ASSERT_TRUE(manifest->exports.has_value());
  ASSERT_EQ(manifest->exports->entries.size(), 2);
  EXPECT_EQ(manifest->exports->entries[0].name, "add");
  EXPECT_EQ(manifest->exports->entries[0].signature, "int(int, int)");
  EXPECT_THAT(manifest->exports->entries[0].types, IsEmpty());
  EXPECT_THAT(
      manifest->exports->entries[1].types,
      ElementsAre(Pair("Point", "size 16, align 8, fields double, double")));
  EXPECT_EQ(manifest->exports->build.size(), std::size(kBuildFacts));
  ASSERT_TRUE(manifest->imports.has_value());
  EXPECT_EQ(manifest->imports->entries[0].name, "log");
  ASSERT_TRUE(manifest->main.has_value());
  EXPECT_EQ(manifest->main->entries[0].signature, "int()");
}

TEST(ParseManifestTest, PaddingBetweenNotesIsSkipped) {
  const std::string padded = std::string(4, '\0') + Good() +
                             std::string(16, '\0') + std::string(3, '\0');
  EXPECT_TRUE(ParseManifest(padded).ok()) << ParseManifest(padded).status();
}

TEST(ParseManifestTest, SaysWhatIsDamaged) {
  ExpectDamaged("", "offers nothing");
  ExpectDamaged(std::string(64, '\0'), "offers nothing");
  ExpectDamaged(MakeNote(NoteType::kImports, "entry\tlog\tvoid()\n"),
                "RELIB_EXPORTS");
  ExpectDamaged(Good() + Good(), "exports twice");
  ExpectDamaged(MakeNote(NoteType::kExports, "hello\n"),
                "\"hello\" is not understood");
  ExpectDamaged(MakeNote(NoteType::kExports, "entry\tadd\n"),
                "is not understood");
  ExpectDamaged(MakeNote(NoteType::kExports, "type\tPoint\tsize 1\n"),
                "is not understood");
  ExpectDamaged(MakeNote(NoteType::kExports, "unstable\tPoint\n"),
                "is not understood");
  ExpectDamaged(MakeNote(static_cast<NoteType>(9), "entry\ta\tint()\n"),
                "type 9");
  ExpectDamaged(MakeNote(NoteType::kMain, "main\tint()\nmain\tint()\n"),
                "one function");
  ExpectDamaged(MakeNote(NoteType::kMain, ""), "one function");
  ExpectDamaged("\x06\0\0", "ends inside");
  std::string other_owner = Good();
  other_owner[12] = 'R';
  ExpectDamaged(other_owner, "isn't relib's");
  std::string too_long = Good();
  too_long[7] = '\x7f';
  ExpectDamaged(too_long, "ends inside");
}

TEST(ParseManifestTest, ControlCharactersAreShownAsSuch) {
  const absl::Status status =
      ParseManifest(MakeNote(NoteType::kExports, "\x1b[2Jboo\n")).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("\\033[2Jboo"));
}

TEST(ParseManifestTest, AnotherAbiNeedNotBeUnderstood) {
  for (const std::string& bytes :
       {MakeNote(NoteType::kExports, "build\trelib-abi\t99\nnovel\tline\n"),
        MakeNote(static_cast<NoteType>(9), "build\trelib-abi\t99\n")}) {
    const absl::Status status = ParseManifest(bytes).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("99"), HasSubstr("same version of relib")));
  }
}

TEST(ParseManifestTest, EveryTruncationHasAnAnswer) {
  const std::string good = Good();
  for (size_t size = 0; size < good.size(); ++size) {
    // A copy, so that a sanitizer detects reads behind its end.
    const std::vector<char> bytes(good.begin(), good.begin() + size);
    const absl::StatusOr<Manifest> manifest =
        ParseManifest(std::string_view(bytes.data(), bytes.size()));
    if (manifest.ok()) {
      EXPECT_TRUE(manifest->exports.has_value()) << size;
      EXPECT_FALSE(manifest->main.has_value() && size + 4 < good.size())
          << size;
    } else {
      EXPECT_EQ(manifest.status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST(ParseManifestTest, MutationsHaveAnAnswer) {
  const std::string good = Good();
  const absl::StatusOr<ManifestPart> exports = ParseManifestPart(kEntries);
  const absl::StatusOr<ManifestPart> imports =
      ParseManifestPart("entry\tlog\tvoid(int)\n");
  ASSERT_TRUE(exports.ok() && imports.ok());
  int parsed = 0, accepted = 0;
  for (uint32_t seed = 0; seed < 20000; ++seed) {
    std::mt19937 random(seed);
    std::string bytes = good;
    for (uint32_t i = 0, count = 1 + random() % 6; i < count; ++i) {
      const size_t at = random() % (bytes.size() - 4);
      switch (random() % 6) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes[at] ^= static_cast<char>(1 << random() % 8);
          break;
        case 2:
          bytes[at] = "\t\n\0e"[random() % 4];
          break;
        case 3: {
          const uint32_t number =
              random() % 2 == 0 ? random() : random() % 1024;
          std::memcpy(&bytes[at & ~size_t{3}], &number, sizeof(number));
          break;
        }
        case 4:
          bytes.erase(at, random() % 64);
          break;
        case 5:
          bytes.insert(at, bytes.substr(random() % bytes.size(), 32));
          break;
      }
      if (bytes.size() < 16) break;
    }
    const absl::StatusOr<Manifest> manifest = ParseManifest(bytes);
    if (!manifest.ok()) {
      EXPECT_FALSE(manifest.status().message().empty());
      continue;
    }
    ++parsed;
    const absl::Status status = CheckManifest(
        *manifest, {.exports = &*exports, .imports = &*imports}, "the module");
    accepted += status.ok() ? 1 : 0;
    if (!status.ok()) {
      EXPECT_TRUE(LoadErrorOf(status).has_value()) << status;
    }
  }
  EXPECT_GT(parsed, 1000);
  EXPECT_GT(accepted, 5);
  EXPECT_LT(accepted, parsed);
}

TEST(ParseManifestTest, HugeManifestsTakeNoLongerThanTheyAreLong) {
  // A mebibyte of everything that may be repeated.
  for (const std::string_view line :
       {std::string_view("\n"), std::string_view("entry\ta\tb\n"),
        std::string_view("build\ta\tb\n"),
        std::string_view("entry\ta\tb\ntype\ta\tb\n"),
        std::string_view("\t")}) {
    std::string text;
    while (text.size() < 1 << 20) text += line;
    const std::string bytes =
        MakeNote(NoteType::kExports, std::string(BuildText()) + text) +
        MakeNote(NoteType::kImports, std::string(BuildText()) + text);
    const absl::StatusOr<Manifest> manifest = ParseManifest(bytes);
    if (!manifest.ok()) continue;
    const absl::StatusOr<ManifestPart> host = ParseManifestPart(kEntries);
    const absl::Status status = CheckManifest(
        *manifest, {.exports = &*host, .imports = &*host}, "the module");
    EXPECT_TRUE(LoadErrorOf(status).has_value());
    // The message must stay readable.
    EXPECT_LT(status.message().size(), 20000);
  }
}

// Returns a manifest in which one build fact differs from the host's.
std::string BuiltWith(std::string_view key, std::string_view entries,
                      NoteType type = NoteType::kExports) {
  std::string text;
  for (const BuildFact& fact : kBuildFacts) {
    absl::StrAppend(&text, "build\t", fact.key, "\t",
                    fact.key == key ? "another" : fact.value, "\n");
  }
  return MakeNote(type, absl::StrCat(text, entries));
}

absl::Status Check(const std::string& bytes, std::string_view host_exports,
                   std::string_view host_imports = "") {
  const absl::StatusOr<Manifest> manifest = ParseManifest(bytes);
  const absl::StatusOr<ManifestPart> exports = ParseManifestPart(host_exports);
  const absl::StatusOr<ManifestPart> imports = ParseManifestPart(host_imports);
  EXPECT_TRUE(manifest.ok() && exports.ok() && imports.ok())
      << manifest.status();
  return CheckManifest(*manifest, {.exports = &*exports, .imports = &*imports},
                       "the module");
}

const char kStableEntry[] = "entry\tadd\tint(int)\n";
const char kUnstableEntry[] =
    "entry\tgreet\tvoid(std::vector<int>)\nunstable\tstd::vector<int>\n";

TEST(CheckManifestTest, WhatMustMatchUnlessAllIsStable) {
  for (const BuildFact& fact : kBuildFacts) {
    SCOPED_TRACE(fact.key);
    const absl::Status stable =
        Check(BuiltWith(fact.key, kStableEntry), kStableEntry);
    EXPECT_EQ(stable.ok(), fact.matching != Matching::kRequired &&
                               fact.matching != Matching::kOption)
        << stable;
    const absl::Status unstable =
        Check(BuiltWith(fact.key, kUnstableEntry), kUnstableEntry);
    EXPECT_EQ(unstable.ok(), fact.matching == Matching::kInformational)
        << unstable;
    const bool explains = unstable.message().find(
                              "the export 'greet' uses "
                              "std::vector<int>; "
                              "use relib::abi::Vector") != std::string::npos;
    EXPECT_EQ(explains, fact.matching == Matching::kRequiredUnlessStable)
        << unstable;
  }
}

TEST(CheckManifestTest, OnlyWhatIsSharedMustBeStable) {
  const std::string both = absl::StrCat(kStableEntry, kUnstableEntry);
  EXPECT_TRUE(Check(BuiltWith("compiler", both), kStableEntry).ok());
  EXPECT_EQ(LoadErrorOf(Check(BuiltWith("compiler", both), both)),
            LoadError::kIncompatible);
  // An unstable type on one side suffices.
  EXPECT_EQ(LoadErrorOf(Check(BuiltWith("compiler", kStableEntry),
                              absl::StrCat(kStableEntry, "unstable\tX\n"))),
            LoadError::kIncompatible);

  // A module uses all of its imports.
  const std::string main =
      MakeNote(NoteType::kMain, std::string(BuildText()) + "main\tint()\n");
  EXPECT_TRUE(
      Check(main + BuiltWith("compiler", kStableEntry, NoteType::kImports), "",
            both)
          .ok());
  const absl::Status imports =
      Check(main + BuiltWith("compiler", both, NoteType::kImports), "", both);
  EXPECT_THAT(std::string(imports.message()),
              HasSubstr("the import 'greet' uses std::vector<int>"));

  const absl::Status of_main = Check(
      BuiltWith("compiler", "main\tFoo()\nunstable\tFoo\n", NoteType::kMain),
      "");
  EXPECT_THAT(std::string(of_main.message()), HasSubstr("main uses Foo"));
  EXPECT_TRUE(
      Check(BuiltWith("compiler", "main\tint()\n", NoteType::kMain), "").ok());
}

TEST(DescribeDifferenceTest, ShowsBothSides) {
  const ManifestEntry host = {
      .name = "f", .signature = "int(P)", .types = {{"P", "a"}}};
  EXPECT_EQ(DescribeDifference(host, host), "");
  ManifestEntry module = host;
  module.signature = "long(P)";
  EXPECT_THAT(DescribeDifference(host, module),
              AllOf(HasSubstr("host:   int(P)"), HasSubstr("module: long(P)")));
  module = host;
  module.types[0].second = "b";
  EXPECT_THAT(DescribeDifference(host, module),
              AllOf(HasSubstr("type P"), HasSubstr("host:   a"),
                    HasSubstr("module: b")));
  module = host;
  module.types.clear();
  EXPECT_THAT(DescribeDifference(host, module), HasSubstr("different types"));
}

}  // namespace
}  // namespace relib::internal
