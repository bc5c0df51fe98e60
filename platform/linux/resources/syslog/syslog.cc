#include <syslog.h>

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "absl/base/no_destructor.h"
#include "absl/strings/str_cat.h"
#include "platform/linux/resources/resources.h"

namespace relib::platform {
namespace {

// The names that modules have given to openlog(). The C library keeps the
// address, so it gets copies. They are never freed: the program may be logging
// on another thread, and the address cannot be read or compared. Their number
// is that of the different names.
const char* CopyOf(const char* name) {
  if (name == nullptr) return nullptr;
  static absl::NoDestructor<std::mutex> mutex;
  static absl::NoDestructor<std::set<std::string>> names;
  const std::lock_guard lock(*mutex);
  return names->emplace(name).first->c_str();
}

// The name that one module has given to the process's only connection to the
// log.
class Syslog final : public Resources {
 public:
  static constexpr ResourceKind kKind = ResourceKind::kSyslog;

  void Open(const char* name, int options, int facility) {
    const char* copy = CopyOf(name);
    const std::lock_guard lock(mutex_);
    ::openlog(copy, options, facility);
    name_ = copy;
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    ::closelog();
    name_ = nullptr;
  }

  // The C library does not reveal whether the program has called openlog()
  // since, so the name stays.
  void Reclaim(ReclaimReport& report) override {
    const std::lock_guard lock(mutex_);
    if (name_ == nullptr) return;
    report.Add("process state", absl::StrCat("name in the log: ", name_));
  }

 private:
  std::mutex mutex_;
  const char* name_ = nullptr;
};

Syslog& SyslogOf(void* resources) { return ResourcesOf<Syslog>(resources); }

}  // namespace

std::unique_ptr<Resources> MakeSyslog() { return std::make_unique<Syslog>(); }

void hooks::openlog(void* resources, const char* name, int options,
                    int facility) {
  SyslogOf(resources).Open(name, options, facility);
}

void hooks::closelog(void* resources) { SyslogOf(resources).Close(); }

}  // namespace relib::platform
