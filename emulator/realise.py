"""Brings a whole stack up: the untouched program runs, every resource becomes real, what left is removed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import offline
from emulator import leftovers, preflight
from emulator.backend import Emulator
from emulator.backends import aws, cache, cron_job, job, kubernetes, postgres, providers, random, release
from emulator.errors import EmulatorError
from emulator.machine import Machine, Service
from emulator.paths import State
from emulator.ports import LOOPBACK
from emulator.progress import Progress
from offline.graph import Graph, plain
from offline.program import stack_config

ADMIN_SECRET = "airflow-admin"  # noqa: S105 - the name of a Kubernetes Secret
ADMIN_KEY = "password"


def services(machine: Machine) -> list[Service]:
    """All back ends."""
    return [
        providers.Providers(machine),
        random.Random(machine),
        aws.Aws(machine),
        postgres.Postgres(machine),
        cache.Cache(machine),
        kubernetes.Kubernetes(machine),
        job.Job(machine),
        cron_job.CronJob(machine),
        release.HelmRelease(machine),
    ]


def machine_of(stack: str, progress: Progress | None = None, home: Path | None = None) -> Machine:
    """The machine of a stack; account and region are those of its file."""
    values, _ = stack_config(stack)
    account = preflight.section(values.get("airflow:account"))
    names = {key: str(account[key]) for key in ("id", "region") if account.get(key)}
    return Machine(
        State(stack, home),
        account=names.get("id", "000000000000"),
        region=names.get("region", "us-east-1"),
        progress=progress,
    )


def up(machine: Machine, overrides: dict[str, object] | None = None) -> Graph:
    """Makes the stack real and returns its graph. Called again it repairs, updates, or finds all as wanted.

    `overrides` replaces single values of the stack file. Raises EmulatorError, or the program's own error.
    """
    preflight.check(machine.state, overrides)
    leftovers.end_errands(machine.state)
    emulator = Emulator(machine, services)
    graph = offline.run(machine.state.stack, emulator, previous=machine.journal.graph(), overrides=overrides)
    emulator.prune(graph)
    return graph


@dataclass(frozen=True)
class Access:
    """How a person or a test reaches the running Airflow."""

    url: str
    username: str
    password_file: Path
    bucket: str
    log_prefix: str
    ssm_prefix: str


def access(machine: Machine) -> Access:
    """From what is on record. Raises EmulatorError if the stack is not up."""
    port = machine.ports.known().get(release.PORT)
    releases = machine.journal.of_type(release.RELEASE)
    if port is None or not releases:
        raise EmulatorError(f"stack {machine.state.stack} has no Airflow here yet; `make up` brings it up.")
    settings = {
        k: json.loads(v) for k, v in stack_config(machine.state.stack)[0].items() if v.startswith("{")
    }
    namespace = plain(releases[0].inputs)["namespace"]
    buckets = {r.name: str(r.outputs["bucket"]) for r in machine.journal.of_type("aws:s3/bucket:Bucket")}
    return Access(
        url=f"http://{LOOPBACK}:{port}",
        username=(settings["airflow:airflow"].get("admin") or {}).get("username", "admin"),
        password_file=machine.state.kubernetes / namespace / "Secret" / ADMIN_SECRET / ADMIN_KEY,
        bucket=buckets.get("logs-bucket", ""),
        log_prefix=settings["airflow:logs"]["prefix"],
        ssm_prefix=f"/airflow/{machine.state.stack}/variables",
    )
