#include "relib/abi/testdata/unstable.h"

#include <string>

#include "relib/module.h"

RELIB_EXPORTS(UnstableExports,
              .welcome = relib::implement<[](relib::abi::Str name) {
                return relib::abi::String("welcome " + std::string(name));
              }>,
              .greet = relib::implement<[](relib::abi::Str name) {
                return "hello " + std::string(name);
              }>);
