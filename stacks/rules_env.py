"""Rules about extra environment and airflow.cfg: what is ours, and what does not belong in a stack file.

No value is ever shown here: free text is where a password ends up by mistake.
"""

import re
from collections.abc import Iterator

from stacks.airflow_sections import AirflowSettings
from stacks.owned import OWNED_CONFIG, OWNED_ENV, REFUSED_ENV
from stacks.registry import rule
from stacks.section import Problem

_CREDENTIALS = re.compile(r"//[^/@\s]*:[^/@\s]+@")
_WORDS = "PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|CREDENTIALS?|(PRIVATE|API|ACCESS|SSH|FERNET)_?KEY"
_SECRET_NAME = re.compile(rf"(^|_)({_WORDS})(_|$)", re.IGNORECASE)
_ABOUT_A_SECRET = re.compile(
    r"^(MIN|MAX)_|_(ADAPTER|ALGORITHM|ARN|AUDIENCE|CMD|ENABLED|ENDPOINT|EXPIRATION|FILE|HEADER|ID|ISSUER|LENGTH"
    r"|LIMIT|NAME|PATH|PREFIX|SECONDS|SIZE|TIME|TIMEOUT|TTL|TYPE|URL)$",
    re.IGNORECASE,
)
"""Where a secret lies or how it is treated, which is none: TOKEN_FILE, PASSWORD_MIN_LENGTH, SECRET_ARN."""
_LOOKED_UP = {"AIRFLOW_CONN_": "connections", "AIRFLOW_VAR_": "variables"}
"""Names of Airflow's own, each with the folder in SSM where its secrets backend looks for the same."""
_OURS = "set by this program, it cannot be changed here"


@rule("airflow")
def environment_is_not_ours(airflow: AirflowSettings) -> Iterator[Problem]:
    """A name that is set twice is refused by Kubernetes or, worse, wins."""
    for path, name, _ in _environments(airflow):
        if name in OWNED_ENV:
            yield Problem(path=path, rule=_OURS)


@rule("airflow")
def environment_is_harmless(airflow: AirflowSettings) -> Iterator[Problem]:
    """Variables with effects that nobody wants in a deployment."""
    for path, name, _ in _environments(airflow):
        if name in REFUSED_ENV:
            yield Problem(path=path, rule=REFUSED_ENV[name])


@rule("airflow")
def environment_names_appear_once(airflow: AirflowSettings) -> Iterator[Problem]:
    """The chart would render both, and the API server refuses a container with one name twice."""
    for path, name, _ in _environments(airflow):
        if path.startswith("airflow.components.") and name in airflow.env:
            yield Problem(path=path, rule="already in airflow.env, which every component gets")


@rule("airflow")
def config_is_not_ours(airflow: AirflowSettings) -> Iterator[Problem]:
    """The same key has a setting of its own, or is what other parts rely on."""
    for section, keys in airflow.config.items():
        for key in keys:
            if key in OWNED_CONFIG.get(section, ()):
                yield Problem(path=f"airflow.config.{section}.{key}", rule=_OURS)


@rule("airflow")
def secrets_have_another_place(airflow: AirflowSettings) -> Iterator[Problem]:
    """What these names say is a password in a committed file, and in each pod's description."""
    for path, name, _ in [*_environments(airflow), *_configured(airflow)]:
        place = _place(name)
        if place is not None and name not in OWNED_ENV and name not in REFUSED_ENV:
            yield Problem(path=path, rule=f"a secret belongs in SSM, not in a stack file: {place}")


@rule("airflow")
def text_holds_no_credentials(airflow: AirflowSettings) -> Iterator[Problem]:
    """Stack files are committed, and pods' environment is readable in the cluster: connections go to SSM."""
    for path, name, text in [*_environments(airflow), *_configured(airflow)]:
        if _CREDENTIALS.search(text) and _place(name) is None:
            yield Problem(path=path, rule="a URL with a password belongs in SSM, not in a stack file")


@rule("airflow")
def config_holds_no_template(airflow: AirflowSettings) -> Iterator[Problem]:
    """The chart runs airflow.cfg through its template engine, which would replace or refuse it."""
    for path, _, text in _configured(airflow):
        if "{{" in text:
            yield Problem(path=path, rule='should not hold "{{", the chart takes it for a template')


def _place(name: str) -> str | None:
    """Where in SSM the secret belongs that a variable or key of this name holds; None if it holds none."""
    for prefix, folder in _LOOKED_UP.items():
        if name.startswith(prefix):
            return f"/airflow/<stack>/{folder}/{name.removeprefix(prefix).lower()}"
    # Of AIRFLOW__SECTION__KEY only the key counts: the section `secrets` is no secret.
    key = name.rpartition("__")[2] if name.startswith("AIRFLOW__") else name
    if _SECRET_NAME.search(key) and not _ABOUT_A_SECRET.search(key):
        return "/airflow/<stack>/connections or /airflow/<stack>/variables"
    return None


def _environments(airflow: AirflowSettings) -> list[tuple[str, str, str]]:
    """Path, name and text of every extra variable."""
    places = {"airflow.env": airflow.env}
    for component in type(airflow.components).model_fields:
        places[f"airflow.components.{component}.env"] = getattr(airflow.components, component).env
    return [(f"{path}.{name}", name, text) for path, env in places.items() for name, text in env.items()]


def _configured(airflow: AirflowSettings) -> list[tuple[str, str, str]]:
    """Path, key and text of every extra setting of airflow.cfg."""
    return [
        (f"airflow.config.{section}.{key}", key, text)
        for section, values in airflow.config.items()
        for key, text in values.items()
    ]
