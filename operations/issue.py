"""One issue that says what a scheduled workflow found in the stacks, as long as a person has to act."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.comment import shortened
from operations.errors import OperationError
from operations.github import LONGEST_BODY, GitHub, from_environment, own

Findings = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What tells the workflow's issue from others, and what it says."""

    workflow: str
    title: str
    say: Callable[[Findings], str]
    urgent: Callable[[dict[str, Any]], bool]
    """Whether a stack's findings want a person to act."""

    @property
    def marker(self) -> str:
        """How the issue's text begins."""
        return f"<!-- airflow: {self.workflow} -->"


def command(subject: Subject, description: str | None, arguments: Sequence[str] | None) -> int:
    """0 if the issue says what was found, 1 with one line if not."""
    name = f"python -m operations.{subject.workflow}_issue"
    parser = argparse.ArgumentParser(prog=name, description=description)
    parser.add_argument("--looked-at", type=str.split, required=True, metavar="STACKS")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args(arguments)
    try:
        found = findings(given.files, given.looked_at)
        with from_environment() as github:
            print(f"{subject.workflow}: {settle(github, subject, found)}")
    except (OperationError, OSError) as error:
        print(f"{subject.workflow}: {error}", file=sys.stderr)
        return 1
    return 0


def findings(files: Sequence[Path], looked_at: Sequence[str]) -> Findings:
    """What the stacks' jobs wrote; a stack that was looked at and has no file could not be read."""
    found = [json.loads(path.read_text()) for path in files]
    missing = set(looked_at) - {each["stack"] for each in found}
    error = "could not be looked at; see the workflow's run"
    unread = [{"stack": stack, "error": error} for stack in missing]
    return sorted([*found, *unread], key=lambda each: each["stack"])


def settle(github: GitHub, subject: Subject, found: Findings) -> str:
    """Opens, rewrites, leaves or closes the one issue. Returns what was done."""
    open_issues = github.pages("/issues", state="open")
    issue = next((each for each in open_issues if own(each, subject.marker)), None)
    text = shortened(f"{subject.marker}\n{subject.say(found)}", LONGEST_BODY)
    if not any(map(subject.urgent, found)):
        if issue is None:
            return "nothing to report"
        github.send("PATCH", f"/issues/{issue['number']}", {"body": text, "state": "closed"})
        return f"closed #{issue['number']}"
    if issue is None:
        made = github.send("POST", "/issues", {"title": subject.title, "body": text})
        return f"opened {made['html_url']}"
    if issue["body"] == text:
        return f"#{issue['number']} says it already"
    github.send("PATCH", f"/issues/{issue['number']}", {"body": text})
    return f"rewrote #{issue['number']}"
