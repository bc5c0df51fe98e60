#include "tests/process/journal.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "relib/module.h"

namespace journal {
namespace {

std::FILE* file = nullptr;
int before_unload_milliseconds = 0;
bool crash_in_before_unload = false;
std::atomic<int> sleeping = 0;
int* volatile null_int = nullptr;

void Write(const char* line) {
  if (file != nullptr) std::fprintf(file, "%s\n", line);
}

struct Written {
  explicit Written(const char* text) : text(text) {}
  ~Written() { Write(text); }
  const char* const text;
};
const Written at_the_end("static object");

void Open(const std::string& path) {
  file = std::fopen(path.c_str(), "w");
  std::atexit([] { Write("exit handler"); });
}

void ConstructLate() { static const Written late("late object"); }

[[gnu::no_sanitize("thread")]] void Crash() { *null_int = 1; }

void Sleep(int milliseconds) {
  ++sleeping;
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  --sleeping;
}

struct Counted {
  Counted() { ++count; }
  ~Counted() { --count; }
  inline static thread_local int count = 0;
};

int Work() {
  static thread_local Counted counted;
  std::vector<std::string> strings;
  for (int i = 0; i < 20; ++i) strings.emplace_back(100, 'x');
  return static_cast<int>(strings.size()) + counted.count;
}

}  // namespace
}  // namespace journal

RELIB_EXPORTS(
    journal::Exports, .open = relib::implement<journal::Open>,
    .set_before_unload = relib::implement<[](int milliseconds, bool crash) {
      journal::before_unload_milliseconds = milliseconds;
      journal::crash_in_before_unload = crash;
    }>,
    .construct_late = relib::implement<journal::ConstructLate>,
    .add = relib::implement<[](int a, int b) { return a + b; }>,
    .crash = relib::implement<journal::Crash>,
    .exit = relib::implement<[](int code) { std::exit(code); }>,
    .sleep = relib::implement<journal::Sleep>,
    .sleeping = relib::implement<[] { return journal::sleeping.load(); }>,
    .work = relib::implement<journal::Work>);

RELIB_BEFORE_UNLOAD() {
  std::this_thread::sleep_for(
      std::chrono::milliseconds(journal::before_unload_milliseconds));
  if (journal::crash_in_before_unload) {
    journal::Write("crashing");
    // The stream is not written out after a crash.
    if (journal::file != nullptr) std::fflush(journal::file);
    journal::Crash();
  }
  journal::Write("before_unload");
}
