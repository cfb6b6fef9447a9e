"""The smoke test: does a deployed Airflow really run tasks, defer, retry, read its secrets and keep its logs?

Works on any deployment by URL alone; AWS's side is checked where bucket and prefix are given.

    python -m operations.smoke --url http://localhost:8080 --username admin --password-file FILE
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from operations.airflow_api import AirflowApi
from operations.smoke_aws import Aws
from operations.smoke_phases import Phases
from operations.smoke_report import Phase, Report, Target
from operations.smoke_runner import run_steps

__all__ = ["Phase", "Report", "Target", "main", "run_smoke"]


def run_smoke(target: Target, on_phase: Callable[[Phase], None] = lambda _: None) -> Report:
    """Tests the target, telling each phase as it ends. A broken deployment is a report, no exception."""
    with AirflowApi(target.url) as api:
        phases = Phases(target, api, Aws(target))
        try:
            return Report(run_steps(phases.steps(), target.hide, on_phase))
        finally:
            phases.clean_up()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 if the deployment works, 1 if not, 2 for a wrong call."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        target = _target(given)
    except OSError as error:
        parser.error(str(error))
    console = Console()
    with console.status("smoke: version") as status:
        report = run_smoke(target, lambda phase: status.update(f"smoke: {phase.name} {phase.status}"))
    report.show(console)
    return 0 if report.ok else 1


def _target(given: argparse.Namespace) -> Target:
    """Secrets come from files only: an argument shows in `ps`."""
    return Target(
        url=given.url,
        username=given.username,
        password=given.password_file.read_text().strip() if given.password_file else "",
        token=given.token_file.read_text().strip() if given.token_file else None,
        version=given.version,
        bucket=given.bucket.removeprefix("s3://").strip("/") if given.bucket else None,
        log_prefix=given.log_prefix,
        ssm_prefix=given.ssm_prefix,
        region=given.region,
        endpoint_url=given.endpoint_url,
        timeout_seconds=given.timeout,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operations.smoke", description="Does this Airflow work?")
    add = parser.add_argument
    add("--url", required=True, help="base URL of Airflow's UI")
    add("--username", default="admin")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--password-file", type=Path, help="file that holds the user's password")
    who.add_argument(
        "--token-file", type=Path, help="file that holds an API token, where single sign-on is used"
    )
    add("--version", help="Airflow's expected version; any other fails")
    add("--bucket", help="bucket of the task logs; without it the log object is not checked")
    add("--log-prefix", default="logs", help="folder of the task logs in the bucket (default: logs)")
    add("--ssm-prefix", help="such as /airflow/prod/variables: put a marker there that a task must read")
    add("--region", default=os.environ.get("AWS_REGION"), help="AWS region (default: boto3's usual choice)")
    add("--endpoint-url", help="address that answers in the place of AWS")
    add("--timeout", type=float, default=180, metavar="SECONDS", help="for the whole test (default: 180)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
