#include "platform/host/symbolizer.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace relib::platform {
namespace {

// Knows no names.
class NamelessSymbolizer final : public Symbolizer {
 public:
  std::vector<Symbol> Resolve(uintptr_t address) override {
    Symbol symbol;
    symbol.offset = address;
    return {symbol};
  }
};

}  // namespace

std::unique_ptr<Symbolizer> Symbolizer::Create() {
  return std::make_unique<NamelessSymbolizer>();
}

}  // namespace relib::platform
