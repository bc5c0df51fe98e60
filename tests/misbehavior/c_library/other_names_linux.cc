// Opens descriptors and streams by other names of the functions, leaks a block,
// and returns the number of descriptors.

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

extern "C" {
// Not in the headers of the C library.
int __open(const char* path, int flags, ...);
int __open64(const char* path, int flags, ...);
int __close(int descriptor);
int __dup2(int descriptor, int target);
int __fcntl(int descriptor, int command, ...);
int __pipe(int* ends);
FILE* _IO_fopen(const char* path, const char* mode);
FILE* __setmntent(const char* path, const char* mode);
int __sigaction(int signal, const struct sigaction* action,
                struct sigaction* old);
void* __libc_malloc(size_t size);
void __libc_free(void* block);
}

namespace {

int64_t Run(std::string_view /*argument*/) {
  int64_t opened = 0;
  if (__open("/dev/null", O_RDONLY) >= 0) ++opened;
  if (__open64("/dev/null", O_RDONLY) >= 0) ++opened;
  __close(__open("/dev/null", O_RDONLY));
  int ends[2];
  if (__pipe(ends) == 0) opened += 2;
  if (__dup2(ends[0], 700) == 700) ++opened;
  if (__fcntl(ends[0], F_DUPFD, 0) >= 0) ++opened;
  _IO_fopen("/dev/null", "r");
  __setmntent("/dev/null", "r");
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  __sigaction(SIGUSR2, &action, nullptr);
  free(__libc_malloc(1000));
  __libc_free(malloc(1000));
  return opened;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
