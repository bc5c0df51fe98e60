"""Hooked functions that create or free streams; ../hooks.bzl explains the rows."""

HOOKS = {
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
}
