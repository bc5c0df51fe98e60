"""How the agent gets into a module on Windows."""

# The loader's entry point of the C library calls __main() to run the static
# constructors; the agent's own takes its place (agent_gnu.cc).
AGENT_LINKOPTS = ["-Wl,--wrap=__main"]
