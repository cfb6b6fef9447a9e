"""What the real engine says of a cloud that was changed behind its back is read as drift, and only that."""

from __future__ import annotations

from typing import Any

from operations.drift_digest import Kind, differences, read_digest
from tests.engine.project import Project
from tests.engine.test_preview import pytestmark as needs_the_cli
from tests.recorded import recorded

pytestmark = needs_the_cli

CHANGED: dict[str, dict[str, Any] | None] = {
    "cache-ingress-cluster": None,
    "identity-worker-role": {"assumeRolePolicy": "{}"},
    "database-instance": {"instanceClass": "db.m7g.large"},
    "logs-bucket": {"tags": {"Cost": "x"}},
    "cache-group": {"atRestEncryptionEnabled": False},
}


def test_drift_is_told_from_what_is_not_deployed_yet(project: Project) -> None:
    assert differences(read_digest(project.drift("dev", {}))) == []

    def edit(config: dict[str, Any]) -> None:
        config["airflow:logs"]["retention_days"] = 30

    project.edit("dev", edit)
    written = project.drift("dev", CHANGED)
    found = {each.name: each for each in differences(read_digest(written))}
    assert {name: each.kind for name, each in found.items()} == {
        "cache-ingress-cluster": Kind.DESTRUCTIVE,
        "identity-worker-role": Kind.SECURITY,
        "database-instance": Kind.CAPACITY,
        "logs-bucket": Kind.TAGS,
        "cache-group": Kind.DESTRUCTIVE,
    }
    assert found["cache-group"].text.endswith(": `up --refresh` replaces it")
    assert [secret for secret in recorded("dev").secrets() if secret in written] == []
