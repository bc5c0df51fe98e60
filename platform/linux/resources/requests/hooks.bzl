"""Functions that start asynchronous requests of the C library; ../hooks.bzl explains the rows."""

HOOKS = [
    "int aio_read(AioPointer request)",
    "int aio_read64(Aio64Pointer request)",
    "int aio_write(AioPointer request)",
    "int aio_write64(Aio64Pointer request)",
    "int aio_fsync(int operation, AioPointer request)",
    "int aio_fsync64(int operation, Aio64Pointer request)",
    "int lio_listio(int mode, AioArray requests, int count, EventPointer event)",
    "int lio_listio64(int mode, Aio64Array requests, int count, EventPointer event)",
    "int getaddrinfo_a(int mode, AddressRequestArray requests, int count, EventPointer event)",
]
