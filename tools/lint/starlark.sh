#!/bin/bash
# tools/lint/starlark.sh [--fix]
#
# Checks Bazel files with buildifier, both format and contents. --fix corrects what buildifier can.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"
parse_arguments "$@"

install_needed starlark

mode=(-mode=check -lint=warn)
((fix == 0)) || mode=(-mode=fix -lint=fix)
tracked_files '*.bzl' '*.BUILD' '*BUILD.bazel' MODULE.bazel WORKSPACE WORKSPACE.bzlmod |
  xargs --no-run-if-empty tools/lint/buildifier.sh "${mode[@]}" -warnings=all
