"""No secret reaches a report: neither a generated nor a given one, whatever happens to it.

The values are new in each run, as those that a provider generates.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest

import offline
from offline.graph import Graph, Resource, Secret
from offline.leaks import SHORTEST, Cover, secrets_of
from offline.program import static_backend
from offline.sealed import open_graph, seal_graph
from offline.static import StaticBackend
from review.machine import machine_readable
from review.markdown import markdown
from review.recording import Recording
from tests.review.sides import KEY, compared, sealed

PARAMETER = "aws:ssm/parameter:Parameter"
PASSWORD = secrets.token_urlsafe(24) + "+/ \"&%'"
DEPLOY_KEY = "\n".join(
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        *(secrets.token_urlsafe(48) for _ in range(4)),
        "-----END OPENSSH PRIVATE KEY-----",
    ]
)


@dataclass(frozen=True)
class Generating(StaticBackend):
    """Its random provider is random."""

    def ensure(self, resource: Resource, previous: Resource | None) -> Mapping[str, Any]:
        made = super().ensure(resource, previous)
        raw = secrets.token_bytes(32)
        if resource.type == "random:index/randomBytes:RandomBytes":
            return {**made, "base64": Secret(base64.b64encode(raw).decode()), "hex": Secret(raw.hex())}
        if resource.type == "random:index/randomPassword:RandomPassword":
            return {**made, "result": Secret(raw.hex()), "bcryptHash": Secret(secrets.token_urlsafe(45))}
        return made


@cache
def generated(run: int, edit: str = "{}") -> Graph:
    """prod with new values in each of its runs."""
    known = static_backend("prod")
    return offline.run("prod", Generating(known.account, known.region), overrides=json.loads(edit))


def known(*graphs: Graph) -> list[str]:
    """Every secret text that no report may show in any form."""
    found = Cover(secrets_of(*([r.inputs, r.outputs] for g in graphs for r in g.resources)), str)
    assert len(found.forms) > 100
    return [form for form in found.forms if len(form) >= SHORTEST]


def texts(base: Graph, head: Graph) -> str:
    report = compared(Recording(graph=sealed(base), config={}), Recording(graph=sealed(head), config={}))
    assert not report.error
    return markdown("a", "b", [report]) + machine_readable("a", "b", [report], [])


def shown(text: str, *graphs: Graph) -> list[str]:
    return [form for form in known(*graphs) if form in text]


def parameter(name: str, value: object) -> Resource:
    urn = f"urn:pulumi:prod::airflow::{PARAMETER}::{name}"
    return Resource(urn=urn, type=PARAMETER, name=name, inputs={"name": name, "value": value})


def test_a_sealed_graph_holds_no_secret() -> None:
    assert shown(json.dumps(seal_graph(generated(0), KEY)), generated(0)) == []


def test_every_value_of_a_stack_may_change_and_none_is_shown() -> None:
    base, head = generated(0), generated(1)
    text = texts(base, head)
    assert text.count("[secret changed]") >= 20
    assert shown(text, base, head) == []


def test_a_rotation_under_a_new_name_shows_none() -> None:
    base, head = (
        generated(0),
        generated(1, json.dumps({"secrets": {"rotations": {"jwt_secret": 2, "fernet_key": 2}}})),
    )
    text = texts(base, head)
    assert "jwt-secret-2" in text
    assert shown(text, base, head) == []


@pytest.mark.parametrize("there", ["it appears", "it goes"])
def test_a_whole_stack_that_appears_or_goes_shows_none(there: str) -> None:
    both = Graph.of([]), generated(0)
    assert shown(texts(*(both if there == "it appears" else both[::-1])), generated(0)) == []


FORMS = {
    "as it is": str,
    "in a sentence": lambda value: f"the password is {value}, do not tell",
    "in JSON": lambda value: json.dumps({"statement": [{"password": value}]}),
    "in JSON in JSON": lambda value: json.dumps([json.dumps([value])]),
    "in a URL": lambda value: f"https://host/?token={quote(value, safe='')}",
    "in base64": lambda value: base64.b64encode(value.encode()).decode(),
    "inside of base64": lambda value: base64.b64encode(f"user:{value}@host".encode()).decode(),
    "in hexadecimal": lambda value: value.encode().hex(),
    "in a list of objects": lambda value: [{"name": "X", "value": value}],
    "in Helm values": lambda value: {"env": {"scheduler": [{"name": "X", "value": f"-p {value}"}]}},
    "as a key": lambda value: {value: "x"},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [PASSWORD, DEPLOY_KEY], ids=["password", "key of many lines"])
def test_a_secret_that_gets_into_a_plain_input_is_covered_and_blocks(form: str, secret: str) -> None:
    marked, opened = parameter("marked", Secret(secret)), parameter("opened", FORMS[form](secret))
    base, head = Graph.of([marked, parameter("opened", "before")]), Graph.of([marked, opened])
    text = texts(base, head)
    assert "a secret stands in plain text in <code>value" in text
    assert '"opened-secret"' in text
    assert [piece for piece in secret.split("\n")[:2] if piece[:20] in text and "BEGIN" not in piece] == []
    assert [f for f in Cover([secret], str).forms if f in text] == []


def test_a_secret_in_a_resources_name_is_covered() -> None:
    marked = parameter("marked", Secret(PASSWORD))
    text = texts(Graph.of([marked]), Graph.of([marked, parameter(f"x-{PASSWORD}", "x")]))
    assert "x-[secret]" in text
    assert PASSWORD[:20] not in text


def test_a_covered_secret_that_changes_says_so() -> None:
    def opened(value: str) -> Graph:
        return Graph.of([parameter("marked", Secret(value)), parameter("opened", value)])

    text = texts(opened(PASSWORD), opened(secrets.token_urlsafe(24)))
    assert "| <code>value</code> | <code>[secret]</code> | <code>[secret changed]</code> |" in text


def test_a_value_that_becomes_secret_or_open_is_shown_on_neither_side() -> None:
    for base, head in ((PASSWORD, Secret(PASSWORD)), (Secret(PASSWORD), "another one")):
        text = texts(Graph.of([parameter("a", base)]), Graph.of([parameter("a", head)]))
        assert "[secret] (" in text
        assert PASSWORD not in text
        assert "another one" not in text


OTHER = secrets.token_hex(16)
MISTAKEN = [
    f"postgresql://u:{OTHER}@db.example.com:5433/airflow?sslpassword={OTHER}&sslmode=verify-full",
    f"postgresql://u:p@db.example.com:5433/{OTHER}?sslmode=verify-full",
    f"postgresql://u:p@db.example.com:5433/airflow?sslmode={OTHER}",
    f"rediss://:p@{OTHER}.example.com:6379/0?ssl_cert_reqs=required",
    f"rediss://:{OTHER}/2@cache.example.com:6379/0?ssl_cert_reqs=required",
    f"rediss://{OTHER}",
    f"https://u:p@example.com/{OTHER}",
]


@pytest.mark.parametrize("url", MISTAKEN, ids=range(len(MISTAKEN)))
def test_no_part_of_a_secret_url_shows_a_secret(url: str) -> None:
    both = [Graph.of([parameter("a", Secret(OTHER)), parameter("b", Secret(u))]) for u in (url, f"{url}0")]
    assert OTHER not in json.dumps([seal_graph(graph, KEY) for graph in both])
    assert OTHER not in texts(*both)
    assert "[secret" in texts(*both)


def test_a_secret_url_that_changes_shows_how_it_asks_for_tls() -> None:
    url = f"postgresql://u:{PASSWORD[:20]}@db.example.com:5433/airflow?sslmode={{}}"
    base, head = (
        Graph.of([parameter("a", Secret({"connection": url.format(m), "other": "x"}))])
        for m in ("verify-full", "require")
    )
    text = texts(base, head)
    row = "<code>value.connection.options.sslmode</code> | <code>verify-full</code> | <code>require</code>"
    assert row in text
    assert PASSWORD[:20] not in text
    assert "[secret changed]" not in text


def test_the_same_secret_is_equal_only_under_the_same_key() -> None:
    graph = Graph.of([parameter("a", Secret(PASSWORD))])
    again = open_graph(seal_graph(graph, KEY))
    assert again == open_graph(seal_graph(graph, KEY))
    assert again != open_graph(seal_graph(graph, b"another key"))
