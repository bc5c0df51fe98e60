#ifndef PLATFORM_IMAGE_PE_FILE_FIXTURE_H_
#define PLATFORM_IMAGE_PE_FILE_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/image/bytes_fixture.h"
#include "platform/image/pe_file.h"

// A small PE file with everything that the reader looks at.

namespace relib::platform::pe_fixture {

// The layout of the file that MakePe() returns. Section 1, `.rdata`, contains
// the directories; section 2, `.relib`, the manifest. An address in the image
// is kRdataAddress + (offset - kRdata).
inline constexpr uint32_t kSignature = 0x80;
inline constexpr uint32_t kCoff = kSignature + 4;
inline constexpr uint32_t kOptional = kSignature + 24;
inline constexpr uint32_t kDirectories = kOptional + 112;
inline constexpr uint32_t kSections = kDirectories + 16 * 8;
inline constexpr uint32_t kRdata = 0x400;
inline constexpr uint32_t kRdataAddress = 0x1000;
inline constexpr uint32_t kManifest = 0x800;
inline constexpr uint32_t kManifestAddress = 0x2000;
inline constexpr std::string_view kManifestText =
    "manifest of the tested library";
inline constexpr uint32_t kExports = kRdata;
inline constexpr uint32_t kNames = kRdata + 0x40;
inline constexpr uint32_t kImports = kRdata + 0x80;
inline constexpr uint32_t kDelayImports = kRdata + 0x100;
inline constexpr uint32_t kDebug = kRdata + 0x180;
inline constexpr uint32_t kCodeView = kRdata + 0x1c0;
inline constexpr uint32_t kStrings = kRdata + 0x200;

inline uint32_t Address(uint32_t offset) {
  return offset - kRdata + kRdataAddress;
}

inline std::string MakePe() {
  std::string pe(0xa00, '\0');
  PutText(pe, 0, "MZ");
  Put<uint32_t>(pe, 0x3c, kSignature);
  PutText(pe, kSignature, std::string_view("PE\0\0", 4));
  Put<uint16_t>(pe, kCoff, kPeMachineX86_64);
  Put<uint16_t>(pe, kCoff + 2, 2);           // sections
  Put<uint16_t>(pe, kCoff + 16, 240);        // size of the optional header
  Put<uint16_t>(pe, kCoff + 18, 0x2022);     // a DLL
  Put<uint16_t>(pe, kOptional, 0x20b);       // 64 bits
  Put<uint32_t>(pe, kOptional + 60, 0x400);  // size of all headers
  Put<uint32_t>(pe, kOptional + 108, 16);    // directories
  Put<uint32_t>(pe, kDirectories, Address(kExports));
  Put<uint32_t>(pe, kDirectories + 8, Address(kImports));
  Put<uint32_t>(pe, kDirectories + 13 * 8, Address(kDelayImports));
  Put<uint32_t>(pe, kDirectories + 6 * 8, Address(kDebug));
  Put<uint32_t>(pe, kDirectories + 6 * 8 + 4, 2 * 28);

  PutText(pe, kSections, ".rdata");
  Put<uint32_t>(pe, kSections + 8, 0x400);
  Put<uint32_t>(pe, kSections + 12, kRdataAddress);
  Put<uint32_t>(pe, kSections + 16, 0x400);
  Put<uint32_t>(pe, kSections + 20, kRdata);
  PutText(pe, kSections + 40, ".relib");
  Put<uint32_t>(pe, kSections + 48, kManifestText.size());
  Put<uint32_t>(pe, kSections + 52, kManifestAddress);
  Put<uint32_t>(pe, kSections + 56, 0x200);
  Put<uint32_t>(pe, kSections + 60, kManifest);
  PutText(pe, kManifest, kManifestText);

  PutText(pe, kStrings, std::string_view("greeter.dll\0first\0second\0", 25));
  PutText(pe, kStrings + 0x80,
          std::string_view("KERNEL32.dll\0msvcrt.dll", 23));
  PutText(pe, kStrings + 0xc0, "late.dll");
  Put<uint32_t>(pe, kExports + 12, Address(kStrings));
  Put<uint32_t>(pe, kExports + 24, 2);
  Put<uint32_t>(pe, kExports + 32, Address(kNames));
  Put<uint32_t>(pe, kNames, Address(kStrings + 12));
  Put<uint32_t>(pe, kNames + 4, Address(kStrings + 18));
  Put<uint32_t>(pe, kImports + 12, Address(kStrings + 0x80));
  Put<uint32_t>(pe, kImports + 20 + 12, Address(kStrings + 0x80 + 13));
  Put<uint32_t>(pe, kDelayImports + 4, Address(kStrings + 0xc0));

  Put<uint32_t>(pe, kDebug + 12, 16);  // marks a reproducible build
  Put<uint32_t>(pe, kDebug + 28 + 12, 2);
  Put<uint32_t>(pe, kDebug + 28 + 16, 24 + 16);
  Put<uint32_t>(pe, kDebug + 28 + 20, Address(kCodeView));
  Put<uint32_t>(pe, kDebug + 28 + 24, kCodeView);
  PutText(pe, kCodeView, "RSDS");
  PutText(pe, kCodeView + 24, "greeter.pdb");
  return pe;
}

}  // namespace relib::platform::pe_fixture

#endif  // PLATFORM_IMAGE_PE_FILE_FIXTURE_H_
