// Counts the instructions of a call with valgrind's callgrind, and compares the
// counts with those in call_path_counts.txt. They must be equal if the file
// lists the compiler.
//
//   bazel run //bench:call_path_test -- --record    updates the file
//
// Only instructions in the program and in the module are counted.
// Instructions in the C and C++ libraries depend on the versions of the
// libraries and on the processor.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/host/subprocess.h"

ABSL_FLAG(bool, record, false,
          "writes the counts of this compiler into call_path_counts.txt");

namespace relib::bench {
namespace {

constexpr char kRecordFile[] = "bench/call_path/call_path_counts.txt";
constexpr char kRecordCommand[] =
    "bazel run //bench:call_path_test -- --record";

// The instructions of one call, by row.
using Counts = std::map<std::string, int64_t>;
// The counts by compiler.
using Record = std::map<std::string, Counts>;

struct Measurement {
  std::string compiler;
  Counts counts;
};

// The path of the program, from the command line.
std::string program;

// Returns whether the function belongs to the heap of a module, whose work
// varies from call to call.
bool IsOfHeap(std::string_view function) {
  return absl::StartsWith(function, "mi_") ||
         absl::StartsWith(function, "_mi_") || function == "__wrap_malloc" ||
         function == "__wrap_free";
}

// Returns the instructions in a dump of callgrind, without those of the
// system's libraries and of heaps. Returns zero if the file does not exist.
int64_t CountIn(const std::string& file) {
  std::ifstream input(file);
  bool ours = false;
  bool of_heap = false;
  bool inclusive = false;
  int64_t count = 0;
  for (std::string line; std::getline(input, line);) {
    std::string_view text = line;
    if (absl::ConsumePrefix(&text, "ob=")) {
      // The object "???" has the jumps from the program and the module to
      // libraries.
      const std::string object =
          std::filesystem::path(text).filename().string();
      ours =
          !absl::StartsWith(object, "lib") && !absl::StartsWith(object, "ld-");
    } else if (absl::ConsumePrefix(&text, "fn=")) {
      of_heap = IsOfHeap(text);
    } else if (absl::StartsWith(text, "calls=")) {
      // The next line has the instructions of the called function.
      inclusive = true;
    } else if (!text.empty() && text[0] >= '0' && text[0] <= '9') {
      const std::vector<std::string_view> fields =
          absl::StrSplit(text, ' ', absl::SkipEmpty());
      int64_t value = 0;
      if (ours && !of_heap && !inclusive &&
          absl::SimpleAtoi(fields.back(), &value)) {
        count += value;
      }
      inclusive = false;
    }
  }
  return count;
}

// Runs the program under callgrind. Fails the test and returns nothing if there
// is no result.
std::optional<Measurement> Measure() {
  const std::filesystem::path directory =
      std::filesystem::path(::testing::TempDir()) / "call_path_test";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const std::string dump = (directory / "dump").string();
  absl::StatusOr<std::unique_ptr<platform::Subprocess>> valgrind =
      platform::Subprocess::Start(
          absl::StrCat("valgrind --tool=callgrind --callgrind-out-file='", dump,
                       "' --compress-strings=no --compress-pos=no"
                       " --dump-before=call_path_mark '",
                       program, "' 2>'", dump, ".log'"),
          "");
  if (!valgrind.ok()) {
    ADD_FAILURE() << valgrind.status();
    return std::nullopt;
  }
  const std::optional<platform::ExitStatus> exit =
      (*valgrind)->Wait(absl::Seconds(200));
  if (!exit.has_value() || !exit->success()) {
    std::ostringstream log;
    log << std::ifstream(dump + ".log").rdbuf();
    ADD_FAILURE() << (exit.has_value() ? exit->ToString()
                                       : "the program timed out")
                  << " (valgrind must be installed; ./bazelw does that)\n"
                  << log.str();
    return std::nullopt;
  }

  Measurement measurement;
  int64_t calls = 0;
  int dumps = 0;
  for (std::string_view line :
       absl::StrSplit((*valgrind)->output(), '\n', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&line, "compiler ")) {
      measurement.compiler = line;
    } else if (absl::ConsumePrefix(&line, "fence ")) {
      // A call has one more instruction if the system cannot interrupt other
      // threads (membarrier), or if valgrind does not support it.
      if (line != "free")
        absl::StrAppend(&measurement.compiler, ", full fence");
    } else if (absl::ConsumePrefix(&line, "calls ")) {
      if (!absl::SimpleAtoi(line, &calls)) calls = 0;
    } else if (absl::ConsumePrefix(&line, "row ")) {
      // Four dumps: before the row, and one for each of its loops.
      const int64_t once = CountIn(absl::StrCat(dump, ".", dumps + 3));
      const int64_t twice = CountIn(absl::StrCat(dump, ".", dumps + 4));
      dumps += 4;
      if (calls == 0 || once == 0 || (twice - once) % calls != 0) {
        ADD_FAILURE() << line
                      << ": calls differ in their instructions: " << once
                      << " instructions, and " << twice
                      << " in twice as many calls";
        return std::nullopt;
      }
      measurement.counts[std::string(line)] = (twice - once) / calls;
    }
  }
  if (measurement.counts.empty()) {
    ADD_FAILURE() << "the program printed no rows:\n" << (*valgrind)->output();
    return std::nullopt;
  }
  return measurement;
}

std::optional<Record> ReadRecord(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file.is_open()) return std::nullopt;
  Record record;
  std::string compiler;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields =
        absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (line.empty() || line[0] == '#') continue;
    int64_t count = 0;
    if (line[0] != ' ') {
      compiler = line;
    } else if (fields.size() == 2 && absl::SimpleAtoi(fields[1], &count)) {
      record[compiler][fields[0]] = count;
    } else {
      return std::nullopt;
    }
  }
  return record;
}

std::string ToText(const Record& record) {
  std::string text = absl::StrCat(
      "# Instructions of one call, in the program and in the module. Written "
      "by\n#   ",
      kRecordCommand, "\n");
  for (const auto& [compiler, counts] : record) {
    absl::StrAppend(&text, "\n", compiler, "\n");
    for (const auto& [row, count] : counts) {
      absl::StrAppend(&text, "  ", row, " ", count, "\n");
    }
  }
  return text;
}

// Returns the largest count of a row among the recorded compilers.
int64_t Largest(const Record& record, const std::string& row) {
  int64_t largest = 0;
  for (const auto& [compiler, counts] : record) {
    const auto found = counts.find(row);
    if (found != counts.end()) largest = std::max(largest, found->second);
  }
  return largest;
}

TEST(CallPathTest, TakesAsManyInstructionsAsRecorded) {
  const std::optional<Record> record = ReadRecord(kRecordFile);
  ASSERT_TRUE(record.has_value()) << "cannot read " << kRecordFile;
  const std::optional<Measurement> measured = Measure();
  ASSERT_TRUE(measured.has_value());

  const auto recorded = record->find(measured->compiler);
  if (recorded != record->end()) {
    EXPECT_EQ(measured->counts, recorded->second)
        << "The instructions of calls that " << measured->compiler
        << " compiles have changed.\nIf the change is intended, or the calls "
           "have become shorter, record the new counts:\n  "
        << kRecordCommand;
    return;
  }
  std::cout << kRecordFile << " does not list " << measured->compiler
            << ". Its counts may exceed those of the listed compilers by at "
               "most a half.\n"
            << ToText({{measured->compiler, measured->counts}});
  for (const auto& [row, count] : measured->counts) {
    const int64_t bound = Largest(*record, row) * 3 / 2;
    EXPECT_LE(count, bound) << row;
  }
}

int RecordCounts() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace == nullptr) {
    std::cerr << "Start this program with `" << kRecordCommand << "`.\n";
    return 1;
  }
  const std::filesystem::path path =
      std::filesystem::path(workspace) / kRecordFile;
  Record record = ReadRecord(path).value_or(Record());
  std::optional<Measurement> measured = Measure();
  if (!measured.has_value()) return 1;
  record[measured->compiler] = std::move(measured->counts);
  std::ofstream file(path);
  file << ToText(record);
  file.close();
  std::cout << ToText({{measured->compiler, record[measured->compiler]}});
  return file ? 0 : 1;
}

}  // namespace
}  // namespace relib::bench

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  if (arguments.size() != 2) {
    std::cerr << "call_path_test PROGRAM [--record]\n";
    return 2;
  }
  relib::bench::program = std::filesystem::absolute(arguments[1]).string();
  return absl::GetFlag(FLAGS_record) ? relib::bench::RecordCounts()
                                     : RUN_ALL_TESTS();
}
