"""What a key's change does is found in the graph and in the rendered chart."""

import json
import os
from pathlib import Path

import pytest

from offline.chart import VARIABLE
from reference import effects
from reference.configuration import EFFECTS, cross_rules
from reference.keys import Key, leaves
from reference.samples import changes
from reference.sentences import sentence
from stacks.registry import RULES

CHART = os.environ.get(VARIABLE, "")
SAMPLE = (
    "database.port",
    "cache.port",
    "secrets.rotations.jwt_secret",
    "airflow.migration_generation",
    "airflow.components.triggerer.replicas",
    "airflow.components.triggerer.env",
)
"""Of each kind one; all of them take minutes, which `python -m reference effects` is for."""
BY_PATH = {key.path: key for key in leaves()}


def test_every_key_has_a_computed_effect_and_no_other() -> None:
    """`AIRFLOW_CHART=... .venv/bin/python -m reference effects` computes them anew."""
    assert set(json.loads(EFFECTS.read_text())) == set(BY_PATH)


@pytest.mark.parametrize("key", leaves(), ids=lambda key: key.path)
def test_every_key_has_a_change_to_try(key: Key) -> None:
    assert next(changes(key), None) is not None


@pytest.mark.chart
@pytest.mark.skipif(not CHART, reason="AIRFLOW_CHART is not set: the path of airflow-1.22.0.tgz")
@pytest.mark.parametrize("path", SAMPLE)
def test_a_computed_effect_is_current(path: str) -> None:
    assert effects.effect(BY_PATH[path], Path(CHART)).to_json() == json.loads(EFFECTS.read_text())[path]


def test_a_sentence_tells_places_apart() -> None:
    own, all_of_them = {"stack": "prod", "restarted": ["worker"]}, {"stack": "prod", "restarted": ["statsd"]}
    text = sentence({"airflow.components.workers.env": own, "airflow.other.env": all_of_them})
    assert text == "restarts its own pods; at `airflow.other.env`: restarts statsd"


def test_every_rule_across_keys_names_existing_ones() -> None:
    known = set(BY_PATH) | {key.path.split(".")[0] for key in leaves()}
    rules = cross_rules()
    assert set(rules) == set(RULES)
    assert all(why and named for named, why in rules.values())
    assert rules["storage_can_grow"][0] == ["database.max_storage_gib"]
    assert known >= set(rules["limits_cover_requests"][0])
