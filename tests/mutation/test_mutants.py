"""Mutants follow from the source alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from offline import ROOT
from tests.mutation.guarded import SILENT_CALLS, SILENT_KEYWORDS, sources
from tests.mutation.mutants import names, of_file, weakened

SAMPLE = '''
"""A docstring is no setting."""
from x import y
DAYS = 7
PORTS = ("a", "b")

def make(name, args):
    """Nor is this."""
    if args.days < DAYS:
        raise ValueError(f"days: at least {DAYS}")
    if args.protect:
        pass
    made = Bucket(f"{name}-bucket", encrypted=True, description="text", opts=child)
    made.public = False
    pulumi.warn("nothing of interest")
    return {"Effect": "Deny", "Action": "s3:GetObject", "Resource": made.arn,
            "Condition": {"StringEquals": {"a": made.account}}}
'''
EXPECTED = [
    "DAYS: 7 -> 70",
    "DAYS: 7 -> 0",
    "PORTS: without 'a'",
    "PORTS: without 'b'",
    "make: args.days < DAYS: LtE",
    "make: without `raise ValueError(f'days: at least {DAYS}')`",
    "make: if args.protect: the opposite",
    "make: encrypted: True -> False",
    "make: made.public: False -> True",
    "make: 'Action': '*'",
    "make: without 'Resource': made.arn",
    "make: 'Resource': '*'",
    "make: without 'Condition': {'StringEquals': {'a': made.account}}",
    "make: 'Effect': 'Deny' -> 'Allow'",
    "make: 'Action': 's3:GetObject' -> 's3:*'",
    "make: without 'StringEquals': {'a': made.account}",
    "make: 'StringEquals' -> 'StringLike'",
    "make: without 'a': made.account",
]
SETTINGS = """
Name = Annotated[str, matching("name", r"[a-z]+", "a name")]
class Section(Base):
    size: Annotated[int, Field(ge=1, le=9)] = 3
    mode: Literal["a", "b"] = "a"

@rule("airflow")
def fits(airflow):
    if airflow.size > 5 and airflow.mode in ("a",):
        yield Problem(path="airflow.size", rule="should be at most 5")
"""
EXPECTED_OF_SETTINGS = [
    "Name: any text",
    "Section.size: ge: 1 -> 0",
    "Section.size: le: 9 -> 10",
    "Section.size: 3 -> 30",
    "Section.size: 3 -> 0",
    "Section.mode: Literal['a', 'b']: one more",
    "Section.mode: 'a' -> 'other'",
    "fits: airflow.size > 5 and airflow.mode in ('a',): or",
    "fits: airflow.size > 5: GtE",
    "fits: airflow.mode in ('a',): NotIn",
    "fits: without 'a'",
    "fits: without `yield Problem(path='airflow.size', rule='should be at mos...`",
    "fits: 'airflow' -> 'other'",
]


def test_every_guarded_setting_is_weakened_and_no_text_is() -> None:
    assert [name for _, name in names(SAMPLE)] == EXPECTED


def test_bounds_patterns_and_refusals_of_settings_are_weakened() -> None:
    assert [name for _, name in names(SETTINGS, in_stacks=True)] == EXPECTED_OF_SETTINGS


def test_a_mutant_is_the_source_with_one_change() -> None:
    numbers = {name: number for number, name in names(SAMPLE)}
    code = weakened(SAMPLE.replace("from x import y", ""), numbers["DAYS: 7 -> 70"], "sample.py")
    found: dict[str, object] = {}
    exec(code, found)  # noqa: S102 - the sample above
    assert (found["DAYS"], found["PORTS"]) == (70, ("a", "b"))


def test_a_second_mutant_of_the_same_name_is_told_apart() -> None:
    assert [name for _, name in names("a(x=b)\na(x=b)")].count("a() without x=b (2)") == 1


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.stem)
def test_names_are_unique_and_every_mutant_compiles(path: Path) -> None:
    mutants = of_file(path)
    assert len({mutant.name for mutant in mutants}) == len(mutants)
    for mutant in mutants[:: max(1, len(mutants) // 3)]:
        assert mutant.code()


def test_both_rooms_are_there() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in sources()}
    assert {"components/firewall.py", "components/chart_values.py", "stacks/aws_sections.py"} <= files


def test_what_is_left_out_exists() -> None:
    """An entry that fits nothing any more would hide what gets its name next."""
    trees = [ast.parse(path.read_text()) for path in sources()]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls}
    given = {keyword.arg for call in calls for keyword in call.keywords}
    assert set(SILENT_CALLS) - called == set()
    assert set(SILENT_KEYWORDS) - given == set()
