"""Functions that create or remove mappings; ../hooks.bzl explains the rows."""

HOOKS = [
    "void* mmap(void* address, size_t size, int protection, int flags, int descriptor, off_t offset)",
    "void* mmap64(void* address, size_t size, int protection, int flags, int descriptor, off_t offset)",
    "void* mremap(void* address, size_t size, size_t new_size, int flags, void* new_address)",
    "int munmap(void* address, size_t size)",
    "void* shmat(int segment, const void* address, int flags)",
    "int shmdt(const void* address)",
    "void relib_platform_release_mapping(void* address, size_t size)",
]
