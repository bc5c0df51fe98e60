// A host of one compiler and modules of another one: which are accepted, which
// are refused, and with which message.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/files/file.h"
#include "platform/host/library.h"
#include "platform/host/target.h"
#include "platform/image/image_file.h"
#include "relib/abi/string.h"
#include "relib/abi/testdata/exchange.h"
#include "relib/abi/testdata/unstable.h"
#include "relib/host.h"
#include "relib/internal/loader/host_manifest.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string DataFile(std::string_view name) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/relib/abi/testdata/",
                      name);
}
std::string ModuleByClang(std::string_view name) {
  return DataFile(absl::StrCat(platform::kLibraryPrefix, name, "_by_clang",
                               platform::kLibrarySuffix));
}

// On Windows, Clang uses GCC's standard library.
const bool kSameLibrary = platform::kTargetSystem == platform::System::kWindows;

TEST(MixedCompilersTest, AnInterfaceThatIsntStableIsRefused) {
  const absl::Status status =
      Load<UnstableExports>(ModuleByClang("unstable")).status();
  EXPECT_EQ(LoadErrorOf(status), LoadError::kIncompatible) << status;
  const std::string message(status.message());
  EXPECT_THAT(
      message,
      AllOf(
          HasSubstr(absl::StrCat(
              "the host has ",
              kSameLibrary ? internal::kCompiler : internal::kStandardLibrary)),
          HasSubstr(kSameLibrary ? "the module clang " : "the module libc++ "),
          HasSubstr("the export 'greet'"),
          HasSubstr("uses std::string; use relib::abi::String"),
          Not(HasSubstr("welcome"))));
}

TEST(MixedCompilersTest, ExportsThatTheHostDoesntKnowDontMatter) {
  absl::StatusOr<Module<StableExports>> module =
      Load<StableExports>(ModuleByClang("unstable"));
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(*module->exports().welcome("Ada"), "welcome Ada");
  EXPECT_TRUE(module->Unload().ok());
}

TEST(MixedCompilersTest, Main) {
  absl::StatusOr<Module<>> module = Load(ModuleByClang("main_stable"));
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(*module->CallMain<abi::String>(), "from main");
  EXPECT_EQ(CallErrorOf(module->CallMain<std::string>().status()),
            CallError::kWrongMainType);
  EXPECT_TRUE(module->Unload().ok());

  const absl::Status status = Load(ModuleByClang("main_unstable")).status();
  EXPECT_EQ(LoadErrorOf(status), LoadError::kIncompatible) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("main uses std::string; use relib::abi::String"));
}

std::string ReadManifestOf(const std::string& path) {
  absl::StatusOr<std::unique_ptr<platform::File>> file =
      platform::File::Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  absl::StatusOr<std::string> manifest = platform::ReadManifest(**file);
  EXPECT_TRUE(manifest.ok()) << manifest.status();
  return *std::move(manifest);
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(MixedCompilersTest, AllCompilersWriteTheSameTexts) {
  using Exports = exchange::Exports;
  using Imports = exchange::Imports;
  // The text that this compiler generates.
  const std::string exports(
      internal::TextOf<internal::EntriesTextOf<
          Exports, typename internal::InterfaceOf<Exports>::Entries>>());
  const std::string imports(
      internal::TextOf<internal::EntriesTextOf<
          Imports, typename internal::InterfaceOf<Imports>::Entries>>());
  ASSERT_THAT(exports, HasSubstr("relib::abi::Result<"));
  EXPECT_THAT(exports, Not(HasSubstr("unstable")));

  const std::string by_clang = ReadManifestOf(ModuleByClang("exchange"));
  EXPECT_THAT(by_clang, HasSubstr("build\tcompiler\tclang "));
  EXPECT_THAT(by_clang,
              HasSubstr(kSameLibrary ? "build\tstandard-library\tlibstdc++ "
                                     : "build\tstandard-library\tlibc++ "));
  EXPECT_THAT(by_clang, HasSubstr(exports));
  EXPECT_THAT(by_clang, HasSubstr(imports));

  if (kSameLibrary) return;
  const std::string by_clang_with_libstdcxx =
      ReadFile(DataFile("libnote_of_clang_with_libstdcxx_object.a"));
  EXPECT_THAT(by_clang_with_libstdcxx, HasSubstr("build\tcompiler\tclang "));
  EXPECT_THAT(by_clang_with_libstdcxx,
              HasSubstr("build\tstandard-library\tlibstdc++ "));
  // Not EXPECT_THAT, which would print all of the library.
  EXPECT_TRUE(by_clang_with_libstdcxx.find(exports) != std::string::npos);
  EXPECT_TRUE(by_clang_with_libstdcxx.find(imports) != std::string::npos);
}

}  // namespace
}  // namespace relib
