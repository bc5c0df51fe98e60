// Calls functions that it looks up. The argument says which: "descriptors"
// returns the number of descriptors that it opened; "thread" starts a thread
// that runs until the argument "end"; "own" returns whether functions of the
// module, the program and other libraries are found as usual.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

std::atomic<bool> ended = false;

template <typename Function>
Function* Cast(Function* /*type*/, void* address) {
  return reinterpret_cast<Function*>(address);
}

int64_t OpenDescriptors() {
  int64_t opened = 0;
  auto* const open_file = Cast(&open, dlsym(RTLD_DEFAULT, "open"));
  if (open_file("/dev/null", O_RDONLY) >= 0) ++opened;
  auto* const open_next = Cast(&open, dlsym(RTLD_NEXT, "open64"));
  if (open_next("/dev/null", O_RDONLY) >= 0) ++opened;
  auto* const open_alias = Cast(&open, dlsym(RTLD_DEFAULT, "__open"));
  if (open_alias("/dev/null", O_RDONLY) >= 0) ++opened;
  void* const library = dlopen("libc.so.6", RTLD_NOW);
  auto* const make_pipe = Cast(&pipe, dlsym(library, "pipe"));
  dlclose(library);
  int ends[2];
  if (make_pipe(ends) == 0) opened += 2;
  auto* const make_socket =
      Cast(&socket, dlvsym(RTLD_NEXT, "socket", "GLIBC_2.2.5"));
  if (make_socket(AF_UNIX, SOCK_STREAM, 0) >= 0) ++opened;
  // The block is of this module's heap, whose free() checks that.
  auto* const allocate = Cast(&malloc, dlsym(RTLD_NEXT, "malloc"));
  free(allocate(1000));
  return opened;
}

int64_t StartThread() {
  auto* const create =
      Cast(&pthread_create, dlsym(RTLD_DEFAULT, "pthread_create"));
  pthread_t thread;
  return create(
      &thread, nullptr,
      [](void*) -> void* {
        while (!ended) usleep(1000);
        return nullptr;
      },
      nullptr);
}

int64_t FindsTheUsual() {
  return dlsym(RTLD_DEFAULT, "getpid") == reinterpret_cast<void*>(&getpid) &&
         dlsym(RTLD_NEXT, "getpid") == reinterpret_cast<void*>(&getpid) &&
         dlsym(RTLD_DEFAULT, "no_such_function") == nullptr &&
         dlerror() != nullptr && dlsym(RTLD_DEFAULT, "open") != nullptr &&
         dlerror() == nullptr;
}

int64_t Run(std::string_view argument) {
  if (argument == "descriptors") return OpenDescriptors();
  if (argument == "thread") return StartThread();
  if (argument == "own") return FindsTheUsual();
  ended = true;
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
