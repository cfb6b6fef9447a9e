"""Routing, failure, record and removal, with a back end that only remembers. No servers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator import realise
from emulator.backend import Emulator
from emulator.backends import aws, aws_identity, aws_storage, kubernetes
from emulator.backends.random import Random
from emulator.errors import EmulatorError
from emulator.machine import Machine
from emulator.paths import State
from offline import stack_names
from offline.graph import Graph, Resource, Secret, plain
from tests.emulator.server_resources import resource
from tests.recorded import recorded

TYPE = "test:thing"


class Memory:
    """Remembers what it was asked for."""

    types = frozenset({TYPE})

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.fails: set[str] = set()

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        self.calls.append(("ensure", resource.name))
        if resource.name in self.fails:
            raise RuntimeError("no space left\nsecond line")
        return {"id": resource.inputs.get("id", resource.name)}

    def delete(self, resource: Resource) -> None:
        self.calls.append(("delete", resource.id or resource.name))


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(State("test", tmp_path))


@pytest.fixture
def emulator(machine: Machine, memory: Memory) -> Emulator:
    return Emulator(machine, lambda _: [memory])


def test_every_type_of_every_stack_has_a_back_end(machine: Machine) -> None:
    known = {type_ for service in realise.services(machine) for type_ in service.types}
    used = {r.type for stack in stack_names() for r in recorded(stack).resources if r.custom}
    assert {type_ for type_ in used if not type_.startswith("pulumi:providers:")} <= known


def test_no_type_belongs_to_two_back_ends(machine: Machine) -> None:
    types = [type_ for service in realise.services(machine) for type_ in service.types]
    assert sorted(types) == sorted(set(types))


def test_what_is_not_realised_has_a_reason_and_no_maker() -> None:
    assert all({**aws.NOT_REALISED, **kubernetes.RECORDED}.values())
    assert not set(aws.NOT_REALISED) & {*aws_storage.MAKERS, *aws_identity.MAKERS}


def test_an_unknown_type_is_an_error_that_names_it(emulator: Emulator) -> None:
    with pytest.raises(EmulatorError, match="test:other"):
        emulator.ensure(resource("test:other", "x"), None)


def test_a_failure_is_one_line_that_names_the_resource(emulator: Emulator, memory: Memory) -> None:
    memory.fails = {"a"}
    with pytest.raises(EmulatorError) as failure:
        emulator.ensure(resource(TYPE, "a"), None)
    assert str(failure.value) == "thing a: RuntimeError: no space left"


def test_nothing_is_tried_after_a_failure(emulator: Emulator, memory: Memory) -> None:
    memory.fails = {"a"}
    for name in ("a", "b"):
        with pytest.raises(EmulatorError):
            emulator.ensure(resource(TYPE, name), None)
    assert memory.calls == [("ensure", "a")]


def test_a_failed_resource_is_on_record_for_the_next_run(emulator: Emulator, memory: Memory) -> None:
    memory.fails = {"a"}
    with pytest.raises(EmulatorError):
        emulator.ensure(resource(TYPE, "a"), None)
    again = Machine(emulator.machine.state)
    assert [entry.begun for entry in again.journal] == [True]
    Emulator(again, lambda _: [memory]).prune(Graph.of([]))
    assert memory.calls[-1] == ("delete", "a")


def test_what_left_the_program_is_deleted_users_first(emulator: Emulator, memory: Memory) -> None:
    base, middle, top = (resource(TYPE, name) for name in ("z-base", "middle", "a-top"))
    middle = replace(middle, dependencies=(base.urn,))
    top = replace(top, property_dependencies={"x": (middle.urn,)})
    for each in (base, middle, top):
        emulator.ensure(each, None)
    emulator.prune(Graph.of([]))
    assert memory.calls[3:] == [("delete", "a-top"), ("delete", "middle"), ("delete", "z-base")]
    assert list(emulator.machine.journal) == []


def test_what_is_still_in_the_program_is_kept(emulator: Emulator, memory: Memory) -> None:
    kept = resource(TYPE, "a")
    emulator.ensure(kept, None)
    assert emulator.prune(Graph.of([kept])) == []
    assert memory.calls == [("ensure", "a")]


def test_a_former_identity_is_deleted_and_the_new_one_kept(emulator: Emulator, memory: Memory) -> None:
    for identity in ("old", "new"):
        emulator.ensure(resource(TYPE, "a", id=identity), None)
    emulator.prune(Graph.of([resource(TYPE, "a", id="new")]))
    assert memory.calls[2:] == [("delete", "old")]


def test_nothing_is_deleted_when_one_of_them_is_protected(emulator: Emulator, memory: Memory) -> None:
    emulator.ensure(replace(resource(TYPE, "a"), protect=True), None)
    emulator.ensure(resource(TYPE, "b"), None)
    with pytest.raises(EmulatorError, match="a is protected"):
        emulator.prune(Graph.of([]))
    assert ("delete", "b") not in memory.calls


def password(**inputs: Any) -> Resource:
    return resource("random:index/randomPassword:RandomPassword", "p", **inputs)


def test_a_password_is_kept_until_its_inputs_change(machine: Machine) -> None:
    random, first = Random(machine), password(length=40, special=False)
    known = replace(first, outputs=random.ensure(first, None))
    assert random.ensure(first, known) == known.outputs
    longer = password(length=41, special=False)
    assert plain(random.ensure(longer, known))["result"] != plain(known.outputs)["result"]


def test_a_password_obeys_its_inputs_and_stays_secret(machine: Machine) -> None:
    made = Random(machine).ensure(password(length=64, special=False, minNumeric=3), None)["result"]
    assert isinstance(made, Secret)
    assert made.value.isalnum()
    assert len(made.value) == 64
    assert sum(character.isdigit() for character in made.value) >= 3


def test_two_passwords_differ(machine: Machine) -> None:
    random = Random(machine)
    made = {plain(random.ensure(password(length=40), None))["result"] for _ in range(20)}
    assert len(made) == 20
