#include <cstddef>
#include <cstdint>
#include <string>

#include "bench/modules/add.h"
#include "bench/modules/call_interface.h"
#include "bench/modules/raw_text.h"
#include "relib/module.h"

namespace relib::bench {
namespace {

class ModuleAdder final : public Adder {
 public:
  int Add(int a, int b) const override { return bench::Add(a, b); }
};

constexpr ModuleAdder kAdder;

int Main() { return 42; }

template <typename Call>
auto Loop(int64_t count, Call call) {
  decltype(call(0)) sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += call(static_cast<int>(i));
  return sum;
}

int CallImportAdd(int64_t count) {
  return Loop(count, [](int i) { return imports<CallImports>().add(i, 1); });
}

int CallRawAdd(int64_t count, AddFunction add) {
  return Loop(count, [add](int i) { return add(i, 1); });
}

size_t CallImportText(int64_t count, size_t size) {
  return Loop(count,
              [size](int) { return imports<CallImports>().text(size).size(); });
}

size_t CallRawText(int64_t count, size_t size, RawText text) {
  return Loop(count, [&](int) { return ReceiveText(text, size).size(); });
}

}  // namespace

RELIB_IMPORTS(CallImports);
RELIB_EXPORTS(CallExports, .add = implement<Add>, .text = implement<MakeText>,
              .raw_add = implement<[] { return &Add; }>,
              .raw_adder = implement<[]() -> const Adder* { return &kAdder; }>,
              .raw_main = implement<[] { return &Main; }>,
              .raw_text = implement<[] { return kRawText; }>,
              .call_import_add = implement<CallImportAdd>,
              .call_raw_add = implement<CallRawAdd>,
              .call_import_text = implement<CallImportText>,
              .call_raw_text = implement<CallRawText>);
RELIB_MAIN(int) { return Main(); }

}  // namespace relib::bench
