"""The one typed model of a stack's settings, and the only reader of `pulumi.Config`.

`load()` runs before anything is registered and reports all that is wrong with a stack file at once.
"""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from stacks.airflow_sections import AirflowSettings
from stacks.aws_sections import (
    AccountSettings,
    CacheSettings,
    ClusterSettings,
    DatabaseSettings,
    LogsSettings,
    NetworkSettings,
    SecretsSettings,
)
from stacks.ephemeral_section import EphemeralSettings
from stacks.refusals import REFUSED_KEYS
from stacks.review_section import ReviewSettings
from stacks.rules import broken_rules
from stacks.section import NOTHING, Problem

SECTIONS: dict[str, TypeAdapter[Any]] = {
    "account": TypeAdapter(AccountSettings),
    "cluster": TypeAdapter(ClusterSettings),
    "network": TypeAdapter(NetworkSettings),
    "database": TypeAdapter(DatabaseSettings),
    "cache": TypeAdapter(CacheSettings),
    "logs": TypeAdapter(LogsSettings),
    "secrets": TypeAdapter(SecretsSettings),
    "airflow": TypeAdapter(AirflowSettings),
    "tags": TypeAdapter(dict[str, str]),
    "ephemeral": TypeAdapter(EphemeralSettings),
    "review": TypeAdapter(ReviewSettings),
}
"""Each top-level key of a stack file and its type."""
OPTIONAL = frozenset({"cache", "ephemeral", "review"})
GIVEN_SECRETS = ("git_ssh_key", "git_token")
"""The only secrets that people give: what opens DAGs in private Git repositories."""
PRIVATE = frozenset({"env", "config", "command"})
"""Free text that may hold what should not be printed."""
SOURCES = frozenset({"image", "git_sync", "git", "s3", "claim", "config_map", "generated"})
"""What pydantic puts behind the index of an entry of `airflow.dags`; it is no key of the file."""
KEY_MARK = "[key]"
"""pydantic's last part of the place of an error that is in a mapping's key instead of its value."""
UNSHOWN = {"extra_forbidden": "unknown key", "missing": "required"}
"""Kinds of error whose value is not printed -> the rule."""
PLAIN_WORDS = {
    "model_type": "should be a mapping of keys and values",
    "dict_type": "should be a mapping of keys and values",
    "too_short": "should have at least {min_length} entries",
    "list_type": "should be a list",
    "union_tag_invalid": "source should be one of {expected_tags}, not '{tag}'",
    "union_tag_not_found": "source is required",
}
"""Kinds of error that pydantic describes in terms of Python -> the rule in terms of a stack file."""
LONGEST_VALUE = 80
ENCRYPT = "should be encrypted: pulumi config set --secret {name}"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a stack file says, checked."""

    account: AccountSettings
    cluster: ClusterSettings
    network: NetworkSettings
    database: DatabaseSettings
    cache: CacheSettings | None
    """None where no executor needs a broker."""
    logs: LogsSettings
    secrets: SecretsSettings
    airflow: AirflowSettings
    tags: dict[str, str]
    """On every AWS resource, and as labels on Kubernetes objects."""
    ephemeral: EphemeralSettings | None
    """None for a stack that is meant to stay."""
    review: ReviewSettings | None
    """None where reviewers have agreed to nothing yet."""
    git_ssh_key: pulumi.Output[str] | None = None
    """Private deploy key of a Git repository over SSH; `pulumi config set --secret` encrypts it."""
    git_token: pulumi.Output[str] | None = None
    """Token for private Git repositories over https; encrypted likewise."""

    @property
    def aws_tags(self) -> dict[str, str]:
        """Not as labels too: a longer life should restart no pod."""
        return self.tags if self.ephemeral is None else {**self.tags, **self.ephemeral.tags}


def load() -> Settings:
    """The running stack's settings. Raises pulumi.RunError that lists every problem of its stack file."""
    config = pulumi.Config()
    raw: dict[str, Any] = {}
    for name in SECTIONS:
        try:
            # Pulumi.yaml gives an optional section the default {}, since it has no other way to say optional.
            raw[name] = config.get_object(name) or None
        except pulumi.ConfigTypeError:
            raw[name] = config.get(name)  # plain text, which the section's model refuses by name
    given = [name for name in GIVEN_SECRETS if config.get(name)]
    found, problems = check(raw, given)
    problems += [_unknown(name) for name in sorted(_given_keys(config.name) - {*SECTIONS, *GIVEN_SECRETS})]
    for name in given:
        if not is_config_secret(config.full_key(name)):
            problems.append(Problem(path=name, rule=ENCRYPT.format(name=name), source=f"plain {name}"))
    if problems:
        raise pulumi.RunError(explain(config.name, problems))
    secrets: dict[str, Any] = {name: config.get_secret(name) for name in given}
    return Settings(**found, **secrets)


def check(raw: Mapping[str, Any], given: Collection[str] = ()) -> tuple[dict[str, Any], list[Problem]]:
    """Sections that could be read, and every problem of all of them. `given`: names of the given secrets."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, model in SECTIONS.items():
        value = raw.get(name)
        if value is None and name in OPTIONAL:
            found[name] = None
        elif value is None:
            problems.append(Problem(path=name, rule="this section is required", source="missing section"))
        else:
            try:
                found[name] = model.validate_python(value, strict=True)
            except ValidationError as bad:
                problems += [_problem(name, error) for error in bad.errors(include_url=False)]
    return found, [*problems, *broken_rules({**found, **{name: name in given for name in GIVEN_SECRETS}})]


def explain(project: str, problems: list[Problem]) -> str:
    """What a stack file that is not valid prints: one line per problem, in the order of sections."""
    order = [*SECTIONS, *GIVEN_SECRETS]

    def position(problem: Problem) -> int:
        section = problem.path.split(".")[0]
        return order.index(section) if section in order else len(order)

    lines = [_line(project, problem) for problem in sorted(problems, key=position)]
    return "\n  ".join(["Stack configuration is not valid:", *dict.fromkeys(lines)])


def _given_keys(project: str) -> set[str]:
    """Names of the project's keys that the stack file has; the public Config answers only for known names."""
    prefix = f"{project}:"
    return {key.removeprefix(prefix) for key in CONFIG.get() if key.startswith(prefix)}


def _unknown(name: str) -> Problem:
    return Problem(path=name, rule=_unknown_key(name, [*SECTIONS, *GIVEN_SECRETS]), source="unknown section")


def _unknown_key(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.7)
    return "unknown key" + (f", did you mean {close[0]}?" if close else "")


def _problem(section: str, error: ErrorDetails) -> Problem:
    parts = _parts(error["loc"])
    path, kind = ".".join([section, *parts]), error["type"]
    source = f"{path} {kind}"
    if kind in UNSHOWN:
        # What stands at an unknown key may be a secret in the wrong place.
        return Problem(path=path, rule=REFUSED_KEYS.get(path, UNSHOWN[kind]), source=source)
    rule = PLAIN_WORDS.get(kind, error["msg"].removeprefix("Input ")).format(**error.get("ctx", {}))
    misplaced = section == "secrets" and isinstance(error["input"], str)  # the secret, not its number
    private = misplaced or (PRIVATE.intersection(parts) and KEY_MARK not in error["loc"])
    return Problem(path=path, rule=rule, value=NOTHING if private else error["input"], source=source)


def _parts(location: tuple[int | str, ...]) -> list[str]:
    """Where an error is, as a person would look for it in the file."""
    return [
        str(part)
        for before, part in zip((None, *location), location, strict=False)
        if part != KEY_MARK and not (isinstance(before, int) and part in SOURCES)
    ]


def _line(project: str, problem: Problem) -> str:
    got = "" if problem.value is NOTHING else f" (got {_shown(problem.value)})"
    return f"{project}:{problem.path}: {problem.rule}{got}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"  # whole sections tell nothing, and may hold free text
    # A URL may carry a password, and what was refused is exactly what may be wrong that way.
    text = re.sub(r"//[^/@\s]*@", "//[secret]@", repr(value))
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
