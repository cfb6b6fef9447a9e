"""What dev and staging do not share with prod."""

from __future__ import annotations

from typing import Any

import yaml

import offline
from offline import ROOT
from review.environments import compare
from review.markdown import markdown
from review.recording import Pair, Recording


def pairs(**configs: dict[str, Any]) -> list[Pair]:
    return [Pair(stack, Recording(), Recording(config=config)) for stack, config in configs.items()]


PROD = {"airflow:database": {"multi_az": True, "storage_gib": 100}, "airflow:git_token": {"secure": "v1:abc"}}


def test_only_what_the_stack_file_declares_is_declared() -> None:
    staging = {
        "airflow:database": {"multi_az": False, "storage_gib": 50},
        "airflow:review": {"differs_from_prod": ["database.storage_gib"]},
    }
    found = compare(pairs(prod=PROD, staging=staging))
    assert [(d.path, d.declared) for d in found] == [
        ("database.multi_az", False),
        ("database.storage_gib", True),
    ]
    text = markdown("a", "b", [], environments=found)
    assert "| staging | <code>database.multi_az</code> | <code>false</code> | <code>true</code> |" in text
    assert "1 declared differences" in text
    assert "v1:abc" not in text


def test_a_list_is_one_setting_whatever_differs_in_it() -> None:
    here, there = ({"subnet_ids": [f"subnet-{name}{n}" for n in range(3)]} for name in "ab")
    staging = {"airflow:network": here, "airflow:review": {"differs_from_prod": []}}
    (found,) = compare(pairs(prod={"airflow:network": there}, staging=staging))
    assert found.path == "network.subnet_ids"
    assert found.here == '["subnet-a0", "subnet-a1", "subnet-a2"]'


def test_a_stack_that_declares_nothing_is_not_compared() -> None:
    assert compare(pairs(prod=PROD, local={"airflow:database": {}})) == []


def test_the_committed_environments_declare_all_their_differences() -> None:
    configs = {
        stack: yaml.safe_load((ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text())["config"]
        for stack in offline.stack_names()
    }
    assert [f"{d.stack}: {d.path}" for d in compare(pairs(**configs)) if not d.declared] == []
