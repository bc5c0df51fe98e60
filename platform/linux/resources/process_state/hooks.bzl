"""Functions that change state of the process or a thread; ../hooks.bzl explains the rows."""

# Reported but not restored.
HOOKS = [
    "int chdir(const char* path)",
    "int fchdir(int directory)",
    "mode_t umask(mode_t mask)",
    "char* setlocale(int category, const char* locale)",
    "int sigprocmask(int how, const sigset_t* signals, sigset_t* previous)",
    "int pthread_sigmask(int how, const sigset_t* signals, sigset_t* previous)",
    # Obsolete X/Open forms of pthread_sigmask(), still in glibc.
    "int sighold(int signal)",
    "int sigrelse(int signal)",
    "int putenv(char* assignment)",
    "int setenv(const char* name, const char* value, int overwrite)",
    "int unsetenv(const char* name)",
    "int clearenv()",
]
