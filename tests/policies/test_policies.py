"""The policies over every stack, as it is deployed and as a preview sees it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import yaml

import offline
from offline import ROOT
from offline.graph import UNKNOWN, Graph
from policies.documents import POLICIES_OF
from policies.evaluate import judge, violations
from policies.program import HARMLESS
from policies.rule import EVERY, POLICIES
from policies.waivers import Waiver, waivers_of
from tests.policies.breaking import prod, put, with_value
from tests.recorded import recorded

NUMBERS = [policy.number for policy in POLICIES]
RDS = "aws:rds/instance:Instance"


def waivers(stack: str) -> list[Waiver]:
    text = (ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text()
    return waivers_of(yaml.safe_load(text)["config"])


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("stack", offline.stack_names())
def test_every_stack_keeps_every_policy_or_waives_it_with_a_reason(stack: str, preview: bool) -> None:
    judgement = judge(recorded(stack, preview=preview), waivers(stack))
    assert [str(violation) for violation in judgement.violations] == []
    assert judgement.unused == []
    assert preview or [str(unknown) for unknown in judgement.unknown] == []


@pytest.mark.parametrize(
    ("executor", "tasks_start_pods"),
    [("LocalExecutor", False), ("KubernetesExecutor", False), ("CeleryExecutor,KubernetesExecutor", True)],
)
def test_every_executor_keeps_every_policy(executor: str, tasks_start_pods: bool) -> None:
    few = {"parallelism": 8, "max_active_tasks_per_dag": 8, "tasks_may_start_pods": tasks_start_pods}
    changes: dict[str, object] = {"airflow": {"executor": executor, **few}}
    if "Celery" not in executor:
        changes["cache"] = None
    assert [str(v) for v in violations(offline.record("prod", overrides=changes))] == []


def test_every_dag_source_and_an_image_by_its_digest_keep_every_policy() -> None:
    generated = {"source": "generated", "command": ["x"]}
    sources = [
        {"source": "git", "name": "a", "repository": "https://git.example.com/dags.git"},
        {"source": "git_sync", "name": "b", "repository": "https://git.example.com/dags.git"},
        {"source": "s3", "name": "c", "bucket": "team-dags", "prefix": "prod"},
        {"source": "claim", "name": "d", "claim": "dags", "fill": {"command": ["x"]}},
        {"source": "config_map", "name": "e", "folder": "dags/smoke"},
        {**generated, "name": "f"},
        {**generated, "name": "g", "run": "sidecar"},
        {**generated, "name": "h", "run": "cron", "claim": "dags"},
    ]
    changes = {"dags": sources, "image": {"digest": f"sha256:{'0a' * 32}"}}
    graph = offline.record("prod", overrides={"airflow": changes})
    assert [str(v) for v in violations(graph)] == []


def test_every_policy_has_its_own_number_a_sentence_and_a_remedy() -> None:
    assert len(set(NUMBERS)) == len(NUMBERS)
    assert [p.number for p in POLICIES if not (p.title.endswith(".") and p.fix)] == []
    assert [p.number for p in POLICIES if p.fix.endswith(".")] == []  # the message ends with it


def test_every_type_with_a_policy_is_deployed_somewhere() -> None:
    """A type that is spelled otherwise would never be judged."""
    made = {r.type for stack in offline.stack_names() for r in recorded(stack).resources}
    named = {type_ for policy in POLICIES for type_ in policy.types} - {EVERY}
    assert named - made == {"kubernetes:batch/v1:CronJob", "aws:iam/policy:Policy"}
    assert set(HARMLESS) - made == {"pulumi:pulumi:Stack"}


def test_a_violation_says_what_where_and_what_to_do() -> None:
    (found,) = violations(put(RDS, "multiAz", False).apply(prod()))
    assert str(found) == (
        "RDS.5 (medium) database-instance: multiAz is False, wanted True. "
        "Set database.multi_az, or waive it outside production"
    )


def test_what_holds_in_protected_stacks_is_not_asked_of_others() -> None:
    small = put(RDS, "instanceClass", "db.t4g.micro").apply(prod())
    open_ = [r if r.type != RDS else replace(r, protect=False) for r in small.resources]
    thrown_away = with_value(Graph.of(open_), RDS, "deletionProtection", False)
    assert "AIRFLOW.14" in {v.policy.number for v in violations(small)}
    assert "AIRFLOW.14" not in {v.policy.number for v in violations(thrown_away)}


@pytest.mark.parametrize("type_", [t for t in POLICIES_OF if prod().of_type(t)])
def test_a_document_may_be_text_or_data_with_one_statement_or_many(type_: str) -> None:
    """What is right in one dress is right in another."""

    def dressed(value: str) -> dict[str, object]:
        body = json.loads(value)
        body["Statement"] = body["Statement"][0] if len(body["Statement"]) == 1 else body["Statement"]
        return body

    key = POLICIES_OF[type_]
    changed = [
        replace(r, inputs={**r.inputs, key: dressed(r.inputs[key])}) if r.type == type_ else r
        for r in prod().resources
    ]
    assert [str(v) for v in violations(Graph.of(changed))] == []


def test_what_a_preview_does_not_know_is_said_and_neither_passed_nor_broken() -> None:
    judgement = judge(put(RDS, "multiAz", UNKNOWN).apply(prod()))
    assert [str(v) for v in judgement.violations] == []
    (unknown,) = judgement.unknown
    assert (unknown.policy.number, unknown.resource) == ("RDS.5", "database-instance")
    assert unknown.problem == "multiAz is not known before it is deployed"


def test_a_preview_knows_all_but_what_the_cloud_gives_names_to() -> None:
    """Policy documents with ARNs of new resources, names of database and bucket: the update judges them."""
    unknown = judge(recorded("prod", preview=True)).unknown
    expected = {"policy", "identifier", "stringData", "values.config.logging.remote_base_log_folder"}
    assert {v.problem.split(" ")[0] for v in unknown} == expected
