"""What a name or a value holds is shown as text, whoever wrote it: no Markdown, no HTML, nobody called."""

from __future__ import annotations

import html
import re

import pytest
from markdown_it import MarkdownIt

from offline.graph import Graph, Resource
from operations.comment import body
from operations.github import LONGEST_BODY
from review.markdown import markdown
from review.model import Action, Change, Finding, PropertyChange
from review.text import code, prose
from review.verdict import Section, StackReport

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "@octocat fixes #12, GH-3 and owner/repo#4",
    "[a](http://evil.example)",
    "![x](http://evil.example/p.png)",
    "a|b",
    "one\ntwo",
    "</code><script>x</script>",
    "<!-- all that follows",
    "# heading",
    "1. one",
    "- item",
    "$x$ ~~gone~~ \\* &lt;b&gt; &#64;",
    "<code>*x* [a](b) @octocat</code>",
    "```",
    "` @octocat `` [a](b)",
    "[x]: http://evil.example",
    "</details></summary>",
    "\u202egnp.exe \u200bhidden \x1b[31m",
]
RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def tags(rendered: str) -> set[str]:
    return set(re.findall(r"</?(\w+)", rendered))


def spelt(text: str) -> str:
    """As it is to be read: hidden characters by their numbers."""
    for character in "\u202e\u200b\x1b":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.replace("\n", "⏎")


@pytest.mark.parametrize("text", HOSTILE)
def test_code_shows_every_text_as_it_is(text: str) -> None:
    rendered = RENDERER.render(f"| {code(text)} |\n|---|\n| {code(text)} |\n")
    assert tags(rendered) == {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert set(re.findall("<code>(.*?)</code>", rendered)) == {html.escape(spelt(text), quote=False)}
    # The same inside of HTML, where Markdown does not count.
    assert html.unescape(code(text)) == f"<code>{spelt(text)}</code>"


@pytest.mark.parametrize("text", HOSTILE)
def test_prose_keeps_code_and_bold_type_alone(text: str) -> None:
    rendered = RENDERER.render(f"- {prose(text)}")
    assert tags(rendered) <= {"ul", "li", "code", "strong"}
    outside = html.unescape(re.sub("<code>.*?</code>", "", rendered))
    assert not re.search(r"(?<!\u200b)[@#](?=\w)|GH-", outside)
    assert "://" not in rendered.replace("http://", "") or "&#58;//" in prose(text)


def test_what_a_finding_says_in_code_and_bold_type_stays() -> None:
    own = f"`database-instance` **gains** {code('s3:*')} on {code('*')} — **new wildcard**"
    assert prose(own) == own


@pytest.mark.parametrize("text", HOSTILE)
def structure(text: str) -> list[str]:
    """Of a report that is made of this text: its tags, without that of code, and its fences."""
    made = report(text)
    tags = re.findall(r"<(\w+)", RENDERER.render(made))
    return [tag for tag in tags if tag != "code"] + re.findall("^```(?:mermaid|diff)?$", made, re.MULTILINE)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_report_made_of_hostile_texts_has_the_structure_of_a_report(text: str) -> None:
    assert structure(text) == structure("hhh\nhhh" if "\n" in text else "h" * len(text))


def report(text: str) -> str:
    resource = Resource(urn=f"urn:{text}", type=text, name=text, inputs={})
    change = Change(
        action=Action.UPDATE,
        name=text,
        type=text,
        urn=text,
        after=resource,
        before=resource,
        properties=(PropertyChange(f"a.{text}", text, f"{text} {text * 20}"),),
        renamed_from=text,
    )
    found = StackReport(
        stack="prod",
        changes=[change],
        sections=[Section(title="Cost", findings=[Finding(text=f"`{text}` and {text}", allow=text)])],
        allowed=frozenset([f"{text}, not needed"]),
        objects={text: [PropertyChange("", text, text)]},
        graphs=(Graph.of([resource]), Graph.of([resource])),
    )
    return markdown("base", "head", [found, StackReport(stack="dev", error=text)], [text])


def test_a_report_of_any_length_fits_into_a_comment() -> None:
    lines = [Finding(text=f"`name-{number}` is **replaced**") for number in range(5000)]
    found = StackReport(stack="prod", sections=[Section(title="Replaced", findings=lines)])
    text = markdown("base", "head", [found])
    assert len(text) > LONGEST_BODY
    comment = body([text])
    assert len(comment) <= LONGEST_BODY
    assert "**prod**" in comment
