#ifndef RELIB_INTERNAL_BOUNDARY_ATTRIBUTES_H_
#define RELIB_INTERNAL_BOUNDARY_ATTRIBUTES_H_

// The differences between object formats and compilers in the public headers,
// which users compile without our build files.

// AddressSanitizer of Clang would pad the notes of the manifest, which must
// have no gaps. The one of GCC doesn't pad variables with a section.
#if defined(__clang__)
#define RELIB_INTERNAL_UNPADDED [[clang::no_sanitize("address")]]
#else
#define RELIB_INTERNAL_UNPADDED
#endif

// True if a function returns a struct of two words in registers. System V's
// calling convention does so, Microsoft's does not.
#if defined(__ELF__)
#define RELIB_INTERNAL_RETURNS_PAIRS_IN_REGISTERS true
#else
#define RELIB_INTERNAL_RETURNS_PAIRS_IN_REGISTERS false
#endif

#if defined(__ELF__)
// Places a constant on a page that the loader relocates, and so reads anyway,
// instead of with the other constants, whose page would be read for it alone.
#define RELIB_INTERNAL_AMONG_RELOCATED [[gnu::section(".data.rel.ro")]]
// Accesses the symbol without the global offset table.
#define RELIB_INTERNAL_HIDDEN [[gnu::visibility("hidden")]]
#define RELIB_INTERNAL_EXPORTED [[gnu::visibility("default")]]
#define RELIB_INTERNAL_MANIFEST_SECTION \
  [[gnu::section(".note.relib"), gnu::used]] RELIB_INTERNAL_UNPADDED
#elif defined(_MSC_VER)
#pragma section(".relib", read)
#define RELIB_INTERNAL_AMONG_RELOCATED
#define RELIB_INTERNAL_HIDDEN
#define RELIB_INTERNAL_EXPORTED __declspec(dllexport)
#define RELIB_INTERNAL_MANIFEST_SECTION __declspec(allocate(".relib"))
#else
#define RELIB_INTERNAL_AMONG_RELOCATED
#define RELIB_INTERNAL_HIDDEN
#define RELIB_INTERNAL_EXPORTED __declspec(dllexport)
#define RELIB_INTERNAL_MANIFEST_SECTION \
  [[gnu::section(".relib"), gnu::used]] RELIB_INTERNAL_UNPADDED
#endif

// Wraps a definition whose initializer may omit fields, which -Wextra reports.
#if defined(__GNUC__)
#define RELIB_INTERNAL_LEAVE_FIELDS_OUT(...)                             \
  _Pragma("GCC diagnostic push")                                         \
      _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"") \
          __VA_ARGS__ _Pragma("GCC diagnostic pop")
#else
#define RELIB_INTERNAL_LEAVE_FIELDS_OUT(...) __VA_ARGS__
#endif

// For the few functions on the path of every call, and for the slow paths that
// they call.
#if defined(_MSC_VER) && !defined(__clang__)
#define RELIB_INTERNAL_ALWAYS_INLINE __forceinline
#define RELIB_INTERNAL_INLINE_LAMBDA [[msvc::forceinline]]
#define RELIB_INTERNAL_COLD __declspec(noinline)
#else
#define RELIB_INTERNAL_ALWAYS_INLINE [[gnu::always_inline]] inline
#define RELIB_INTERNAL_INLINE_LAMBDA __attribute__((always_inline))
#define RELIB_INTERNAL_COLD [[gnu::cold, gnu::noinline]]
#endif

#endif  // RELIB_INTERNAL_BOUNDARY_ATTRIBUTES_H_
