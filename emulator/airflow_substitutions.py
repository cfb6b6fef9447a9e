"""How Airflow's processes differ here from the same processes in a cluster: this list, and nothing else.

It continues the list in `substitutions.py`, which holds for every process.

 7. The API server's Service is 127.0.0.1 and a port of this machine; it listens there and nowhere else.
 8. Metrics go to a loopback port that nobody reads (UDP, nothing waits for it).
 9. Every component runs once, however many replicas the values ask for.
10. Workers, triggerer and a scheduler that runs tasks do not serve the logs of running tasks: their log
    server always binds every address of the machine. Logs are complete in the bucket when a task ends, is
    deferred or fails.
11. Every image is one virtual environment, first on PATH; its DAGs folder is `dags/`.
12. The init containers that wait for the schema do not run: the migration Job has ended before.
13. A process has 30 seconds to end, whatever grace period the values give it.
14. On macOS the Objective-C runtime lets forked processes live, as Linux does.
15. Of `CeleryExecutor,KubernetesExecutor` only Celery is there: the other would look for a cluster.
16. Buckets of S3 bundles and volume claims, which are there before a stack on AWS, are made here, empty; a
    claim is a folder of the state.
17. git-sync is one process for all pods: this machine's `git` with the same repository, ref, period and key.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator.containers import Container, Volume
from emulator.errors import EmulatorError
from emulator.ports import LOOPBACK
from emulator.substitutions import AIRFLOW_HOME

PROJECT = Path(__file__).resolve().parent.parent
DAGS = PROJECT / "dags"
GIT_SYNC = Volume("Empty", "dags")
"""The chart's volume for git-sync's checkout."""
IMAGE_DAGS = f"{AIRFLOW_HOME}/dags"
REPLICAS = 1
STOP_SECONDS = 30
STAMP = "EMULATOR_AIRFLOW_STAMP"
"""Environment variable of what the image would run; `make setup` gives it another value with other pins."""

_LOG_SERVERS = ("celery worker", "triggerer", "scheduler")
_EXECUTORS = re.compile(r"^(executor = .+),KubernetesExecutor$", re.MULTILINE)
WITHOUT_PODS = "KubernetesExecutor is not realised here: Celery runs the tasks; DAGs that name it do not load"
_STATSD = re.compile(r"^(statsd_host|statsd_port) = .*$", re.MULTILINE)


@dataclass(frozen=True)
class Addresses:
    """Where the Release's processes find each other."""

    service_url: str
    """The API server's URL inside the cluster."""
    api_port: int
    statsd_port: int

    @property
    def api_url(self) -> str:
        """The API server's URL on this machine."""
        return f"http://{LOOPBACK}:{self.api_port}"

    def text(self, text: str) -> str:
        """(7, 8, 15) Host names, ports and the executor in files and in values of the environment."""
        statsd = {"statsd_host": LOOPBACK, "statsd_port": str(self.statsd_port)}
        text = _STATSD.sub(lambda match: f"{match[1]} = {statsd[match[1]]}", text)
        text = _EXECUTORS.sub(r"\1", text)
        return text.replace(self.service_url, self.api_url)

    def environment(self, component: str) -> dict[str, str]:
        """(7) What a component gets beside the chart's environment."""
        if component != "api-server":
            return {}
        return {"AIRFLOW__API__HOST": LOOPBACK, "AIRFLOW__API__PORT": str(self.api_port)}


def command(parts: list[str]) -> list[str]:
    """(10) A component's command line without its log server."""
    pattern = re.compile(rf"\bairflow ({'|'.join(_LOG_SERVERS)})\b")
    return [pattern.sub(r"airflow \1 --skip-serve-logs", part) for part in parts]


def image_environment(base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """(11, 14) What the image would bring: Airflow's programs first on PATH.

    The stamp makes what was started from other packages differ: it starts again, as with another image.
    """
    programs = airflow_environment() / "bin"
    if not (programs / "airflow").exists():
        raise EmulatorError(f"there is no Airflow in {programs.parent}; `make setup` installs it.")
    macos = {"OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES"} if sys.platform == "darwin" else {}
    return {"PATH": f"{programs}{os.pathsep}{base.get('PATH', os.defpath)}", STAMP: stamp(), **macos}


def stamp() -> str:
    """Which packages the image's environment holds, as scripts/setup.sh noted it; empty for one's own."""
    file = airflow_environment() / ".stamp"
    return file.read_text() if file.exists() else ""


def airflow_environment() -> Path:
    """The virtual environment that stands for the image; EMULATOR_AIRFLOW names another one."""
    return Path(os.environ.get("EMULATOR_AIRFLOW") or PROJECT / ".venv-airflow")


def dags_links(container: Container, checkout: Path) -> dict[str, Path]:
    """(11, 17) The image's DAGs folder, and git-sync's checkout for those that the chart gives it."""
    synced = {mount.path: checkout for mount in container.mounts if mount.volume == GIT_SYNC}
    return {IMAGE_DAGS: DAGS, **synced}
