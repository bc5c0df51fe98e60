// Has an export with the right name and the wrong type.

#include <string>

#include "relib/module.h"

struct OtherExports {
  relib::Export<std::string()> number;
  relib::Export<void()> call_back;
};
RELIB_INTERFACE(OtherExports, number, call_back);

RELIB_EXPORTS(OtherExports,
              .number = relib::implement<[] { return std::string("nine"); }>,
              .call_back = relib::implement<[] {}>);
