"""Names that others rely on, and the copying of settings by name."""

import ast
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from components import naming
from components.picking import pick

PURE = (
    "naming",
    "iam_documents",
    "pod_policies",
    "picking",
    "alarm_rules",
    "database_settings",
    "cache_settings",
)


@pytest.mark.parametrize("module", PURE)
def test_modules_that_compute_import_no_provider(module: str) -> None:
    tree = ast.parse((Path(naming.__file__).parent / f"{module}.py").read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert [name for name in imported if name.startswith("pulumi")] == []


def test_a_name_that_is_relied_on_is_refused_rather_than_shortened() -> None:
    with pytest.raises(ValueError, match=r"RDS DB instance identifier: 1 to 63 characters, got 73"):
        naming.database_identifier("x" * 65)


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 63 characters, got 0"):
        naming.limited("kubernetes", "")


def test_service_accounts_are_those_of_the_charts_standard_naming() -> None:
    assert [naming.service_account(component) for component in naming.COMPONENTS] == [
        "airflow-scheduler",
        "airflow-api-server",
        "airflow-dag-processor",
        "airflow-triggerer",
        "airflow-worker",
        "airflow-worker-kubernetes",
    ]


def test_an_unknown_component_has_no_service_account() -> None:
    with pytest.raises(ValueError, match=r"component: one of .*, got 'webserver'"):
        naming.service_account("webserver")


def test_generated_secrets_lie_outside_of_what_pods_may_read() -> None:
    secret = naming.bootstrap_parameter("prod", "fernet-key")
    readable = (naming.connections_prefix("prod"), naming.variables_prefix("prod"))
    assert secret == "/airflow/prod/bootstrap/fernet-key"
    assert not secret.startswith(readable)


def test_stacks_do_not_share_parameters() -> None:
    assert naming.variables_prefix("dev") != naming.variables_prefix("prod")


def test_kubernetes_secrets_have_no_name_that_the_chart_makes_itself() -> None:
    ours = {value for key, value in vars(naming).items() if key.endswith("_SECRET")}
    charts = {"metadata", "broker-url", "fernet-key", "api-secret-key", "jwt-secret", "result-backend"}
    assert len(ours) >= 7
    assert not ours & {f"airflow-{name}" for name in charts}


@dataclass(frozen=True, kw_only=True)
class Sample:
    size: int
    colour: str = "blue"


def test_picking_copies_fields_of_the_same_name() -> None:
    assert pick(Sample, SimpleNamespace(size=3, colour="red", other=1)) == Sample(size=3, colour="red")


def test_picking_lets_given_values_win_and_defaults_fill() -> None:
    assert pick(Sample, SimpleNamespace(size=3), size=4) == Sample(size=4, colour="blue")


def test_picking_names_a_setting_that_is_gone() -> None:
    with pytest.raises(ValueError, match=r"Sample\.size: required"):
        pick(Sample, SimpleNamespace(sice=3))


def test_picking_names_a_field_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="Sample: no such field, got shape"):
        pick(Sample, SimpleNamespace(size=3), shape="round")
