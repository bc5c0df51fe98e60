#include "platform/host/process_exit.h"

#include <atomic>

#include "platform/linux/host/begin_process_exit.h"

namespace relib::platform {
namespace {

std::atomic<void (*)()> before_modules_exit = nullptr;
std::atomic<bool> begun = false;
std::atomic<bool> modules_exit = false;

}  // namespace

void BeforeModulesExit(void (*function)()) {
  before_modules_exit.store(function);
}

bool ModulesExit() { return modules_exit.load(); }

void BeginProcessExit() {
  if (begun.exchange(true)) return;
  if (void (*function)() = before_modules_exit.load()) function();
  modules_exit.store(true);
}

}  // namespace relib::platform
