"""Functions that set or delete timers; ../hooks.bzl explains the rows."""

HOOKS = [
    "int timer_create(clockid_t clock, EventPointer event, timer_t* timer)",
    "int timer_delete(timer_t timer)",
    "int setitimer(ItimerKind kind, ItimerPointer value, MutableItimerPointer old)",
    # Older forms of setitimer(ITIMER_REAL) that share its timer and make the system call themselves. ualarm(), in
    # microseconds, was in POSIX until 2008.
    "unsigned alarm(unsigned seconds)",
    "useconds_t ualarm(useconds_t first, useconds_t interval)",
]
