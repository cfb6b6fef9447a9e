"""What every section of a stack file is made of: the strict base model, text rules, and a problem's shape."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, LiteralString

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

NOTHING = object()
"""A problem without a value to show: something is missing, or showing it could reveal a secret."""
MOST_CHOICES = 6
"""Of a longer table a message names the nearest ones."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One broken rule of a stack file."""

    path: str
    """Dotted path below the project, such as `database.storage_gib`."""
    rule: str
    value: Any = NOTHING
    source: str = ""
    """Which check found it: a rule function's name, or `path kind` of a declared constraint."""


class Section(BaseModel):
    """A strict, frozen part of a stack file: no unknown keys, no guessed types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True)
class Matches:
    """Text has to match a pattern as a whole; the message says what is wanted, not the expression."""

    kind: LiteralString
    pattern: str
    wanted: str

    def __call__(self, text: str) -> str:
        if re.fullmatch(self.pattern, text) is None:
            raise PydanticCustomError(self.kind, "should be {wanted}", {"wanted": self.wanted})
        return text


def matching(kind: LiteralString, pattern: str, wanted: str) -> AfterValidator:
    """Annotation of a text field that has to match `pattern` as a whole."""
    return AfterValidator(Matches(kind, pattern, wanted))


@dataclass(frozen=True)
class OneOf:
    """Text has to be one of a table's keys."""

    kind: LiteralString
    choices: tuple[str, ...]
    wanted: str

    def __call__(self, text: str) -> str:
        if text not in self.choices:
            near = difflib.get_close_matches(text, self.choices, n=MOST_CHOICES, cutoff=0)
            shown = self.choices if len(self.choices) <= MOST_CHOICES else (*near, "...")
            known = {"wanted": self.wanted, "choices": ", ".join(shown)}
            raise PydanticCustomError(self.kind, "should be {wanted}: {choices}", known)
        return text


def one_of(kind: LiteralString, choices: tuple[str, ...], wanted: str) -> AfterValidator:
    """Annotation of a text field that has to be one of `choices`."""
    return AfterValidator(OneOf(kind, choices, wanted))


@dataclass(frozen=True)
class Refused:
    """Text that people know from elsewhere and that cannot work here, with the reason."""

    kind: LiteralString
    reasons: Mapping[str, str]

    def __call__(self, text: str) -> str:
        if text in self.reasons:
            raise PydanticCustomError(self.kind, "{reason}", {"reason": self.reasons[text]})
        return text


def refused(kind: LiteralString, reasons: Mapping[str, str]) -> AfterValidator:
    """Annotation of a text field with values that are refused, each for its reason."""
    return AfterValidator(Refused(kind, reasons))


AccountId = Annotated[str, matching("account_id", r"\d{12}", "12 digits in quotes")]
Region = Annotated[str, matching("region", r"[a-z]{2}(-[a-z]+)+-\d", "an AWS region such as us-east-1")]
Arn = Annotated[
    str,
    matching("policy_arn", r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", "an IAM policy ARN"),
]
Email = Annotated[str, matching("email", r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")]
ClusterName = Annotated[
    str,
    matching("cluster_name", r"[0-9A-Za-z][\w-]{0,99}", "an EKS cluster name"),
]
DnsLabel = Annotated[
    str, matching("dns_label", r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "1-63 of a-z, 0-9 and -")
]
SubnetId = Annotated[
    str, matching("subnet_id", r"subnet-([0-9a-f]{8}|[0-9a-f]{17})", "a subnet id (subnet-...)")
]
SecurityGroupId = Annotated[
    str, matching("security_group_id", r"sg-([0-9a-f]{8}|[0-9a-f]{17})", "a security group id (sg-...)")
]
_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)"
DailyWindow = Annotated[
    str, matching("daily_window", f"{_TIME}-{_TIME}", "a daily window in UTC such as 03:00-04:00")
]
WeeklyWindow = Annotated[
    str,
    matching(
        "weekly_window",
        f"{_DAY}:{_TIME}-{_DAY}:{_TIME}",
        "a weekly window in UTC such as sun:05:00-sun:06:00",
    ),
]
Port = Annotated[int, Field(ge=1150, le=65_535)]
"""RDS takes 1150-65535 and ElastiCache 1024-65535; the narrower range serves both."""
Cpu = Annotated[
    str,
    matching("cpu", r"(?=.*[1-9])(\d+m|\d+(\.\d{1,3})?)", 'CPU in cores or thousandths, such as "2" or 500m'),
]
Memory = Annotated[
    str, matching("memory", r"(?=.*[1-9])\d+(Ki|Mi|Gi|Ti)", "memory with a binary unit, such as 512Mi or 4Gi")
]
