// Gives any bytes to the readers of PE files and of their symbol tables.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/host/files/byte_source.h"
#include "platform/image/bytes_fixture.h"
#include "platform/image/coff_symbols.h"
#include "platform/image/pe_file.h"
#include "platform/image/pe_file_fixture.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const relib::platform::MemoryByteSource file(bytes);
  relib::platform::IsPe(file);
  relib::platform::ReadPeManifest(file).status().IgnoreError();
  relib::platform::InspectPe(file).status().IgnoreError();
  relib::platform::FindPdbName(file).status().IgnoreError();
  for (const uint32_t offset : {0u, 0x1000u, 0xffffffffu}) {
    const std::string_view name =
        relib::platform::CoffFunctionAt(bytes, offset);
    // The name lies in the file.
    volatile size_t sum = 0;
    for (const char letter : name) sum = sum + static_cast<size_t>(letter);
  }
  return 0;
}

namespace relib {

std::vector<std::string> FuzzSeeds(const std::vector<std::string>&) {
  namespace fixture = platform::pe_fixture;
  const std::string library = fixture::MakePe();
  // With a symbol and a string table behind it.
  std::string symbols = library;
  platform::Put<uint32_t>(symbols, fixture::kCoff + 8, symbols.size());
  platform::Put<uint32_t>(symbols, fixture::kCoff + 12, 1);
  std::string symbol(18 + 4, '\0');
  platform::PutText(symbol, 0, "function");
  platform::Put<uint16_t>(symbol, 12, 1);
  platform::Put<uint16_t>(symbol, 14, 0x20);
  platform::Put<uint8_t>(symbol, 16, 2);
  platform::Put<uint32_t>(symbol, 18, 4);
  return {library, symbols + symbol};
}

}  // namespace relib
