// Opens the file `argument` in a static destructor.

#include <fcntl.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

struct OpensAtEnd {
  std::string file;
  ~OpensAtEnd() {
    const volatile int descriptor = open(file.c_str(), O_RDONLY);
    static_cast<void>(descriptor);
  }
};
OpensAtEnd opens_at_end;

int64_t Run(std::string_view argument) {
  opens_at_end.file = argument;
  return 0;
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
