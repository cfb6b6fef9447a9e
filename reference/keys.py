"""Every key of a stack file, read from the settings model: its type, default, rule and description."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from stacks.section import Section
from stacks.settings import OPTIONAL, SECTIONS, Settings


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key of a stack file."""

    path: str
    """Dotted, such as `database.storage_gib`; `[]` stands for each entry of a list or a mapping."""
    annotation: Any
    """Its type, with the checks that its field declares."""
    description: str
    required: bool
    default: Any = None
    models: tuple[type[Section], ...] = ()
    """The settings objects that its value may be, or may consist of."""

    @property
    def section(self) -> str:
        """The first part of the path."""
        return self.path.split(".")[0]

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit(".", 1)[-1]


def keys() -> list[Key]:
    """All keys, each settings object directly before its own."""
    return [*_sections(), *_secrets()]


def leaves() -> list[Key]:
    """The keys that hold a value."""
    return [key for key in keys() if not key.models]


def _sections() -> Iterator[Key]:
    docs = attribute_docs(Settings)
    for name, adapter in SECTIONS.items():
        annotation = _type_of(adapter)
        models = models_in(annotation)
        text = _first_doc(*models) or docs.get(name, "")
        required = name not in OPTIONAL
        yield Key(path=name, annotation=annotation, description=text, required=required, models=models)
        yield from _inside(name, annotation)


def _secrets() -> Iterator[Key]:
    """Keys beside the sections: each is one encrypted text."""
    docs = attribute_docs(Settings)
    for name in inspect.get_annotations(Settings):
        if name not in SECTIONS:
            yield Key(path=name, annotation=str, description=docs.get(name, ""), required=False)


def _fields(path: str, model: type[Section]) -> Iterator[Key]:
    docs = attribute_docs(model)
    for name, field in model.model_fields.items():
        inner = models_in(field.annotation)
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        yield Key(
            path=f"{path}.{name}",
            annotation=_whole(field),
            description=docs.get(name) or _first_doc(*inner),
            required=field.is_required(),
            default=default,
            models=inner,
        )
        yield from _inside(f"{path}.{name}", field.annotation)


def _inside(path: str, annotation: Any) -> Iterator[Key]:
    """The keys of the settings objects that a value of this type holds."""
    place = f"{path}[]" if _container(annotation) else path
    models = models_in(annotation)
    variants: dict[str, list[tuple[str, Key]]] = {}
    for model in models:
        for key in _fields(place, model):
            variants.setdefault(key.path, []).append((_tag(model), key))
    for same in variants.values():
        yield _merged(same, complete=len(same) == len(models))


def _merged(same: list[tuple[str, Key]], *, complete: bool) -> Key:
    """One key of several variants of an object: any of their types, all of their descriptions."""
    types: list[Any] = []
    for _, key in same:
        types += [] if key.annotation in types else [key.annotation]
    annotation = types[0] if len(types) == 1 else Union[tuple(types)]  # noqa: UP007  # known at run time only
    texts = list(dict.fromkeys(key.description for _, key in same))
    if not complete:
        texts.append(f"Only with {', '.join(f'`{tag}`' for tag, _ in same)}.")
    return replace(same[0][1], annotation=annotation, description=" ".join(texts))


def _tag(model: type[Section]) -> str:
    """What tells a variant from the others: the value of its Literal with one choice."""
    literals = (
        get_args(f.annotation) for f in model.model_fields.values() if get_origin(f.annotation) is Literal
    )
    return next((str(choices[0]) for choices in literals if len(choices) == 1), model.__name__)


def _container(annotation: Any) -> bool:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Annotated, Union, UnionType):
        return any(_container(part) for part in parts)
    return origin in (list, dict)


def _first_doc(*models: type[Section]) -> str:
    texts = (inspect.getdoc(model) for model in models)
    return next((text for text in texts if text), "")


@cache
def attribute_docs(cls: type) -> dict[str, str]:
    """Attribute to the text that stands below it, inherited ones too."""
    found: dict[str, str] = {}
    for base in reversed([b for b in cls.__mro__ if b.__module__.startswith("stacks.")]):
        body = ast.parse(inspect.getsource(base)).body[0].body  # type: ignore[attr-defined]  # a class
        for line, following in pairwise(body):
            text = following.value if isinstance(following, ast.Expr) else None
            if isinstance(line, ast.AnnAssign) and isinstance(text, ast.Constant):
                found[ast.unparse(line.target)] = inspect.cleandoc(str(text.value))
    return found


def _whole(field: FieldInfo) -> Any:
    """The field's type again with the checks that pydantic took off it."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def _type_of(adapter: TypeAdapter[Any]) -> Any:
    return adapter._type


def models_in(annotation: Any) -> tuple[type[Section], ...]:
    """The settings objects that a value of this type is or holds."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return (annotation,)
    found = [model for part in get_args(annotation) if part is not annotation for model in models_in(part)]
    return tuple(dict.fromkeys(found))
