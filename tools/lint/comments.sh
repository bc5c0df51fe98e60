#!/bin/bash
# tools/lint/comments.sh [--count] [PATH...]
#
# Checks the English of comments, documentation and messages: see comments.py.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"

need python3 python3 "reads comments"
install_needed comments

exec python3 -B tools/lint/comments.py "$@"
