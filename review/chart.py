"""The chart that the rendered objects are compared with, if there is one."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from offline.chart import RELEASE, VARIABLE
from offline.graph import Graph
from review.errors import ReviewError
from review.recording import Pair


@dataclass(frozen=True)
class Chart:
    """A chart's package."""

    path: Path
    version: str


def chart_at_hand(pairs: Iterable[Pair]) -> Chart | None:
    """The one that AIRFLOW_CHART names, None where it names none.

    Raises ReviewError if it cannot be read, or is not the chart of any stack.
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    chart = Chart(Path(named), _version(Path(named)))
    wanted = {version for pair in pairs for version in versions(pair)}
    if wanted and chart.version not in wanted:
        have = " and ".join(sorted(wanted))
        raise ReviewError(f"{VARIABLE}: {named} has version {chart.version}, the stacks have {have}")
    return chart


def versions(pair: Pair) -> set[str]:
    """Of the chart, in the stack's releases on either side."""
    graphs: tuple[Graph | None, ...] = (pair.base.graph, pair.head.graph)
    return {str(release.inputs.get("version")) for g in graphs if g for release in g.of_type(RELEASE)}


def _version(path: Path) -> str:
    """Reads the package to its end: a download that was cut off is found here, not in mid-report."""
    try:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(path.read_bytes()))) as package:
            names = (name for name in package.getnames() if name.count("/") == 1)
            (name,) = (name for name in names if name.endswith("/Chart.yaml"))
            content = package.extractfile(name)
            return str(yaml.safe_load(content.read() if content else b"")["version"])
    except (gzip.BadGzipFile, tarfile.TarError, EOFError, zlib.error):
        raise ReviewError(f"{VARIABLE}: {path}: no .tgz package, or not a whole one; get it again") from None
    except OSError as problem:
        raise ReviewError(f"{VARIABLE}: {path}: {problem.strerror or 'it cannot be read'}") from None
    except (ValueError, LookupError, TypeError, yaml.YAMLError):
        raise ReviewError(f"{VARIABLE}: {path}: this package holds no chart") from None
