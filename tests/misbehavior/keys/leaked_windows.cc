// A thread key with a destructor; the calling thread gets a value.

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
  // One that is given back.
  pthread_key_t other;
  if (pthread_key_create(&other, nullptr) != 0) return -1;
  if (pthread_key_delete(other) != 0) return -1;
  return pthread_setspecific(key, &key);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::EntryExports, .run = relib::implement<Run>);
