#include <windows.h>

#include <cstdint>
#include <memory>

#include "platform/windows/resources/resources.h"
#include "platform/windows/system/dbghelp.h"

namespace relib::platform {
namespace {

// Sessions of DbgHelp that a module has begun.
class SymbolSessions final : public RecordedResources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kSymbolSessions;

  void AddSession(HANDLE process) {
    sessions_.Add(reinterpret_cast<uint64_t>(process), /*of_runtime=*/false);
  }
  // Returns false if the module has begun none.
  bool RemoveSession(HANDLE process) {
    return sessions_.Remove(reinterpret_cast<uint64_t>(process));
  }

  void Reclaim(ReclaimReport& report) override {
    for (const auto& [process, of_runtime] : sessions_.TakeAll()) {
      LeaveSymbolSession(reinterpret_cast<HANDLE>(process));
      report.Add("session of DbgHelp", "by SymInitialize");
    }
  }

 private:
  Records sessions_;
};

template <typename Char>
BOOL Initialize(const Caller* caller, HANDLE process, const Char* path,
                BOOL all_modules) {
  const DbgHelpLock lock;
  auto& sessions = ResourcesOf<SymbolSessions>(caller);
  if (!ShareSymbolSession(process, path, all_modules)) return FALSE;
  sessions.AddSession(process);
  return TRUE;
}

}  // namespace

std::unique_ptr<RecordedResources> MakeSymbolSessions() {
  return std::make_unique<SymbolSessions>();
}

BOOL hooks::SymInitialize(const Caller* caller, HANDLE process,
                          const char* path, BOOL all_modules) {
  return Initialize(caller, process, path, all_modules);
}

BOOL hooks::SymInitializeW(const Caller* caller, HANDLE process,
                           const wchar_t* path, BOOL all_modules) {
  return Initialize(caller, process, path, all_modules);
}

BOOL hooks::SymCleanup(const Caller* caller, HANDLE process) {
  const DbgHelpLock lock;
  if (!ResourcesOf<SymbolSessions>(caller).RemoveSession(process)) {
    SetLastError(ERROR_INVALID_HANDLE);
    return FALSE;
  }
  return LeaveSymbolSession(process);
}

}  // namespace relib::platform
