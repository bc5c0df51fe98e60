"""Compiler options that keep measurements comparable."""

# The place in which a short loop happens to begin would change its time by a third.
ALIGNED = [
    "-falign-functions=64",
    "-falign-loops=64",
]
