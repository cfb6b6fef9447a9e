"""What the operations commands need to know of a stack: plain values from its committed file.

The file's rules are checked by the program itself (`pulumi preview`); here only what is used must be there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from operations.errors import OperationError

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """One file `stacks/Pulumi.<name>.yaml`."""

    name: str
    config: Mapping[str, Any]
    """The project's sections, by their name without `airflow:`."""
    secrets_provider: str | None
    """What `pulumi stack init` has written into the file; None before."""

    @property
    def path(self) -> str:
        """As a person would type it."""
        return f"stacks/Pulumi.{self.name}.yaml"

    @property
    def account_id(self) -> str:
        """Twelve digits."""
        return self._text("account", "id")

    @property
    def region(self) -> str:
        """Such as us-east-1."""
        return self._text("account", "region")

    @property
    def cluster(self) -> str:
        """Name of the existing EKS cluster."""
        return self._text("cluster", "name")

    @property
    def namespace(self) -> str:
        """Airflow's namespace in the cluster."""
        return str(self.section("cluster").get("namespace") or "airflow")

    def section(self, name: str) -> Mapping[str, Any]:
        """One section; empty if the file has none."""
        found = self.config.get(name)
        return found if isinstance(found, Mapping) else {}

    def _text(self, section: str, key: str) -> str:
        found = self.section(section).get(key)
        if not isinstance(found, str) or not found:
            raise OperationError(f"{self.path}: airflow:{section}.{key} should be text (got {found!r})")
        return found


def read_stack_file(name: str) -> StackFile:
    """The stack's file. Raises OperationError if there is none, or none that is YAML."""
    path = ROOT / "stacks" / f"Pulumi.{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.name.split(".")[1] for file in path.parent.glob("Pulumi.*.yaml")))
        raise OperationError(f"stacks/{path.name}: no such stack file; there are {known}")
    try:
        content = yaml.safe_load(path.read_text()) or {}
    except yaml.YAMLError as error:
        raise OperationError(f"stacks/{path.name}: not YAML: {' '.join(str(error).split())}") from None
    config = content.get("config") or {}
    sections = {str(key).removeprefix("airflow:"): value for key, value in config.items()}
    return StackFile(name=name, config=sections, secrets_provider=content.get("secretsprovider"))
