# shellcheck shell=sh
# To be sourced: collects what is missing on this machine, then installs it all at once.
#
#   need g++ g++ "compiles for Linux"     # program, Debian package, what it is for
#   install_needed bazelw                 # who asks, for the messages
#
# Installs with apt-get. On another system it says what is missing and returns 1.

needed=""     # Package names.
needed_why="" # The same, one line each, with the reason.

is_installed() {
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) || return 1
  [ "$status" = installed ]
}

# need PROGRAM PACKAGE REASON: the program may come from elsewhere than the package, and a package
# may put its programs elsewhere than on PATH. Either will do.
need() {
  command -v "$1" >/dev/null 2>&1 || need_package "$2" "$3"
}

# need_package PACKAGE REASON
need_package() {
  is_installed "$1" && return
  needed="$needed $1"
  needed_why="$needed_why  $1: $2
"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# install_needed WHO
install_needed() {
  [ -n "$needed" ] || return 0
  command="apt-get install --no-install-recommends$needed"
  if ! command -v apt-get >/dev/null 2>&1; then
    printf '%s: missing here, by the names of their Debian packages:\n%s' "$1" "$needed_why" >&2
    printf '%s: this system has no apt-get; please install them and try again\n' "$1" >&2
    return 1
  fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
    printf '%s: missing here:\n%s' "$1" "$needed_why" >&2
    printf '%s: only root may install, and there is no sudo; as root, run\n  %s\n' "$1" "$command" >&2
    return 1
  fi
  printf '%s: installing what is missing here:\n%s' "$1" "$needed_why" >&2
  # An outdated list is better than none: whether it serves, the installation tells.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null ||
    printf '%s: apt-get could not update its list of packages\n' "$1" >&2
  # shellcheck disable=SC2086  # one word each
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 install --yes \
    --no-install-recommends $needed >/dev/null </dev/null; then
    printf '%s: could not install them. Is there a network? As root, try\n  %s\n' "$1" "$command" >&2
    return 1
  fi
  needed=""
  needed_why=""
}

# install_wanted WHO LOSS PACKAGE...: packages that one can do without. Where they can't be had,
# or something else would have to go for them, says LOSS and returns 1.
install_wanted() {
  who=$1
  loss=$2
  shift 2
  # Nothing to be done about it, so nothing to be said.
  command -v apt-get >/dev/null 2>&1 || return 1
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1 || return 1
  printf '%s: installing %s\n' "$who" "$*" >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null 2>&1 || true
  plan=$(LC_ALL=C apt-get --simulate install --no-install-recommends "$@" 2>/dev/null) || plan="Remv all"
  # The runtime of another libc++ that no package needs may go.
  plan=$(printf '%s\n' "$plan" | while read -r action package _; do
    case $action.$package in
      Remv*.libc++1-* | Remv*.libc++abi1-* | Remv*.libunwind-*) ;;
      Remv*) echo "$package" ;;
    esac
  done)
  if [ -n "$plan" ] || ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
    install --yes --no-install-recommends "$@" >/dev/null 2>&1 </dev/null; then
    printf '%s: could not install %s: %s\n' "$who" "$*" "$loss" >&2
    return 1
  fi
}
