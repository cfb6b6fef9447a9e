"""This program in a repository of its own, where edits are committed and recorded."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from offline import ROOT
from offline.sealed import open_graph
from review.recording import Recording
from review.stack_files import read_stack_files

Edit = Mapping[str, Sequence[tuple[str, str]]]
"""File -> texts to replace, each of which it has exactly once; an empty one appends, or makes the file. No
texts: the file goes. A new text @FILE is a copy of that file."""

_LONG_AGO = 1_700_000_000
"""Time stamp of files as they are in the base: compiled modules are known by it, so each edit has another."""
_KEY = secrets.token_hex(32)


class Tree:
    """The repository, checked out at whatever is being recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._copy()
        self._any, self._same_program = self._recorder(), self._recorder("kept")
        self._edits, self._program_edited = 0, 0
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "-A")
        self.git("commit", "--quiet", "-m", "base")

    def close(self) -> None:
        for recorder in (self._any, self._same_program):
            recorder.communicate()

    def _recorder(self, *kept: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("recorder.py")), str(self.folder), *kept],
            env={"PATH": os.environ["PATH"], "PULUMI_ERROR_OUTPUT_STRING": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def git(self, *arguments: str) -> str:
        name = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(self.folder), *name, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    @contextmanager
    def edited(self, edit: Edit) -> Iterator[None]:
        """With the edit as one more commit, which is gone afterwards."""
        before = {name: (self.folder / name).exists() for name in edit}
        of_program = any(not name.startswith("stacks/Pulumi.") for name in edit)
        self._program_edited += of_program
        for name, replaced in edit.items():
            self._edit(self.folder / name, replaced)
        self.git("add", "-A")
        self.git("commit", "--quiet", "--allow-empty", "-m", "edit")
        try:
            yield
        finally:
            self._program_edited -= of_program
            self.git("reset", "--quiet", "--hard", "HEAD~1")
            for name in (name for name, existed in before.items() if existed):
                os.utime(self.folder / name, (_LONG_AGO, _LONG_AGO))

    def record(self, stack: str) -> Recording:
        """A stack of what is checked out, by its own program."""
        recorder = self._any if self._program_edited else self._same_program
        source, answers = recorder.stdin, recorder.stdout
        assert source
        assert answers
        source.write(json.dumps({"stack": stack, "key": _KEY}) + "\n")
        source.flush()
        answer = json.loads(answers.readline())
        file = read_stack_files(self.folder).get(stack)
        if file is None:
            return Recording()
        graph = open_graph(answer["graph"]) if "graph" in answer else None
        return Recording(graph=graph, config=file.config, error=file.error or answer.get("error", ""))

    def _copy(self) -> None:
        listed = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines()
        for name in names:
            source, target = ROOT / name, self.folder / name
            if source.is_file() and not name.startswith("tests/"):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read_bytes())
                os.utime(target, (_LONG_AGO, _LONG_AGO))

    def _edit(self, path: Path, replaced: Sequence[tuple[str, str]]) -> None:
        if not replaced:
            path.unlink()
            return
        text = path.read_text() if path.exists() else ""
        for old, new in replaced:
            assert not old or text.count(old) == 1, f"{path.name} has {text.count(old)} times {old!r}"
            new = (ROOT / new[1:]).read_text() if new.startswith("@") else new
            text = text.replace(old, new) if old else text + new
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self._edits += 1
        os.utime(path, (_LONG_AGO + self._edits, _LONG_AGO + self._edits))
