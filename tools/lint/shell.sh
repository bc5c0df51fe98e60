#!/bin/bash
# tools/lint/shell.sh
#
# Checks our shell scripts with shellcheck.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"

need shellcheck shellcheck "checks shell scripts"
install_needed shell

tracked_files '*.sh' bazelw .ci/run |
  xargs --no-run-if-empty shellcheck --external-sources --severity=style
