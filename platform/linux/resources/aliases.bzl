"""Other names of hooked functions in the C library.

The linker wraps calls by name, so that a call of the other name would not be noticed. //tests/misbehavior:census_test
checks this list against the C library.
"""

# By function: its other names. Some are GLIBC_PRIVATE, and nothing keeps a module from calling them.
ALIASES = {
    "clone": ["__clone"],
    "close": ["__close"],
    "dup2": ["__dup2"],
    "endmntent": ["__endmntent"],
    "fclose": ["_IO_fclose"],
    "fcntl": [
        "__fcntl",
        "__libc_fcntl64",
    ],
    "fdopen": ["_IO_fdopen"],
    "fopen": ["_IO_fopen"],
    "mmap": ["__mmap"],
    "munmap": ["__munmap"],
    "open": [
        "__open",
        "__open64",
    ],
    "pipe": ["__pipe"],
    "popen": ["_IO_popen"],
    "pthread_key_create": ["__pthread_key_create"],
    "setbuffer": ["_IO_setbuffer"],
    "setmntent": ["__setmntent"],
    "setvbuf": ["_IO_setvbuf"],
    "sigaction": ["__sigaction"],
    "socket": ["__socket"],
    "__sysv_signal": ["sysv_signal"],
}

# Likewise for functions that a source of the agent implements, which defines these names as well.
MODULE_ALIASES = {
    "backtrace_symbols": ["__backtrace_symbols"],
    "calloc": ["__libc_calloc"],
    "free": ["__libc_free"],
    "malloc": ["__libc_malloc"],
    "memalign": ["__libc_memalign"],
    "pvalloc": ["__libc_pvalloc"],
    "realloc": ["__libc_realloc"],
    "reallocarray": ["__libc_reallocarray"],
    "valloc": ["__libc_valloc"],
    "vfork": ["__vfork"],
}
