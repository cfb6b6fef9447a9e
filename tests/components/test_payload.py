from __future__ import annotations

import json
import ssl
from typing import Any

import pytest

from components import payload
from components.payload import Payload


@pytest.fixture(scope="module")
def files() -> Payload:
    return payload.load()


def test_the_bundle_holds_authorities_that_still_live(files: Payload) -> None:
    context = ssl.create_default_context(cadata=files.rds_bundle)
    authorities: list[Any] = context.get_ca_certs()
    assert len(authorities) > 80
    assert all("Amazon RDS" in json.dumps(entry["subject"]) for entry in authorities)


def test_the_admin_script_takes_no_arguments(files: Payload) -> None:
    assert "sys.argv" not in files.admin_script
    assert 'os.environ["ADMIN_PASSWORD"]' in files.admin_script


def test_the_role_script_takes_no_arguments(files: Payload) -> None:
    assert "sys.argv" not in files.role_script
    assert 'os.environ["MASTER_URL"]' in files.role_script


def test_the_files_fit_into_config_maps(files: Payload) -> None:
    limit = 1024 * 1024
    assert max(len(files.rds_bundle), sum(map(len, files.smoke.values()))) < limit
    assert "smoke.py" in files.smoke
