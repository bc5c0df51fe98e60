// Tests backtraces of exceptions and Backtrace::Capture(), across the boundary
// and after the module was unloaded or replaced.

#include "relib/backtrace.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/host/library.h"
#include "relib/host.h"
#include "tests/modules/tracing/tracing.h"
#include "tests/support/module_file.h"
#include "tests/support/sanitized.h"
#include "tests/support/test_files.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using tracing::How;

constexpr std::string_view kModuleSource = "tests/modules/tracing/tracing.cc";
constexpr std::string_view kHostSource = "tests/api/backtrace_test.cc";

absl::StatusOr<Module<tracing::Exports>> LoadTracing(
    const std::string& path, std::function<void()> call_back = [] {},
    const LoadOptions& options = {}) {
  return Load<tracing::Exports>(
      path, tracing::Imports{.call_back = std::move(call_back)}, options);
}

// Loads a module, calls an export that throws, unloads the module, and returns
// the exception.
ExceptionInfo Thrown(How how, const std::string& file = "tracing/tracing") {
  absl::StatusOr<Module<tracing::Exports>> module =
      LoadTracing(ModuleFile(file));
  EXPECT_TRUE(module.ok()) << module.status();
  if (!module.ok()) return {};
  const absl::Status status = module->exports().fail(how);
  EXPECT_EQ(CallErrorOf(status), CallError::kException) << status;
  return ExceptionOf(status).value_or(ExceptionInfo());
}

// Returns whether `frame` is in the function of that name.
bool IsOf(const BacktraceFrame& frame, std::string_view function) {
  const size_t position = frame.function.find(function);
  if (position == std::string::npos) return false;
  const size_t end = position + function.size();
  return (position == 0 || frame.function[position - 1] == ':') &&
         (end == frame.function.size() || frame.function[end] == '(');
}

// Returns the first frame of `function`.
std::optional<BacktraceFrame> Find(const Backtrace& backtrace,
                                   std::string_view function) {
  for (const BacktraceFrame& frame : backtrace.frames()) {
    if (IsOf(frame, function)) return frame;
  }
  return std::nullopt;
}

// Expects that `function` of the module threw `exception` in the line that is
// its text, and that the backtrace contains `callers` in this order.
void ExpectThrownBy(const ExceptionInfo& exception, std::string_view function,
                    const std::vector<std::string_view>& callers) {
  SCOPED_TRACE(exception.backtrace.ToString());
  const std::vector<BacktraceFrame> frames = exception.backtrace.frames();
  ASSERT_FALSE(frames.empty());
  EXPECT_PRED2(IsOf, frames[0], function);
  EXPECT_THAT(frames[0].file, EndsWith(kModuleSource));
  EXPECT_EQ(std::to_string(frames[0].line), exception.what);
  auto next = frames.begin();
  for (const std::string_view caller : callers) {
    SCOPED_TRACE(caller);
    next = std::find_if(
        next, frames.end(),
        [caller](const BacktraceFrame& frame) { return IsOf(frame, caller); });
    ASSERT_NE(next, frames.end());
  }
}

TEST(BacktraceTest, OfAThrow) {
  ExpectThrownBy(Thrown(How::kDirectly), "ThrowHere",
                 {"Fail", "Thrown", "TestBody", "main"});
}

TEST(BacktraceTest, OfAThrowInAHandler) {
  ExpectThrownBy(Thrown(How::kInHandler), "ThrowHere",
                 {"ThrowInHandler", "Fail", "Thrown"});
}

TEST(BacktraceTest, OfTheCppLibrary) {
  const Backtrace backtrace = Thrown(How::kByLibrary).backtrace;
  EXPECT_TRUE(Find(backtrace, "__throw_out_of_range_fmt").has_value());
  const std::optional<BacktraceFrame> caller = Find(backtrace, "Fail");
  ASSERT_TRUE(caller.has_value()) << backtrace.ToString();
  EXPECT_THAT(caller->file, EndsWith(kModuleSource));
  EXPECT_GT(caller->line, 0);
}

TEST(BacktraceTest, IsThatOfTheFirstThrow) {
  ExpectThrownBy(Thrown(How::kAgain), "ThrowHere",
                 {"ThrowAgain", "Fail", "Thrown"});
}

TEST(BacktraceTest, OfAnotherThread) {
  const ExceptionInfo exception = Thrown(How::kOnAnotherThread);
  ExpectThrownBy(exception, "ThrowHere", {});
  // The backtrace doesn't contain the thread that rethrew it.
  EXPECT_FALSE(Find(exception.backtrace, "Fail").has_value());
  EXPECT_FALSE(Find(exception.backtrace, "Thrown").has_value());
}

TEST(BacktraceTest, OfWhatWasNeverThrown) {
  const ExceptionInfo exception = Thrown(How::kMadePointer);
  const std::optional<BacktraceFrame> maker =
      Find(exception.backtrace, "RethrowMade");
  ASSERT_TRUE(maker.has_value()) << exception.backtrace.ToString();
  EXPECT_EQ(std::to_string(maker->line), exception.what);
}

TEST(BacktraceTest, ThroughTheCLibrary) {
  const ExceptionInfo exception = Thrown(How::kThroughCLibrary);
  if (kSanitized) {
    // The sanitizer's qsort() is mistaken for the boundary.
    ExpectThrownBy(exception, "ThrowHere", {});
  } else {
    ExpectThrownBy(exception, "ThrowHere",
                   {"ThrowThroughCLibrary", "Fail", "Thrown"});
  }
}

TEST(BacktraceTest, SaysWhereFramesAreLeftOut) {
  const ExceptionInfo exception = Thrown(How::kDeep);
  ExpectThrownBy(exception, "ThrowHere", {"ThrowDeep", "Thrown", "TestBody"});
  const std::vector<BacktraceFrame> frames = exception.backtrace.frames();
  EXPECT_EQ(std::count_if(
                frames.begin(), frames.end(),
                [](const BacktraceFrame& frame) { return frame.address == 0; }),
            1);
  EXPECT_THAT(exception.backtrace.ToString(), HasSubstr("left out"));
}

TEST(BacktraceTest, OfEachNestedException) {
  const ExceptionInfo exception = Thrown(How::kNested);
  EXPECT_EQ(exception.type, "std::runtime_error");
  EXPECT_EQ(exception.what, "level 2");
  EXPECT_TRUE(Find(exception.backtrace, "ThrowNested").has_value());
  ASSERT_EQ(exception.causes.size(), 2);
  EXPECT_EQ(exception.causes[0].type, "std::runtime_error");
  EXPECT_EQ(exception.causes[0].what, "level 1");
  EXPECT_TRUE(Find(exception.causes[0].backtrace, "ThrowNested").has_value());
  EXPECT_EQ(exception.causes[1].type, "tracing::Line");
  ExpectThrownBy(exception.causes[1], "ThrowHere",
                 {"ThrowNested", "ThrowNested", "Fail"});
}

TEST(BacktraceTest, NestedExceptionsAreAllInTheMessage) {
  absl::StatusOr<Module<tracing::Exports>> module =
      LoadTracing(ModuleFile("tracing/tracing"));
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_THAT(
      std::string(module->exports().fail(How::kNested).message()),
      HasSubstr("std::runtime_error: level 2; caused by std::runtime_error: "
                "level 1; caused by tracing::Line: "));
}

// Throws in the host, and stores the line in `*line`.
[[gnu::noinline]] void ThrowInHost(int* line) {
  *line = __LINE__ + 1;
  throw std::logic_error("of the host");
}

[[gnu::noinline]] void ThrowByLibrary(int* line) {
  *line = __LINE__ + 1;
  static_cast<void>(std::string().at(1));
}

TEST(BacktraceTest, OfAnImport) {
  int line = 0;
  absl::StatusOr<Module<tracing::Exports>> module = LoadTracing(
      ModuleFile("tracing/tracing"), [&line] { ThrowInHost(&line); });
  ASSERT_TRUE(module.ok()) << module.status();
  const std::optional<ExceptionInfo> exception =
      ExceptionOf(module->exports().fail(How::kByImport));
  ASSERT_TRUE(exception.has_value());
  EXPECT_EQ(exception->type, "relib::ImportError");
  SCOPED_TRACE(exception->backtrace.ToString());
  const std::vector<BacktraceFrame> frames = exception->backtrace.frames();
  ASSERT_FALSE(frames.empty());
  EXPECT_PRED2(IsOf, frames[0], "ThrowInHost");
  EXPECT_THAT(frames[0].file, EndsWith(kHostSource));
  EXPECT_EQ(frames[0].line, line);
  // The backtrace contains the module that called it, and its caller.
  EXPECT_TRUE(Find(exception->backtrace, "Fail").has_value());
  EXPECT_TRUE(Find(exception->backtrace, "TestBody").has_value());
}

TEST(BacktraceTest, OfAnImportWhichTheCppLibraryMakesThrow) {
  int line = 0;
  absl::StatusOr<Module<tracing::Exports>> module = LoadTracing(
      ModuleFile("tracing/tracing"), [&line] { ThrowByLibrary(&line); });
  ASSERT_TRUE(module.ok()) << module.status();
  const std::optional<ExceptionInfo> exception =
      ExceptionOf(module->exports().fail(How::kByImport));
  ASSERT_TRUE(exception.has_value());
  SCOPED_TRACE(exception->backtrace.ToString());
  // The names of the library's functions vary. Their caller is known.
  const std::vector<BacktraceFrame> frames = exception->backtrace.frames();
  const auto caller = std::find_if(
      frames.begin(), frames.end(), [line](const BacktraceFrame& frame) {
        return frame.file.ends_with(kHostSource) && frame.line == line;
      });
  EXPECT_NE(caller, frames.begin());
  EXPECT_NE(caller, frames.end());
  EXPECT_TRUE(Find(exception->backtrace, "Fail").has_value());
}

TEST(BacktraceTest, OfMainBeforeUnloadAndConstructors) {
  absl::StatusOr<Module<tracing::Exports>> module =
      LoadTracing(ModuleFile("tracing/tracing"));
  ASSERT_TRUE(module.ok()) << module.status();
  std::optional<ExceptionInfo> exception = ExceptionOf(module->CallMain());
  ASSERT_TRUE(exception.has_value());
  ExpectThrownBy(*exception, "ThrowHere", {"relib_main", "TestBody"});

  ASSERT_TRUE(module->exports().fail(How::kByBeforeUnload).ok());
  const absl::Status refused = module->Unload().status();
  EXPECT_EQ(UnloadErrorOf(refused), UnloadError::kBeforeUnloadFailed);
  exception = ExceptionOf(refused);
  ASSERT_TRUE(exception.has_value());
  ExpectThrownBy(*exception, "ThrowHere", {"relib_before_unload"});
  ASSERT_TRUE(module->Unload().ok());

  const absl::Status not_loaded =
      LoadTracing(ModuleFile("tracing/tracing_throwing_constructor")).status();
  EXPECT_EQ(LoadErrorOf(not_loaded), LoadError::kConstructorFailed);
  exception = ExceptionOf(not_loaded);
  ASSERT_TRUE(exception.has_value());
  // The module is already unloaded.
  ExpectThrownBy(*exception, "ThrowHere", {"TestBody"});
}

TEST(BacktraceTest, WithoutDebugInformationHasNames) {
  const ExceptionInfo exception =
      Thrown(How::kDirectly, "tracing/tracing_without_debug_info");
  const std::vector<BacktraceFrame> frames = exception.backtrace.frames();
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames[0].function, "tracing::(anonymous namespace)::ThrowHere()");
  EXPECT_THAT(frames[0].file, IsEmpty());
  EXPECT_EQ(frames[0].line, 0);
  EXPECT_TRUE(Find(exception.backtrace, "TestBody").has_value());
}

TEST(BacktraceTest, WithoutSymbolsHasModulesAndOffsets) {
  const ExceptionInfo exception =
      Thrown(How::kDirectly, "tracing/tracing_stripped");
  const std::vector<BacktraceFrame> frames = exception.backtrace.frames();
  ASSERT_FALSE(frames.empty());
  EXPECT_THAT(frames[0].function, IsEmpty());
  EXPECT_THAT(frames[0].module, HasSubstr("tracing_stripped"));
  EXPECT_GT(frames[0].offset, 0);
  EXPECT_THAT(frames[0].ToString(),
              AllOf(StartsWith("? ("), HasSubstr("tracing_stripped"),
                    HasSubstr("+0x")));
  EXPECT_TRUE(Find(exception.backtrace, "TestBody").has_value());
}

[[gnu::noinline]] Backtrace CaptureInHost(int* line) {
  *line = __LINE__ + 1;
  Backtrace backtrace = Backtrace::Capture();
  return backtrace;
}

TEST(BacktraceTest, IsCapturedInTheHost) {
  int line = 0;
  const Backtrace backtrace = CaptureInHost(&line);
  const std::vector<BacktraceFrame> frames = backtrace.frames();
  SCOPED_TRACE(backtrace.ToString());
  ASSERT_GT(frames.size(), 2);
  EXPECT_PRED2(IsOf, frames[0], "CaptureInHost");
  EXPECT_THAT(frames[0].file, EndsWith(kHostSource));
  EXPECT_EQ(frames[0].line, line);
  EXPECT_PRED2(IsOf, frames[1], "TestBody");
  EXPECT_THAT(backtrace.ToString(), StartsWith("#0 "));
  EXPECT_TRUE(Backtrace().empty());
  EXPECT_EQ(Backtrace().ToString(), "");
}

TEST(BacktraceTest, IsCapturedInAModule) {
  absl::StatusOr<Module<tracing::Exports>> module =
      LoadTracing(ModuleFile("tracing/tracing"));
  ASSERT_TRUE(module.ok()) << module.status();
  const std::string text = module->exports().capture().value_or("");
  EXPECT_THAT(text,
              StartsWith("#0 tracing::(anonymous namespace)::CaptureHere"));
  EXPECT_THAT(text.substr(0, text.find('\n')), HasSubstr(kModuleSource));
  EXPECT_THAT(text, HasSubstr("TestBody"));
}

TEST(BacktraceTest, GoesThroughHostAndModulesByTurns) {
  Backtrace backtrace;
  int line = 0;
  absl::StatusOr<Module<tracing::Exports>> inner =
      LoadTracing(ModuleFile("tracing/tracing_other_version"),
                  [&] { backtrace = CaptureInHost(&line); });
  ASSERT_TRUE(inner.ok()) << inner.status();
  absl::StatusOr<Module<tracing::Exports>> outer = LoadTracing(
      ModuleFile("tracing/tracing"),
      [&inner] { EXPECT_TRUE(inner->exports().fail(How::kByImport).ok()); });
  ASSERT_TRUE(outer.ok()) << outer.status();
  ASSERT_TRUE(outer->exports().fail(How::kByImport).ok());
  ASSERT_TRUE(inner->Unload().ok());
  std::vector<std::string> modules;
  for (const BacktraceFrame& frame : backtrace.frames()) {
    const std::string name =
        frame.module.substr(frame.module.find_last_of("/\\") + 1);
    if (!name.starts_with("backtrace_test") &&
        !name.starts_with(
            std::string(platform::kLibraryPrefix).append("tracing"))) {
      continue;
    }
    if (modules.empty() || modules.back() != name) modules.push_back(name);
  }
  const auto file = [](std::string_view name) {
    return std::string(platform::kLibraryPrefix)
        .append(name)
        .append(platform::kLibrarySuffix);
  };
  ASSERT_EQ(modules.size(), 5) << backtrace.ToString();
  EXPECT_EQ(modules[1], file("tracing_other_version"));
  EXPECT_EQ(modules[3], file("tracing"));
}

void CopyOver(const std::filesystem::path& from,
              const std::filesystem::path& to) {
  // copy_file() of mingw-w64 can't overwrite a file.
  std::filesystem::remove(to);
  std::filesystem::copy_file(from, to);
  std::filesystem::permissions(to, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
}

// Copies the module `name` to `path`. Its PDB file, if any, keeps its name.
void Put(const std::string& name, const std::string& path) {
  const std::filesystem::path module = ModuleFile(name);
  CopyOver(module, path);
  const std::filesystem::path pdb =
      std::filesystem::path(module).replace_extension(".pdb");
  if (std::filesystem::exists(pdb)) {
    CopyOver(pdb, std::filesystem::path(path).replace_filename(pdb.filename()));
  }
}

uintptr_t BaseOf(const BacktraceFrame& frame) {
  return frame.address - frame.offset;
}

TEST(BacktraceTest, IsThatOfItsVersionAfterAReloadAtTheSameAddress) {
  const TestDirectory directory;
  const std::string path = directory / "module.so";
  // The addresses differ if something else was mapped in the meantime.
  for (int attempt = 0; attempt < 20; ++attempt) {
    // The backtraces are read only when both exist.
    absl::Status old_status, other_status;
    Put("tracing/tracing", path);
    {
      absl::StatusOr<Module<tracing::Exports>> module = LoadTracing(path);
      ASSERT_TRUE(module.ok()) << module.status();
      old_status = module->exports().fail(How::kDirectly);
      ASSERT_TRUE(module->Unload().ok());
    }
    Put("tracing/tracing_other_version", path);
    absl::StatusOr<Module<tracing::Exports>> module = LoadTracing(path);
    ASSERT_TRUE(module.ok()) << module.status();
    other_status = module->exports().fail(How::kDirectly);

    const std::optional<ExceptionInfo> old = ExceptionOf(old_status);
    const std::optional<ExceptionInfo> other = ExceptionOf(other_status);
    ASSERT_TRUE(old.has_value() && other.has_value());
    ExpectThrownBy(*old, "ThrowHere", {"Fail", "TestBody"});
    ExpectThrownBy(*other, "ThrowInOtherVersion", {"Fail", "TestBody"});
    EXPECT_NE(old->what, other->what);
    if (BaseOf(old->backtrace.frames()[0]) ==
        BaseOf(other->backtrace.frames()[0])) {
      return;
    }
  }
  if (kSanitized) GTEST_SKIP() << "the sanitizer maps memory in between";
  FAIL() << "they were never at the same address, so this has tested nothing";
}

TEST(BacktraceTest, HasNoNamesOfAFileThatWasReplaced) {
  const TestDirectory directory;
  const std::string path = directory / "module.so";
  Put("tracing/tracing", path);
  absl::StatusOr<Module<tracing::Exports>> module = LoadTracing(path);
  ASSERT_TRUE(module.ok()) << module.status();
  const std::optional<ExceptionInfo> exception =
      ExceptionOf(module->exports().fail(How::kDirectly));
  ASSERT_TRUE(exception.has_value());
  std::filesystem::rename(path, directory / "renamed.so");
  Put("tracing/tracing_other_version", path);
  const std::vector<BacktraceFrame> frames = exception->backtrace.frames();
  ASSERT_FALSE(frames.empty());
  EXPECT_THAT(frames[0].function, IsEmpty()) << frames[0].ToString();
  EXPECT_THAT(frames[0].module, HasSubstr("module.so"));
  // Frames of the host have names.
  EXPECT_TRUE(Find(exception->backtrace, "TestBody").has_value());
}

// The next build overwrites the originals while the module runs.
TEST(BacktraceTest, OfAPrivateCopyDoesntNeedTheOriginals) {
  const TestDirectory directory;
  const std::string path = directory / "module.so";
  const std::filesystem::path pdb = directory / "tracing.pdb";
  Put("tracing/tracing", path);
  absl::StatusOr<Module<tracing::Exports>> module =
      LoadTracing(path, [] {}, {.private_copy = true});
  ASSERT_TRUE(module.ok()) << module.status();
  const absl::Status before = module->exports().fail(How::kDirectly);
  Put("tracing/tracing_other_version", path);
  if (std::filesystem::exists(pdb)) {
    CopyOver(directory / "tracing_other_version.pdb", pdb);
  }
  const absl::Status after = module->exports().fail(How::kDirectly);
  for (const absl::Status& status : {before, after}) {
    const std::optional<ExceptionInfo> exception = ExceptionOf(status);
    ASSERT_TRUE(exception.has_value());
    ExpectThrownBy(*exception, "ThrowHere", {"Fail", "TestBody"});
  }
  std::filesystem::remove(path);
  std::filesystem::remove(pdb);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(pdb));
  EXPECT_TRUE(module->Unload().ok());
}

TEST(BacktraceTest, OutlivesAPrivateCopy) {
  absl::Status status;
  {
    absl::StatusOr<Module<tracing::Exports>> module = LoadTracing(
        ModuleFile("tracing/tracing"), [] {}, {.private_copy = true});
    ASSERT_TRUE(module.ok()) << module.status();
    status = module->exports().fail(How::kDirectly);
    ASSERT_TRUE(module->Unload().ok());
    EXPECT_FALSE(std::filesystem::exists(module->mapped_path()));
  }
  const absl::Status copy = status;
  status = absl::OkStatus();
  const std::optional<ExceptionInfo> exception = ExceptionOf(copy);
  ASSERT_TRUE(exception.has_value());
  ExpectThrownBy(*exception, "ThrowHere", {"Fail", "TestBody"});
}

TEST(BacktraceTest, IsNotReadBackFromText) {
  absl::StatusOr<Module<tracing::Exports>> module =
      LoadTracing(ModuleFile("tracing/tracing"));
  ASSERT_TRUE(module.ok()) << module.status();
  absl::Status written(absl::StatusCode::kAborted, "");
  {
    const absl::Status status = module->exports().fail(How::kDirectly);
    status.ForEachPayload([&](std::string_view url, const absl::Cord& payload) {
      written.SetPayload(url, absl::Cord(std::string(payload)));
    });
  }
  const std::optional<ExceptionInfo> exception = ExceptionOf(written);
  ASSERT_TRUE(exception.has_value());
  EXPECT_EQ(exception->type, "tracing::Line");
  EXPECT_TRUE(exception->backtrace.empty());
}

TEST(BacktraceTest, OfManyThreadsWhileModulesComeAndGo) {
  absl::StatusOr<Module<tracing::Exports>> steady =
      LoadTracing(ModuleFile("tracing/tracing"));
  ASSERT_TRUE(steady.ok()) << steady.status();
  std::atomic<bool> done = false;
  std::vector<std::thread> throwers;
  for (int i = 0; i < 3; ++i) {
    throwers.emplace_back([&steady, &done, i] {
      for (int n = 0; !done.load(); ++n) {
        const absl::Status status = steady->exports().fail(How::kNested);
        EXPECT_EQ(steady->exports().throw_and_catch(10).value_or(0), 10);
        if (n % 16 != i) continue;
        const std::optional<ExceptionInfo> exception = ExceptionOf(status);
        ASSERT_TRUE(exception.has_value());
        ExpectThrownBy(exception->causes.at(1), "ThrowHere", {"Fail"});
      }
    });
  }
  for (int i = 0; i < 10; ++i) {
    absl::Status status;
    {
      absl::StatusOr<Module<tracing::Exports>> module =
          LoadTracing(ModuleFile("tracing/tracing_other_version"));
      ASSERT_TRUE(module.ok()) << module.status();
      std::thread other([&module] {
        for (int n = 0; n < 5; ++n) {
          static_cast<void>(module->exports().fail(How::kDirectly));
        }
      });
      status = module->exports().fail(How::kNested);
      other.join();
      ASSERT_TRUE(module->Unload().ok());
    }
    const std::optional<ExceptionInfo> exception = ExceptionOf(status);
    ASSERT_TRUE(exception.has_value());
    ExpectThrownBy(exception->causes.at(1), "ThrowInOtherVersion", {"Fail"});
  }
  done = true;
  for (std::thread& thrower : throwers) thrower.join();
}

}  // namespace
}  // namespace relib
