#!/bin/bash
# template_test.sh WORKSPACE_FILE [BAZEL_FLAG...]
#
# Copies examples/template from the repository of WORKSPACE_FILE, as a user who starts a project does, runs the copy with
# Bazel, and changes its state and its code while it runs. WORKSPACE_FILE is a link in the runfiles to the source tree.
set -u
repository=$(dirname "$(readlink -f "$1")")
shift
# Bazel keeps its caches in $HOME, which tests don't get.
export HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
# The directory is always the same, so that Bazel reuses its last outputs, and its path is short, because Windows limits
# paths to 260 characters.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/relib
workspace=$cache/template
# If TEST_TMPDIR is set, Bazel puts its outputs there and builds everything each time.
unset RUNFILES_DIR RUNFILES_MANIFEST_FILE TEST_TARGET TEST_TMPDIR
bazel=$(command -v bazelisk || command -v bazel) || {
  echo "bazel is not on the PATH" >&2
  exit 1
}

# docs/hot-reload.md shows these files.
for file in world.h module.cc host.cc; do
  awk -v line="<!-- template: $file -->" '
    $0 == line { state = 1; next }
    state == 1 && /^```/ { state = 2; next }
    state == 2 && /^```/ { exit }
    state == 2 { print }' "$repository/docs/hot-reload.md" | diff - "$repository/examples/template/$file" || {
    echo "docs/hot-reload.md shows a different $file than examples/template" >&2
    exit 1
  }
done

mkdir -p "$workspace"
exec 9>"$workspace.lock"
flock 9
rm -rf "${workspace:?}"/* "$workspace/.bazelrc"
cp -r "$repository"/examples/template/. "$workspace" || exit 1
cd "$workspace" || exit 1
sed -i "s|\"../..\"|\"$repository\"|" WORKSPACE MODULE.bazel
sed -i "s|/\.\./\.\./|/$repository/|" .bazelrc

# The log is emptied before the program starts. Otherwise await() might find lines of the previous run before the program
# truncates the file.
log=$workspace.log
: >"$log"
# With the disk cache, most of the build is already done.
"$bazel" --max_idle_secs=5 run --disk_cache="$cache/build" --symlink_prefix=/ --color=no --curses=no "$@" //:host >"$log" 2>&1 9>&- &
program=$!
trap 'kill -- "$program" 2>/dev/null; wait "$program"' EXIT

# Waits until the program has printed something.
await() {
  for ((i = 0; i < 20000; i++)); do
    grep -qE -- "$1" "$log" && return
    kill -0 "$program" 2>/dev/null || break
    sleep 0.1
  done
  cat "$log" >&2
  echo "the program never printed: $1" >&2
  exit 1
}

await '^tick 3, 3 numbers'
sed -i 's|  int ticks = 0;|  int ticks = 0;\n  int jumps = 7;|; s|(World, ticks, numbers)|(World, ticks, jumps, numbers)|' world.h
sed -i 's|" numbers"|" numbers, " + std::to_string(world.jumps) + " jumps"|' module.cc
await '^version 2 runs.*World\.jumps'
await '^tick [0-9]+, [0-9]+ numbers, 7 jumps'
# The state was kept: it has as many numbers as ticks.
ticks=$(grep -oE '^tick [0-9]+, [0-9]+ numbers, 7' "$log" | head -n 1)
[[ $ticks =~ ^tick\ ([0-9]+),\ ([0-9]+) && ${BASH_REMATCH[1]} == "${BASH_REMATCH[2]}" && ${BASH_REMATCH[1]} -gt 3 ]] || {
  echo "the state was lost: $ticks" >&2
  exit 1
}
echo "the template was built, run, and changed"
