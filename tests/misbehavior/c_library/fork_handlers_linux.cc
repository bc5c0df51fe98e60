// Registers handlers of fork(). With "DESCRIPTOR wait", the preparing one
// writes to the descriptor and then reads a byte from it. With "DESCRIPTOR
// NAME", each of them writes its letter (p, P, c) and the name.

#include <pthread.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

int descriptor = -1;
std::string name;

void Wait() {
  char byte = 'p';
  if (write(descriptor, &byte, 1) == 1)
    static_cast<void>(read(descriptor, &byte, 1) == 1);
}

void Report(char letter) {
  const std::string text = letter + name;
  if (write(descriptor, text.data(), text.size()) < 0) std::abort();
}

int64_t Run(std::string_view argument) {
  const size_t space = argument.find(' ');
  descriptor = std::stoi(std::string(argument.substr(0, space)));
  name = argument.substr(space + 1);
  if (name == "wait") return pthread_atfork(Wait, nullptr, nullptr);
  return pthread_atfork([] { Report('p'); }, [] { Report('P'); },
                        [] { Report('c'); });
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
