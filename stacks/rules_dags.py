"""Rules about where DAGs come from: names, Git credentials, what fits side by side."""

import re
from collections.abc import Iterator

from components.dag_folder import CONFIG_MAP_BYTES, dag_files, size_bytes
from stacks.airflow_sections import AirflowSettings
from stacks.dag_sections import GitRepository
from stacks.registry import rule
from stacks.section import Problem

SMOKE_BUNDLE = "smoke"
"""The smoke DAG is a bundle of its own."""
_FILE_NAME = re.compile(r"[-._a-zA-Z0-9]{1,253}")
"""A key of a ConfigMap, by Kubernetes' rule."""
_ONCE = {
    "image": "there is one folder /opt/airflow/dags",
    "git_sync": "the chart has one git-sync; take source git for further repositories",
}
"""Sources that cannot stand twice in the list, and why."""

_UNUSED = "no DAG source uses it: pulumi config rm"


@rule("airflow")
def dag_sources_have_names_of_their_own(airflow: AirflowSettings) -> Iterator[Problem]:
    """Airflow refuses two bundles of one name, and forgets the DAGs of the first one."""
    taken = {SMOKE_BUNDLE}
    for index, source in enumerate(airflow.dags):
        if source.name in taken:
            yield Problem(
                path=f"airflow.dags.{index}.name",
                rule="should be a name of its own (smoke is the smoke test's)",
                value=source.name,
            )
        taken.add(source.name)


@rule("airflow")
def dag_sources_fit_side_by_side(airflow: AirflowSettings) -> Iterator[Problem]:
    """Of some things a pod has just one."""
    for kind, reason in _ONCE.items():
        for index in [i for i, source in enumerate(airflow.dags) if source.source == kind][1:]:
            yield Problem(
                path=f"airflow.dags.{index}.source", rule=f"should appear once: {reason}", value=kind
            )


@rule("airflow", "git_ssh_key")
def git_over_ssh_is_verified(airflow: AirflowSettings, git_ssh_key: bool) -> Iterator[Problem]:
    """SSH wants a key of ours, and the host's, or anybody on the way can hand out DAGs, that is code."""
    for path, git in _repositories(airflow):
        if git.over_ssh and not git_ssh_key:
            yield Problem(
                path="git_ssh_key",
                rule="required for a repository over ssh: pulumi config set --secret git_ssh_key",
            )
        if git.over_ssh and git.known_hosts is None:
            yield Problem(path=f"{path}.known_hosts", rule="required for a repository over ssh")


@rule("airflow", "git_token")
def git_tokens_are_given(airflow: AirflowSettings, git_token: bool) -> Iterator[Problem]:
    """A token goes to hosts that ask for one, over https only."""
    for path, git in _repositories(airflow):
        if git.token_user is not None and not git.repository.startswith("https://"):
            yield Problem(
                path=f"{path}.token_user", rule="only for a repository over https", value=git.token_user
            )
        elif git.token_user is not None and not git_token:
            yield Problem(
                path="git_token", rule="required with token_user: pulumi config set --secret git_token"
            )


@rule("airflow", "git_ssh_key", "git_token")
def given_git_secrets_have_a_use(
    airflow: AirflowSettings, git_ssh_key: bool, git_token: bool
) -> Iterator[Problem]:
    """A secret kept in state and cluster for nobody."""
    repositories = [git for _, git in _repositories(airflow)]
    if git_ssh_key and not any(git.over_ssh for git in repositories):
        yield Problem(path="git_ssh_key", rule=f"{_UNUSED} git_ssh_key")
    if git_token and not any(git.token_user is not None for git in repositories):
        yield Problem(path="git_token", rule=f"{_UNUSED} git_token")


def _repositories(airflow: AirflowSettings) -> Iterator[tuple[str, GitRepository]]:
    """Path and settings of every Git repository."""
    for index, source in enumerate(airflow.dags):
        if isinstance(source, GitRepository):
            yield f"airflow.dags.{index}", source


@rule("airflow")
def generated_dags_have_a_place(airflow: AirflowSettings) -> Iterator[Problem]:
    """A CronJob's files reach the pods through a claim; what runs in a pod writes into the pod."""
    for index, source in enumerate(airflow.dags):
        path = f"airflow.dags.{index}"
        if source.source != "generated":
            continue
        if source.run == "cron" and source.claim is None:
            yield Problem(path=f"{path}.claim", rule="required with run cron, whose pod is not Airflow's")
        if source.run != "cron" and source.claim is not None:
            yield Problem(path=f"{path}.claim", rule="only with run cron", value=source.claim)
        minutes, seconds = divmod(source.interval_seconds, 60)
        if source.run == "cron" and (seconds or 60 % minutes):
            yield Problem(
                path=f"{path}.interval_seconds",
                rule="should be whole minutes that divide the hour with run cron, such as 300",
                value=source.interval_seconds,
            )


@rule("airflow")
def config_maps_are_accepted(airflow: AirflowSettings) -> Iterator[Problem]:
    """Kubernetes refuses objects above 1 MiB and names such as `a (1).py`; and some file should be a DAG."""
    for index, source in enumerate(airflow.dags):
        if source.source == "config_map" and (reason := _unfit(source.folder)):
            yield Problem(path=f"airflow.dags.{index}.folder", rule=reason, value=source.folder)


def _unfit(folder: str) -> str | None:
    """Why a folder cannot become a ConfigMap."""
    try:
        files = dag_files(folder)
    except ValueError as reason:
        return f"should hold text files only: {reason}"
    if wrong := next((name for name in files if not _FILE_NAME.fullmatch(name)), None):
        return (
            "should hold files whose names are letters, digits and -._ only, as Kubernetes wants them,"
            f" not {wrong!r}"
        )
    if not any(name.endswith(".py") for name in files):
        return "should be a folder of this repository with .py files"
    size = size_bytes(files)
    if size > CONFIG_MAP_BYTES:
        return f"should hold at most {CONFIG_MAP_BYTES} bytes, not {size}; take source s3 or git"
    return None
