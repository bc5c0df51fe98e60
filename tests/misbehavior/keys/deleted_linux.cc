// Creates and deletes a POSIX key.

#include <pthread.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  pthread_key_t key;
  const int error = pthread_key_create(&key, [](void*) {});
  return error != 0 ? error : pthread_key_delete(key);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
