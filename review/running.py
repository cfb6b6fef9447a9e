"""What pods run: images from other places, other commands, and containers beside or before Airflow's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from offline.chart import RELEASE
from offline.graph import Resource, redact
from policies.contents import TEMPLATES, body_of
from policies.rule import walk
from review.model import Change, Finding
from review.paths import leaves
from review.text import code

_RUNS = re.compile(
    r"(^|\.)(command|args|extraInitContainers|extraContainers|initContainers|containers\[[^]]*\]"
    r"|containerLifecycleHooks|lifecycle|sidecars)(?=[.\[]|$)"
)
"""Keys of the values and of pods under which a program stands."""
_NOT_RUN = re.compile(r"\.(resources|securityContext|env|envFrom|volumeMounts|image)(?=[.\[]|$)")
"""What such a container has besides."""
_REPOSITORY = re.compile(r"(@sha256:[0-9a-f]+|:[\w.-]+)+$")
"""What an image's name ends with."""


def running(changes: Sequence[Change]) -> Iterator[Finding]:
    """One finding per resource and kind; of one that is new there was nothing else before."""
    for change in changes:
        if change.type not in (RELEASE, *TEMPLATES) or change.before is None or change.after is None:
            continue
        known = {place for _, place in _places(change.before)}
        if others := sorted({(path, place) for path, place in _places(change.after) if place not in known}):
            text = ", ".join(f"`{path}` {code(place)}" for path, place in others)
            text = f"`{change.name}` runs an image from **another place**: {text}"
            yield Finding(text=text, details={"urn": change.urn, "images": [place for _, place in others]})
        paths = [d.path for given in change.changed for d in leaves(given)]
        if ran := sorted({path for path in paths if _RUNS.search(path) and not _NOT_RUN.search(path)}):
            text = f"`{change.name}` runs **other programs**: {', '.join(f'`{path}`' for path in ran)}"
            yield Finding(text=text, details={"urn": change.urn, "paths": ran})


def _places(resource: Resource) -> Iterator[tuple[str, str]]:
    """Path and repository of each image: a key of its own, or part of an image's name."""
    body: Any = redact(body_of(resource) or {})
    for path, item in walk(body):
        key = path.rpartition(".")[2]
        if not isinstance(item, str) or not item:
            continue
        if key in ("repository", "defaultAirflowRepository", "registry"):
            yield path, item
        elif key == "image":
            yield path, _REPOSITORY.sub("", item)
