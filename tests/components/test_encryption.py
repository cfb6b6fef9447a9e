"""The stack's key."""

from dataclasses import replace
from typing import Any

import pytest

from components.encryption import Encryption, EncryptionArgs
from tests.components.samples import ACCOUNT, REGION, at, built

KEY_TYPE = "aws:kms/key:Key"
ARGS = EncryptionArgs(account_id=ACCOUNT, partition="aws", region=REGION)


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    ("path", "expected"),
    [("enableKeyRotation", True), ("rotationPeriodInDays", 365), ("deletionWindowInDays", 30)],
)
def test_the_key_rotates_and_can_be_rescued(path: str, expected: Any, preview: bool) -> None:
    assert at(built(Encryption, "encryption", ARGS, preview=preview).only(KEY_TYPE), path) == expected


def test_the_key_has_a_policy_of_its_own() -> None:
    assert "EncryptedLogGroups" in at(built(Encryption, "encryption", ARGS).only(KEY_TYPE), "policy")


def test_only_the_key_is_protected() -> None:
    graph = built(Encryption, "encryption", ARGS)
    assert [r.name for r in graph.resources if r.protect] == ["encryption-key"]


def test_a_throw_away_stack_waives_protection_and_waits_a_week() -> None:
    key = built(Encryption, "encryption", replace(ARGS, protect=False, deletion_window_days=7)).only(KEY_TYPE)
    assert (key.protect, at(key, "deletionWindowInDays")) == (False, 7)


@pytest.mark.parametrize("days", [6, 31])
def test_a_deletion_window_that_kms_refuses_is_refused_here(days: int) -> None:
    with pytest.raises(ValueError, match=f"deletion_window_days: KMS allows 7 to 30, got {days}"):
        replace(ARGS, deletion_window_days=days)


def test_two_stacks_in_one_account_do_not_fight_for_an_alias() -> None:
    alias = built(Encryption, "encryption", ARGS).only("aws:kms/alias:Alias")
    assert at(alias, "namePrefix") == "alias/airflow-"
    assert at(alias, "name") is None


def test_the_output_is_the_keys_arn() -> None:
    graph = built(Encryption, "encryption", ARGS)
    assert graph.named("encryption").outputs == {"key_arn": graph.only(KEY_TYPE).outputs["arn"]}
