"""Variables of the C library and the kernel need no hooks: they are compared at unload."""

HOOKS = []
