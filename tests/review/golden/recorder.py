"""`python recorder.py TREE [kept]`: records stacks of a tree, each in a fork of its own.

The libraries are imported once, the program never: every fork imports it from its tree, as `python -m review`
does, only without the seconds that the libraries take. With `kept` the program's modules are so too,
for trees in which nothing but stack files changes. One request a line: {"stack", "key"}.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def main(tree: str, *, kept: bool) -> None:
    os.chdir(tree)
    sys.path[0] = tree
    for line in sys.stdin:
        answer = forked(json.loads(line))
        for name, file in answer.pop("loaded").items():
            if kept or not Path(file).is_relative_to(tree):
                with contextlib.suppress(ImportError):  # a part that only its own package can import
                    importlib.import_module(name)
        print(json.dumps(answer), flush=True)


def forked(request: Mapping[str, Any]) -> dict[str, Any]:
    reader, writer = os.pipe()
    gc.freeze()  # what is here already is not touched by the child's collector, and so not copied
    child = os.fork()
    if child == 0:
        gc.disable()  # it ends before there is anything to collect
        os.close(reader)
        with os.fdopen(writer, "w") as out:
            json.dump(recorded(**request), out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as source:
        text = source.read()
    os.waitpid(child, 0)
    return json.loads(text)


def recorded(stack: str, key: str) -> dict[str, Any]:
    before = set(sys.modules)
    # Of the tree, which is the first place to look.
    from offline.sealed import answer

    found = answer(stack, bytes.fromhex(key))
    loaded = {name: getattr(sys.modules[name], "__file__", None) for name in set(sys.modules) - before}
    return {**found, "loaded": {name: file for name, file in sorted(loaded.items()) if file}}


if __name__ == "__main__":
    main(sys.argv[1], kept=sys.argv[2:] == ["kept"])
