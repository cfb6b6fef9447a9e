"""Checks DAG files before they reach a deployment: one line per finding, a table at the end.

python -m operations.dag_check dags dags/smoke
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from operations.dag_facts import ROOT, FileFacts, read_facts
from operations.dag_rules import RULES, TOP_LEVEL_SECONDS, Finding, judge
from operations.errors import OperationError, command

RUFF = (sys.executable, "-m", "ruff", "check", "--isolated", "--preview", "--select", "AIR", "--no-cache")
"""The pinned ruff with its rules for Airflow alone, its newest included; `# noqa: AIR...` in a file holds."""


def check(folders: Sequence[Path]) -> tuple[list[FileFacts], list[Finding]]:
    """What is in the folders' DAG files, and what is wrong with them. Raises OperationError."""
    files = read_facts(folders, TOP_LEVEL_SECONDS)
    return files, sorted({*judge(files, shown), *ruff_findings(files)})


def ruff_findings(files: Sequence[FileFacts]) -> list[Finding]:
    """What ruff says of the same files, except of one that is no Python, which `import` tells."""
    if not files:
        return []
    run = subprocess.run(
        [*RUFF, "--output-format", "json", *(facts.file for facts in files)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode not in (0, 1):
        raise OperationError(f"ruff: {(run.stderr.strip() or 'no reason given').splitlines()[-1]}")
    return [
        Finding(shown(said["filename"]), said["location"]["row"], said["code"], said["message"], remedy(said))
        for said in json.loads(run.stdout)
        if str(said["code"]).startswith("AIR")
    ]


def remedy(said: dict) -> str:
    """Ruff's own fix, or the page that explains the rule."""
    return str(said["fix"]["message"]) if said["fix"] and said["fix"]["message"] else f"see {said['url']}"


def shown(file: str) -> str:
    """A path as a person would type it."""
    return os.path.relpath(file, ROOT) if Path(file).is_relative_to(ROOT) else file


def annotation(finding: Finding) -> str:
    """Makes GitHub show a finding at its line of the pull request; a percent sign begins an escape there."""
    message = f"{finding.message} - {finding.remedy}".replace("%", "%25")
    return f"::error file={finding.file},line={finding.line},title={finding.rule}::{message}"


def show(console: Console, files: Sequence[FileFacts], findings: Sequence[Finding]) -> None:
    for finding in findings:
        print(finding)
        if os.environ.get("GITHUB_ACTIONS"):
            print(annotation(finding))
    counts = Counter(finding.rule for finding in findings)
    table = Table("rule", "findings")
    for rule in (*RULES, "dag-id", *sorted({*counts} - {*RULES, "dag-id"})):
        table.add_row(rule, str(counts[rule]))
    if not any(rule.startswith("AIR") for rule in counts):
        table.add_row("AIR (ruff)", "0")
    console.print(table)
    dags = sum(len(facts.dags) for facts in files)
    print(f"{len(files)} files, {dags} DAGs, {len(findings)} findings")


@command("dag-check")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if every file keeps the rules, 1 if not or if they cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m operations.dag_check", description="Are these DAG files good?"
    )
    parser.add_argument(
        "folders", nargs="+", type=Path, help="folder of DAG files, as a source of airflow.dags"
    )
    folders = parser.parse_args(arguments).folders
    files, findings = check(folders)
    if not files:
        raise OperationError(
            f"{', '.join(map(str, folders))}: no DAG file; name the folder that Airflow is given"
        )
    show(Console(), files, findings)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
