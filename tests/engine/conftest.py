"""Stacks that the real engine has deployed, made once: each module works on copies of its own."""

from __future__ import annotations

import pytest

from tests.engine.project import Project

STACKS = ("dev", "prod")


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Both stacks, up. To be copied, not to be changed."""
    made = Project(tmp_path_factory.mktemp("deployed"))
    for stack in STACKS:
        made.output("stack", "init", stack)
        made.output("up", "--stack", stack, "--yes", "--skip-preview")
    return made


@pytest.fixture(scope="module")
def project(deployed: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy for the tests of one module."""
    return deployed.copy(tmp_path_factory.mktemp("engine"))
