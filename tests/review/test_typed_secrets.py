"""Secrets that nobody marked, typed into a stack file: their key or their form tells them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from offline.graph import Graph
from review.environments import compare
from review.machine import machine_readable
from review.markdown import markdown
from review.recording import Pair, Recording
from tests.review.test_secrets import DEPLOY_KEY, PASSWORD, parameter, texts


@pytest.mark.parametrize(
    "config",
    [
        {"airflow:airflow": {"env": {"DB_PASSWORD": PASSWORD}}},
        {"airflow:airflow": {"env": [{"name": "API_TOKEN", "value": PASSWORD}]}},
        {"airflow:airflow": {"inner": {"secure": PASSWORD}}},
        {"airflow:git_token": {"secure": PASSWORD}},
        {"airflow:git_ssh_key": DEPLOY_KEY},
        {"airflow:airflow": {"repository": f"https://{quote(PASSWORD, safe='')}@github.com/x"}},
    ],
)
def test_what_the_environments_do_not_share_shows_no_secret_of_a_stack_file(config: dict[str, Any]) -> None:
    declares = {"airflow:review": {"differs_from_prod": []}}
    pairs = [
        Pair("prod", Recording(), Recording(config={"airflow:airflow": {"x": 1}})),
        Pair("dev", Recording(), Recording(config={**config, **declares})),
    ]
    text = markdown("a", "b", [], environments=compare(pairs)) + machine_readable(
        "a", "b", [], [], compare(pairs)
    )
    assert "airflow" in text
    assert [
        piece
        for piece in (PASSWORD, quote(PASSWORD, safe=""), *DEPLOY_KEY.split("\n")[1:-1])
        if piece in text
    ] == []


def test_names_of_secrets_and_numbers_stay_readable() -> None:
    plain = {"metadataSecretName": "airflow-metadata", "jwt_secret": 2, "tokenUser": "x"}
    head = Graph.of([parameter("a", plain)])
    text = texts(Graph.of([parameter("a", {key: "before" for key in plain})]), head)
    assert "airflow-metadata" in text
    assert "<code>2</code>" in text
