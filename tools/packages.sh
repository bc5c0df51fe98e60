# shellcheck shell=sh
# Functions that collect the missing packages of this machine and install them together. Source this file.
#
#   need g++ g++ "compiles for Linux"     # program, Debian package, purpose
#   install_needed bazelw                 # caller, for the messages
#
# Packages are installed by apt-get. On a system without apt-get, install_needed lists the missing packages and returns 1.

needed=""     # Package names.
needed_why="" # One line per package, with its purpose.

is_installed() {
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) || return 1
  [ "$status" = installed ]
}

# need PROGRAM PACKAGE PURPOSE: adds PACKAGE unless PROGRAM is on PATH or the package is installed. A program may come
# from another source than its package, and a package may install its programs outside of PATH.
need() {
  command -v "$1" >/dev/null 2>&1 || need_package "$2" "$3"
}

# need_package PACKAGE PURPOSE: adds PACKAGE unless it is installed.
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

# install_needed CALLER: installs all packages that were added, or prints what to install and returns 1.
install_needed() {
  [ -n "$needed" ] || return 0
  command="apt-get install --no-install-recommends$needed"
  if ! command -v apt-get >/dev/null 2>&1; then
    printf '%s: this machine lacks the programs of these Debian packages:\n%s' "$1" "$needed_why" >&2
    printf '%s: there is no apt-get to install them with. Install them and try again.\n' "$1" >&2
    return 1
  fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
    printf '%s: this machine lacks these packages:\n%s' "$1" "$needed_why" >&2
    printf '%s: only root can install packages, and there is no sudo. As root, run\n  %s\n' "$1" "$command" >&2
    return 1
  fi
  printf '%s: installing missing packages:\n%s' "$1" "$needed_why" >&2
  # Continue with an outdated list of packages if the update fails.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null ||
    printf '%s: apt-get could not update its list of packages\n' "$1" >&2
  # shellcheck disable=SC2086  # one word each
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 install --yes \
    --no-install-recommends $needed >/dev/null </dev/null; then
    printf '%s: could not install them. Is there a network? To see the error, run as root\n  %s\n' "$1" "$command" >&2
    return 1
  fi
  needed=""
  needed_why=""
}

# install_wanted CALLER LOSS PACKAGE...: installs optional packages. If they are unavailable, or if other packages would
# have to be removed for them, prints LOSS and returns 1.
install_wanted() {
  who=$1
  loss=$2
  shift 2
  # No message: the user can't install them either.
  command -v apt-get >/dev/null 2>&1 || return 1
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1 || return 1
  printf '%s: installing %s\n' "$who" "$*" >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null 2>&1 || true
  plan=$(LC_ALL=C apt-get --simulate install --no-install-recommends "$@" 2>/dev/null) || plan="Remv all"
  # The runtime of another version of libc++ may be removed if no package needs it.
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
