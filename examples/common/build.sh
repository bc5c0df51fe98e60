#!/bin/sh
# build.sh MODE BINDIR TARGET...
#
# The build command of the examples: builds the targets, a module and whatever else, with Bazel, and shows what the
# compiler says and nothing else.
#
# Bazel must be given the flags of the `bazel run` that started the program, or it builds another
# file than the one that is watched. MODE and BINDIR are what the BUILD file knows of them: "opt" and
# "bazel-out/k8-opt-windows/bin" come from `-c opt --config=windows`.
set -u
mode=$1
bindir=${2%/bin}
config=${bindir##*"-$mode"}
config=${config#-}
shift 2

# Nothing is sandboxed, which saves a tenth of a second.
output=$(BAZELW_NO_INSTALL=1 ./bazelw build --compilation_mode="$mode" ${config:+"--config=$config"} \
  --spawn_strategy=local --noshow_progress --noshow_loading_progress --show_result=0 \
  --ui_event_filters=-info "$@" 2>&1)
status=$?
# What Bazel itself says of a compiler's error is the command line.
printf '%s\n' "$output" | sed -e '/^ERROR: .* error executing /d' -e '/^$/d'
exit "$status"
