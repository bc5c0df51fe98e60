// Creates a winpthreads key with a destructor, sets a value on the calling
// thread, and leaves both.

#include <pthread.h>

#include <cstdint>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

void Destroy(void*) {}

int64_t Run(std::string_view) {
  static pthread_key_t key;
  static const int error = pthread_key_create(&key, Destroy);
  if (error != 0) return error;
  // A key that is deleted.
  pthread_key_t other;
  if (pthread_key_create(&other, nullptr) != 0) return -1;
  if (pthread_key_delete(other) != 0) return -1;
  return pthread_setspecific(key, &key);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
