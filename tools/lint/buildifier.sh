#!/bin/bash
# tools/lint/buildifier.sh ARGUMENT...
#
# Runs buildifier, in one pinned version. The first time it is downloaded to ~/.cache/relib:
# upstream's release, else npm's package, which holds the very same file.
set -euo pipefail
# shellcheck source=tools/lint/lint.sh
. "$(dirname "$0")/lint.sh"

case $(uname -m) in
  x86_64)
    platform=amd64
    sha256=3e79e6c0401b5f36f8df4dfc686127255d25c7eddc9599b8779b97b7ef4cdda7
    ;;
  aarch64)
    platform=arm64
    sha256=c624a833bfa64d3a457ef0235eef0dbda03694768aab33f717a7ffd3f803d272
    ;;
  *)
    echo "buildifier: no pinned version for $(uname -m)" >&2
    exit 1
    ;;
esac
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/relib
readonly buildifier=$cache/buildifier-$BUILDIFIER_VERSION

has_right_hash() { echo "$sha256  $1" | sha256sum --check --status 2>/dev/null; }

# from_upstream FILE
from_upstream() {
  getent hosts github.com >/dev/null && command -v curl >/dev/null &&
    curl --fail --silent --location --max-time 60 --output "$1" \
      "https://github.com/bazelbuild/buildtools/releases/download/v$BUILDIFIER_VERSION/buildifier-linux-$platform"
}

# from_npm FILE
from_npm() {
  need npm npm "downloads buildifier"
  install_needed buildifier
  local directory
  directory=$(mktemp -d)
  (cd "$directory" && npm pack --silent --ignore-scripts "@bazel/buildifier@$BUILDIFIER_VERSION") \
    >/dev/null &&
    tar --extract --gzip --file "$directory"/*.tgz --to-stdout "package/buildifier-linux_$platform" >"$1"
  local status=$?
  rm -rf "$directory"
  return "$status"
}

if [[ ! -x $buildifier ]]; then
  mkdir -p "$cache"
  new=$(mktemp "$cache/buildifier.XXXXXX")
  trap 'rm -f "$new"' EXIT
  { from_upstream "$new" && has_right_hash "$new"; } || from_npm "$new"
  has_right_hash "$new" || {
    echo "buildifier: what was downloaded isn't version $BUILDIFIER_VERSION" >&2
    exit 1
  }
  chmod +x "$new"
  mv "$new" "$buildifier"
fi
exec "$buildifier" "$@"
