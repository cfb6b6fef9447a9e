"""Puts reports on a pull request, as the one comment that each further run rewrites.

    python -m operations.comment NUMBER review.md [preview/dev.txt ...]

A `.md` file stands as it is; any other follows folded, as plain text. Needs GITHUB_REPOSITORY and
GITHUB_TOKEN.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from operations.errors import command
from operations.github import LONGEST_BODY, GitHub, from_environment, own

MARKER = "<!-- airflow: the report of this pull request -->"
_SHARE = 12_000
"""Characters that each plain text may take at most: one long preview must not push out the others."""


@command("comment")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if the comment stands, 1 with one line if not."""
    parser = argparse.ArgumentParser(prog="python -m operations.comment", description=__doc__)
    parser.add_argument("number", type=int, help="the pull request")
    parser.add_argument("files", nargs="+", type=Path)
    given = parser.parse_args(arguments)
    text = body([part(path.name, path.read_text(errors="replace")) for path in given.files])
    with from_environment() as github:
        print(f"comment: {write(github, given.number, text)}")
    return 0


def write(github: GitHub, number: int, text: str) -> str:
    """Rewrites our comment, or makes it. Returns its address."""
    comments = github.pages(f"/issues/{number}/comments")
    found = next((comment["id"] for comment in comments if own(comment, MARKER)), None)
    if found is None:
        return github.send("POST", f"/issues/{number}/comments", {"body": text})["html_url"]
    return github.send("PATCH", f"/issues/comments/{found}", {"body": text})["html_url"]


def part(name: str, text: str) -> str:
    """Markdown as it is; plain text folded, in a fence that nothing inside can end."""
    if name.endswith(".md"):
        return text.strip()
    kept = shortened(text.strip(), _SHARE)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", kept)), default=0))
    return f"<details><summary>{name}</summary>\n\n{fence}text\n{kept}\n{fence}\n\n</details>"


def body(parts: Sequence[str]) -> str:
    """The comment: marker first, at most as long as GitHub takes; the first part gives way to the others."""
    first, *others = parts
    rest = "".join(f"\n\n{other}" for other in others)
    room = LONGEST_BODY - len(MARKER) - len("\n") - len(rest)
    if room < LONGEST_BODY // 4:  # so many texts that the report would vanish
        rest, room = "", LONGEST_BODY - len(MARKER) - len("\n")
    return f"{MARKER}\n{shortened(first, room)}{rest}"


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a line's end; an open fence or folded part is closed there."""
    if len(text) <= limit:
        return text
    note = "\n\n**Cut here**: {} of {} characters. The whole is an artifact of this workflow's run.\n"
    # Room for the note and for what has to be closed.
    kept = text[: limit - len(note) - 200].rpartition("\n")[0]
    fences = re.findall(r"^`{3,}", kept, re.MULTILINE)
    closing = f"\n{fences[-1]}" if len(fences) % 2 else ""
    closing += "\n\n</details>" * (kept.count("<details") - kept.count("</details>"))
    return f"{kept}{closing}{note.format(len(kept), len(text))}"


if __name__ == "__main__":
    sys.exit(main())
