#include "platform/image/image_file.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/files/byte_source.h"
#include "platform/host/library.h"
#include "platform/host/target.h"
#include "platform/tests/libraries/runfile.h"
#include "tests/support/test_files.h"

namespace relib::platform {
namespace {

using ::testing::HasSubstr;

std::string PlainLibrary() {
  return ReadFile(Runfile("platform/tests/libraries/" +
                          std::string(kLibraryPrefix) + "plain" +
                          std::string(kLibrarySuffix)));
}

TEST(ImageFileTest, KnowsTheFormats) {
  EXPECT_THAT(
      std::string(ReadManifest(MemoryByteSource("")).status().message()),
      HasSubstr("empty"));
  for (const std::string_view text : {"#!/bin/sh\n", "M",
                                      "\x7f"
                                      "EL"}) {
    const absl::Status status = ReadManifest(MemoryByteSource(text)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(InspectImage(MemoryByteSource(text)).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(ImageFileTest, ReadsALibraryOfThisSystem) {
  const std::string bytes = PlainLibrary();
  const absl::StatusOr<ImageFacts> facts =
      InspectImage(MemoryByteSource(bytes));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->format, kTargetSystem == System::kLinux ? "ELF" : "PE");
  EXPECT_FALSE(facts->exports.empty());
  EXPECT_FALSE(facts->nodelete);
  EXPECT_FALSE(facts->has_manifest);
  EXPECT_EQ(ReadManifest(MemoryByteSource(bytes)).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(ImageFileTest, ARealLibraryMutatedIsHarmless) {
  std::string bytes = PlainLibrary();
  int inspected = 0;
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::pair<size_t, char>> undo;
    for (int i = 0; i < 4; ++i) {
      // Prefer the beginning, which has the headers and tables.
      const size_t at = random() % (i % 2 == 0 ? 4096 : bytes.size());
      undo.emplace_back(at, bytes[at]);
      bytes[at] = random() % 2 == 0 ? static_cast<char>(random()) : '\xff';
    }
    ReadManifest(MemoryByteSource(bytes)).IgnoreError();
    inspected += InspectImage(MemoryByteSource(bytes)).ok() ? 1 : 0;
    for (auto it = undo.rbegin(); it != undo.rend(); ++it)
      bytes[it->first] = it->second;
  }
  EXPECT_GT(inspected, 100);
  EXPECT_EQ(bytes, PlainLibrary());
}

}  // namespace
}  // namespace relib::platform
