"""Linker options for the agent in a module on Windows."""

# The C library's entry point calls this function to run the static constructors (constructors_gnu.cc).
CONSTRUCTORS_LINKOPTS = ["-Wl,--wrap=__main"]

# Functions that the agent replaces at link time (agent_gnu.cc). Its other hooks are in the import table (agent.cc).
AGENT_LINKOPTS = ["-Wl,--wrap=" + name for name in [
    # These run the destructors of thread_local objects.
    "pthread_create",
    "pthread_exit",
    "pthread_key_create",
    "pthread_key_delete",
    # relib/release.h calls these (agent_release.cc).
    "relib_platform_release_descriptor",
    "relib_platform_release_handle",
    "relib_platform_release_library",
    "relib_platform_release_mapping",
    "relib_platform_release_stream",
]] + [
    # Tables of virtual functions refer to these weakly. No archive is searched for weak references, so they would be
    # null.
    "-Wl,--undefined=__cxa_pure_virtual,--undefined=__cxa_deleted_virtual",
    # The entry point runs the last code of the image (entry_gnu.cc).
    "-Wl,-e,relib_entry",
]
