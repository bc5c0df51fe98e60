#include "platform/host/crash_guard.h"

#include <cstdint>
#include <string>

namespace relib::platform {

std::string DescribeCrash(const Crash& /*crash*/) { return ""; }

CrashGuard::CrashGuard(const void* /*address*/) {}

// A crash ends the process.
bool CrashGuard::Run(void (*function)(void* argument), void* argument,
                     Crash& /*crash*/) const {
  function(argument);
  return true;
}

bool CrashGuard::IsInLibrary(uintptr_t /*address*/) const { return false; }

}  // namespace relib::platform
