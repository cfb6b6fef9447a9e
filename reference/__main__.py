"""`python -m reference`: writes the documents. `... effects [KEY ...]`: before, computes what changes do."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from offline import ROOT
from offline.chart import VARIABLE
from reference import configuration, policies_document, sizing_document
from reference.effects import effect
from reference.keys import Key, leaves

DOCUMENTS = {
    "docs/CONFIGURATION.md": configuration.document,
    "docs/SIZING.md": sizing_document.document,
    "docs/POLICIES.md": policies_document.document,
    "README.md": lambda: sizing_document.readme((ROOT / "README.md").read_text()),
}
"""File to what writes its text anew."""
PROCESSES = 2


def main(arguments: list[str]) -> int:
    """0, or 1 with one line that says what is missing."""
    try:
        if arguments[:1] == ["effects"]:
            _write(configuration.EFFECTS, json.dumps(_effects(arguments[1:]), indent=1) + "\n")
        for name, document in DOCUMENTS.items():
            _write(ROOT / name, document())
    except LookupError as problem:
        print(f"reference: {problem.args[0]}", file=sys.stderr)
        return 1
    return 0


def _effects(paths: list[str]) -> dict[str, Any]:
    """Effects of these keys (of all if none is named) computed anew, the others as they are on record."""
    chart = os.environ.get(VARIABLE)
    if not chart:
        raise LookupError(f"set {VARIABLE} to the chart's .tgz: what restarts is read off the rendered pods")
    known = json.loads(configuration.EFFECTS.read_text()) if paths else {}
    wanted = [key for key in leaves() if key.path in paths or not paths]
    with ProcessPoolExecutor(PROCESSES) as pool:
        results = pool.map(_effect, wanted, [chart] * len(wanted), chunksize=4)
        known |= {key.path: result for key, result in zip(wanted, results, strict=True)}
    return {key.path: known[key.path] for key in leaves() if key.path in known}


def _effect(key: Key, chart: str) -> dict[str, Any]:
    return effect(key, Path(chart)).to_json()


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
