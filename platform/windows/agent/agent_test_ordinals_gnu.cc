// Imports functions by ordinal, as import libraries for MSVC do. The assembler
// code writes the sections of an import library.

#include <stdint.h>
#include <windows.h>

asm(R"(
  .section .idata$2, "dw"
  .p2align 2
  .rva relib_test_numbers
  .long 0
  .long 0
  .rva relib_test_library
  .rva relib_test_functions
  .section .idata$4, "dw"
  .p2align 3
relib_test_numbers:
  .quad 0x8000000000000073
  .quad 0x8000000000000017
  .quad 0
  .section .idata$5, "dw"
  .p2align 3
  .globl relib_test_functions
relib_test_functions:
  .quad 0x8000000000000073
  .quad 0x8000000000000017
  .quad 0
  .section .idata$7, "dw"
relib_test_library:
  .asciz "WS2_32.dll"
  .text
)");

extern "C" {

extern void* relib_test_functions[];

// Leaks a socket.
bool TakeSocket() {
  const auto start = reinterpret_cast<int(WINAPI*)(WORD, void*)>(
      relib_test_functions[0]);  // WSAStartup
  const auto socket = reinterpret_cast<uintptr_t(WINAPI*)(int, int, int)>(
      relib_test_functions[1]);
  alignas(16) char data[1024];
  return start(0x0202, data) == 0 && socket(2, 1, 0) != UINTPTR_MAX;
}

}  // extern "C"
