#!/bin/bash
# tools/bazel7/run.sh [COMMAND ARGUMENT...]
#
# Runs Bazel 7 on this project, with MODULE.bazel and without WORKSPACE. The default command is
# `test //...`. Needs a machine with Debian. Bazel 7 comes from Debian's testing suite, which the
# first run installs in a chroot (about 3 minutes, 2.5 GB) from the mirror that this machine's apt
# uses. The project is mounted read-only, so nothing is written to it.
#
# Where the Bazel Central Registry is out of reach, the modules are made from the sources that
# third_party/ pins, and the rules are those that Debian ships.
#
#   RELIB_BAZEL7_ROOT    the directory of the chroot, instead of ~/.cache/relib/bazel7
#   RELIB_BAZEL7_MIRROR  a mirror of Debian, instead of the one that apt uses
set -euo pipefail

workspace=$(cd "$(dirname "$0")/../.." && pwd -P)
readonly workspace
readonly root=${RELIB_BAZEL7_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/relib/bazel7}
# shellcheck source=tools/packages.sh
. "$workspace/tools/packages.sh"

say() { echo "bazel7: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# Runs a command in the chroot $1. /proc and the mounts end with the command, and so does a Bazel
# server that it leaves behind.
in_chroot() {
  local chroot=$1
  shift
  # shellcheck disable=SC2016  # expanded by the inner shell
  as_root unshare --mount --pid --fork --kill-child bash -euc '
    chroot=$1
    workspace=$2
    shift 2
    mount --make-rprivate /
    mount -t proc proc "$chroot/proc"
    mount --rbind /dev "$chroot/dev"
    mkdir -p "$chroot/relib"
    mount --bind "$workspace" "$chroot/relib"
    mount -o remount,bind,ro "$chroot/relib"
    exec chroot "$chroot" "$@"
  ' bash "$chroot" "$workspace" \
    env --chdir=/relib --ignore-environment HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    ${https_proxy:+https_proxy="$https_proxy"} ${http_proxy:+http_proxy="$http_proxy"} "$@"
}

# The first mirror in apt's configuration that has the testing suite.
find_mirror() {
  local mirror
  while read -r mirror; do
    if /usr/lib/apt/apt-helper -qq -o APT::Sandbox::User= download-file \
      "$mirror/dists/testing/Release" "$1" 2>/dev/null; then
      echo "$mirror"
      return
    fi
  done < <(apt-get --print-uris update | sed -n "s|^'\(.*\)/dists/.*|\1|p" | sort -u)
  fail "apt is configured without a mirror of Debian; set RELIB_BAZEL7_MIRROR"
}

make_chroot() {
  need debootstrap debootstrap "makes the chroot"
  install_needed bazel7
  local mirror scratch
  scratch=$(mktemp -d)
  mirror=${RELIB_BAZEL7_MIRROR:-$(find_mirror "$scratch/Release")}
  rm -rf "$scratch"
  say "making a chroot of Debian's testing suite in $root, once"
  as_root rm -rf "$root.new"
  mkdir -p "$root.new"
  as_root debootstrap --variant=minbase testing "$root.new" "$mirror" >"$root.log" 2>&1 ||
    fail "debootstrap failed; see $root.log"
  as_root cp /etc/resolv.conf "$root.new/etc/"
  install_in_chroot "$root.new"
  as_root mv "$root.new" "$root"
}

# Installs the packages that the project needs in the chroot $1.
install_in_chroot() {
  in_chroot "$1" env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes \
    --no-install-recommends bazel-bootstrap ca-certificates g++ libdw-dev python3 valgrind xz-utils \
    >>"$root.log" 2>&1 || fail "installing Bazel failed; see $root.log"
}

# module NAME [LINE...]: gives the module NAME a MODULE.bazel, and adds an override for it.
module() {
  local directory=$root/modules/$1
  as_root mkdir -p "$directory"
  printf '%s\n' "module(name = \"$1\")" "${@:2}" | as_root tee "$directory/MODULE.bazel" >/dev/null
  [[ -e $directory/BUILD.bazel ]] || as_root touch "$directory/BUILD.bazel"
  overrides+=("--override_module=$1=/modules/$1")
}

# Makes modules of the sources that WORKSPACE mode uses. Sets overrides.
make_local_modules() {
  # The lock must not live on in a Bazel server, hence 9>&- below.
  local bazel=("$workspace/bazelw") external name flags=()
  case $("${bazel[@]}" --version) in
    *\ [78].*) flags=(--enable_workspace --noenable_bzlmod) ;;
  esac
  say "the Bazel Central Registry is out of reach; making modules of our own pinned sources"
  (cd "$workspace" && "${bazel[@]}" query "${flags[@]}" --noshow_progress --output=label \
    "@abseil-cpp//:all + @google_benchmark//:all + @googletest//:all + @rules_shell//:all" \
    >/dev/null 9>&-) || fail "cannot fetch the sources"
  external=$(cd "$workspace" && "${bazel[@]}" info output_base 2>/dev/null)/external
  as_root rm -rf "$root/modules"
  as_root mkdir -p "$root/modules"
  for name in abseil-cpp google_benchmark googletest rules_shell; do
    as_root cp --recursive --dereference "$external/$name" "$root/modules/$name"
  done
  # Debian's rules_cc is older than Abseil, which asks for a compiler that it doesn't know.
  as_root cp --recursive "$root/usr/share/bazel/rules/cc" "$root/modules/rules_cc"
  grep -q emscripten "$root/modules/rules_cc/cc/compiler/BUILD" ||
    as_root tee -a "$root/modules/rules_cc/cc/compiler/BUILD" >/dev/null <<'BUILD'
config_setting(
    name = "emscripten",
    flag_values = {"@rules_cc//cc/private/toolchain:compiler": "emscripten"},
)
BUILD
  # Abseil and rules_cc keep their own MODULE.bazel.
  overrides=(
    --override_module=abseil-cpp=/modules/abseil-cpp
    --override_module=rules_cc=/modules/rules_cc
  )
  local rules='bazel_dep(name = "rules_cc", version = "0.0.11")'
  local platforms='bazel_dep(name = "platforms", version = "0.0.10")'
  module google_benchmark "$rules" "$platforms"
  module googletest "$rules" "$platforms"
  module rules_shell
  # Bazel's built-in modules name these, but C++ does not use them.
  for name in apple_support protobuf zlib; do module "$name"; done
  module buildozer
  as_root tee "$root/modules/buildozer/buildozer_binary.bzl" >/dev/null <<'BZL'
def _repository_impl(rctx):
    rctx.file("BUILD.bazel")

_repository = repository_rule(_repository_impl)

def _extension_impl(_module_ctx):
    _repository(name = "buildozer_binary")

buildozer_binary = module_extension(_extension_impl)
BZL
}

(($# > 0)) || set -- test //...
mkdir -p "$(dirname "$root")"
exec 9>"$root.lock"
flock 9
[[ -d $root ]] || make_chroot
# The chroot may be older than the project's need for these packages.
[[ -e $root/usr/include/elfutils/libdwfl.h && -e $root/usr/bin/valgrind ]] || install_in_chroot "$root"

startup=(--output_user_root=/var/cache/bazel)
overrides=()
shared=()
if getent hosts bcr.bazel.build >/dev/null; then
  # Debian's own bazelrc overrides the modules that it ships.
  startup+=(--nosystem_rc --install_base=/usr/share/bazel --trust_install_base)
else
  make_local_modules
fi
command=$1
shift
# Overrides of modules that only relib itself uses are passed on the command line. The others are
# written to a file that every Bazel in the chroot reads, because //examples:template_test starts
# another Bazel. The project is read-only, so this file also turns off the lock file and the links
# to outputs.
flags=()
for override in "${overrides[@]}"; do
  case $override in
    *=google_benchmark=*) flags+=("$override") ;;
    *) shared+=("$override") ;;
  esac
done
as_root tee "$root/root/.bazelrc" >/dev/null <<RC
common --enable_bzlmod --noenable_workspace --lockfile_mode=off ${shared[*]}
build --symlink_prefix=/
RC
in_chroot "$root" env HOME=/root bazel "${startup[@]}" "$command" "${flags[@]}" "$@"
