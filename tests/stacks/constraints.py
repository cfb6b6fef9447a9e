"""What the models declare, and where in them an error lies: so that a test can tell what no case has hit."""

from collections.abc import Iterator
from functools import cache
from inspect import get_annotations
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MinLen
from pydantic import AfterValidator, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from stacks.section import Section
from stacks.settings import SECTIONS

KINDS = {Ge: "greater_than_equal", Le: "less_than_equal", MinLen: "too_short"}
TAG = "source"
"""The field that tells which member of a union is meant; pydantic checks it as part of the union."""
Constraint = tuple[str, str]
"""`Model.field`, and the kind of error that breaking it gives."""


def declared(adapters: dict[str, TypeAdapter[Any]] = SECTIONS) -> set[Constraint]:
    """Every constraint that some field of some section declares."""
    models = {model for adapter in adapters.values() for model in _models(adapter._type)}
    return {
        (_name(model, name), kind)
        for model in models
        for name, field in model.model_fields.items()
        if name != TAG
        for kind in _field_kinds(field)
    } | {(model.__name__, "extra_forbidden") for model in models}


def broken(content: dict[str, Any]) -> set[Constraint]:
    """The constraints that these sections break."""
    found: set[Constraint] = set()
    for name, adapter in SECTIONS.items():
        if content.get(name) is None:
            continue
        try:
            adapter.validate_python(content[name], strict=True)
        except ValidationError as bad:
            places = [(error["loc"], error["type"]) for error in bad.errors()]
            found |= {(_owner(adapter._type, place, kind), kind) for place, kind in places}
    return found


def _owner(root: Any, location: tuple[int | str, ...], kind: str) -> str:
    """The field (`Model.field`) that an error lies in, or the model for a key it does not have."""
    owner, here = getattr(root, "__name__", "tags"), root
    for part in location:
        union = () if isinstance(here, type) else _models(here, deep=False)
        chosen = next((model for model in union if _tag(model) == part), None)
        if chosen is not None:
            here = chosen  # pydantic names the chosen member of a union by its tag
            continue
        model = next(_models(here, deep=False), None) if isinstance(part, str) else None
        if model is not None and part in model.model_fields:
            owner, here = _name(model, part), model.model_fields[part].annotation
        elif model is not None and kind == "extra_forbidden":
            return model.__name__
    return owner


def _tag(model: type[Section]) -> str | None:
    """The text by which a model is chosen among others; None for a model that stands alone."""
    field = model.model_fields.get(TAG)
    return None if field is None else get_args(field.annotation)[0]


def _name(model: type[Section], field: str) -> str:
    """`Model.field`, with the model that declares the field: what is inherited is one constraint."""
    return next(f"{base.__name__}.{field}" for base in model.__mro__ if field in get_annotations(base))


def _field_kinds(field: FieldInfo) -> Iterator[str]:
    if field.is_required():
        yield "missing"
    yield from (kind for note in field.metadata for kind in _note_kinds(note))
    yield from _type_kinds(field.annotation)


def _type_kinds(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield "literal_error"
    elif get_origin(annotation) is Annotated:
        yield from (kind for note in get_args(annotation)[1:] for kind in _note_kinds(note))
        yield from _type_kinds(get_args(annotation)[0])
    else:
        for part in get_args(annotation):
            yield from _type_kinds(part)


def _note_kinds(note: Any) -> Iterator[str]:
    if isinstance(note, AfterValidator):
        yield note.func.kind  # type: ignore[attr-defined]  # the functions of stacks/section.py have one
    elif isinstance(note, FieldInfo):
        yield from (kind for inner in note.metadata for kind in _note_kinds(inner))
    elif type(note) in KINDS:
        yield KINDS[type(note)]


@cache
def _parts(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Annotated, Union, UnionType, list, dict) else ()


def _models(annotation: Any, *, deep: bool = True) -> Iterator[type[Section]]:
    """The models that a type leads to."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
        if deep:
            for field in annotation.model_fields.values():
                yield from _models(field.annotation)
    elif annotation is not NoneType:
        for part in _parts(annotation):
            yield from _models(part, deep=deep)
