"""Generated secrets: where they go, how they rotate, that they stay secret."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from components.credentials import Credentials, CredentialsArgs, url_safe
from offline import Graph, Secret, plain
from tests.components.samples import CREDENTIALS, KEY, Numbers, built, open_texts

PASSWORD = "random:index/randomPassword:RandomPassword"
BYTES = "random:index/randomBytes:RandomBytes"
PARAMETER = "aws:ssm/parameter:Parameter"
KEPT_TEXTS = (
    "api-secret-key",
    "jwt-secret",
    "database-password",
    "master-password",
    "broker-token",
    "admin-password",
)
TEXTS = (*KEPT_TEXTS, "restart-key")
KEPT = ("fernet-key", *KEPT_TEXTS)


def credentials(args: CredentialsArgs = CREDENTIALS, *, preview: bool = False) -> Graph:
    return built(Credentials, "credentials", args, preview=preview)


def outputs(args: CredentialsArgs = CREDENTIALS) -> dict[str, Any]:
    return plain(credentials(args).named("credentials").outputs)


def rotated(**numbers: int) -> CredentialsArgs:
    return replace(CREDENTIALS, rotations=Numbers(**numbers))


@pytest.mark.parametrize("preview", [False, True])
def test_texts_are_letters_and_digits(preview: bool) -> None:
    made = credentials(preview=preview).of_type(PASSWORD)
    assert len(made) == len(TEXTS)
    assert [r.name for r in made if r.inputs["special"] is not False] == []


def test_the_jwt_secret_is_as_long_as_hs512_wants() -> None:
    assert len(outputs()["jwt_secret"]) >= 64


def test_the_broker_token_has_a_length_that_elasticache_accepts() -> None:
    assert 16 <= len(outputs()["broker_token"]) <= 128


def test_the_fernet_key_is_32_bytes_in_url_safe_base64() -> None:
    assert len(base64.urlsafe_b64decode(outputs()["fernet_key"])) == 32


def test_url_safe_replaces_just_the_two_other_characters() -> None:
    assert url_safe("a+b/c=") == "a-b_c="


def test_older_fernet_keys_stay_behind_the_newest_until_they_are_dropped() -> None:
    """Without its key a row that was not encrypted anew, or a restored database, is unreadable."""
    first = outputs()["fernet_key"]
    third, second, still_first = outputs(rotated(fernet_key=3))["fernet_key"].split(",")
    assert still_first == first
    assert len({first, second, third}) == 3
    left = outputs(replace(rotated(fernet_key=3), oldest_fernet_key=2))["fernet_key"]
    assert left == f"{third},{second}"


def test_a_dropped_fernet_key_is_deleted_and_the_others_stay_as_they_are() -> None:
    args = replace(rotated(fernet_key=4), oldest_fernet_key=3)
    names = [r.name for r in credentials(args).of_type(BYTES)]
    assert names == ["credentials-fernet-key-3", "credentials-fernet-key-4"]


@pytest.mark.parametrize("oldest", [0, 3])
def test_the_newest_fernet_key_cannot_be_dropped(oldest: int) -> None:
    with pytest.raises(ValueError, match=rf"oldest_fernet_key: 1 to the newest \(2\), got {oldest}"):
        replace(rotated(fernet_key=2), oldest_fernet_key=oldest)


@pytest.mark.parametrize("key", TEXTS)
def test_a_rotation_number_is_part_of_the_name_and_changes_just_that_value(key: str) -> None:
    field = key.replace("-", "_")
    before, after = outputs(), outputs(rotated(**{field: 3}))
    assert {name for name in before if before[name] != after[name]} == {field}
    assert f"credentials-{key}-3" in [r.name for r in credentials(rotated(**{field: 3})).of_type(PASSWORD)]


def test_a_rotation_can_pass_because_nothing_is_protected() -> None:
    assert [r.name for r in credentials().resources if r.protect] == []


@pytest.mark.parametrize("key", KEPT)
@pytest.mark.parametrize("preview", [False, True])
def test_parameters_are_encrypted_with_our_key_under_the_bootstrap_prefix(key: str, preview: bool) -> None:
    inputs = credentials(preview=preview).only(PARAMETER, f"credentials-{key}-parameter").inputs
    assert inputs["name"] == f"/airflow/test/bootstrap/{key}"
    assert (inputs["type"], inputs["keyId"]) == ("SecureString", KEY)
    assert isinstance(inputs["value"], Secret)


def test_a_foreign_parameter_is_not_overwritten() -> None:
    assert [r.name for r in credentials().of_type(PARAMETER) if "overwrite" in r.inputs] == []


def test_the_restart_key_stays_out_of_ssm() -> None:
    assert sorted(r.name for r in credentials().of_type(PARAMETER)) == sorted(
        f"credentials-{key}-parameter" for key in KEPT
    )


def test_parameter_names_are_an_open_output() -> None:
    names = credentials().named("credentials").outputs["parameter_names"]
    assert names == {key: f"/airflow/test/bootstrap/{key}" for key in KEPT}


def test_every_value_is_a_secret_output() -> None:
    found = dict(credentials().named("credentials").outputs)
    found.pop("parameter_names")
    assert [name for name, value in found.items() if not isinstance(value, Secret)] == []


def test_no_generated_value_stands_in_an_open_input() -> None:
    graph = credentials()
    values = [text for value in outputs().values() if isinstance(value, str) for text in value.split(",")]
    shown = "\n".join(text for resource in graph.resources for text in open_texts(resource.inputs))
    assert [value for value in values if value in shown] == []


def test_without_a_broker_there_is_no_token() -> None:
    graph = credentials(replace(CREDENTIALS, broker=False))
    assert [r.name for r in graph.resources if "broker" in r.name] == []


def test_rotations_count_from_one() -> None:
    with pytest.raises(ValueError, match=r"rotations\.jwt_secret: counts from 1, got 0"):
        rotated(jwt_secret=0)
