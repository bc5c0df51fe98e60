#!/bin/bash
# tools/lint/layers.sh [--deps | --rules]
#
# Checks #includes: targets name their dependencies, and directories keep to their layers. See
# layers.py, and layers.txt for the rules.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"

need python3 python3 "reads the build graph"
install_needed layers

exec python3 -B tools/lint/layers.py "$@"
