#include "platform/linux/resources/variables/variables.h"

#include <argp.h>
#include <dlfcn.h>
#include <errno.h>
#include <error.h>
#include <obstack.h>
#include <pthread.h>
#include <sys/rseq.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/base/no_destructor.h"
#include "platform/linux/resources/heap/heap.h"

namespace relib::platform {
namespace {

struct Variable {
  const char* name;
  void* address;
};

const Variable* AllVariables() {
  static const Variable variables[Variables::kCount] = {
      {"argp_program_bug_address", &argp_program_bug_address},
      {"argp_program_version", &argp_program_version},
      {"argp_program_version_hook", &argp_program_version_hook},
      {"error_print_progname", &error_print_progname},
      {"obstack_alloc_failed_handler", &obstack_alloc_failed_handler},
      {"program_invocation_name", &program_invocation_name},
      {"program_invocation_short_name", &program_invocation_short_name},
  };
  return variables;
}

// Some of the variables are pointers to functions.
void* Read(const Variable& variable) {
  void* value;
  std::memcpy(&value, variable.address, sizeof(value));
  return value;
}

void Write(const Variable& variable, void* value) {
  std::memcpy(variable.address, &value, sizeof(value));
}

const void* ImageAt(const void* address) {
  Dl_info info = {};
  return dladdr(address, &info) != 0 ? info.dli_fbase : nullptr;
}

// A restartable sequence of the module may still be registered for this thread:
// users leave its address behind until their next one. The kernel reads it when
// it preempts the thread, and kills the process if it is not mapped.
void ClearRestartableSequence() {
  if (__rseq_size == 0) return;
  char* area = reinterpret_cast<char*>(pthread_self()) + __rseq_offset;
  *reinterpret_cast<volatile uint64_t*>(area + offsetof(struct rseq, rseq_cs)) =
      0;
}

struct All {
  std::mutex mutex;
  std::vector<Variables*> modules;
};

All& AllModules() {
  static absl::NoDestructor<All> all;
  return *all;
}

}  // namespace

Variables::Variables() {
  All& all = AllModules();
  const std::lock_guard lock(all.mutex);
  for (size_t i = 0; i < kCount; ++i) before_[i] = Read(AllVariables()[i]);
  all.modules.push_back(this);
}

Variables::~Variables() {
  All& all = AllModules();
  const std::lock_guard lock(all.mutex);
  std::erase(all.modules, this);
}

void Variables::SetImage(void* resources, const void* address) {
  resources_ = resources;
  image_ = address;
}

bool Variables::IsOfModule(const void* value) const {
  if (value == nullptr || resources_ == nullptr) return false;
  return ResourcesOf<Heap>(resources_).heap.HasMemoryAt(value) ||
         ImageAt(value) == ImageAt(image_);
}

void Variables::LeaveImage(ReclaimReport& report) {
  ClearRestartableSequence();
  All& all = AllModules();
  const std::lock_guard lock(all.mutex);
  for (size_t i = 0; i < kCount; ++i) {
    const Variable& variable = AllVariables()[i];
    // The comparisons spare most modules the search for the image.
    if (void* now = Read(variable); now != before_[i] && IsOfModule(now)) {
      Write(variable, before_[i]);
      report.Add("variable", variable.name);
    }
    for (Variables* other : all.modules) {
      if (other->before_[i] != before_[i] && IsOfModule(other->before_[i])) {
        other->before_[i] = before_[i];
      }
    }
  }
}

std::unique_ptr<Resources> MakeVariables() {
  return std::make_unique<Variables>();
}

}  // namespace relib::platform
