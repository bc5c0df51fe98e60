// Tests modules whose imports are exports of other modules.

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relib/host.h"
#include "tests/modules/linked/linked.h"
#include "tests/support/module_file.h"

namespace relib {
namespace {

using ::testing::HasSubstr;
using Offering = Module<linked::Exports>;
using User = Module<linked::UserExports>;

linked::UserImports ImportsOf(const Offering& module) {
  return {.add = module.Link(&linked::Exports::add),
          .join = module.Link(&linked::Exports::join),
          .fail = module.Link(&linked::Exports::fail),
          .crash = module.Link(&linked::Exports::crash)};
}

Offering LoadOffering(const LoadOptions& options = {}) {
  absl::StatusOr<Offering> module =
      Load<linked::Exports>(ModuleFile("linked/linked"), options);
  EXPECT_TRUE(module.ok()) << module.status();
  return *std::move(module);
}

User LoadUser(const linked::UserImports& imports,
              const LoadOptions& options = {}) {
  absl::StatusOr<User> module = Load<linked::UserExports>(
      ModuleFile("linked/linked_user"), imports, options);
  EXPECT_TRUE(module.ok()) << module.status();
  return *std::move(module);
}

TEST(LinkTest, CallsGoFromModuleToModule) {
  Offering offering = LoadOffering();
  User user = LoadUser(ImportsOf(offering));
  EXPECT_EQ(*user.exports().add_three(1, 2, 3), 6);
  EXPECT_EQ(*user.exports().join(2),
            "a word too long for a small string,"
            "a word too long for a small string,");
  const absl::StatusOr<UnloadReport> report = user.Unload();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->leftovers.empty()) << report->ToString();
  const absl::StatusOr<UnloadReport> other = offering.Unload();
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_TRUE(other->leftovers.empty()) << other->ToString();
}

// The exports of a newer version of the offering module.
struct NewExports {
  Export<int(int a, int b)> add;
  OptionalExport<int(int a, int b)> subtract;
};
RELIB_INTERFACE(NewExports, add, subtract);

TEST(LinkTest, AnExportThatTheOtherLacksIsAnEmptyImport) {
  absl::StatusOr<Module<NewExports>> offering =
      Load<NewExports>(ModuleFile("linked/linked"));
  ASSERT_TRUE(offering.ok()) << offering.status();
  const linked::UserImports imports = {
      .add = offering->Link(&NewExports::subtract),
      .join = [](const std::vector<std::string>&) { return std::string(); },
      .fail = [](const std::string&) {},
      .crash = [] {}};
  EXPECT_FALSE(imports.add);
  const absl::Status status =
      Load<linked::UserExports>(ModuleFile("linked/linked_user"), imports)
          .status();
  EXPECT_EQ(LoadErrorOf(status), LoadError::kMissingImport) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("'add'"));
  EXPECT_TRUE(offering->Unload().ok());
}

TEST(LinkTest, ExceptionsAreImportErrors) {
  Offering offering = LoadOffering();
  User user = LoadUser(ImportsOf(offering));
  EXPECT_THAT(*user.exports().fail("of the other one"),
              HasSubstr("std::out_of_range: of the other one"));
}

TEST(LinkTest, CrashesAreImportErrorsWithTheGuardOfTheOther) {
  Offering offering = LoadOffering({.crash_guard = true});
  User user = LoadUser(ImportsOf(offering));
  EXPECT_EQ(*user.exports().add_three(1, 2, 3), 6);
  EXPECT_EQ(user.exports().join(1)->size(), 35u);
  EXPECT_THAT(*user.exports().fail("with a guard"), HasSubstr("with a guard"));
  EXPECT_THAT(*user.exports().crash(), HasSubstr("crashed"));
  // Only one of the modules is poisoned.
  EXPECT_THAT(*user.exports().fail("once more"),
              HasSubstr("the module has crashed"));
  EXPECT_EQ(CallErrorOf(offering.exports().add(1, 2).status()),
            CallError::kPoisoned);
  EXPECT_EQ(user.Unload().status(), absl::OkStatus());
  EXPECT_EQ(offering.Unload().status(), absl::OkStatus());
}

TEST(LinkTest, AModuleInUseStays) {
  Offering offering = LoadOffering();
  std::optional<User> user = LoadUser(ImportsOf(offering));
  const absl::Status refused = offering.Unload().status();
  EXPECT_EQ(UnloadErrorOf(refused), UnloadError::kInUse) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("linked_user"));
  EXPECT_EQ(*offering.exports().add(1, 2), 3);
  EXPECT_EQ(*user->exports().add_three(1, 2, 3), 6);
  user.reset();
  EXPECT_EQ(offering.Unload().status(), absl::OkStatus());
}

TEST(LinkTest, EveryUserIsNamedOnce) {
  Offering offering = LoadOffering();
  User first = LoadUser(ImportsOf(offering));
  User second = LoadUser(ImportsOf(offering), {.private_copy = true});
  const absl::Status refused = offering.Unload().status();
  const std::string text(refused.message());
  const std::string name = ModuleFile("linked/linked_user");
  EXPECT_THAT(text, HasSubstr("(" + name + ")")) << "the same name";
  EXPECT_EQ(first.Unload().status(), absl::OkStatus());
  EXPECT_EQ(UnloadErrorOf(offering.Unload().status()), UnloadError::kInUse);
  EXPECT_EQ(second.Unload().status(), absl::OkStatus());
  EXPECT_EQ(offering.Unload().status(), absl::OkStatus());
}

TEST(LinkTest, AUserThatDoesntWantItDoesntHoldIt) {
  Offering offering = LoadOffering();
  // A module without imports.
  absl::StatusOr<Offering> other = Load<linked::Exports>(
      ModuleFile("linked/linked"), ImportsOf(offering), {.private_copy = true});
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(offering.Unload().status(), absl::OkStatus());
}

TEST(LinkTest, LinksOfWhatIsGoneAreRefused) {
  linked::UserImports imports;
  {
    Offering offering = LoadOffering();
    imports = ImportsOf(offering);
    EXPECT_EQ(offering.Unload().status(), absl::OkStatus());
    const absl::Status refused =
        Load<linked::UserExports>(ModuleFile("linked/linked_user"), imports)
            .status();
    EXPECT_EQ(LoadErrorOf(refused), LoadError::kMissingImport) << refused;
  }
  const absl::Status refused =
      Load<linked::UserExports>(ModuleFile("linked/linked_user"), imports)
          .status();
  EXPECT_EQ(LoadErrorOf(refused), LoadError::kMissingImport) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("'add'"));
}

TEST(LinkTest, AFailedLoadHoldsNothing) {
  Offering offering = LoadOffering();
  linked::UserImports imports = ImportsOf(offering);
  imports.crash = {};
  EXPECT_EQ(LoadErrorOf(Load<linked::UserExports>(
                            ModuleFile("linked/linked_user"), imports)
                            .status()),
            LoadError::kMissingImport);
  EXPECT_EQ(offering.Unload().status(), absl::OkStatus());
}

// Loading the user or unloading the other module is refused.
TEST(LinkTest, UnloadsAndLoadsAtTheSameTime) {
  for (int i = 0; i < 50; ++i) {
    Offering offering = LoadOffering({.private_copy = true});
    const linked::UserImports imports = ImportsOf(offering);
    std::atomic<bool> unloaded = false;
    std::thread unloader([&] {
      unloaded = offering.Unload({.deadline = absl::Seconds(30)}).ok();
    });
    absl::StatusOr<User> user = Load<linked::UserExports>(
        ModuleFile("linked/linked_user"), imports, {.private_copy = true});
    if (user.ok()) {
      EXPECT_EQ(*user->exports().add_three(1, 2, 3), 6);
    } else {
      EXPECT_EQ(LoadErrorOf(user.status()), LoadError::kMissingImport);
    }
    unloader.join();
    EXPECT_NE(unloaded.load(), user.ok());
  }
}

}  // namespace
}  // namespace relib
