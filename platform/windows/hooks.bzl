"""The functions that are replaced in a module's import table, on Windows.

A kind of resource is a key of HOOKS, with the functions that create or give back such a thing, and a file
estate/KIND.cc that implements the kind in the host: platform/estate/resources.h says how. The agent's part in the module
and the table that the host hands to it follow from here.
"""

load(
    "//platform/estate:hooks.bzl",
    "comma_separated",
    "generated_header",
    "hook_table_struct",
    "parse_declaration",
    "resource_kind_enum",
    "resource_kinds",
)

# By kind and by the library of the function (_LIBRARIES). Types are those of hook_types.h. The word in front says what
# happens when the module calls it:
#
#   adds     it is called; the kind's Add() gets the result, unless that says that it failed
#   removes  the kind's Remove() gets the first argument; then it is called
#   after    it is called; then the host's hook, which gets the result and the arguments
#   early    the host's hook is called instead; but before the module knows its host it is done as by `adds`
#   later    likewise, but before that it isn't done at all: the last argument is given to Add() then, and stands for the
#            result
#   locked   it is called, under the process's one lock for DbgHelp
#   (none)   the host's hook is called instead; before the module knows its host, the function itself
#
# The order of the kinds is that in which they are given back.
#
# buildifier: disable=unsorted-dict-items
HOOKS = {
    "threads": {
        "KERNEL32": [
            "early HANDLE CreateThread(SECURITY_ATTRIBUTES* security, SIZE_T stack_size, LPTHREAD_START_ROUTINE start, void* argument, DWORD flags, DWORD* id)",
        ],
        "any C runtime": [
            "early uintptr_t _beginthread(BeginThreadStart start, unsigned stack_size, void* argument)",
            "early uintptr_t _beginthreadex(void* security, unsigned stack_size, BeginThreadExStart start, void* argument, unsigned flags, unsigned* id)",
        ],
    },
    # What else the module gives to the end of the process stays in the module: its atexit() is its own.
    "exit_handlers": {
        "msvcrt": [
            "_onexit_t _onexit(_onexit_t function)",
        ],
    },
    "thread_pools": {
        "KERNEL32": [
            "PTP_WORK CreateThreadpoolWork(PTP_WORK_CALLBACK function, void* argument, PTP_CALLBACK_ENVIRON environment)",
            "PTP_TIMER CreateThreadpoolTimer(PTP_TIMER_CALLBACK function, void* argument, PTP_CALLBACK_ENVIRON environment)",
            "PTP_WAIT CreateThreadpoolWait(PTP_WAIT_CALLBACK function, void* argument, PTP_CALLBACK_ENVIRON environment)",
            "removes void CloseThreadpoolWork(PTP_WORK work)",
            "removes void CloseThreadpoolTimer(PTP_TIMER timer)",
            "removes void CloseThreadpoolWait(PTP_WAIT wait)",
            "BOOL TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK function, void* argument, PTP_CALLBACK_ENVIRON environment)",
            "BOOL QueueUserWorkItem(LPTHREAD_START_ROUTINE function, void* argument, ULONG flags)",
            "BOOL RegisterWaitForSingleObject(HANDLE* wait, HANDLE object, WAITORTIMERCALLBACK function, void* argument, ULONG timeout, ULONG flags)",
            "removes BOOL UnregisterWait(HANDLE wait)",
            "removes BOOL UnregisterWaitEx(HANDLE wait, HANDLE event)",
            "BOOL CreateTimerQueueTimer(HANDLE* timer, HANDLE queue, WAITORTIMERCALLBACK function, void* argument, DWORD first, DWORD period, ULONG flags)",
            "BOOL DeleteTimerQueueTimer(HANDLE queue, HANDLE timer, HANDLE event)",
            "adds HANDLE CreateTimerQueue()",
            "BOOL DeleteTimerQueue(HANDLE queue)",
            "BOOL DeleteTimerQueueEx(HANDLE queue, HANDLE event)",
        ],
    },
    "exception_handlers": {
        "KERNEL32": [
            "later void* AddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler)",
            "void* AddVectoredContinueHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler)",
            "ULONG RemoveVectoredExceptionHandler(void* handle)",
            "ULONG RemoveVectoredContinueHandler(void* handle)",
            "LPTOP_LEVEL_EXCEPTION_FILTER SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER filter)",
        ],
    },
    "signals": {
        "KERNEL32": [
            "BOOL SetConsoleCtrlHandler(PHANDLER_ROUTINE handler, BOOL add)",
        ],
        "msvcrt": [
            "SignalHandler signal(int signal, SignalHandler handler)",
            "void abort()",
        ],
    },
    "fls_indices": {
        "KERNEL32": [
            "early DWORD FlsAlloc(PFLS_CALLBACK_FUNCTION destroy)",
            "BOOL FlsFree(DWORD index)",
        ],
    },
    # Of the pthreads library in the module (agent_gnu.cc).
    "keys": {},
    "streams": {
        "msvcrt": [
            "adds FILE* fopen(const char* path, const char* mode)",
            "adds FILE* _wfopen(const wchar_t* path, const wchar_t* mode)",
            "adds FILE* _fsopen(const char* path, const char* mode, int sharing)",
            "adds FILE* _wfsopen(const wchar_t* path, const wchar_t* mode, int sharing)",
            "adds FILE* tmpfile()",
            "after int fopen_s(FILE** stream, const char* path, const char* mode)",
            "after int _wfopen_s(FILE** stream, const wchar_t* path, const wchar_t* mode)",
            "after FILE* _fdopen(int descriptor, const char* mode)",
            "after FILE* _wfdopen(int descriptor, const wchar_t* mode)",
            "after FILE* _popen(const char* command, const char* mode)",
            "after FILE* _wpopen(const wchar_t* command, const wchar_t* mode)",
            "FILE* freopen(const char* path, const char* mode, FILE* stream)",
            "FILE* _wfreopen(const wchar_t* path, const wchar_t* mode, FILE* stream)",
            "removes int fclose(FILE* stream)",
            "removes int _pclose(FILE* stream)",
            "int setvbuf(FILE* stream, char* buffer, int mode, size_t size)",
            "void setbuf(FILE* stream, char* buffer)",
        ],
    },
    "directories": {
        "KERNEL32": [
            "adds HANDLE FindFirstFileA(const char* pattern, WIN32_FIND_DATAA* found)",
            "adds HANDLE FindFirstFileExA(const char* pattern, FINDEX_INFO_LEVELS level, void* found, FINDEX_SEARCH_OPS what, void* filter, DWORD flags)",
            "adds HANDLE FindFirstFileExW(const wchar_t* pattern, FINDEX_INFO_LEVELS level, void* found, FINDEX_SEARCH_OPS what, void* filter, DWORD flags)",
            "adds HANDLE FindFirstFileNameW(const wchar_t* path, DWORD flags, DWORD* size, wchar_t* name)",
            "adds HANDLE FindFirstFileW(const wchar_t* pattern, WIN32_FIND_DATAW* found)",
            "adds HANDLE FindFirstStreamW(const wchar_t* path, STREAM_INFO_LEVELS level, void* found, DWORD flags)",
            "removes BOOL FindClose(HANDLE search)",
        ],
        "msvcrt": [
            "adds intptr_t _findfirst(const char* pattern, void* found)",
            "adds intptr_t _findfirst32(const char* pattern, void* found)",
            "adds intptr_t _findfirst64(const char* pattern, void* found)",
            "adds intptr_t _findfirst64i32(const char* pattern, void* found)",
            "adds intptr_t _findfirsti64(const char* pattern, void* found)",
            "adds intptr_t _wfindfirst(const wchar_t* pattern, void* found)",
            "adds intptr_t _wfindfirst32(const wchar_t* pattern, void* found)",
            "adds intptr_t _wfindfirst64(const wchar_t* pattern, void* found)",
            "adds intptr_t _wfindfirst64i32(const wchar_t* pattern, void* found)",
            "adds intptr_t _wfindfirsti64(const wchar_t* pattern, void* found)",
            "removes int _findclose(intptr_t search)",
        ],
    },
    "descriptors": {
        "msvcrt": [
            "adds int _open(const char* path, int flags, int mode)",
            "adds int _wopen(const wchar_t* path, int flags, int mode)",
            "adds int _sopen(const char* path, int flags, int sharing, int mode)",
            "adds int _wsopen(const wchar_t* path, int flags, int sharing, int mode)",
            "adds int _creat(const char* path, int mode)",
            "adds int _wcreat(const wchar_t* path, int mode)",
            "adds int _dup(int descriptor)",
            "after int _sopen_s(int* descriptor, const char* path, int flags, int sharing, int mode)",
            "after int _wsopen_s(int* descriptor, const wchar_t* path, int flags, int sharing, int mode)",
            "after int _pipe(int* descriptors, unsigned size, int mode)",
            "after int _open_osfhandle(intptr_t handle, int flags)",
            "int _dup2(int descriptor, int target)",
            "removes int _close(int descriptor)",
        ],
    },
    "sockets": {
        "WS2_32": [
            "adds uintptr_t socket(int family, int type, int protocol)",
            "adds uintptr_t WSASocketA(int family, int type, int protocol, void* information, unsigned group, DWORD flags)",
            "adds uintptr_t WSASocketW(int family, int type, int protocol, void* information, unsigned group, DWORD flags)",
            "adds uintptr_t accept(uintptr_t socket, void* address, int* size)",
            "adds uintptr_t WSAAccept(uintptr_t socket, void* address, int* size, void* condition, uintptr_t argument)",
            "removes int closesocket(uintptr_t socket)",
            "after int WSAStartup(WORD version, void* data)",
            "after int WSACleanup()",
        ],
    },
    "handles": {
        "KERNEL32": [
            "adds HANDLE CreateEventA(SECURITY_ATTRIBUTES* security, BOOL manual, BOOL set, const char* name)",
            "adds HANDLE CreateEventExA(SECURITY_ATTRIBUTES* security, const char* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateEventExW(SECURITY_ATTRIBUTES* security, const wchar_t* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateEventW(SECURITY_ATTRIBUTES* security, BOOL manual, BOOL set, const wchar_t* name)",
            "adds HANDLE CreateFile2(const wchar_t* path, DWORD access, DWORD sharing, DWORD disposition, CREATEFILE2_EXTENDED_PARAMETERS* more)",
            "adds HANDLE CreateFileA(const char* path, DWORD access, DWORD sharing, SECURITY_ATTRIBUTES* security, DWORD disposition, DWORD flags, HANDLE template_file)",
            "adds HANDLE CreateFileMappingA(HANDLE file, SECURITY_ATTRIBUTES* security, DWORD protection, DWORD size_high, DWORD size_low, const char* name)",
            "adds HANDLE CreateFileMappingW(HANDLE file, SECURITY_ATTRIBUTES* security, DWORD protection, DWORD size_high, DWORD size_low, const wchar_t* name)",
            "adds HANDLE CreateFileW(const wchar_t* path, DWORD access, DWORD sharing, SECURITY_ATTRIBUTES* security, DWORD disposition, DWORD flags, HANDLE template_file)",
            "adds HANDLE CreateJobObjectA(SECURITY_ATTRIBUTES* security, const char* name)",
            "adds HANDLE CreateJobObjectW(SECURITY_ATTRIBUTES* security, const wchar_t* name)",
            "adds HANDLE CreateMailslotA(const char* name, DWORD most_bytes, DWORD timeout, SECURITY_ATTRIBUTES* security)",
            "adds HANDLE CreateMailslotW(const wchar_t* name, DWORD most_bytes, DWORD timeout, SECURITY_ATTRIBUTES* security)",
            "adds HANDLE CreateMutexA(SECURITY_ATTRIBUTES* security, BOOL owned, const char* name)",
            "adds HANDLE CreateMutexExA(SECURITY_ATTRIBUTES* security, const char* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateMutexExW(SECURITY_ATTRIBUTES* security, const wchar_t* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateMutexW(SECURITY_ATTRIBUTES* security, BOOL owned, const wchar_t* name)",
            "adds HANDLE CreateNamedPipeA(const char* name, DWORD mode, DWORD pipe_mode, DWORD most, DWORD out_size, DWORD in_size, DWORD timeout, SECURITY_ATTRIBUTES* security)",
            "adds HANDLE CreateNamedPipeW(const wchar_t* name, DWORD mode, DWORD pipe_mode, DWORD most, DWORD out_size, DWORD in_size, DWORD timeout, SECURITY_ATTRIBUTES* security)",
            "adds HANDLE CreateSemaphoreA(SECURITY_ATTRIBUTES* security, LONG count, LONG most, const char* name)",
            "adds HANDLE CreateSemaphoreExA(SECURITY_ATTRIBUTES* security, LONG count, LONG most, const char* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateSemaphoreExW(SECURITY_ATTRIBUTES* security, LONG count, LONG most, const wchar_t* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateSemaphoreW(SECURITY_ATTRIBUTES* security, LONG count, LONG most, const wchar_t* name)",
            "adds HANDLE CreateToolhelp32Snapshot(DWORD flags, DWORD process)",
            "adds HANDLE CreateWaitableTimerA(SECURITY_ATTRIBUTES* security, BOOL manual, const char* name)",
            "adds HANDLE CreateWaitableTimerExA(SECURITY_ATTRIBUTES* security, const char* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateWaitableTimerExW(SECURITY_ATTRIBUTES* security, const wchar_t* name, DWORD flags, DWORD access)",
            "adds HANDLE CreateWaitableTimerW(SECURITY_ATTRIBUTES* security, BOOL manual, const wchar_t* name)",
            "adds HANDLE OpenEventA(DWORD access, BOOL inherit, const char* name)",
            "adds HANDLE OpenEventW(DWORD access, BOOL inherit, const wchar_t* name)",
            "adds HANDLE OpenFileMappingA(DWORD access, BOOL inherit, const char* name)",
            "adds HANDLE OpenFileMappingW(DWORD access, BOOL inherit, const wchar_t* name)",
            "adds HANDLE OpenMutexA(DWORD access, BOOL inherit, const char* name)",
            "adds HANDLE OpenMutexW(DWORD access, BOOL inherit, const wchar_t* name)",
            "adds HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD process)",
            "adds HANDLE OpenSemaphoreA(DWORD access, BOOL inherit, const char* name)",
            "adds HANDLE OpenSemaphoreW(DWORD access, BOOL inherit, const wchar_t* name)",
            "adds HANDLE OpenThread(DWORD access, BOOL inherit, DWORD thread)",
            "adds HANDLE OpenWaitableTimerA(DWORD access, BOOL inherit, const char* name)",
            "adds HANDLE OpenWaitableTimerW(DWORD access, BOOL inherit, const wchar_t* name)",
            "adds HANDLE ReOpenFile(HANDLE file, DWORD access, DWORD sharing, DWORD flags)",
            "after HANDLE CreateIoCompletionPort(HANDLE file, HANDLE port, ULONG_PTR key, DWORD threads)",
            "after BOOL CreatePipe(HANDLE* read, HANDLE* write, SECURITY_ATTRIBUTES* security, DWORD size)",
            "after BOOL CreateProcessA(const char* program, char* command, SECURITY_ATTRIBUTES* security, SECURITY_ATTRIBUTES* thread_security, BOOL inherit, DWORD flags, void* environment, const char* folder, STARTUPINFOA* startup, PROCESS_INFORMATION* process)",
            "after BOOL CreateProcessW(const wchar_t* program, wchar_t* command, SECURITY_ATTRIBUTES* security, SECURITY_ATTRIBUTES* thread_security, BOOL inherit, DWORD flags, void* environment, const wchar_t* folder, STARTUPINFOW* startup, PROCESS_INFORMATION* process)",
            "BOOL DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, HANDLE* target, DWORD access, BOOL inherit, DWORD options)",
            "removes BOOL CloseHandle(HANDLE handle)",
            "adds HANDLE FindFirstChangeNotificationA(const char* folder, BOOL deep, DWORD what)",
            "adds HANDLE FindFirstChangeNotificationW(const wchar_t* folder, BOOL deep, DWORD what)",
            "removes BOOL FindCloseChangeNotification(HANDLE handle)",
        ],
        "WS2_32": [
            "adds HANDLE WSACreateEvent()",
            "removes BOOL WSACloseEvent(HANDLE event)",
        ],
    },
    "mappings": {
        "KERNEL32": [
            "after void* VirtualAlloc(void* address, SIZE_T size, DWORD how, DWORD protection)",
            "after void* VirtualAllocEx(HANDLE process, void* address, SIZE_T size, DWORD how, DWORD protection)",
            "after void* VirtualAllocExNuma(HANDLE process, void* address, SIZE_T size, DWORD how, DWORD protection, DWORD node)",
            "after void* VirtualAlloc2(HANDLE process, void* address, SIZE_T size, ULONG how, ULONG protection, void* parameters, ULONG count)",
            "BOOL VirtualFree(void* address, SIZE_T size, DWORD how)",
            "BOOL VirtualFreeEx(HANDLE process, void* address, SIZE_T size, DWORD how)",
            "adds void* MapViewOfFile(HANDLE mapping, DWORD access, DWORD offset_high, DWORD offset_low, SIZE_T size)",
            "adds void* MapViewOfFileEx(HANDLE mapping, DWORD access, DWORD offset_high, DWORD offset_low, SIZE_T size, void* address)",
            "adds void* MapViewOfFileExNuma(HANDLE mapping, DWORD access, DWORD offset_high, DWORD offset_low, SIZE_T size, void* address, DWORD node)",
            "removes BOOL UnmapViewOfFile(const void* address)",
            "removes BOOL UnmapViewOfFileEx(void* address, ULONG flags)",
        ],
    },
    "heaps": {
        "KERNEL32": [
            "adds HANDLE HeapCreate(DWORD flags, SIZE_T size, SIZE_T most)",
            "removes BOOL HeapDestroy(HANDLE heap)",
        ],
    },
    "registry_keys": {
        "ADVAPI32": [
            "after LONG RegOpenKeyA(HKEY key, const char* path, HKEY* opened)",
            "after LONG RegOpenKeyW(HKEY key, const wchar_t* path, HKEY* opened)",
            "after LONG RegOpenKeyExA(HKEY key, const char* path, DWORD flags, DWORD access, HKEY* opened)",
            "after LONG RegOpenKeyExW(HKEY key, const wchar_t* path, DWORD flags, DWORD access, HKEY* opened)",
            "after LONG RegCreateKeyA(HKEY key, const char* path, HKEY* opened)",
            "after LONG RegCreateKeyW(HKEY key, const wchar_t* path, HKEY* opened)",
            "after LONG RegCreateKeyExA(HKEY key, const char* path, DWORD reserved, char* type, DWORD flags, DWORD access, SECURITY_ATTRIBUTES* security, HKEY* opened, DWORD* made)",
            "after LONG RegCreateKeyExW(HKEY key, const wchar_t* path, DWORD reserved, wchar_t* type, DWORD flags, DWORD access, SECURITY_ATTRIBUTES* security, HKEY* opened, DWORD* made)",
            "after LONG RegOpenCurrentUser(DWORD access, HKEY* opened)",
            "removes LONG RegCloseKey(HKEY key)",
        ],
    },
    "libraries": {
        "KERNEL32": [
            "adds HMODULE LoadLibraryA(const char* path)",
            "adds HMODULE LoadLibraryExA(const char* path, HANDLE file, DWORD flags)",
            "adds HMODULE LoadLibraryExW(const wchar_t* path, HANDLE file, DWORD flags)",
            "adds HMODULE LoadLibraryW(const wchar_t* path)",
            "after BOOL GetModuleHandleExA(DWORD flags, const char* name, HMODULE* library)",
            "after BOOL GetModuleHandleExW(DWORD flags, const wchar_t* name, HMODULE* library)",
            "BOOL FreeLibrary(HMODULE library)",
            "void FreeLibraryAndExitThread(HMODULE library, DWORD code)",
        ],
    },
    "tls_indices": {
        "KERNEL32": [
            "adds DWORD TlsAlloc()",
            "removes BOOL TlsFree(DWORD index)",
        ],
    },
    # Reported, not put back.
    "process_state": {
        "KERNEL32": [
            "BOOL SetCurrentDirectoryA(const char* path)",
            "BOOL SetCurrentDirectoryW(const wchar_t* path)",
            "BOOL SetEnvironmentVariableA(const char* name, const char* value)",
            "BOOL SetEnvironmentVariableW(const wchar_t* name, const wchar_t* value)",
            "UINT SetErrorMode(UINT mode)",
            "BOOL SetPriorityClass(HANDLE process, DWORD priority)",
        ],
        "msvcrt": [
            "int _chdir(const char* path)",
            "int _wchdir(const wchar_t* path)",
            "int _putenv(const char* assignment)",
            "int _wputenv(const wchar_t* assignment)",
            "int _putenv_s(const char* name, const char* value)",
            "int _wputenv_s(const wchar_t* name, const wchar_t* value)",
            "int _umask(int mask)",
            "char* setlocale(int category, const char* locale)",
            "wchar_t* _wsetlocale(int category, const wchar_t* locale)",
        ],
    },
    "symbol_sessions": {
        "dbghelp": [
            "BOOL SymInitialize(HANDLE process, const char* path, BOOL all_modules)",
            "BOOL SymInitializeW(HANDLE process, const wchar_t* path, BOOL all_modules)",
            "BOOL SymCleanup(HANDLE process)",
            "locked BOOL EnumerateLoadedModules64(HANDLE process, PENUMLOADED_MODULES_CALLBACK64 callback, void* context)",
            "locked BOOL EnumerateLoadedModulesW64(HANDLE process, PENUMLOADED_MODULES_CALLBACKW64 callback, void* context)",
            "locked BOOL MiniDumpWriteDump(HANDLE process, DWORD id, HANDLE file, MINIDUMP_TYPE type, PMINIDUMP_EXCEPTION_INFORMATION exception, PMINIDUMP_USER_STREAM_INFORMATION streams, PMINIDUMP_CALLBACK_INFORMATION callback)",
            "locked BOOL StackWalk64(DWORD machine, HANDLE process, HANDLE thread, STACKFRAME64* frame, void* context, PREAD_PROCESS_MEMORY_ROUTINE64 read, PFUNCTION_TABLE_ACCESS_ROUTINE64 functions, PGET_MODULE_BASE_ROUTINE64 bases, PTRANSLATE_ADDRESS_ROUTINE64 translate)",
            "locked BOOL SymEnumerateModules64(HANDLE process, PSYM_ENUMMODULES_CALLBACK64 callback, void* context)",
            "locked BOOL SymEnumerateModulesW64(HANDLE process, PSYM_ENUMMODULES_CALLBACKW64 callback, void* context)",
            "locked BOOL SymEnumSymbols(HANDLE process, ULONG64 base, const char* mask, PSYM_ENUMERATESYMBOLS_CALLBACK callback, void* context)",
            "locked BOOL SymEnumSymbolsW(HANDLE process, ULONG64 base, const wchar_t* mask, PSYM_ENUMERATESYMBOLS_CALLBACKW callback, void* context)",
            "locked BOOL SymFromAddr(HANDLE process, DWORD64 address, DWORD64* offset, SYMBOL_INFO* symbol)",
            "locked BOOL SymFromAddrW(HANDLE process, DWORD64 address, DWORD64* offset, SYMBOL_INFOW* symbol)",
            "locked BOOL SymFromName(HANDLE process, const char* name, SYMBOL_INFO* symbol)",
            "locked void* SymFunctionTableAccess64(HANDLE process, DWORD64 address)",
            "locked BOOL SymGetLineFromAddr64(HANDLE process, DWORD64 address, DWORD* offset, IMAGEHLP_LINE64* line)",
            "locked BOOL SymGetLineFromAddrW64(HANDLE process, DWORD64 address, DWORD* offset, IMAGEHLP_LINEW64* line)",
            "locked DWORD64 SymGetModuleBase64(HANDLE process, DWORD64 address)",
            "locked BOOL SymGetModuleInfo64(HANDLE process, DWORD64 address, IMAGEHLP_MODULE64* module)",
            "locked BOOL SymGetModuleInfoW64(HANDLE process, DWORD64 address, IMAGEHLP_MODULEW64* module)",
            "locked DWORD SymGetOptions()",
            "locked BOOL SymGetSearchPath(HANDLE process, char* path, DWORD size)",
            "locked BOOL SymGetSearchPathW(HANDLE process, wchar_t* path, DWORD size)",
            "locked BOOL SymGetSymFromAddr64(HANDLE process, DWORD64 address, DWORD64* offset, IMAGEHLP_SYMBOL64* symbol)",
            "locked BOOL SymGetTypeInfo(HANDLE process, DWORD64 base, ULONG type, IMAGEHLP_SYMBOL_TYPE_INFO what, void* info)",
            "locked DWORD64 SymLoadModule64(HANDLE process, HANDLE file, const char* image, const char* name, DWORD64 base, DWORD size)",
            "locked DWORD64 SymLoadModuleEx(HANDLE process, HANDLE file, const char* image, const char* name, DWORD64 base, DWORD size, MODLOAD_DATA* data, DWORD flags)",
            "locked DWORD64 SymLoadModuleExW(HANDLE process, HANDLE file, const wchar_t* image, const wchar_t* name, DWORD64 base, DWORD size, MODLOAD_DATA* data, DWORD flags)",
            "locked BOOL SymRefreshModuleList(HANDLE process)",
            "locked BOOL SymSetContext(HANDLE process, IMAGEHLP_STACK_FRAME* frame, void* context)",
            "locked DWORD SymSetOptions(DWORD options)",
            "locked BOOL SymSetSearchPath(HANDLE process, const char* path)",
            "locked BOOL SymSetSearchPathW(HANDLE process, const wchar_t* path)",
            "locked BOOL SymUnloadModule64(HANDLE process, DWORD64 base)",
            "locked DWORD UnDecorateSymbolName(const char* name, char* output, DWORD size, DWORD flags)",
            "locked DWORD UnDecorateSymbolNameW(const wchar_t* name, wchar_t* output, DWORD size, DWORD flags)",
        ],
    },
    # The last: what is given back before may have its memory here.
    "heap": {},
}

# Functions that the agent itself implements, as Hooked_NAME in agent.cc.
AGENT_FUNCTIONS = {
    "KERNEL32": [
        # The others, too, are found by it.
        "FARPROC GetProcAddress(HMODULE library, const char* name)",
    ],
}

# How the functions of a library are called, and the beginnings of the names of the libraries that have them.
_LIBRARIES = {
    "ADVAPI32": struct(
        convention = "WINAPI",
        prefixes = ["advapi32.", "kernelbase.", "api-ms-win-core-registry-"],
    ),
    "KERNEL32": struct(
        convention = "WINAPI",
        prefixes = ["kernel32.", "kernelbase.", "api-ms-win-core-"],
    ),
    "WS2_32": struct(
        convention = "WINAPI",
        prefixes = ["ws2_32.", "wsock32."],
    ),
    # Of whichever C runtime the module has: they do the same.
    "any C runtime": struct(
        convention = "__cdecl",
        prefixes = ["msvcr", "ucrtbase", "api-ms-win-crt-"],
    ),
    "dbghelp": struct(
        convention = "WINAPI",
        prefixes = ["dbghelp."],
    ),
    # The C runtime of the program, which may be another than the module's.
    "msvcrt": struct(
        convention = "__cdecl",
        prefixes = ["msvcrt."],
    ),
}

_TABLE = "platform/windows/hooks.bzl"

_WORDS = ["adds", "after", "early", "later", "locked", "removes"]

def _host_side(kind, library, declaration):
    hook = parse_declaration(declaration, _WORDS)
    after = hook.word == "after"
    return struct(
        arguments = hook.arguments,
        convention = _LIBRARIES[library].convention,
        first_argument = hook.first_argument,
        host_arguments = comma_separated("caller", "result" if after else "", hook.arguments),
        host_parameters = comma_separated("const Caller* caller", "%s result" % hook.result if after else "", hook.parameters),
        host_result = "void" if after else hook.result,
        kind = kind,
        library = library,
        name = hook.name,
        parameters = hook.parameters,
        result = hook.result,
        word = hook.word,
    )

_HOOKS = [
    _host_side(kind, library, declaration)
    for kind, libraries in HOOKS.items()
    for library, declarations in libraries.items()
    for declaration in declarations
]

HOOKED_FUNCTIONS = [hook.name for hook in _HOOKS] + [
    parse_declaration(declaration, []).name
    for declarations in AGENT_FUNCTIONS.values()
    for declaration in declarations
]

# Those that the host implements one by one.
_HOST_HOOKS = [hook for hook in _HOOKS if hook.word in ["after", "early", "later", ""]]

_AGENT_HOOKS = [
    _host_side("", library, declaration)
    for library, declarations in AGENT_FUNCTIONS.items()
    for declaration in declarations
]

def hook_table_header():
    """The kinds, and the host's functions as a struct of pointers, for both sides."""
    return generated_header(
        "PLATFORM_WINDOWS_HOOK_TABLE_H_",
        _TABLE,
        ["#include \"platform/windows/hook_types.h\""],
        resource_kind_enum(HOOKS) + "\n" + hook_table_struct(_HOST_HOOKS),
    )

# What the stub does, by the word in front. `real_NAME` is what was in the import table.
_STUBS = {
    "": """  if (const AgentBinding* binding = BoundAgent()) {{
    const Caller* caller = CallerAt(binding, RELIB_RETURN_ADDRESS());
    return binding->hooks->{name}({host_arguments});
  }}
  return real_{name}({arguments});
""",
    "adds": """  {result} result = real_{name}({arguments});
  Took(ResourceKind::{kind}, result, RELIB_RETURN_ADDRESS());
  return result;
""",
    "after": """  {result} result = real_{name}({arguments});
  if (const AgentBinding* binding = BoundAgent()) {{
    const KeepLastError keep;
    const Caller* caller = CallerAt(binding, RELIB_RETURN_ADDRESS());
    binding->hooks->{name}({host_arguments});
  }}
  return result;
""",
    "early": """  if (const AgentBinding* binding = BoundAgent()) {{
    const Caller* caller = CallerAt(binding, RELIB_RETURN_ADDRESS());
    return binding->hooks->{name}({host_arguments});
  }}
  {result} result = real_{name}({arguments});
  Took(ResourceKind::{kind}, result, RELIB_RETURN_ADDRESS());
  return result;
""",
    "later": """  if (const AgentBinding* binding = BoundAgent()) {{
    const Caller* caller = CallerAt(binding, RELIB_RETURN_ADDRESS());
    return binding->hooks->{name}({host_arguments});
  }}
  Took(ResourceKind::{kind}, {last_argument}, RELIB_RETURN_ADDRESS());
  return reinterpret_cast<{result}>({last_argument});
""",
    "locked": """  const DbgHelpLock lock;
  return real_{name}({arguments});
""",
    "removes": """  GivesBack(ResourceKind::{kind}, {first_argument}, RELIB_RETURN_ADDRESS());
  return real_{name}({arguments});
""",
}

def _fields(hook):
    return {
        "arguments": hook.arguments,
        "convention": hook.convention,
        "first_argument": hook.first_argument,
        "host_arguments": hook.host_arguments,
        "kind": hook.kind,
        "last_argument": hook.arguments.rpartition(", ")[2],
        "name": hook.name,
        "parameters": hook.parameters,
        "prefixes": ", ".join(["\"%s\"" % prefix for prefix in _LIBRARIES[hook.library].prefixes]),
        "result": hook.result,
    }

def hook_stubs_header():
    """The module's side: the functions that the hooks stand for.

    Returns:
      The text of a header.
    """
    return generated_header(
        "PLATFORM_WINDOWS_HOOK_STUBS_H_",
        _TABLE,
        ["#include \"platform/windows/hook_types.h\""],
        "namespace internal {\n\n" + "".join([
            "extern {result} ({convention}* real_{name})({parameters});\n".format(**_fields(hook))
            for hook in _HOOKS + _AGENT_HOOKS
        ]) + "\n" + "".join([
            "{result} {convention} Hooked_{name}({parameters});\n".format(**_fields(hook))
            for hook in _AGENT_HOOKS
        ]) + "\n}  // namespace internal\n",
    )

def hook_stubs_source():
    """The module's side: what stands in the import table instead of each function.

    Returns:
      The text of a source file.
    """
    hooks = {hook.name: hook for hook in _HOOKS + _AGENT_HOOKS}
    return "// Generated from " + _TABLE + """.

#include "platform/windows/hook_stubs.h"

#include "platform/windows/agent_binding.h"
#include "platform/windows/agent_hooks.h"

namespace relib::platform::internal {

""" + "".join([
        "{result} ({convention}* real_{name})({parameters}) = nullptr;\n".format(**_fields(hook))
        for hook in _HOOKS + _AGENT_HOOKS
    ]) + "\nnamespace {\n" + "".join([
        ("\n{result} {convention} Hooked_{name}({parameters}) {{\n" + _STUBS[hook.word] + "}}\n").format(**_fields(hook))
        for hook in _HOOKS
    ]) + "\n}  // namespace\n\n" + "".join([
        "const char* const {variable}[] = {{{prefixes}, nullptr}};\n".format(
            prefixes = ", ".join(["\"%s\"" % prefix for prefix in facts.prefixes]),
            variable = _variable(library),
        )
        for library, facts in _LIBRARIES.items()
    ]) + "\nconst Hook kHooks[] = {\n" + "".join([
        "    {{\"{name}\", {variable}, reinterpret_cast<void*>(&Hooked_{name}), reinterpret_cast<void**>(&real_{name})}},\n".format(
            name = name,
            variable = _variable(hooks[name].library),
        )
        for name in sorted(hooks)
    ]) + "};\nconst size_t kHookCount = sizeof(kHooks) / sizeof(kHooks[0]);\n\n}  // namespace relib::platform::internal\n"

def _variable(library):
    return "kLibrariesOf" + "".join([word.capitalize() for word in library.split(" ")])

def resource_kinds_header():
    """For the host: the kinds of resources in their order, and what each of them implements."""
    return generated_header(
        "PLATFORM_WINDOWS_ESTATE_RESOURCE_KINDS_H_",
        _TABLE,
        [
            "#include <memory>",
            "",
            "#include \"platform/estate/resources.h\"",
            "#include \"platform/windows/estate/recorded_resources.h\"",
            "#include \"platform/windows/hook_table.h\"",
        ],
        resource_kinds(HOOKS, _HOST_HOOKS, base = "RecordedResources"),
    )
