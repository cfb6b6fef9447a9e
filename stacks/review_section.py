"""The section of a stack file that the pull request's report and the policies read; it deploys nothing."""

from typing import Annotated

from pydantic import Field

from stacks.section import Section, matching

PolicyNumber = Annotated[
    str,
    matching(
        "policy_number",
        r"[A-Za-z0-9]+\.\d+(-\d+)?|CKV2?_AWS_\d+",
        "a policy's number such as RDS.5, or Checkov's such as CKV_AWS_144",
    ),
]
Reason = Annotated[
    str,
    matching(
        "waiver_reason", r"(?s)\S.{9,}", "a reason that somebody else understands, 10 characters at least"
    ),
]
Day = Annotated[
    str, matching("day", r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a day such as 2027-06-30")
]
AllowedName = Annotated[
    str,
    matching("allowed_name", r"[a-z0-9][a-z0-9.-]*", "the name that the report gives to a blocked change"),
]
SettingPath = Annotated[
    str, matching("setting_path", r"[a-z]\w*(\.[\w-]+)*", "a path such as database.multi_az")
]


class WaiverSettings(Section):
    """A policy that this stack is allowed to break, for a reason and for a time."""

    policy: PolicyNumber
    """The number that a violation names; a policy's waives Checkov's check of the same demand too."""
    resource: str = ""
    """Logical name of the one resource that it is about; empty for every resource."""
    reason: Reason
    """Why that is right for this stack; it is printed with every report."""
    expires: Day
    """Last day on which it holds; afterwards the policy counts again."""


class ReviewSettings(Section):
    """What a reviewer has agreed to."""

    allow: Annotated[list[AllowedName], Field(default_factory=list)]
    """Names of changes that would block a pull request; take them out again when it is merged."""
    max_monthly_usd: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """USD a month above which a pull request blocks; None for no limit."""
    differs_from_prod: list[SettingPath] | None = None
    """Settings that this environment does not share with prod on purpose; None where nobody compares them."""
    waivers: Annotated[list[WaiverSettings], Field(default_factory=list)]
    """Policies that this stack may break."""
