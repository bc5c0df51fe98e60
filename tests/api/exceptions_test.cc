// Tests the conversion of exceptions to a status or an ImportError at the
// boundary, and calls of main.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/modules/greeter.h"
#include "tests/modules/thrower.h"
#include "tests/support/module_file.h"

namespace relib {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using thrower::What;

struct Case {
  What what;
  std::string type;
  std::string text;
};

const Case kCases[] = {
    {What::kRuntimeError, "std::runtime_error", "went wrong"},
    {What::kOwnException, "thrower::OwnException", "own text"},
    {What::kString, "std::__cxx11::basic_string<char", "a string"},
    {What::kText, "char const*", "a text"},
    {What::kInt, "int", ""},
    {What::kOwnStruct, "thrower::OwnStruct", ""},
    {What::kNullWhat, "thrower::OwnException", ""},
    {What::kNullText, "char const*", ""},
};

absl::StatusOr<Module<thrower::Exports>> LoadThrower(
    std::function<int()> fail) {
  return Load<thrower::Exports>(ModuleFile("thrower"),
                                thrower::Imports{.fail = std::move(fail)});
}

void ExpectThrown(const absl::Status& status, const std::string& type,
                  const std::string& text) {
  EXPECT_EQ(CallErrorOf(status), CallError::kException) << status;
  EXPECT_FALSE(LoadErrorOf(status).has_value());
  EXPECT_FALSE(UnloadErrorOf(status).has_value());
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(type), HasSubstr(text), HasSubstr("thrower")));
  const std::optional<ExceptionInfo> exception = ExceptionOf(status);
  ASSERT_TRUE(exception.has_value());
  EXPECT_THAT(exception->type, ::testing::StartsWith(type));
  EXPECT_EQ(exception->what, text);
}

// The C++ runtime looks up unwind information for the frames of an exception
// while another library is unloaded.
TEST(ExceptionsTest, BesideLoadsAndUnloads) {
  using ThrowerModule = absl::StatusOr<Module<thrower::Exports>>;
  const auto load = [] {
    return std::make_shared<ThrowerModule>(Load<thrower::Exports>(
        ModuleFile("thrower"), thrower::Imports{.fail = [] { return 1; }},
        {.private_copy = true}));
  };
  std::shared_ptr<ThrowerModule> current = load();
  ASSERT_TRUE(current->ok()) << current->status();
  std::mutex mutex;
  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        std::shared_ptr<ThrowerModule> module;
        {
          const std::lock_guard lock(mutex);
          module = current;
        }
        const absl::Status status =
            (*module)->exports().throw_from_void(What::kInt);
        const std::optional<CallError> error = CallErrorOf(status);
        if (error == CallError::kException || error == CallError::kUnloading) {
          continue;
        }
        ADD_FAILURE() << status;
        return;
      }
    });
  }
  for (int i = 0; i < 300 && !testing::Test::HasFailure(); ++i) {
    std::shared_ptr<ThrowerModule> next = load();
    if (!next->ok()) {
      ADD_FAILURE() << next->status();
      break;
    }
    std::unique_lock lock(mutex);
    std::swap(current, next);
    lock.unlock();
    const absl::StatusOr<UnloadReport> report = (*next)->Unload();
    EXPECT_TRUE(report.ok()) << report.status();
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
}

TEST(ExceptionsTest, OfExportsBecomeAStatus) {
  absl::StatusOr<Module<thrower::Exports>> module =
      LoadThrower([] { return 1; });
  ASSERT_TRUE(module.ok()) << module.status();
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.type);
    ExpectThrown(module->exports().throw_from_void(c.what), c.type, c.text);
    ExpectThrown(module->exports().throw_from_int(c.what).status(), c.type,
                 c.text);
    const absl::Status status =
        module->exports().throw_from_string(c.what).status();
    ExpectThrown(status, c.type, c.text);
    EXPECT_THAT(std::string(status.message()), HasSubstr("throw_from_string"));
  }
  // The module still works.
  EXPECT_EQ(module->exports().pass_import_error().value_or(0), 1);
}

TEST(ExceptionsTest, OutliveTheModule) {
  absl::Status from_export, from_main;
  {
    absl::StatusOr<Module<thrower::Exports>> module =
        LoadThrower([] { return 1; });
    ASSERT_TRUE(module.ok()) << module.status();
    from_export = module->exports().throw_from_void(What::kOwnException);
    from_main = module->CallMain<std::string>().status();
    ASSERT_TRUE(module->Unload().ok());
  }
  ExpectThrown(from_export, "thrower::OwnException", "own text");
  ExpectThrown(from_main, "thrower::OwnException", "from main");
  EXPECT_THAT(std::string(from_main.message()), HasSubstr("main"));
}

TEST(ExceptionsTest, OfImportsBecomeImportErrors) {
  const Case cases[] = {
      {What::kRuntimeError, "std::runtime_error", "from the host"},
      {What::kInt, "int", ""},
      {What::kString, "std::__cxx11::basic_string", "a string of the host"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.type);
    absl::StatusOr<Module<thrower::Exports>> module = LoadThrower([&]() -> int {
      if (c.what == What::kRuntimeError) throw std::runtime_error(c.text);
      if (c.what == What::kString) throw c.text;
      throw 42;
    });
    ASSERT_TRUE(module.ok()) << module.status();
    const absl::StatusOr<std::string> caught =
        module->exports().catch_import_error();
    ASSERT_TRUE(caught.ok()) << caught.status();
    const size_t bar = caught->find('|');
    EXPECT_THAT(caught->substr(0, bar), ::testing::StartsWith(c.type));
    EXPECT_THAT(caught->substr(bar + 1),
                AllOf(HasSubstr(c.type), HasSubstr(c.text)));

    const absl::Status passed = module->exports().pass_import_error().status();
    EXPECT_EQ(CallErrorOf(passed), CallError::kException) << passed;
    ASSERT_TRUE(ExceptionOf(passed).has_value());
    EXPECT_EQ(ExceptionOf(passed)->type, "relib::ImportError");
    EXPECT_THAT(ExceptionOf(passed)->what,
                AllOf(HasSubstr(c.type), HasSubstr(c.text)));
  }
}

TEST(ExceptionsTest, OfACallThatDidNotRunThereAreNone) {
  absl::StatusOr<Module<thrower::Exports>> module =
      LoadThrower([] { return 1; });
  ASSERT_TRUE(module.ok()) << module.status();
  ASSERT_TRUE(module->Unload().ok());
  EXPECT_FALSE(ExceptionOf(module->exports().pass_import_error().status()));
  EXPECT_FALSE(ExceptionOf(absl::OkStatus()));
  EXPECT_FALSE(CallErrorOf(absl::InternalError("something else")));
}

TEST(ExceptionsTest, AnExportOfNoModuleSaysSo) {
  const thrower::Exports exports;
  EXPECT_EQ(CallErrorOf(exports.throw_from_void(What::kInt)),
            CallError::kNoExport);
}

TEST(MainTest, OfEachType) {
  absl::StatusOr<Module<>> of_void = Load(ModuleFile("main_void"));
  ASSERT_TRUE(of_void.ok()) << of_void.status();
  EXPECT_TRUE(of_void->CallMain().ok());
  EXPECT_TRUE(of_void->CallMain<void>().ok());

  absl::StatusOr<Module<>> of_int = Load(ModuleFile("answer"));
  ASSERT_TRUE(of_int.ok()) << of_int.status();
  EXPECT_EQ(of_int->CallMain<int>().value_or(0), 42);

  absl::StatusOr<Module<>> of_string = Load(ModuleFile("main_string"));
  ASSERT_TRUE(of_string.ok()) << of_string.status();
  EXPECT_EQ(of_string->CallMain<std::string>().value_or(""),
            std::string(1000, 's'));
  // The type is checked at each call.
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(of_string->CallMain<std::string>().ok());
    const absl::Status status = of_string->CallMain<int>().status();
    EXPECT_EQ(CallErrorOf(status), CallError::kWrongMainType) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("main_string"), HasSubstr("host:   int()"),
                      HasSubstr("module: std::string()")));
  }
  EXPECT_EQ(CallErrorOf(of_void->CallMain<int>().status()),
            CallError::kWrongMainType);
  EXPECT_EQ(CallErrorOf(of_int->CallMain()), CallError::kWrongMainType);
  EXPECT_EQ(CallErrorOf(of_int->CallMain<unsigned>().status()),
            CallError::kWrongMainType);

  ASSERT_TRUE(of_int->Unload().ok());
  EXPECT_EQ(CallErrorOf(of_int->CallMain<int>().status()),
            CallError::kUnloading);
}

TEST(MainTest, OfAModuleWithoutOne) {
  absl::StatusOr<Module<GreeterExports>> module = Load<GreeterExports>(
      ModuleFile("greeter"), GreeterImports{.log = [](std::string_view) {}});
  ASSERT_TRUE(module.ok()) << module.status();
  const absl::Status status = module->CallMain();
  EXPECT_EQ(CallErrorOf(status), CallError::kNoMain) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("greeter"), HasSubstr("RELIB_MAIN")));
}

}  // namespace
}  // namespace relib
