"""Runs Checkov itself over all stacks at once, offline, and reads what it found."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from offline import ROOT
from offline.graph import Graph
from policies.checkov.checks import CannotLook, Result, differences, unknown_types
from policies.checkov.terraform import address, aws_resources, plan

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
OFFLINE = ("--skip-download", "--framework", "terraform_plan", "--output", "json", "--soft-fail")
"""With --soft-fail every other end than 0 is a crash."""
ALONE = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true"}
"""Checkov's whole environment: it asks nobody for a newer version, and finds no token of a platform."""
LIMIT_SECONDS = 300
"""It takes 5 s for four stacks."""


def scan(graphs: Mapping[str, Graph], program: Path = CHECKOV) -> dict[str, list[Result]]:
    """Every check's result, by stack. Raises CannotLook unless each listed check ran on each resource."""
    tokens = {resource.type for graph in graphs.values() for resource in aws_resources(graph)}
    _refuse(list(unknown_types(tokens)))
    with tempfile.TemporaryDirectory(prefix="checkov-") as folder:
        for stack, graph in graphs.items():
            (Path(folder) / f"{stack}.json").write_text(json.dumps(plan(graph), indent=1))
        report = _run(program, folder)
    results = _read(report, graphs)
    _refuse(
        [
            f"{stack}: {problem}"
            for stack, graph in graphs.items()
            for problem in differences({address(r) for r in aws_resources(graph)}, results[stack])
        ]
    )
    return results


def _run(program: Path, folder: str) -> Any:
    """Checkov's report."""
    try:
        done = subprocess.run(
            [program, "--directory", folder, *OFFLINE],
            capture_output=True,
            text=True,
            cwd=folder,
            env={**ALONE, "HOME": folder},  # not ours, where a configuration may lie
            timeout=LIMIT_SECONDS,
        )
    except FileNotFoundError:
        raise CannotLook(f"{program} is missing; scripts/setup.sh checkov installs it") from None
    except subprocess.TimeoutExpired:
        raise CannotLook(f"Checkov did not end within {LIMIT_SECONDS} s") from None
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    if done.returncode:
        raise CannotLook(f"Checkov ended with {done.returncode}: {last}")
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise CannotLook(f"Checkov's report is no JSON: {last}") from None


def _read(report: Any, graphs: Mapping[str, Graph]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {stack: [] for stack in graphs}
    try:
        sections = report["results"]
        unread = sections["parsing_errors"]
        for kind in ("passed_checks", "failed_checks"):
            for record in sections[kind]:
                found[Path(record["file_path"]).stem].append(
                    Result(
                        check=record["check_id"],
                        resource=record["resource"],
                        title=record["check_name"],
                        passed=kind == "passed_checks",
                    )
                )
    except (KeyError, TypeError) as problem:
        raise CannotLook(f"Checkov's report has another form than that of 3.3: {problem!r}") from None
    _refuse([f"Checkov could not read {Path(name).name}" for name in unread])
    return found


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise CannotLook("\n".join(problems))
