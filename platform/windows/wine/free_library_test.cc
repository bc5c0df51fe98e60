#include "platform/windows/wine/free_library.h"

#include <windows.h>

#include <cstddef>
#include <cstring>

#include "gtest/gtest.h"
#include "platform/windows/wine/wine.h"

namespace relib::platform {
namespace {

using Find = LONG(NTAPI*)(const void* address, void** entry);

Find FindEntryForAddress() {
  return reinterpret_cast<Find>(reinterpret_cast<void*>(GetProcAddress(
      GetModuleHandleW(L"ntdll.dll"), "LdrFindEntryForAddress")));
}

HMODULE LibraryAt(const void* address) {
  char* entry = nullptr;
  if (FindEntryForAddress()(address, reinterpret_cast<void**>(&entry)) != 0) {
    return nullptr;
  }
  // Offset in the 64-bit LDR_DATA_TABLE_ENTRY.
  constexpr size_t kDllBase = 0x30;
  return *reinterpret_cast<const HMODULE*>(entry + kDllBase);
}

// If this fails, this Wine has another function, which relib then leaves alone.
// See whether it locks, and update README.md.
TEST(FreeLibraryTest, WinesSearchIsReplaced) {
  if (!RunsUnderWine()) GTEST_SKIP() << "about Wine";
  const unsigned char jump[] = {0xff, 0x25, 0, 0, 0, 0};
  EXPECT_EQ(std::memcmp(reinterpret_cast<void*>(FindEntryForAddress()), jump,
                        sizeof(jump)),
            0);
}

TEST(FreeLibraryTest, EachLibraryIsFoundUntilItIsFreed) {
  const HMODULE program = GetModuleHandleW(nullptr);
  EXPECT_EQ(LibraryAt(program), program);
  const HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
  EXPECT_EQ(LibraryAt(reinterpret_cast<void*>(
                GetProcAddress(kernel, "GetModuleHandleW"))),
            kernel);
  const int on_the_stack = 0;
  EXPECT_EQ(LibraryAt(&on_the_stack), nullptr);
  EXPECT_EQ(LibraryAt(nullptr), nullptr);

  ASSERT_EQ(GetModuleHandleW(L"version.dll"), nullptr);
  const HMODULE library = LoadLibraryW(L"version.dll");
  ASSERT_NE(library, nullptr);
  EXPECT_EQ(LibraryAt(library), library);
  EXPECT_TRUE(FreeLibraryBesideOthers(library));
  EXPECT_EQ(LibraryAt(library), nullptr);
  EXPECT_FALSE(FreeLibraryBesideOthers(library));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_MOD_NOT_FOUND});
}

}  // namespace
}  // namespace relib::platform
