"""What a reviewer sees first: the worst stacks, and in each what is dangerous, before any detail."""

from __future__ import annotations

from offline.graph import Graph, Resource
from operations.comment import body
from review.markdown import markdown
from review.model import Action, Change, Finding, PropertyChange
from review.restarts import restarts
from review.verdict import Section, StackReport


def report(
    stack: str, sections: dict[str, list[Finding]], *, protect: bool = False, changes: int = 1
) -> StackReport:
    properties = (PropertyChange("values.env[A].value", "1", "2"),)
    graph = Graph.of([Resource(urn="urn:db", type="a:b:C", name="db", inputs={}, protect=protect)])
    return StackReport(
        stack=stack,
        changes=[
            Change(action=Action.UPDATE, name=f"{stack}-{n}", type="t", urn=f"{n}", properties=properties)
            for n in range(changes)
        ],
        sections=[Section(title=title, findings=found) for title, found in sections.items()],
        graphs=(graph, graph),
    )


OPENED = Finding(text="`ingress` **opens** 22")
BLOCKED = Finding(text="`db` is **replaced**", allow="db")


def test_the_worst_stack_is_first_and_of_equals_the_protected_one() -> None:
    found = [
        report("dev", {"Network": [OPENED]}),
        StackReport(stack="local"),
        report("prod", {"Network": [OPENED]}, protect=True),
        report("staging", {"Replaced": [BLOCKED]}),
        StackReport(stack="test", error="it does not load"),
    ]
    text = markdown("a", "b", found)
    rows = [line.split("**")[1] for line in text.splitlines() if line.startswith("| **")]
    assert rows == ["test", "staging", "prod", "dev", "local"]
    places = [
        text.index(f"\n{start}") for start in ("## test", "## staging", "## prod", "## dev", "**local**")
    ]
    assert places == sorted(places)
    assert text.index("**local**: no change") < text.index("## All changes in staging")


def test_the_table_tells_what_is_opened_where_nothing_blocks() -> None:
    closed = Finding(text="`ingress` closes 22")
    gained = Finding(text="`role` **gains** s3:*")
    text = markdown("a", "b", [report("prod", {"Network": [OPENED, closed], "Identity": [gained] * 4})])
    assert "| **prod** | ✅ can be merged |  |  | 1 |  | **opens 1**, **gains 4** |" in text


def test_what_blocks_is_told_once() -> None:
    text = markdown("a", "b", [report("prod", {"Replaced": [BLOCKED], "Cost": [OPENED]})])
    assert text.count("is **replaced**") == 1
    assert "### Replaced" not in text
    assert "### Cost" in text


def test_changes_that_are_alike_are_one() -> None:
    text = markdown("a", "b", [report("prod", {}, changes=3)])
    assert text.count("<code>values.env[A].value</code>") == 1
    assert "<code>prod-0</code> t and 2 more alike</summary>" in text
    assert text.count("<code>prod-2</code>") == 1


def test_noise_in_one_stack_pushes_no_danger_of_another_out_of_the_comment() -> None:
    names = [f"values.env[NOISE_{number:04}]" for number in range(2000)]
    noise = Change(
        action=Action.UPDATE,
        name="airflow",
        type="kubernetes:helm.sh/v3:Release",
        urn="urn:airflow",
        properties=tuple(PropertyChange(f"{name}.value", "a", "b" * 70) for name in names),
    )
    dev = StackReport(
        stack="dev",
        changes=[noise],
        sections=[Section(title="Pods that restart", findings=restarts([noise]))],
    )
    text = body([markdown("a", "b", [dev, report("prod", {"Network": [OPENED]})])])
    assert "`ingress` **opens** 22" in text
    assert "`env[NOISE_0004].value`, and 1995 more" in text
