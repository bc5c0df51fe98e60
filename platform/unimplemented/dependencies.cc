#include "platform/host/dependencies.h"

#include <memory>
#include <string>
#include <vector>

#include "platform/host/deadline.h"
#include "platform/host/library.h"

namespace relib::platform {
namespace {

class NoScope final : public DependencyScope {
 public:
  const std::string& error() const override { return error_; }
  std::vector<std::string> Find(const Library& /*module*/) override {
    return {};
  }
  std::unique_ptr<Dependency> Take(const std::string& /*path*/) override {
    return nullptr;
  }

 private:
  const std::string error_;
};

}  // namespace

std::vector<OtherThread> OtherThreads(Deadline /*deadline*/) { return {}; }

std::unique_ptr<DependencyScope> DependencyScope::Create(
    const std::string& /*copy*/, const std::string& /*original*/) {
  return std::make_unique<NoScope>();
}

}  // namespace relib::platform
