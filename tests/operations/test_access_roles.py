"""What tells the pipelines' roles apart: who may read secrets, change, destroy."""

import subprocess

import pytest

from operations import access
from operations.access_policies import IDENTIFYING_TAGS, Place, Role
from operations.stack_file import read_stack_file
from stacks.ephemeral_section import TAG
from tests.operations.test_access import allowed, each_role, each_stack, place, statements

READS = ("Describe", "Get", "List", "BatchGet", "BatchCheck")
"""How AWS's actions begin that change nothing."""
only_reading = pytest.mark.parametrize("role", ["reader", "drift", "scan"])
REPOSITORY = "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/airflow"
IN_ECR = Place(**{**vars(place("prod")), "repository": REPOSITORY})


@each_stack
@only_reading
def test_reader_drift_and_scan_change_nothing(stack: str, role: Role) -> None:
    changing = {action for action in allowed(role, stack) if not action.split(":")[1].startswith(READS)}
    assert changing == {"kms:Decrypt"}


@each_stack
def test_a_reader_decrypts_states_and_nothing_else(stack: str) -> None:
    """What is secret in a state with it; in SSM it reads no value."""
    (decrypting,) = (s for s in statements("reader", place(stack)) if "kms:Decrypt" in s["Action"])
    assert "kms:ResourceAliases" in str(decrypting["Condition"])
    assert not {a for a in allowed("reader", stack) if a.startswith("ssm:GetParameter")}


@each_stack
def test_drift_is_a_reader_who_compares_generated_secrets(stack: str) -> None:
    more = allowed("drift", stack) - allowed("reader", stack)
    assert more == {"ssm:GetParameter", "ssm:GetParameters"}
    assert allowed("drift", stack) < allowed("deployer", stack)


def test_scan_reads_states_and_the_image_and_decrypts_no_secret_of_a_state() -> None:
    found = {a: s for s in statements("scan", IN_ECR) for a in s["Action"]}
    assert {a for a in found if not a.startswith("ecr:")} == {
        "kms:Decrypt", "kms:DescribeKey", "s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"
    }  # fmt: skip
    through = {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
    assert found["kms:Decrypt"]["Condition"]["StringEquals"] == through


@each_role
def test_who_needs_the_image_may_pull_this_one_from_ecr(role: Role) -> None:
    pulling = [s["Resource"] for s in statements(role, IN_ECR) if "ecr:BatchGetImage" in s["Action"]]
    mine = [["arn:aws:ecr:us-east-1:111122223333:repository/team/airflow"]]
    assert pulling == (mine if role in ("scan", "deployer") else [])
    assert not any(a.startswith("ecr:") for a in allowed(role, "prod"))  # its image is on Docker Hub


def test_a_janitor_deletes_everything_that_the_program_makes_and_makes_nothing() -> None:
    rights, deployer = allowed("janitor", "dev"), allowed("deployer", "dev")
    assert rights < deployer
    deletes = ("Delete", "Detach", "Revoke", "Schedule", "Unsubscribe")
    others = {"ssm:DeleteParameters", "ec2:DeleteTags"}  # of the smoke test, of a changed tag
    wanted = {action for action in deployer if action.split(":")[1].startswith(deletes)} - others
    assert len(wanted) > 20
    assert wanted <= rights
    changing = {a for a in rights - wanted if not a.split(":")[1].startswith(READS)}
    assert changing == {
        "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey",  # of the state
        "logs:DisassociateKmsKey", "rds:RemoveSourceIdentifierFromSubscription", "sns:SetTopicAttributes",
        "s3:PutBucketLogging", "s3:PutBucketNotification", "s3:PutBucketOwnershipControls",
        "s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration", "s3:PutObject",
    }  # fmt: skip


def test_a_janitor_changes_what_is_marked_as_ephemeral_but_where_iam_knows_no_tags() -> None:
    """Reading has no condition: what is gone has no tags, and would be denied instead of not found."""
    marked, unmarked = set[str](), set[str]()
    for statement in statements("janitor", place("dev")):
        demanded = statement.get("Condition", {}).get("Null") == {f"aws:ResourceTag/{TAG}": "false"}
        changing = {a for a in statement["Action"] if not a.split(":")[1].startswith(READS)}
        (marked if demanded else unmarked).update(changing)
        assert not (demanded and "rds:DescribeDBInstances" in statement["Action"])
    assert "kms:DeleteAlias" in marked  # which is asked for the alias and for its key
    of_the_state = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}
    without_tags = {"kms:DeleteAlias", "logs:DeleteLogDelivery", "sns:Unsubscribe"}
    assert {a for a in unmarked if not a.startswith("s3:")} == of_the_state | without_tags


def test_a_janitor_knows_parameters_by_their_path() -> None:
    for statement in statements("janitor", place("dev")):
        if "ssm:DeleteParameter" in statement["Action"]:
            (parameters,) = statement["Resource"]
            assert parameters.endswith(":parameter/airflow/*/bootstrap/*")
        assert not [tag for tag in IDENTIFYING_TAGS if tag in str(statement)]


CLUSTER = {
    "reader": ("AmazonEKSViewPolicy", "NAMESPACES=airflow", False),
    "drift": ("AmazonEKSAdminViewPolicy", "NAMESPACES=airflow", False),
    "scan": None,
    "deployer": ("AmazonEKSAdminPolicy", "NAMESPACES=airflow", True),
    "janitor": ("AmazonEKSAdminPolicy", "NAMESPACES='airflow-*'", True),
}
"""Role -> EKS's policy, where it holds, and whether there is a ClusterRole too."""


@each_stack
@each_role
def test_the_command_prints_a_script(stack: str, role: Role, capsys: pytest.CaptureFixture[str]) -> None:
    assert access.main([stack, role]) == 0
    text = capsys.readouterr().out
    assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0
    wanted = CLUSTER[role]
    assert ("aws eks create-access-entry" in text) == (wanted is not None)
    if wanted is not None:
        policy, namespaces, cluster_wide = wanted
        cluster = read_stack_file(stack).cluster
        assert f"aws eks create-access-entry --region {place(stack).region} --cluster-name {cluster}" in text
        assert f"cluster-access-policy/{policy}\n" in text
        assert f"\n{namespaces}" in text
        assert ("kubectl apply" in text) == cluster_wide


def test_a_janitor_makes_no_namespace() -> None:
    text = "\n".join(access.script(read_stack_file("dev"), "janitor"))
    assert '"create"' not in text
    assert '"delete"' in text


@each_role
def test_only_a_deployer_may_run_the_smoke_test(role: Role) -> None:
    """It writes one Variable of its own and reads its own log."""
    touched = {
        action: statement["Resource"]
        for statement in statements(role, place("dev"))
        for action in statement["Action"]
        if any("smoke" in resource for resource in statement["Resource"])
    }
    mine = ["arn:aws:ssm:us-east-1:777788889999:parameter/airflow/dev/variables/smoke_*"]
    log = ["arn:aws:s3:::logs-bucket-*/*dag_id=smoke/*"]
    wanted = {"ssm:DeleteParameters": mine, "ssm:PutParameter": mine, "s3:GetObject": log}
    assert touched == (wanted if role == "deployer" else {})
