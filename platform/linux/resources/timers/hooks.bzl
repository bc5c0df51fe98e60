"""The functions that create or give back timers; ../hooks.bzl explains the rows."""

HOOKS = [
    "int timer_create(clockid_t clock, EventPointer event, timer_t* timer)",
    "int timer_delete(timer_t timer)",
    "int setitimer(ItimerKind kind, ItimerPointer value, MutableItimerPointer old)",
    "unsigned alarm(unsigned seconds)",
    "useconds_t ualarm(useconds_t first, useconds_t interval)",
]
