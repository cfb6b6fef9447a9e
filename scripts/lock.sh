#!/usr/bin/env bash
# Writes the lists that are installed (*.txt: every package, exact, with the hashes of its files) from the lists that
# people write (*.in). A version that is locked stays; `scripts/lock.sh --upgrade` takes the newest that the inputs allow.
set -euo pipefail
cd "$(dirname "$0")/.."

lock() { # INPUT OUTPUT [MORE...]
    local digest
    # The digest lets a test see, without a network, that an input was changed and not locked again.
    digest="$(sed '/^#/d' "$1" | .venv/bin/python -c 'import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')"
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
        --custom-compile-command "make lock (sha256 of $1: $digest)" "$1" --output-file "$2" "${@:3}"
}

lock requirements.in requirements.txt "$@"
lock requirements-dev.in requirements-dev.txt --constraint requirements.txt "$@"
lock emulator/airflow-requirements.in emulator/airflow-requirements.txt "$@"
lock policies/checkov/requirements.in policies/checkov/requirements.txt "$@"
