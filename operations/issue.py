"""One issue that says what a scheduled workflow found in the stacks, as long as a person has to act."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from operations.comment import shortened
from operations.github import LONGEST_BODY, GitHub, own


def findings(files: Sequence[Path], looked_at: Sequence[str]) -> list[dict[str, Any]]:
    """What the stacks' jobs wrote; a stack that was looked at and has no file could not be read."""
    found = [json.loads(path.read_text()) for path in files]
    missing = sorted(set(looked_at) - {each["stack"] for each in found})
    error = "could not be looked at; see the workflow's run"
    return sorted(
        [*found, *({"stack": stack, "error": error} for stack in missing)], key=lambda each: each["stack"]
    )


def settle(github: GitHub, marker: str, title: str, body: str, *, wanted: bool) -> str:
    """Opens, rewrites, leaves or closes the one issue that begins with the marker. Returns what was done."""
    found = next((each for each in github.pages("/issues", state="open") if own(each, marker)), None)
    text = shortened(f"{marker}\n{body}", LONGEST_BODY)
    if not wanted:
        if found is None:
            return "nothing to report"
        github.send("PATCH", f"/issues/{found['number']}", {"body": text, "state": "closed"})
        return f"closed #{found['number']}"
    if found is None:
        return f"opened {github.send('POST', '/issues', {'title': title, 'body': text})['html_url']}"
    if found["body"] == text:
        return f"#{found['number']} says it already"
    github.send("PATCH", f"/issues/{found['number']}", {"body": text})
    return f"rewrote #{found['number']}"
