"""Functions that open or close streams; ../hooks.bzl explains the rows."""

HOOKS = [
    "FILE* fopen(const char* path, const char* mode)",
    "FILE* fopen64(const char* path, const char* mode)",
    "FILE* fdopen(int descriptor, const char* mode)",
    "FILE* freopen(const char* path, const char* mode, FILE* stream)",
    "FILE* freopen64(const char* path, const char* mode, FILE* stream)",
    "FILE* tmpfile()",
    "FILE* tmpfile64()",
    "FILE* fmemopen(void* buffer, size_t size, const char* mode)",
    "FILE* open_memstream(char** buffer, size_t* size)",
    "FILE* fopencookie(void* cookie, const char* mode, cookie_io_functions_t functions)",
    "FILE* popen(const char* command, const char* type)",
    # setmntent() opens a table such as /proc/mounts by an fopen() inside glibc, so the stream would go unnoticed.
    "FILE* setmntent(const char* path, const char* mode)",
    "int endmntent(FILE* stream)",
    "int fclose(FILE* stream)",
    "int pclose(FILE* stream)",
    # The buffer may be memory of the module, which the stream must not use after an unload.
    "int setvbuf(FILE* stream, char* buffer, int mode, size_t size)",
    "void setbuf(FILE* stream, char* buffer)",
    "void setbuffer(FILE* stream, char* buffer, size_t size)",
    "void relib_platform_release_stream(FILE* stream)",
]
