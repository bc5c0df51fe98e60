"""The functions that a module's calls are taken to the host for, on Linux.

A kind of resource is a key of HOOKS, with the functions that create or give back such a thing, and a file
estate/KIND.cc that implements them in the host: estate/resources.h says how. The linker's flags, the part in the
module and the table that the host hands to it follow from here.
"""

load(
    "//platform/estate:hooks.bzl",
    "comma_separated",
    "generated_header",
    "hook_table_struct",
    "parse_declaration",
    "resource_kind_enum",
    "resource_kinds",
)

# Each parameter is a type and a name; types are those of hook_types.h. A function with "after" in front is called in
# the module itself, because it looks at its caller, and the host is told its result. The order of the kinds is that
# in which they are given back.
#
# buildifier: disable=unsorted-dict-items
HOOKS = {
    "thread_locals": [
        "int __cxa_thread_atexit_impl(DestroyFunction destroy, void* object, void* library)",
    ],
    "threads": [
        "int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, StartRoutine start, void* argument)",
        "int thrd_create(thrd_t* thread, thrd_start_t start, void* argument)",
    ],
    "exit_handlers": [
        "int on_exit(ExitFunction function, void* argument)",
        "int __cxa_atexit(DestroyFunction destroy, void* object, void* library)",
        "void __cxa_finalize(void* library)",
    ],
    "timers": [
        "int timer_create(clockid_t clock, EventPointer event, timer_t* timer)",
        "int timer_delete(timer_t timer)",
        "int setitimer(ItimerKind kind, ItimerPointer value, MutableItimerPointer old)",
        "unsigned alarm(unsigned seconds)",
        "useconds_t ualarm(useconds_t first, useconds_t interval)",
    ],
    "signals": [
        "int sigaction(int signal, SignalActionPointer action, MutableSignalActionPointer old)",
        "SignalHandler signal(int signal, SignalHandler handler)",
        "SignalHandler ssignal(int signal, SignalHandler handler)",
        "SignalHandler bsd_signal(int signal, SignalHandler handler)",
        "SignalHandler __sysv_signal(int signal, SignalHandler handler)",
        "SignalHandler sigset(int signal, SignalHandler handler)",
        "int sigignore(int signal)",
        "int siginterrupt(int signal, int interrupt)",
    ],
    "signal_stacks": [
        "int sigaltstack(const stack_t* stack, stack_t* old)",
    ],
    "keys": [
        "int pthread_key_create(pthread_key_t* key, DestroyFunction destroy)",
        "int pthread_key_delete(pthread_key_t key)",
        "int tss_create(tss_t* key, tss_dtor_t destroy)",
        "void tss_delete(tss_t key)",
    ],
    "streams": [
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
        "FILE* setmntent(const char* path, const char* mode)",
        "int endmntent(FILE* stream)",
        "int fclose(FILE* stream)",
        "int pclose(FILE* stream)",
        "int setvbuf(FILE* stream, char* buffer, int mode, size_t size)",
        "void setbuf(FILE* stream, char* buffer)",
        "void setbuffer(FILE* stream, char* buffer, size_t size)",
        "void relib_platform_release_stream(FILE* stream)",
    ],
    "directories": [
        "DIR* opendir(const char* path)",
        "DIR* fdopendir(int descriptor)",
        "int closedir(DIR* directory)",
        "void relib_platform_release_directory(DIR* directory)",
    ],
    "descriptors": [
        "int open(const char* path, int flags, mode_t mode)",
        "int open64(const char* path, int flags, mode_t mode)",
        "int openat(int directory, const char* path, int flags, mode_t mode)",
        "int openat64(int directory, const char* path, int flags, mode_t mode)",
        "int creat(const char* path, mode_t mode)",
        "int creat64(const char* path, mode_t mode)",
        # What open() and its like become with _FORTIFY_SOURCE.
        "int __open_2(const char* path, int flags)",
        "int __open64_2(const char* path, int flags)",
        "int __openat_2(int directory, const char* path, int flags)",
        "int __openat64_2(int directory, const char* path, int flags)",
        "int mkstemp(char* path)",
        "int mkstemp64(char* path)",
        "int mkostemp(char* path, int flags)",
        "int mkostemp64(char* path, int flags)",
        "int mkstemps(char* path, int suffix_size)",
        "int mkstemps64(char* path, int suffix_size)",
        "int mkostemps(char* path, int suffix_size, int flags)",
        "int mkostemps64(char* path, int suffix_size, int flags)",
        "int shm_open(const char* name, int flags, mode_t mode)",
        "int memfd_create(const char* name, unsigned flags)",
        "int pipe(int* descriptors)",
        "int pipe2(int* descriptors, int flags)",
        "int socket(int domain, int type, int protocol)",
        "int socketpair(int domain, int type, int protocol, int* descriptors)",
        "int accept(int socket, sockaddr* address, socklen_t* size)",
        "int accept4(int socket, sockaddr* address, socklen_t* size, int flags)",
        "ssize_t recvmsg(int socket, msghdr* message, int flags)",
        "int recvmmsg(int socket, mmsghdr* messages, unsigned count, int flags, timespec* timeout)",
        "int epoll_create(int size)",
        "int epoll_create1(int flags)",
        "int eventfd(unsigned value, int flags)",
        "int timerfd_create(int clock, int flags)",
        "int signalfd(int descriptor, const sigset_t* signals, int flags)",
        "int inotify_init()",
        "int inotify_init1(int flags)",
        "int fanotify_init(unsigned flags, unsigned event_flags)",
        "int pidfd_open(pid_t process, unsigned flags)",
        "int pidfd_getfd(int process, int target, unsigned flags)",
        "int open_by_handle_at(int mount, FileHandlePointer handle, int flags)",
        "int posix_openpt(int flags)",
        "int getpt()",
        "int openpty(int* master, int* slave, char* name, const termios* settings, const winsize* size)",
        "int forkpty(int* master, char* name, const termios* settings, const winsize* size)",
        "int dup(int descriptor)",
        "int dup2(int descriptor, int target)",
        "int dup3(int descriptor, int target, int flags)",
        "int fcntl(int descriptor, int command, void* argument)",
        "int fcntl64(int descriptor, int command, void* argument)",
        "int close(int descriptor)",
        "int close_range(unsigned first, unsigned last, int flags)",
        "void closefrom(int first)",
        "void relib_platform_release_descriptor(int descriptor)",
    ],
    "mappings": [
        "void* mmap(void* address, size_t size, int protection, int flags, int descriptor, off_t offset)",
        "void* mmap64(void* address, size_t size, int protection, int flags, int descriptor, off_t offset)",
        "void* mremap(void* address, size_t size, size_t new_size, int flags, void* new_address)",
        "int munmap(void* address, size_t size)",
        "void* shmat(int segment, const void* address, int flags)",
        "int shmdt(const void* address)",
        "void relib_platform_release_mapping(void* address, size_t size)",
    ],
    "libraries": [
        "after void* dlopen(const char* path, int mode)",
        "after void* dlmopen(Lmid_t space, const char* path, int mode)",
        "int dlclose(void* library)",
        "void relib_platform_release_library(void* library)",
    ],
    # Reported, not put back.
    "process_state": [
        "int chdir(const char* path)",
        "int fchdir(int directory)",
        "mode_t umask(mode_t mask)",
        "char* setlocale(int category, const char* locale)",
        "int sigprocmask(int how, const sigset_t* signals, sigset_t* previous)",
        "int pthread_sigmask(int how, const sigset_t* signals, sigset_t* previous)",
        "int sighold(int signal)",
        "int sigrelse(int signal)",
        "int putenv(char* assignment)",
        "int setenv(const char* name, const char* value, int overwrite)",
        "int unsetenv(const char* name)",
        "int clearenv()",
    ],
    # The last: what is given back before may have its memory here.
    "heap": [],
}

# Functions that the module implements itself, as __wrap_NAME in the given source: what allocates is too frequent for a
# call of the host each time. The host gets whole regions (estate/heap.cc).
MODULE_FUNCTIONS = {
    "agent_heap.c": [
        "aligned_alloc",
        "calloc",
        "cfree",
        "free",
        "malloc",
        "malloc_usable_size",
        "memalign",
        "posix_memalign",
        "pvalloc",
        "realloc",
        "reallocarray",
        "valloc",
    ],
    # What they return is freed by free(), which is the module's.
    "agent_heap_library.cc": [
        "__asprintf",
        "__asprintf_chk",
        "__getcwd_chk",
        "__getdelim",
        "__realpath_chk",
        "__strdup",
        "__strndup",
        "__vasprintf_chk",
        "asprintf",
        "backtrace_symbols",
        "canonicalize_file_name",
        "get_current_dir_name",
        "getcwd",
        "getdelim",
        "getline",
        "realpath",
        "scandir",
        "scandir64",
        "scandirat",
        "scandirat64",
        "strdup",
        "strndup",
        "vasprintf",
        "wcsdup",
    ],
}

_TABLE = "platform/linux/hooks.bzl"

def _host_side(declaration):
    hook = parse_declaration(declaration, ["after"])
    after = hook.word == "after"
    return struct(
        after = after,
        arguments = hook.arguments,
        host_arguments = comma_separated("binding->estate", "result" if after else "", hook.arguments),
        host_parameters = comma_separated("void* estate", "%s result" % hook.result if after else "", hook.parameters),
        host_result = "void" if after else hook.result,
        name = hook.name,
        parameters = hook.parameters,
        result = hook.result,
    )

_HOOKS = [_host_side(declaration) for declarations in HOOKS.values() for declaration in declarations]

HOOKED_FUNCTIONS = [hook.name for hook in _HOOKS] + [
    name
    for names in MODULE_FUNCTIONS.values()
    for name in names
]

def hook_table_header():
    """The host's functions as a struct of pointers, for both sides."""
    return generated_header(
        "PLATFORM_LINUX_HOOK_TABLE_H_",
        _TABLE,
        ["#include \"platform/linux/hook_types.h\""],
        hook_table_struct(_HOOKS),
    )

def hook_stubs_source():
    """The module's side: what the linker sends the calls of each function to.

    Returns:
      The text of a source file.
    """
    text = "// Generated from " + _TABLE + """.

#include "platform/linux/agent_binding.h"

namespace relib::platform {
extern "C" {
"""
    for hook in _HOOKS:
        call = "binding->hooks->%s(%s)" % (hook.name, hook.host_arguments)
        real = "__real_%s(%s)" % (hook.name, hook.arguments)
        text += "\n{result} __real_{name}({parameters});\n{result} __wrap_{name}({parameters}) {{\n".format(
            name = hook.name,
            parameters = hook.parameters,
            result = hook.result,
        ) + "  const AgentBinding* binding = BoundAgent();\n" + (
            "  {result} result = {real};\n  if (binding != nullptr) {call};\n  return result;\n}}\n" if hook.after else "  if (binding == nullptr) return {real};\n  return {call};\n}}\n"
        ).format(
            call = call,
            real = real,
            result = hook.result,
        )
    return text + "\n}  // extern \"C\"\n}  // namespace relib::platform\n"

def resource_kinds_header():
    """For the host: the kinds of resources in their order, and what each of them implements."""
    return generated_header(
        "PLATFORM_LINUX_ESTATE_RESOURCE_KINDS_H_",
        _TABLE,
        [
            "#include <memory>",
            "",
            "#include \"platform/estate/resources.h\"",
            "#include \"platform/linux/hook_table.h\"",
        ],
        resource_kind_enum(HOOKS) + "\n" + resource_kinds(HOOKS, _HOOKS),
    )
