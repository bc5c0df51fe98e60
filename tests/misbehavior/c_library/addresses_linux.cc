// Gives the C library or the kernel an address of the module, as the argument
// says.

#include <argp.h>
#include <errno.h>
#include <error.h>
#include <obstack.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/rseq.h>
#include <syslog.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

char name_in_image[] = "misbehavior";
char state[256];

// A restartable sequence, as librseq and TCMalloc describe one. It covers no
// code.
struct alignas(32) Sequence {
  uint32_t version = 0;
  uint32_t flags = 0;
  uint64_t start = 1;
  uint64_t size = 0;
  uint64_t abort = 0;
};
Sequence sequence;

void RegisterSequence() {
  char* const area = reinterpret_cast<char*>(pthread_self()) + __rseq_offset;
  *reinterpret_cast<volatile uint64_t*>(area + offsetof(struct rseq, rseq_cs)) =
      reinterpret_cast<uint64_t>(&sequence);
}

int64_t Run(std::string_view argument) {
  if (argument == "openlog") openlog(name_in_image, LOG_NDELAY, LOG_USER);
  if (argument == "closelog") {
    openlog(name_in_image, 0, LOG_USER);
    closelog();
  }
  if (argument == "initstate") initstate(42, state, sizeof(state));
  if (argument == "setstate") {
    char* const before = initstate(42, state, sizeof(state));
    setstate(before);
  }
  if (argument == "stdout") stdout = fopen("/dev/null", "w");
  if (argument == "rseq" && __rseq_size != 0) RegisterSequence();
  if (argument == "variables") {
    program_invocation_name = name_in_image;
    program_invocation_short_name = static_cast<char*>(malloc(10));
    error_print_progname = [] {};
    obstack_alloc_failed_handler = [] {};
    argp_program_version = "1";
    argp_program_bug_address = "nobody";
    argp_program_version_hook = [](FILE*, argp_state*) {};
  }
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
