"""The linker's part of wrapped_throw.cc."""

WRAPPED_THROW_LINKOPTS = ["-Wl,--wrap=" + name for name in [
    "__cxa_init_primary_exception",
    "__cxa_throw",
]]
