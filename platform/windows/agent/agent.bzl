"""How the agent gets into a module on Windows."""

# The C library's entry point calls it to run the static constructors (constructors_gnu.cc).
CONSTRUCTORS_LINKOPTS = ["-Wl,--wrap=__main"]

# What the agent stands in for at link time (agent_gnu.cc); its other hooks are
# in the import table (agent.cc).
AGENT_LINKOPTS = ["-Wl,--wrap=" + name for name in [
    # For the destructors of thread_local objects.
    "pthread_create",
    "pthread_exit",
    "pthread_key_create",
    "pthread_key_delete",
    # What relib/release.h calls (agent_release.cc).
    "relib_platform_release_descriptor",
    "relib_platform_release_handle",
    "relib_platform_release_library",
    "relib_platform_release_mapping",
    "relib_platform_release_stream",
]] + [
    # Tables of virtual functions refer to them weakly, for which no archive is searched: they would be null.
    "-Wl,--undefined=__cxa_pure_virtual,--undefined=__cxa_deleted_virtual",
    # The last code of the image (entry_gnu.cc).
    "-Wl,-e,relib_entry",
]
