#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "examples/common/terminal_program.h"
#include "platform/host/subprocess.h"

namespace {

using relib::platform::ExitStatus;
using relib::platform::Subprocess;

class ProgramOnPipe final : public TerminalProgram {
 public:
  explicit ProgramOnPipe(std::unique_ptr<Subprocess> process)
      : process_(std::move(process)) {}

  bool Type(const std::string& /*keys*/) override { return false; }

  std::string Read(absl::Duration timeout) override {
    process_->Wait(timeout);
    const std::string& output = process_->output();
    return output.substr(std::exchange(read_, output.size()));
  }

  int Wait(absl::Duration timeout) override {
    const std::optional<ExitStatus> status = process_->Wait(timeout);
    return status.has_value() ? status->code : -1;
  }

 private:
  const std::unique_ptr<Subprocess> process_;
  size_t read_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TerminalProgram>> TerminalProgram::Start(
    const std::string& command, const std::string& working_directory,
    const relib::platform::TerminalSize& /*size*/, const std::string& typed) {
  std::ofstream(working_directory + "/typed", std::ios::binary) << typed;
  absl::StatusOr<std::unique_ptr<Subprocess>> process =
      Subprocess::Start(absl::StrCat(command, " < typed"), working_directory);
  if (!process.ok()) return process.status();
  return std::make_unique<ProgramOnPipe>(*std::move(process));
}
