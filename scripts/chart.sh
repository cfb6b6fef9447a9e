#!/usr/bin/env bash
# Fetches the chart that the tests and the report render, and checks that it is the released one. Usage: scripts/chart.sh
# FILE. From the archive: the Apache download area keeps only the newest.
set -euo pipefail

VERSION=1.22.0
SHA256=1f7d1dfe3d58e2c54899950aba907a43625a18c8b6fb3c54760c21592129a5b6

curl --fail --silent --show-error --location --retry 3 --output "$1" \
    "https://archive.apache.org/dist/airflow/helm-chart/$VERSION/airflow-$VERSION.tgz"
echo "$SHA256  $1" | sha256sum --check --quiet
