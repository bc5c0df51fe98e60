// Keeps itself loaded.

#include <windows.h>

namespace {
HMODULE handle = nullptr;
}

extern "C" void TakeReference() {
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCWSTR>(&TakeReference), &handle);
}

extern "C" void GiveReferenceBack() { FreeLibrary(handle); }
