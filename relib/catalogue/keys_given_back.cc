// A thread key that is given back.

#include <pthread.h>

#include <cstdint>
#include <string_view>

#include "relib/catalogue/entry.h"
#include "relib/module.h"

namespace {

int64_t Run(std::string_view /*argument*/) {
  pthread_key_t key;
  const int error = pthread_key_create(&key, [](void*) {});
  return error != 0 ? error : pthread_key_delete(key);
}

}  // namespace

RELIB_EXPORTS(relib::catalogue::EntryExports, .run = relib::implement<Run>);
