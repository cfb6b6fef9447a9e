"""The buckets that S3 bundles read: on AWS they exist before the stack, here they are made, empty."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from emulator.backends import aws, aws_storage
from emulator.chart_defaults import look_up
from emulator.machine import Machine

_BUCKET = "aws:s3/bucket:Bucket"


def of_bundles(values: Mapping[str, Any]) -> list[str]:
    """Names of the buckets in a release's list of DAG bundles."""
    bundles = json.loads(look_up(values, "config.dag_processor.dag_bundle_config_list") or "[]")
    return sorted({b["kwargs"]["bucket_name"] for b in bundles if b["classpath"].endswith(".S3DagBundle")})


def make(machine: Machine, values: Mapping[str, Any]) -> None:
    """Makes those that are not there."""
    if names := of_bundles(values):
        clients = aws.Aws(machine).clients()
        for name in names:
            aws_storage.MAKERS[_BUCKET](clients, {}, {"bucket": name})
