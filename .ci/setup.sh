# shellcheck shell=sh disable=SC2034 # the lists are for those who source this
# Shared by demo/run, Tests/run and .ci/run: find the toolchain and install what is missing, or say what to do.
# Sourced, not run. Words go to stderr.

say() { printf '%s\n' "$*" >&2; }
fail() { say "$(basename "$(dirname "$0")")/$(basename "$0"): $*"; exit 1; }

# The C libraries that meshtop is built on.
libraries="libncurses-dev libssl-dev libnghttp2-dev libyaml-dev libsqlite3-dev zlib1g-dev libre2-dev libsnappy-dev"

need_swift() {
    command -v swift >/dev/null 2>&1 ||
        fail "no swift on the PATH. Install the Swift 6.3 toolchain for Debian 12 (https://www.swift.org/install/linux/) and try again."
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)
    case $version in
    6.[3-9] | 6.[1-9][0-9] | [7-9].* | [1-9][0-9].*) ;;
    *) fail "swift on the PATH is ${version:-of an unknown version}; meshtop needs 6.3 or newer." ;;
    esac
}

# need_packages PACKAGE... : installs with apt those that are not there yet.
need_packages() {
    missing=
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | cut -c1-2)" = ii ] || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    command -v apt-get >/dev/null 2>&1 ||
        fail "these packages are missing and there is no apt-get to install them:$missing. On another system, install its equivalents by hand."
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            fail "these packages are missing:$missing. Installing them needs root and there is no sudo; as root, run: apt-get install$missing"
        as_root=sudo
    fi
    say "Installing$missing"
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list of package names, on purpose
    if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
        tail -5 "$log" >&2
        fail "apt-get could not install$missing (whole log: $log)."
    fi
    rm -f "$log"
}

# build ARGUMENT... : swift build with its progress, or its errors.
build() {
    swift build "$@" >&2 || fail "the build failed; the errors are above."
}
