"""The files that are deployed as they are: public certificates, the Jobs' scripts, the smoke DAG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from components import naming
from components.pod_layout import ADMIN_SCRIPT, BUNDLE_FILE, ROLE_SCRIPT

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, kw_only=True)
class Payload:
    """Texts of the files, by purpose."""

    rds_bundle: str
    """Public certificate authorities of RDS, as PEM."""
    admin_script: str
    role_script: str
    smoke: Mapping[str, str]
    """File name to text of the smoke DAG."""


def load() -> Payload:
    """Read from this repository, so that components need not touch the disk."""
    return Payload(
        rds_bundle=(DATA / BUNDLE_FILE).read_text(),
        admin_script=(DATA / ADMIN_SCRIPT).read_text(),
        role_script=(DATA / ROLE_SCRIPT).read_text(),
        smoke={path.name: path.read_text() for path in sorted(naming.SMOKE_FOLDER.glob("*.py"))},
    )
