"""Values at the edge of what the settings take: one change of prod's stack file each, and what is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.stacks.stack_files import changed, complaints, sections

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOCAL = {"executor": "LocalExecutor", "parallelism": 8, "max_active_tasks_per_dag": 8}


def settings() -> str:
    """One line per value that is taken, and what is printed for the others."""
    lines = []
    for change in _changes():
        said = complaints(changed(sections("prod"), change))
        told = [f"{path} = {value}" for path, value in _leaves(change)]
        text = ", ".join(told if len(told) <= 5 else [*told[:2], f"and {len(told) - 2} more"])
        lines += [f"{text}: {line}\n" for line in said or ["taken"]]
    return "".join(lines)


def _leaves(change: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(change, dict) and change:
        for key, value in change.items():
            yield from _leaves(value, f"{path}.{_short(key)}" if path else _short(key))
    else:
        yield path, _short(repr(change))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:20]}... of {len(text)}"


def _changes() -> Iterator[dict[str, Any]]:
    from components.reserved_names import RESERVED_USERNAMES

    for name in ("default", "kube-node-lease", "kube-public", "kube-system", "team"):
        yield {"cluster": {"namespace": name}}
    for name in (*sorted(RESERVED_USERNAMES), "pg_x", "rds_x", "pgx"):
        yield {"database": {"username": name}}
    for engine in ("valkey", "redis"):
        for version in ("7.0", "7.1", "7.2", "8.0", "8.1", "8.2"):
            yield {"cache": {"engine": engine, "engine_version": version}}
    yield from _windows()
    yield from _tags()
    yield from _resources()
    for wrong in (5, {"a": {"b": 1}}, {"core": 5}):
        yield {"airflow": {"config": wrong}}
    yield {"database": {"backup_retention_days": 7}}
    yield {"database": {"backup_retention_days": 6}}
    for seconds in (90, 300, 420, 3600):
        cron = {"source": "generated", "name": "x", "command": ["x"], "run": "cron", "claim": "c"}
        yield {"airflow": {"dags": [{**cron, "interval_seconds": seconds}]}}


def _windows() -> Iterator[dict[str, Any]]:
    """A daily window against a weekly one: apart, touching at both ends, inside, over midnight, too short."""
    for day in DAYS:
        yield {"database": {"maintenance_window": f"{day}:03:30-{day}:04:30"}}
    for daily in (
        "04:00-05:00",
        "06:00-07:00",
        "05:59-06:29",
        "04:30-05:01",
        "05:10-05:40",
        "23:45-00:15",
        "02:00-02:29",
    ):
        yield {"database": {"backup_window": daily}}
    for weekly in (
        "sun:23:30-mon:00:30",
        "sun:23:30-mon:03:30",
        "sun:05:00-sun:05:29",
        "sun:05:00-sun:05:30",
    ):
        yield {"database": {"maintenance_window": weekly}}
    yield {"cache": {"snapshot_window": "02:00-02:59"}}
    yield {"cache": {"snapshot_window": "05:30-06:30"}}


def _tags() -> Iterator[dict[str, Any]]:
    """The longest and one more; AWS's own; every character that is allowed."""
    for key, value in (("k" * 128, "v"), ("k" * 129, "v"), ("k", "v" * 256), ("k", "v" * 257)):
        yield {"tags": {key: value}}
    for key, value in (("aws:x", "v"), ("k", ""), ("k", "a b_c.d:e/f=g+h-i@j"), ("k", "a,b"), ("k", "a#")):
        yield {"tags": {key: value}}
    yield {"tags": {f"key-{number}": "v" for number in range(47)}}
    yield {"tags": {f"key-{number}": "v" for number in range(48)}}


def _resources() -> Iterator[dict[str, Any]]:
    """A limit that equals the request, and just enough memory for the tasks."""
    same = {"cpu": "1", "memory": "2Gi"}
    yield {"airflow": {"task_pods": {"requests": same, "limits": same}}}
    yield {"airflow": {"task_pods": {"requests": {"cpu": "1001m"}, "limits": {"cpu": "1"}}}}
    yield {"airflow": {"task_pods": {"requests": {"memory": "2049Mi"}, "limits": {"memory": "2Gi"}}}}
    for memory in ("1638400Ki", "1600Mi", "1599Mi", "1Ti"):
        yield {
            "airflow": {
                "components": {"workers": {"limits": {"memory": memory}, "requests": {"memory": "1Gi"}}}
            }
        }
        yield {
            "cache": None,
            "airflow": {**LOCAL, "components": {"scheduler": {"limits": {"memory": memory}}}},
        }
