#include "platform/host/library.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/agent/agent.h"
#include "platform/host/deadline.h"
#include "platform/host/files/file.h"
#include "platform/host/module_resources.h"
#include "platform/tests/libraries/runfile.h"

namespace relib::platform {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string FileName(const std::string& name) {
  return std::string(kLibraryPrefix) + name + std::string(kLibrarySuffix);
}

// Each test loads its own copy, so that tests do not interfere.
std::string CopyOf(const std::string& name) {
  const fs::path directory =
      fs::path(::testing::TempDir()) /
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
  fs::create_directories(directory);
  const fs::path copy = directory / FileName(name);
  std::error_code ignored;
  fs::remove(copy, ignored);
  fs::copy_file(Runfile("platform/tests/libraries/" + FileName(name)), copy);
  // Files that Bazel builds are read-only, and Windows does not delete such
  // files.
  fs::permissions(copy, fs::perms::owner_write, fs::perm_options::add);
  absl::StatusOr<std::string> path = CanonicalPath(copy.string());
  EXPECT_TRUE(path.ok()) << path.status();
  return path.value_or("");
}

template <typename F>
F* Function(const Library& library, const char* name) {
  void* symbol = library.Symbol(name);
  EXPECT_NE(symbol, nullptr) << name;
  return reinterpret_cast<F*>(symbol);
}

// A library whose agent is bound, as relib does it.
struct Started {
  Library library;
  std::unique_ptr<ModuleResources> resources = ModuleResources::Create();
};

Started Start(const std::string& path) {
  Started started;
  absl::StatusOr<Library> library = Library::Load(path);
  EXPECT_TRUE(library.ok()) << library.status();
  if (library.ok()) {
    started.library = *std::move(library);
    EXPECT_TRUE(Function<bool(const AgentBinding*)>(
        started.library, "Start")(started.resources->binding()));
  }
  return started;
}

TEST(LibraryTest, LoadsCallsAndUnloads) {
  const std::string path = CopyOf("plain");
  absl::StatusOr<Library> library = Library::Load(path);
  ASSERT_TRUE(library.ok()) << library.status();
  EXPECT_TRUE(library->loaded());
  EXPECT_EQ((Function<int(int, int)>(*library, "Add")(2, 3)), 5);
  EXPECT_EQ(library->Symbol("no_such_symbol"), nullptr);
  const absl::Status status = library->Unload();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_FALSE(library->loaded());
  // Nothing keeps the file in use.
  std::error_code error;
  EXPECT_TRUE(fs::remove(path, error)) << error.message();
}

TEST(LibraryTest, ConstructorsWaitAndDestructorsRunOnce) {
  absl::StatusOr<Library> library = Library::Load(CopyOf("plain"));
  ASSERT_TRUE(library.ok()) << library.status();
  auto* constructed = Function<int()>(*library, "Constructed");
  EXPECT_EQ(constructed(), 0);
  const std::unique_ptr<ModuleResources> resources = ModuleResources::Create();
  auto* start = Function<bool(const AgentBinding*)>(*library, "Start");
  EXPECT_TRUE(start(resources->binding()));
  EXPECT_EQ(constructed(), 1);
  EXPECT_TRUE(start(resources->binding()));
  int destroyed = 0;
  Function<void(int*)>(*library, "CountDestruction")(&destroyed);
  ASSERT_TRUE(library->Unload().ok());
  EXPECT_EQ(destroyed, 1);
}

TEST(LibraryTest, AConstructorMayStartAndJoinAThread) {
  Started started = Start(CopyOf("constructor"));
  ASSERT_TRUE(started.library.loaded());
  EXPECT_EQ(Function<int()>(started.library, "Value")(), 42);
  ASSERT_TRUE(started.resources->WaitForThreads(Deadline::Never()));
  const absl::Status status = started.library.Unload();
  EXPECT_TRUE(status.ok()) << status;
}

TEST(LibraryTest, AConstructorMayThrow) {
  absl::StatusOr<Library> library =
      Library::Load(CopyOf("throwing_constructor"));
  ASSERT_TRUE(library.ok()) << library.status();
  const std::unique_ptr<ModuleResources> resources = ModuleResources::Create();
  EXPECT_FALSE((Function<bool(const AgentBinding*)>(
      *library, "Start")(resources->binding())));
  int destroyed = 0;
  Function<void(int*)>(*library, "CountDestruction")(&destroyed);
  const absl::Status status = library->Unload();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(destroyed, 1) << "what was constructed before goes with it";
}

TEST(LibraryTest, TheLastLoadIsLikeTheFirst) {
  const std::string path = CopyOf("plain");
  for (int i = 0; i < 300; ++i) {
    Started started = Start(path);
    ASSERT_TRUE(started.library.loaded()) << i;
    ASSERT_EQ((Function<int(int, int)>(started.library, "Add")(i, 1)), i + 1);
    const absl::Status status = started.library.Unload();
    ASSERT_TRUE(status.ok()) << status << " in round " << i;
  }
}

TEST(LibraryTest, ASecondLoadIsRefusedThroughEveryName) {
  const std::string path = CopyOf("plain");
  absl::StatusOr<Library> library = Library::Load(path);
  ASSERT_TRUE(library.ok()) << library.status();
  EXPECT_EQ(Library::Load(path).status().code(),
            absl::StatusCode::kAlreadyExists);
  const fs::path hard = fs::path(path).parent_path() / FileName("hard");
  std::error_code ignored;
  fs::remove(hard, ignored);
  fs::create_hard_link(path, hard);
  EXPECT_EQ(Library::Load(hard.string()).status().code(),
            absl::StatusCode::kAlreadyExists);
  // The loaded copy is unchanged.
  EXPECT_EQ((Function<int(int, int)>(*library, "Add")(2, 3)), 5);
  const absl::Status status = library->Unload();
  EXPECT_TRUE(status.ok()) << status;
}

TEST(LibraryTest, ACopyIsAnotherLibrary) {
  const std::string path = CopyOf("plain");
  const fs::path copy = fs::path(path).parent_path() / FileName("copy");
  std::error_code ignored;
  fs::remove(copy, ignored);
  fs::copy_file(path, copy);
  absl::StatusOr<Library> first = Library::Load(path);
  absl::StatusOr<Library> second = Library::Load(copy.string());
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(first->Symbol("Add"), second->Symbol("Add"));
  EXPECT_TRUE(first->Unload().ok());
  EXPECT_EQ((Function<int(int, int)>(*second, "Add")(2, 3)), 5);
  EXPECT_TRUE(second->Unload().ok());
}

TEST(LibraryTest, WhatCanNotBeLoadedSaysWhy) {
  const fs::path path =
      fs::path(::testing::TempDir()) / FileName("not_a_library");
  std::ofstream(path) << "text";
  absl::Status status =
      Library::Load(CanonicalPath(path.string()).value_or("")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("not_a_library"));
  status = Library::Load(path.string() + ".none").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

TEST(LibraryTest, AReferenceRefusesTheUnload) {
  Started started = Start(CopyOf("self_reference"));
  ASSERT_TRUE(started.library.loaded());
  Function<void()>(started.library, "TakeReference")();
  const absl::Status refused = started.library.Unload();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(refused.message().empty());
  EXPECT_TRUE(started.library.loaded());
  // The answer is the same each time.
  EXPECT_EQ(started.library.Unload(), refused);
  Function<void()>(started.library, "GiveReferenceBack")();
  const absl::Status status = started.library.Unload();
  EXPECT_TRUE(status.ok()) << status;
}

TEST(LibraryTest, ALibraryThatIsLinkedAgainstItRefusesTheUnload) {
  // Copied under its own name, by which the other library finds it.
  absl::StatusOr<std::string> path =
      CanonicalPath(Runfile("platform/tests/libraries/" + FileName("plain")));
  ASSERT_TRUE(path.ok()) << path.status();
  Started plain = Start(*path);
  ASSERT_TRUE(plain.library.loaded());
  absl::StatusOr<Library> importer = Library::Load(CopyOf("importer"));
  ASSERT_TRUE(importer.ok()) << importer.status();
  EXPECT_EQ(Function<int(int)>(*importer, "Twice")(21), 42);
  int destroyed = 0;
  Function<void(int*)>(plain.library, "CountDestruction")(&destroyed);
  const absl::Status refused = plain.library.Unload();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr(FileName("importer")));
  EXPECT_EQ(destroyed, 0);
  EXPECT_EQ(Function<int(int)>(*importer, "Twice")(4), 8);
  EXPECT_TRUE(importer->Unload().ok());
  const absl::Status status = plain.library.Unload();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(destroyed, 1);
}

TEST(LibraryTest, ThreadLocalObjectsGoWithTheirThread) {
  Started started = Start(CopyOf("thread_local"));
  ASSERT_TRUE(started.library.loaded());
  auto* use = Function<int(int*)>(started.library, "UseLocal");
  int destroyed = 0;
  std::thread([&] { EXPECT_EQ(use(&destroyed), 7); }).join();
  EXPECT_EQ(destroyed, 1);
  const absl::Status status = started.library.Unload();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(destroyed, 1);
}

TEST(LibraryTest, IsMovable) {
  absl::StatusOr<Library> loaded = Library::Load(CopyOf("plain"));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  Library first = *std::move(loaded);
  Library second(std::move(first));
  EXPECT_FALSE(first.loaded());  // NOLINT(bugprone-use-after-move)
  EXPECT_FALSE(first.Unload().ok());
  first = std::move(second);
  EXPECT_TRUE(first.loaded());
  EXPECT_TRUE(first.Unload().ok());
  EXPECT_FALSE(Library().loaded());
  EXPECT_EQ(Library().Symbol("Add"), nullptr);
}

}  // namespace
}  // namespace relib::platform
