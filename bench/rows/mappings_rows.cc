// Compares loading and unloading in a process with many mappings to loading and
// unloading in a process with few. Both processes are children of this program,
// and take turns.
//
// The times include the kernel's part of dlopen() and dlclose(), which may grow
// with the number of mappings. The goal holds for the sum.

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "bench/harness/module_files.h"
#include "bench/harness/row.h"
#include "bench/modules/load_interface.h"
#include "relib/host.h"

namespace relib::bench {
namespace {

// Makes `count` mappings. Neighbors differ in their protection, so that the
// kernel does not merge them.
void MakeMappings(int count) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  auto* pages = static_cast<char*>(mmap(nullptr, count * page, PROT_NONE,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  CHECK(pages != MAP_FAILED);
  for (int i = 0; i < count; i += 2) {
    CHECK_EQ(mprotect(pages + i * page, page, PROT_READ), 0);
  }
}

// A child process with `mappings` more mappings than this program, which loads
// and unloads a module on request.
class Process {
 public:
  Process(int mappings, bool measure_load) {
    int requests[2];
    int answers[2];
    CHECK_EQ(pipe(requests), 0);
    CHECK_EQ(pipe(answers), 0);
    const std::string path = CopyOfModule("modules/load_module");
    child_ = fork();
    CHECK_GE(child_, 0);
    if (child_ == 0) {
      close(requests[1]);
      close(answers[0]);
      MakeMappings(mappings);
      Serve(requests[0], answers[1], path, measure_load);
      _exit(0);
    }
    close(requests[0]);
    close(answers[1]);
    request_ = requests[1];
    answer_ = answers[0];
  }

  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  ~Process() {
    close(request_);
    close(answer_);
    // Closing the pipe is not enough: a sibling may hold its other end as well.
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }

  // Lets the child load and unload `count` times, and returns the total time of
  // the loads or of the unloads.
  std::chrono::nanoseconds Measure(int64_t count) const {
    CHECK_EQ(write(request_, &count, sizeof(count)), ssize_t{sizeof(count)});
    int64_t ns = 0;
    CHECK_EQ(read(answer_, &ns, sizeof(ns)), ssize_t{sizeof(ns)});
    return std::chrono::nanoseconds(ns);
  }

 private:
  // Answers requests until the pipe is closed. Runs in the child.
  static void Serve(int requests, int answers, const std::string& path,
                    bool measure_load) {
    int64_t count = 0;
    while (read(requests, &count, sizeof(count)) == ssize_t{sizeof(count)}) {
      std::chrono::nanoseconds load(0);
      std::chrono::nanoseconds unload(0);
      for (int64_t i = 0; i < count; ++i) {
        absl::StatusOr<relib::Module<LoadExports>> module;
        load += TimeOf([&] {
          module = relib::Load<LoadExports>(
              path, LoadImports{.log = [](std::string_view) {}});
        });
        CHECK_OK(module.status());
        CHECK_EQ(*module->exports().add(1, 2), 3);
        unload += TimeOf([&] { CHECK_OK(module->Unload().status()); });
      }
      const int64_t ns = (measure_load ? load : unload).count();
      CHECK_EQ(write(answers, &ns, sizeof(ns)), ssize_t{sizeof(ns)});
    }
  }

  pid_t child_ = 0;
  int request_ = -1;
  int answer_ = -1;
};

Row MappingsRow(std::string name, bool measure_load) {
  const auto side = [measure_load](int mappings) -> Side {
    return [process = std::make_shared<Process>(mappings, measure_load)](
               int64_t count) { return process->Measure(count); };
  };
  return {.name = std::move(name),
          .baseline = "with 30 mappings more",
          .goal = 1.1,
          .prepare = [side]() -> absl::StatusOr<Comparison> {
            return Comparison{.subject = side(50000), .baseline = side(30)};
          }};
}

const RowRegistration kLoad(MappingsRow("load.mappings_50000", true));

const RowRegistration kUnload(MappingsRow("unload.mappings_50000", false));

}  // namespace
}  // namespace relib::bench
