"""The categories of misbehavior that relib promises to cope with."""

# README.md says what each of them means. Each has a module and a test on every system.
CATEGORIES = [
    "memory",
    "start_and_end",
    "thread_locals",
    "unique_symbols",
    "threads",
    "started_elsewhere",
    "thread_keys",
    "signal_handlers",
    "exit_handlers",
    "descriptors",
    "mappings",
    "libraries",
    "exceptions",
    "crashes",
    "stuck_calls",
    "late_calls",
    "concurrent_calls",
    "files",
    "process_state",
    "standard_output",
]
