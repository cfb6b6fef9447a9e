"""Runs the rules that look at more than one value; each runs when what it needs could be read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stacks import (
    rules_airflow,
    rules_aws,
    rules_dags,
    rules_env,
    rules_ephemeral,
    rules_review,
    rules_tags,
    rules_usernames,
)
from stacks.registry import RULES
from stacks.section import Problem

SUBJECTS = (
    *(rules_airflow, rules_aws, rules_dags, rules_env, rules_ephemeral, rules_review),
    *(rules_tags, rules_usernames),
)
"""Importing a subject registers its rules."""


def broken_rules(found: Mapping[str, Any]) -> list[Problem]:
    """Problems of sections that are valid each on their own. One that is not valid is not in `found`."""
    return [
        replace(problem, source=name)
        for name, (needed, function) in RULES.items()
        if all(section in found for section in needed)
        for problem in function(*(found[section] for section in needed))
    ]
