// Tests loading: refused modules, their messages, and the identity of files. No
// code of a refused module runs, and a file is loaded only once, independently
// of its name.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "examples/program/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/files/byte_source.h"
#include "platform/host/library.h"
#include "platform/host/target.h"
#include "platform/image/image_file.h"
#include "relib/host.h"
#include "relib/internal/boundary/abi.h"
#include "relib/internal/manifest/build_info.h"
#include "tests/modules/callbacks.h"
#include "tests/modules/greeter.h"
#include "tests/support/module_file.h"
#include "tests/support/raw_library.h"
#include "tests/support/test_files.h"

// Each of these interfaces differs from a module's interface in one detail.

struct AddExports {
  relib::Export<int(int a, int b)> add;
};
RELIB_INTERFACE(AddExports, add);

struct MoreExports {
  relib::Export<int(int a, int b)> add;
  relib::Export<double(std::string_view)> extra;
};
RELIB_INTERFACE(MoreExports, add, extra);

struct OtherExports {
  relib::Export<int(int a, long b)> add;
  relib::Export<std::string(std::string_view name)> greet;
};
RELIB_INTERFACE(OtherExports, add, greet);

struct MoreImports {
  relib::Import<int()> first;
  relib::Import<void(std::string_view line)> log;
  relib::Import<int()> last;
};
RELIB_INTERFACE(MoreImports, first, log, last);

struct NoLogImports {
  relib::Import<int()> first;
};
RELIB_INTERFACE(NoLogImports, first);

struct OtherImports {
  relib::Import<void(std::string line)> log;
};
RELIB_INTERFACE(OtherImports, log);

// A copy of tests/modules/shapes.h with other fields in Point.
namespace shapes {
struct Point {
  float x = 0;
  double y = 0;
  int z = 0;
};
struct Exports {
  relib::Export<Point(Point, const Point&)> middle;
};
RELIB_INTERFACE(Exports, middle);
struct Imports {
  relib::Import<int(int)> twice;
  relib::Import<double(double)> half;
  relib::Import<Point(Point)> mirror;
  relib::Import<std::string(std::string_view)> upper;
  relib::Import<std::vector<std::string>(std::vector<std::string>)> sorted;
};
RELIB_INTERFACE(Imports, twice, half, mirror, upper, sorted);
}  // namespace shapes

namespace relib {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

GreeterImports Silent() {
  return {.log = [](std::string_view) {}};
}

// Copies modules to a directory of the test, where it can change and rename
// them.
class LoadTest : public ::testing::Test {
 protected:
  static std::string FileName(std::string_view name) {
    return absl::StrCat(platform::kLibraryPrefix, name,
                        platform::kLibrarySuffix);
  }
  std::string Path(std::string_view name) const {
    return directory_ / FileName(name);
  }
  std::string Write(std::string_view name, const std::string& bytes) const {
    WriteFile(Path(name), bytes);
    return Path(name);
  }
  // Returns the path of a copy of a module, in whose manifest some text is
  // replaced by text of the same length.
  std::string Patched(
      std::string_view name,
      const std::vector<std::pair<std::string, std::string>>& changes) const {
    std::string bytes = ReadFile(ModuleFile(name));
    for (const auto& [from, to] : changes) {
      EXPECT_EQ(from.size(), to.size());
      // HasSubstr() would print the whole library.
      EXPECT_TRUE(absl::StrContains(bytes, from)) << from;
      bytes = absl::StrReplaceAll(bytes, {{from, to}});
    }
    return Write(name, bytes);
  }

  TestDirectory directory_;
};

template <typename Module>
void ExpectError(const absl::StatusOr<Module>& module, LoadError error,
                 const std::vector<std::string>& words) {
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(LoadErrorOf(module.status()), error) << module.status();
  for (const std::string& word : words) {
    EXPECT_THAT(std::string(module.status().message()), HasSubstr(word));
  }
}

template <typename Module>
void ExpectWorks(const absl::StatusOr<Module>& loaded) {
  ASSERT_TRUE(loaded.ok()) << loaded.status();
}

void ExpectLoads(const std::string& path) {
  absl::StatusOr<Module<AddExports>> module = Load<AddExports>(path, Silent());
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(*module->exports().add(2, 3), 5);
  const absl::Status status = module->Unload().status();
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(LoadTest, NoFile) {
  ExpectError(Load(Path("none")), LoadError::kNotFound, {Path("none")});
  ExpectError(Load(directory_ / "none/deep/lib.so"), LoadError::kNotFound,
              {"deep"});
  ExpectError(Load(""), LoadError::kNotFound, {});
  ExpectError(Load(Write("file", "text") + "/lib.so"), LoadError::kNotFound,
              {"lib.so"});
  ExpectError(Load(std::string(100000, 'x')), LoadError::kNotFound, {});
  ExpectError(Load(Path("none"), {.private_copy = true}), LoadError::kNotFound,
              {Path("none")});
}

TEST_F(LoadTest, NoLibrary) {
  for (const LoadOptions& options :
       {LoadOptions(), LoadOptions{.private_copy = true}}) {
    ExpectError(Load(directory_.path(), options), LoadError::kNotAModule,
                {"a directory"});
    ExpectError(Load(Write("empty", ""), options), LoadError::kNotAModule,
                {Path("empty"), "is empty"});
    ExpectError(Load(Write("text", "int main() { return 0; }\n"), options),
                LoadError::kNotAModule, {Path("text"), "not a library"});
    ExpectError(Load(Write("one", "\x7f"), options), LoadError::kNotAModule,
                {});
    ExpectError(Load(Write("zeros", std::string(1 << 20, '\0')), options),
                LoadError::kNotAModule, {});
  }
}

TEST_F(LoadTest, AProgramAndAPlainLibrary) {
  const absl::StatusOr<std::string> self = platform::ProgramPath();
  ASSERT_TRUE(self.ok()) << self.status();
  // Most compilers build position-independent programs, which have the format
  // of a library on Linux.
  ExpectError(Load(*self), LoadError::kNotAModule,
              {*self, platform::kTargetSystem == platform::System::kLinux
                          ? "relib_module()"
                          : "a Windows program"});
  const std::string plain = ModuleFile("dependent");
  ExpectError(Load(plain), LoadError::kNotAModule,
              {plain, "relib_module()", "RELIB_EXPORTS"});
}

TEST_F(LoadTest, ALibraryOfAnotherSystem) {
  std::string elf(4096, '\0');
  elf.replace(0, 7,
              "\x7f"
              "ELF\2\1\1");
  std::string pe(4096, '\0');
  pe.replace(0, 2, "MZ");
  if (platform::kTargetSystem == platform::System::kLinux) {
    ExpectError(Load(Write("foreign", pe)), LoadError::kIncompatible,
                {Path("foreign"), "Windows", "Linux"});
  } else {
    ExpectError(Load(Write("foreign", elf)), LoadError::kIncompatible,
                {Path("foreign"), "Windows", "Linux"});
  }
}

TEST_F(LoadTest, ALibraryOfAnotherMachine) {
  std::string bytes = ReadFile(ModuleFile("answer"));
  if (platform::kTargetSystem == platform::System::kLinux) {
    bytes[18] = static_cast<char>(183);
    ExpectError(Load(Write("machine", bytes)), LoadError::kIncompatible,
                {Path("machine"), "AArch64", "x86-64"});
    bytes = ReadFile(ModuleFile("answer"));
    bytes[4] = 1;
    ExpectError(Load(Write("machine", bytes)), LoadError::kIncompatible,
                {Path("machine"), "32-bit"});
    bytes[4] = 2;
    bytes[5] = 2;
    ExpectError(Load(Write("machine", bytes)), LoadError::kIncompatible,
                {"big-endian"});
  } else {
    const size_t header = bytes.find(std::string_view("PE\0\0", 4));
    ASSERT_NE(header, std::string::npos);
    bytes[header + 4] = '\x64';
    bytes[header + 5] = '\xaa';
    ExpectError(Load(Write("machine", bytes)), LoadError::kIncompatible,
                {Path("machine"), "ARM64", "x86-64"});
  }
}

// The first `size` bytes of another source.
class Prefix final : public platform::ByteSource {
 public:
  Prefix(const platform::ByteSource& whole, uint64_t size)
      : whole_(whole), size_(size) {}
  uint64_t size() const override { return size_; }
  bool ReadAt(uint64_t offset, void* out, size_t count) const override {
    return offset <= size_ && count <= size_ - offset &&
           whole_.ReadAt(offset, out, count);
  }

 private:
  const platform::ByteSource& whole_;
  const uint64_t size_;
};

TEST_F(LoadTest, AFileThatIsCutOffAnywhere) {
  const std::string bytes = ReadFile(ModuleFile("stripped"));
  const platform::MemoryByteSource whole(bytes);
  const std::string path = Write("cut", bytes);
  // The system's loader must handle truncated files that pass relib's check.
  int loaded = 0, refused = 0;
  for (size_t size = bytes.size(); size-- > 0;) {
    const bool passes = platform::ReadManifest(Prefix(whole, size)).ok();
    // A truncated PE file passes if it contains the manifest. These are too
    // many to load all of them.
    const bool load =
        passes && platform::kTargetSystem == platform::System::kLinux;
    if (!load && size > 128 && size % 997 != 0) continue;
    fs::resize_file(path, size);
    const absl::StatusOr<Module<>> module = Load(path);
    if (module.ok()) {
      EXPECT_TRUE(passes) << size;
      EXPECT_EQ(module->CallMain<int>().value_or(0), 42) << size;
      ++loaded;
    } else if (passes) {
      EXPECT_EQ(LoadErrorOf(module.status()), LoadError::kLoaderFailed)
          << size << module.status();
    } else {
      EXPECT_EQ(LoadErrorOf(module.status()), LoadError::kNotAModule)
          << size << module.status();
      EXPECT_THAT(std::string(module.status().message()), HasSubstr(path));
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
  // Parts that the loader doesn't map, such as section headers, may be missing.
  EXPECT_LT(loaded, 20000);
}

TEST_F(LoadTest, BuiltInAnotherWay) {
  for (const internal::BuildFact& fact : internal::kBuildFacts) {
    SCOPED_TRACE(fact.key);
    std::string other(fact.value);
    other.back() = other.back() == '~' ? '^' : '~';
    const std::string path = Patched(
        "greeter", {{absl::StrCat("build\t", fact.key, "\t", fact.value, "\n"),
                     absl::StrCat("build\t", fact.key, "\t", other, "\n")}});
    if (fact.matching == internal::Matching::kInformational) {
      ExpectLoads(path);
      continue;
    }
    absl::StatusOr<Module<GreeterExports>> module =
        Load<GreeterExports>(path, Silent());
    if (fact.matching == internal::Matching::kOption) {
      ExpectError(module, LoadError::kIncompatible,
                  {path, "LoadOptions", std::string(fact.key)});
      continue;
    }
    ExpectError(
        module, LoadError::kIncompatible,
        {path, std::string(fact.key), absl::StrCat("the host has ", fact.value),
         absl::StrCat("the module ", other), std::string(fact.advice)});
    // Each difference is reported once, although each part of the manifest has
    // it.
    const std::string message(module.status().message());
    EXPECT_EQ(message.find(other), message.rfind(other)) << message;
  }
}

TEST_F(LoadTest, TellsAllDifferencesAtOnce) {
  std::vector<std::pair<std::string, std::string>> changes;
  for (const internal::BuildFact& fact : internal::kBuildFacts) {
    changes.push_back(
        {absl::StrCat("build\t", fact.key, "\t", fact.value, "\n"),
         absl::StrCat("build\t", fact.key, "\t",
                      std::string(fact.value.size(), '?'), "\n")});
  }
  ExpectError(Load<GreeterExports>(Patched("greeter", changes), Silent()),
              LoadError::kIncompatible,
              {"relib-abi", "compiler", "standard-library", "string-abi",
               "containers", "sanitizer"});
}

TEST_F(LoadTest, AnAbiOfTheFutureIsIncompatibleAndNotDamaged) {
  // The rest of the manifest doesn't matter.
  const std::string path = Patched(
      "greeter",
      {{absl::StrCat("build\trelib-abi\t", internal::kAbiVersion, "\n"),
        absl::StrCat("build\trelib-abi\t",
                     std::string(internal::kAbiVersion.size(), '9'), "\n")},
       {"entry\tgreet\t", "novel\tgreet\t"}});
  ExpectError(Load<GreeterExports>(path, Silent()), LoadError::kIncompatible,
              {path, "relib-abi", "same version of relib"});
}

TEST_F(LoadTest, ExportsOfTheHost) {
  // Fewer exports than the module has.
  ExpectLoads(ModuleFile("greeter"));
  // More exports than the module has.
  ExpectError(Load<MoreExports>(ModuleFile("greeter"), Silent()),
              LoadError::kMissingExport,
              {ModuleFile("greeter"), "'extra'", "double(std::string_view)"});
  // A module without exports.
  ExpectError(Load<AddExports>(ModuleFile("answer")), LoadError::kMissingExport,
              {"'add'", "RELIB_EXPORTS"});
  // An export with another type.
  const absl::StatusOr<Module<OtherExports>> module =
      Load<OtherExports>(ModuleFile("greeter"), Silent());
  ExpectError(module, LoadError::kSignatureMismatch,
              {ModuleFile("greeter"), "'add'", "host:   int(int, long)",
               "module: int(int, int)"});
  EXPECT_THAT(std::string(module.status().message()),
              Not(HasSubstr("'greet'")));
}

TEST_F(LoadTest, ImportsOfTheHost) {
  ExpectError(Load<GreeterExports>(ModuleFile("greeter")),
              LoadError::kMissingImport,
              {ModuleFile("greeter"), "'log'", "void(std::string_view)",
               "relib::Load()"});
  ExpectError(Load<GreeterExports>(ModuleFile("greeter"),
                                   NoLogImports{.first = [] { return 1; }}),
              LoadError::kMissingImport, {"'log'", "void(std::string_view)"});
  ExpectError(
      Load<GreeterExports>(ModuleFile("greeter"),
                           OtherImports{.log = [](const std::string&) {}}),
      LoadError::kSignatureMismatch,
      {"'log'", "void(std::string)", "void(std::string_view)"});
  // An empty import.
  ExpectError(
      Load<GreeterExports>(ModuleFile("greeter"), GreeterImports{}),
      LoadError::kMissingImport,
      {ModuleFile("greeter"), "'log'", "empty", "void(std::string_view)"});
  // More imports than the module uses, in another order, some of them empty.
  std::vector<std::string> lines;
  MoreImports more;
  more.log = [&](std::string_view line) { lines.emplace_back(line); };
  absl::StatusOr<Module<GreeterExports>> module =
      Load<GreeterExports>(ModuleFile("greeter"), more);
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_TRUE(module->exports().greet("Ada").ok());
  EXPECT_THAT(lines, ::testing::ElementsAre("greeting someone"));
  // A module without imports accepts some.
  ExpectWorks(Load(ModuleFile("answer"), Silent()));
}

TEST_F(LoadTest, AStructWithOtherFields) {
  ExpectError(
      Load<shapes::Exports>(
          ModuleFile("shapes"),
          shapes::Imports{
              .twice = [](int value) { return value; },
              .half = [](double value) { return value; },
              .mirror = [](shapes::Point p) { return p; },
              .upper = [](std::string_view text) { return std::string(text); },
              .sorted = [](std::vector<std::string> words) { return words; }}),
      LoadError::kSignatureMismatch,
      {"its export 'middle' differs:\n"
       "  type shapes::Point\n"
       "          host      module\n"
       "    size  24        16\n"
       "    x     float @0  double @0\n"
       "    z     int @16   (none)\n"
       "its import 'mirror' differs"});
}

TEST_F(LoadTest, AManifestThatLies) {
  // A name that doesn't exist.
  ExpectError(
      Load<GreeterExports>(
          Patched("greeter", {{"entry\tgreet\t", "entry\tgreed\t"}}), Silent()),
      LoadError::kMissingExport, {"'greet'"});
  // The manifest lacks an export: its line is turned into a build fact.
  ExpectError(
      Load<AddExports>(Patched("greeter", {{"entry\ton_tick\tvoid()\n",
                                            "build\ton_tick\tvoid()\n"}}),
                       Silent()),
      LoadError::kChangedWhileLoading, {"its manifest lies", Path("greeter")});
  // A line of the manifest is malformed.
  ExpectError(
      Load<AddExports>(
          Patched("greeter", {{"entry\tgreet\t", "xntry\tgr\x01\x02t\t"}}),
          Silent()),
      LoadError::kNotAModule, {"damaged", "xntry", "\\001"});
  // Afterwards the file can be loaded.
  ExpectLoads(Patched("greeter", {}));
}

TEST_F(LoadTest, OneFileOfManyNames) {
  const std::string path = Patched("greeter", {});
  fs::create_directories(directory_ / "x");
  std::vector<std::string> names = {
      path, directory_ / ("./" + FileName("greeter")),
      directory_ / ("x/../" + FileName("greeter")),
      fs::relative(path).string()};
  std::error_code no_links;
  fs::create_symlink(path, directory_ / "symlink.so", no_links);
  if (!no_links) names.push_back(directory_ / "symlink.so");
  fs::create_hard_link(path, directory_ / "hard.so");
  names.push_back(directory_ / "hard.so");

  for (const std::string& first : names) {
    absl::StatusOr<Module<AddExports>> module =
        Load<AddExports>(first, Silent());
    ASSERT_TRUE(module.ok()) << module.status();
    for (const std::string& second : names) {
      ExpectError(Load<AddExports>(second, Silent()), LoadError::kAlreadyLoaded,
                  {second, "private_copy"});
      // The interface of the second load doesn't matter.
      ExpectError(Load(second), LoadError::kAlreadyLoaded, {});
    }
    EXPECT_EQ(*module->exports().add(2, 3), 5);
    EXPECT_TRUE(module->Unload().ok());
  }
}

TEST_F(LoadTest, ARenamedFileIsTheSame) {
  const std::string path = Patched("greeter", {});
  absl::StatusOr<Module<AddExports>> module = Load<AddExports>(path, Silent());
  ASSERT_TRUE(module.ok()) << module.status();
  fs::rename(path, Path("renamed"));
  ExpectError(Load<AddExports>(Path("renamed"), Silent()),
              LoadError::kAlreadyLoaded,
              {Path("renamed"), FileName("greeter")});
  ExpectError(Load<AddExports>(path, Silent()), LoadError::kNotFound, {path});
  EXPECT_EQ(*module->exports().add(2, 3), 5);
  const absl::Status status = module->Unload().status();
  EXPECT_TRUE(status.ok()) << status;
  ExpectLoads(Path("renamed"));
}

TEST_F(LoadTest, WhatSomebodyElseHasLoadedIsLeftAlone) {
  const std::string path = ModuleFile("answer");
  void* const library = RawOpen(path);
  void* const symbol = RawSymbol(library, internal::kDescriptorSymbol);
  for (int i = 0; i < 3; ++i) {
    ExpectError(Load(path), LoadError::kAlreadyLoaded,
                {FileName("answer"), "private_copy"});
  }
  EXPECT_EQ(RawSymbol(library, internal::kDescriptorSymbol), symbol);
  {
    const absl::StatusOr<Module<>> copy = Load(path, {.private_copy = true});
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_EQ(copy->CallMain<int>().value_or(0), 42);
  }
  // The test has the only reference.
  RawClose(library);
  EXPECT_FALSE(RawIsLoaded(path));
  const absl::StatusOr<Module<>> module = Load(path);
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(module->CallMain<int>().value_or(0), 42);
}

// Like a build, replaces the file of a loaded module by another file of the
// same name.
TEST_F(LoadTest, AFileThatReplacedALoadedOne) {
  const std::string path = Patched("greeter", {});
  absl::StatusOr<Module<AddExports>> module = Load<AddExports>(path, Silent());
  ASSERT_TRUE(module.ok()) << module.status();
  fs::rename(path, Path("old"));
  fs::copy_file(ModuleFile("answer"), path);

  // Load() must not return the previous module.
  const absl::StatusOr<Module<>> other = Load(path);
  if (other.ok()) {
    EXPECT_EQ(other->CallMain<int>().value_or(0), 42);
  } else {
    ExpectError(other, LoadError::kAlreadyLoaded,
                {path, "replaced", "private_copy"});
  }
  const absl::StatusOr<Module<>> copy = Load(path, {.private_copy = true});
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ(copy->CallMain<int>().value_or(0), 42);
  EXPECT_EQ(*module->exports().add(2, 3), 5);
  EXPECT_TRUE(module->Unload().ok());
}

// Loads the module at `path`. Calls `change`, which changes its file, between
// the check and the mapping.
absl::StatusOr<Module<>> LoadChanged(const std::string& path,
                                     const std::function<void()>& change,
                                     const LoadOptions& options = {}) {
  internal::LoadRequest request;
  request.enter = [change](const std::vector<bool>&) {
    change();
    return internal::MakeGateAndSlots<NoExports>();
  };
  return internal::LoadWith<NoExports>(path, std::move(request), options);
}

// Replaces `path` by the file `with`. On Windows an open file can't be
// replaced, but it can be renamed first.
void Replace(const std::string& path, const std::string& with) {
  std::error_code is_open;
  fs::rename(with, path, is_open);
  if (!is_open) return;
  fs::rename(path, with + ".old");
  fs::rename(with, path);
}

// Replaces a file repeatedly on another thread, and ignores failures.
class Replacer {
 public:
  // Puts `files` in turn at `path`, where a file must exist already.
  Replacer(std::vector<std::string> files, std::string path)
      : thread_([this, files = std::move(files), path = std::move(path)] {
          for (int i = 0; !done_; ++i) {
            const std::string next = absl::StrCat(path, ".", i);
            fs::create_hard_link(files[i % files.size()], next);
            std::error_code is_open;
            fs::rename(next, path, is_open);
            if (!is_open) continue;
            std::error_code ignored;
            fs::rename(path, next + ".old", ignored);
            fs::rename(next, path, ignored);
            fs::remove(next, ignored);
            fs::remove(next + ".old", ignored);
          }
        }) {}
  ~Replacer() {
    done_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

// Each load gets one of the two complete files, or is refused.
TEST_F(LoadTest, AFileThatIsReplacedAgainAndAgain) {
  const std::string path = Patched("answer", {});
  fs::copy_file(ModuleFile("answer"), directory_ / "0");
  fs::copy_file(ModuleFile("main_void"), directory_ / "1");
  const Replacer replacer({directory_ / "0", directory_ / "1"}, path);
  int loaded[2] = {};
  int refused = 0;
  // Runs until each outcome was seen, but not forever.
  for (int i = 0; i < 20000 &&
                  (i < 400 || loaded[0] == 0 || loaded[1] == 0 || refused == 0);
       ++i) {
    const bool private_copy = i % 4 == 0;
    const absl::StatusOr<Module<>> module =
        Load(path, {.private_copy = private_copy});
    if (!module.ok()) {
      ++refused;
      const LoadError error = *LoadErrorOf(module.status());
      // On Windows, neither file may be there for a moment.
      EXPECT_TRUE(
          error == LoadError::kChangedWhileLoading ||
          (platform::kTargetSystem == platform::System::kWindows &&
           (error == LoadError::kNotFound || error == LoadError::kCopyFailed ||
            error == LoadError::kLoaderFailed)))
          << module.status();
      continue;
    }
    const absl::StatusOr<int> answer = module->CallMain<int>();
    if (answer.ok()) {
      EXPECT_EQ(*answer, 42);
    } else {
      EXPECT_TRUE(module->CallMain<void>().ok()) << answer.status();
    }
    ++loaded[answer.ok() ? 0 : 1];
  }
  EXPECT_GT(loaded[0], 0);
  EXPECT_GT(loaded[1], 0);
  EXPECT_GT(refused, 0);
}

TEST_F(LoadTest, AFileThatIsReplacedMeanwhile) {
  const std::string path = Patched("answer", {});
  // The same module, and other ones.
  const std::vector<std::string> others = {
      ModuleFile("answer"), ModuleFile("main_void"), ModuleFile("greeter")};
  for (const std::string& other : others) {
    SCOPED_TRACE(other);
    fs::copy_file(other, directory_ / "new");
    ExpectError(LoadChanged(path, [&] { Replace(path, directory_ / "new"); }),
                LoadError::kChangedWhileLoading, {path, "private_copy"});
    // Neither module is still loaded.
    Replace(path, Write("again", ReadFile(ModuleFile("answer"))));
    const absl::StatusOr<Module<>> module = Load(path);
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_EQ(module->CallMain<int>().value_or(0), 42);
  }
  WriteFile(directory_ / "new", "text");
  ExpectError(LoadChanged(path, [&] { Replace(path, directory_ / "new"); }),
              LoadError::kLoaderFailed, {path});
}

TEST_F(LoadTest, AFileThatIsOverwrittenMeanwhile) {
  for (const std::string_view other : {"main_void", "greeter"}) {
    SCOPED_TRACE(other);
    const std::string path = Patched("answer", {});
    const std::string bytes = ReadFile(ModuleFile(other));
    ExpectError(LoadChanged(path, [&] { WriteFile(path, bytes); }),
                LoadError::kChangedWhileLoading, {path, "private_copy"});
  }
  const std::string path = Patched("answer", {});
  ExpectError(LoadChanged(path, [&] { WriteFile(path, "text"); }),
              LoadError::kLoaderFailed, {path});
  // Another build of the same module is accepted.
  const std::string bytes = ReadFile(ModuleFile("stripped"));
  WriteFile(path, ReadFile(ModuleFile("answer")));
  const absl::StatusOr<Module<>> module =
      LoadChanged(path, [&] { WriteFile(path, bytes); });
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(module->CallMain<int>().value_or(0), 42);
}

TEST_F(LoadTest, AFileThatIsDeletedMeanwhile) {
  const std::string path = Patched("answer", {});
  const absl::StatusOr<Module<>> module =
      LoadChanged(path, [&] { fs::remove(path); });
  // On Windows a deleted file exists until it is closed. Wine can still open
  // it.
  if (module.ok()) {
    EXPECT_NE(platform::kLibrarySuffix, ".so");
    EXPECT_EQ(module->CallMain<int>().value_or(0), 42);
  } else {
    ExpectError(module, LoadError::kLoaderFailed, {path});
  }
}

TEST_F(LoadTest, APrivateCopyIsNotChangedMeanwhile) {
  const std::string path = Patched("answer", {});
  const absl::StatusOr<Module<>> module = LoadChanged(
      path, [&] { WriteFile(path, "text"); }, {.private_copy = true});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(module->CallMain<int>().value_or(0), 42);
}

TEST_F(LoadTest, PrivateCopiesStandSideBySide) {
  const std::string path = Patched("greeter", {});
  std::vector<Module<AddExports>> modules;
  for (int i = 0; i < 20; ++i) {
    absl::StatusOr<Module<AddExports>> module =
        Load<AddExports>(path, Silent(), {.private_copy = true});
    ASSERT_TRUE(module.ok()) << module.status();
    modules.push_back(*std::move(module));
    EXPECT_EQ(modules.back().path(), path);
    EXPECT_NE(modules.back().mapped_path(), path);
  }
  // The copy is loaded beside the original, which can be deleted.
  ExpectLoads(path);
  fs::remove(path);
  for (Module<AddExports>& module : modules) {
    EXPECT_EQ(*module.exports().add(2, 3), 5);
    EXPECT_TRUE(module.Unload().ok());
    EXPECT_FALSE(fs::exists(module.mapped_path())) << module.mapped_path();
  }
}

TEST_F(LoadTest, ARefusedPrivateCopyIsDeleted) {
  absl::StatusOr<Module<>> module =
      Load(ModuleFile("answer"), {.private_copy = true});
  ASSERT_TRUE(module.ok()) << module.status();
  const fs::path copies = fs::path(module->mapped_path()).parent_path();
  const auto before = std::distance(fs::directory_iterator(copies), {});
  ExpectError(Load<AddExports>(ModuleFile("greeter"), {.private_copy = true}),
              LoadError::kMissingImport, {ModuleFile("greeter")});
  ExpectError(Load(Write("text", "text"), {.private_copy = true}),
              LoadError::kNotAModule, {Path("text")});
  EXPECT_EQ(std::distance(fs::directory_iterator(copies), {}), before);
}

TEST_F(LoadTest, AgainAfterUnloadAndAfterAnError) {
  const std::string path = Patched("greeter", {});
  for (int i = 0; i < 3; ++i) {
    ExpectError(Load<GreeterExports>(path), LoadError::kMissingImport, {});
    ExpectError(Load<MoreExports>(path, Silent()), LoadError::kMissingExport,
                {});
    ExpectLoads(path);
  }
}

TEST_F(LoadTest, AConstructorThatThrows) {
  for (int i = 0; i < 3; ++i) {
    int destroyed = 0;
    const auto load = [&](bool may_start) {
      return Load<callbacks::Exports>(
          ModuleFile("callbacks"),
          callbacks::Imports{
              .on_construct =
                  [=] {
                    if (!may_start) throw std::logic_error("not today");
                  },
              .on_run = [](int value) { return value; },
              .on_before_unload = [] { FAIL() << "it never began"; },
              .on_destroy = [&] { ++destroyed; }});
    };
    const absl::StatusOr<Module<callbacks::Exports>> module = load(false);
    ExpectError(module, LoadError::kConstructorFailed,
                {ModuleFile("callbacks"), "static constructor",
                 "std::logic_error: not today"});
    ASSERT_TRUE(ExceptionOf(module.status()).has_value());
    EXPECT_EQ(ExceptionOf(module.status())->type, "relib::ImportError");
    EXPECT_EQ(destroyed, 0) << "an object that was never constructed";
  }
  absl::StatusOr<Module<callbacks::Exports>> module = Load<callbacks::Exports>(
      ModuleFile("callbacks"),
      callbacks::Imports{.on_construct = [] {},
                         .on_run = [](int value) { return value; },
                         .on_before_unload = [] {},
                         .on_destroy = [] {}});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(*module->exports().run(3), 3);
}

TEST_F(LoadTest, AModuleLoadsAnotherWhileItStarts) {
  absl::Status itself, another;
  absl::StatusOr<Module<callbacks::Exports>> module = Load<callbacks::Exports>(
      ModuleFile("callbacks"),
      callbacks::Imports{.on_construct =
                             [&] {
                               itself = Load(ModuleFile("callbacks")).status();
                               another = Load(ModuleFile("answer")).status();
                             },
                         .on_run = [](int value) { return value; },
                         .on_before_unload = [] {},
                         .on_destroy = [] {}});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(LoadErrorOf(itself), LoadError::kAlreadyLoaded) << itself;
  EXPECT_TRUE(another.ok()) << another;
}

TEST_F(LoadTest, ThreeHundredThreadsRaceForOneFile) {
  for (int round = 0; round < 3; ++round) {
    absl::Notification go;
    std::atomic<int> winners{0};
    std::vector<std::unique_ptr<Module<AddExports>>> modules(300);
    std::vector<std::thread> threads;
    for (auto& slot : modules) {
      threads.emplace_back([&] {
        go.WaitForNotification();
        absl::StatusOr<Module<AddExports>> module =
            Load<AddExports>(ModuleFile("greeter"), Silent());
        if (module.ok()) {
          ++winners;
          slot = std::make_unique<Module<AddExports>>(*std::move(module));
        } else {
          EXPECT_EQ(LoadErrorOf(module.status()), LoadError::kAlreadyLoaded)
              << module.status();
        }
      });
    }
    go.Notify();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
    for (auto& module : modules) {
      if (module == nullptr) continue;
      EXPECT_EQ(*module->exports().add(2, 3), 5);
      EXPECT_TRUE(module->Unload().ok());
    }
  }
}

// Loads overlap with unloads. Each load succeeds, or fails with kAlreadyLoaded.
TEST_F(LoadTest, ThreadsLoadAndUnloadOneFile) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([] {
      for (int loaded = 0; loaded < 10;) {
        absl::StatusOr<Module<AddExports>> module =
            Load<AddExports>(ModuleFile("greeter"), Silent());
        if (!module.ok()) {
          ASSERT_EQ(LoadErrorOf(module.status()), LoadError::kAlreadyLoaded)
              << module.status();
          // A refusal is much faster than a load. Without this, the refused
          // threads would starve the one that has loaded the file.
          std::this_thread::yield();
          continue;
        }
        ++loaded;
        EXPECT_EQ(*module->exports().add(2, 3), 5);
        const absl::Status status = module->Unload().status();
        ASSERT_TRUE(status.ok()) << status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace relib
