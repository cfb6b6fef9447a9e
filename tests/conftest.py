"""What holds for every test: nothing of the machine's cloud access reaches it, no Output becomes text."""

import gc
import os

import pytest

# Hooks are found in a conftest by their names.
from tests.skips import pytest_addoption as pytest_addoption
from tests.skips import pytest_make_collect_report as pytest_make_collect_report
from tests.skips import pytest_runtest_makereport as pytest_runtest_makereport

FOREIGN_PREFIXES = ("AWS_", "KUBE", "PULUMI_", "AIRFLOW__")
"""Environment variables that would let a test see the machine's credentials, cluster, backend or Airflow."""

for variable in [name for name in os.environ if name.startswith(FOREIGN_PREFIXES)]:
    del os.environ[variable]
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"  # str(Output) raises instead of printing a warning text
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"  # without credentials boto3 would ask the instance's address

# Recorded graphs live as long as their process; looking through them each time takes a seventh of the whole.
gc.set_threshold(100_000, 50, 50)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Gives all tests with real servers or a real engine to one worker: they share what is up, and the cores.

    Any later is too late: pytest-xdist reads the groups first of all when the collection is modified.
    """
    if item.get_closest_marker("emulator") or item.get_closest_marker("pulumi_cli"):
        item.add_marker(pytest.mark.xdist_group("emulator"))
