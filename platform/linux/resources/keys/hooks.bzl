"""Functions that create or delete thread keys; ../hooks.bzl explains the rows."""

HOOKS = [
    "int pthread_key_create(pthread_key_t* key, DestroyFunction destroy)",
    "int pthread_key_delete(pthread_key_t key)",
    "int tss_create(tss_t* key, tss_dtor_t destroy)",
    "void tss_delete(tss_t key)",
]
