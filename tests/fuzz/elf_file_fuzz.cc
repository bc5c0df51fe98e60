// Gives any bytes to the reader of ELF files.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/host/files/byte_source.h"
#include "platform/image/elf_file.h"
#include "platform/image/elf_file_fixture.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const relib::platform::MemoryByteSource file(
      std::string_view(reinterpret_cast<const char*>(data), size));
  relib::platform::IsElf(file);
  relib::platform::ReadElfManifest(file).status().IgnoreError();
  relib::platform::InspectElf(file).status().IgnoreError();
  return 0;
}

namespace relib {

std::vector<std::string> FuzzSeeds(const std::vector<std::string>&) {
  using platform::elf_fixture::Hash;
  using platform::elf_fixture::MakeElf;
  std::vector<std::string> seeds;
  for (const Hash hash : {Hash::kNone, Hash::kSysV, Hash::kGnu}) {
    seeds.push_back(MakeElf(hash));
  }
  return seeds;
}

}  // namespace relib
