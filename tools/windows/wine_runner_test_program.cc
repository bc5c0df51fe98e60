// Run by wine_runner_test.sh with Wine. The argument selects one thing that a
// program may do.

#include <windows.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr int kUsageError = 2;
constexpr DWORD kLongerThanTheTestMs = 600'000;
constexpr UINT kCtrlCExitCode = 42;

void Say(const char* text) {
  std::puts(text);
  std::fflush(stdout);
}

BOOL WINAPI OnCtrlC(DWORD /*event*/) {
  Say("Ctrl-C");
  ExitProcess(kCtrlCExitCode);
}

std::string OwnPath() {
  std::array<char, MAX_PATH> path = {};
  const DWORD size = GetModuleFileNameA(nullptr, path.data(), path.size());
  return std::string(path.data(), size);
}

// Starts this program once more and returns the process, or null.
HANDLE StartChild(const std::string& arguments) {
  std::string command = "\"" + OwnPath() + "\" " + arguments;
  STARTUPINFOA startup = {};
  startup.cb = sizeof(startup);
  PROCESS_INFORMATION process = {};
  if (!CreateProcessA(nullptr, command.data(), nullptr, nullptr,
                      /*bInheritHandles=*/TRUE, 0, nullptr, nullptr, &startup,
                      &process)) {
    return nullptr;
  }
  CloseHandle(process.hThread);
  return process.hProcess;
}

int RunChild() {
  const HANDLE child = StartChild("exit 7");
  if (child == nullptr) return EXIT_FAILURE;
  WaitForSingleObject(child, INFINITE);
  DWORD exit_code = 0;
  GetExitCodeProcess(child, &exit_code);
  CloseHandle(child);
  std::printf("child %lu\n", exit_code);
  return EXIT_SUCCESS;
}

// Creates a temporary file and prints its path.
int WriteTemporaryFile() {
  std::array<char, MAX_PATH> directory = {};
  std::array<char, MAX_PATH> file = {};
  if (GetTempPathA(directory.size(), directory.data()) == 0)
    return EXIT_FAILURE;
  if (GetTempFileNameA(directory.data(), "rel", 0, file.data()) == 0)
    return EXIT_FAILURE;
  Say(file.data());
  return EXIT_SUCCESS;
}

int RepeatLine() {
  std::array<char, 100> line = {};
  if (std::fgets(line.data(), static_cast<int>(line.size()), stdin) == nullptr)
    return EXIT_FAILURE;
  std::printf("got %s", line.data());
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "exit" && argc > 2) return std::atoi(argv[2]);
  if (what == "child") return RunChild();
  if (what == "orphan")
    return StartChild("sleep") != nullptr ? EXIT_SUCCESS : EXIT_FAILURE;
  if (what == "temporary_file") return WriteTemporaryFile();
  if (what == "repeat") return RepeatLine();
  if (what == "getenv" && argc > 2) {
    const char* value = std::getenv(argv[2]);
    Say(value != nullptr ? value : "");
    return EXIT_SUCCESS;
  }
  if (what == "sleep") {
    SetConsoleCtrlHandler(OnCtrlC, TRUE);
    Say("sleeping");
    Sleep(kLongerThanTheTestMs);
    return EXIT_SUCCESS;
  }
  return kUsageError;
}
