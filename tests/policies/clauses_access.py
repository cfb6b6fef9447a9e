"""Edits that break the policies of rights and trust, one clause at a time."""

from typing import Any

from tests.policies.breaking import DELETE, Edit, also, cut, document, more, put, statement

ROLE, RIGHTS = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT, MANAGED = "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policy:Policy"
OF_API, OF_MONITORING = "identity-api-server-role", "database-monitoring-role"
ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
SUBJECT = "system:serviceaccount:airflow:airflow-api-server"
KEY, PARAMETERS = "arn:aws:kms:us-east-1:111122223333:key", "arn:aws:ssm:us-east-1:111122223333:parameter"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
RIGHT = {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": SUBJECT}
SERVICE = {"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def gives(action: object, resource: object = "arn:aws:s3:::logs-bucket/logs/*", **elements: object) -> Edit:
    """One more statement that allows something."""
    return more(RIGHTS, {"Effect": "Allow", "Action": action, "Resource": resource, **elements})


def trusted(**elements: Any) -> Edit:
    return statement(ROLE, name=OF_API, **elements)


def by(operator: str = "StringEquals", issuer: str = ISSUER, **keys: object) -> Edit:
    """The trust's condition: its audience and subject, or others."""
    wanted = {"aud": "sts.amazonaws.com", "sub": SUBJECT, **keys}
    kept = {f"{issuer}:{key}": value for key, value in wanted.items() if value is not DELETE}
    return trusted(Condition={operator: kept})


CLAUSES: dict[str, list[Edit]] = {
    "IAM.1": [
        gives("s3:GetObject", "*"),
        gives("s3:GetObject", ["arn:aws:s3:::logs-bucket/*", "*"]),
        gives("s3:GetObject", "arn:aws:s3:::*"),
        gives("s3:GetObject", "arn:aws:s3:::*/logs"),
        gives("s3:GetObject", "arn:aws:s3:::logs?bucket/*"),
        gives("ssm:GetParameter", f"{PARAMETERS}/*"),
        gives("ssm:GetParameter", f"{PARAMETERS}*"),
        gives("ssm:GetParameter", "arn:aws:ssm:*:*:parameter/airflow/prod/variables/*"),
        gives("kms:Decrypt", f"{KEY}/*"),
        gives("s3:GetObject", "arn:aws:*:::logs-bucket/*"),
        more(RIGHTS, {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::another"}),
        more(RIGHTS, {"Effect": "Allow", "Action": "s3:GetObject"}),
        also(MANAGED, policy=document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})),
        put(RIGHTS, "policy", {"Statement": {"Action": "s3:GetObject", "Resource": "*"}}),
        cut(RIGHTS, "policy"),
    ],
    "IAM.21": [
        gives("*"),
        gives("s3:*"),
        gives("s3:Get*"),
        gives(["s3:GetObject", "S3:Put*"]),
        gives("s3:GetObjec?"),
        more(RIGHTS, {"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::logs-bucket"}),
        more(RIGHTS, {"Effect": "Allow", "Resource": "arn:aws:s3:::logs-bucket"}),
        also(MANAGED, policy=document({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"})),
        cut(RIGHTS, "policy"),
    ],
    "KMS.1-2": [
        gives("kms:Decrypt", "*"),
        gives("KMS:Decrypt", f"{KEY}/*"),
        gives("kms:*", f"{KEY}/?"),
        gives("*", "arn:aws:s3:::logs-bucket"),
        gives("kms:ReEncryptTo", f"{KEY}/*"),
        gives("kms:ReEncryptFrom", "arn:aws:kms:us-east-1:111122223333:alias/airflow"),
        gives(["s3:GetObject", "kms:Decrypt"], [f"{KEY}/1", "*"]),
        cut(RIGHTS, "policy"),
    ],
    "AIRFLOW.40": [
        trusted(Principal={"AWS": "arn:aws:iam::111122223333:root"}),
        trusted(Principal={"AWS": "*"}),
        trusted(Principal="*"),
        trusted(NotPrincipal={"AWS": "arn:aws:iam::999988887777:root"}, Principal=DELETE),
        trusted(Principal=DELETE),
        trusted(**SERVICE),
        trusted(Principal={"AWS": "monitoring.rds.amazonaws.com"}, Action="sts:AssumeRole"),
        trusted(Principal={"AWS": PROVIDER}),
        trusted(Principal={"Federated": [PROVIDER, f"{PROVIDER}2"]}),
        trusted(Condition={"StringEquals": RIGHT, "StringLike": {f"{ISSUER}:sub": "*"}}),
        trusted(Principal={"Federated": f"arn:aws:iam::999988887777:oidc-provider/{ISSUER}"}),
        trusted(Principal={"Federated": "cognito-identity.amazonaws.com"}),
        trusted(Principal={"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks/id/ANOTHER"}),
        trusted(Action="sts:*"),
        trusted(Action=["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]),
        by("StringLike"),
        by("ForAnyValue:StringEquals"),
        by(issuer="another.issuer"),
        by(aud=DELETE),
        by(aud="sts.amazonaws.com.example"),
        by(sub=DELETE),
        by(sub="system:serviceaccount:airflow:*"),
        by(sub="system:serviceaccount:*:airflow-api-server"),
        by(sub=[SUBJECT, "system:serviceaccount:airflow:default"]),
        by(sub="system:serviceaccount:another:airflow-api-server"),
        trusted(Condition=DELETE),
        more(ROLE, {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}, name=OF_API),
        statement(ROLE, name=OF_MONITORING, Action="sts:*"),
        put(ROLE, "assumeRolePolicy", "anybody"),
        cut(ROLE, "assumeRolePolicy"),
    ],
    "AIRFLOW.41": [
        put(ATTACHMENT, "policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"),
        put(ATTACHMENT, "policyArn", "arn:aws:iam::1:policy/service-role/AmazonRDSEnhancedMonitoringRole"),
        cut(ATTACHMENT, "policyArn"),
    ],
    "AIRFLOW.42": [
        put(ROLE, "managedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"]),
        put(ROLE, "inlinePolicies", [{"name": "all", "policy": "{}"}]),
    ],
    "AIRFLOW.43": [
        gives("ssm:GetParameter", f"{PARAMETERS}/airflow/prod/*"),
        gives("ssm:GetParameter", f"{PARAMETERS}/airflow/prod/bootstrap/admin-password"),
        gives("ssm:GetParametersByPath", f"{PARAMETERS}/airflow/*"),
        gives("ssm:GetParameters", f"{PARAMETERS}/airflow/*"),
        gives("ssm:GetParameterHistory", f"{PARAMETERS}/airflow/*"),
        gives("*", "*"),
        gives("ssm:GetParameter", f"{PARAMETERS}/airflow/other/bootstrap/*"),
        gives("ssm:GetParameter", f"{PARAMETERS}/airflow/other/connections/*"),
        gives("ssm:GetParameter", f"{PARAMETERS}/payments/*"),
        gives("ssm:GetParameter", f"{PARAMETERS}/airflow/prod/connections*"),
        cut(RIGHTS, "policy"),
    ],
    "AIRFLOW.44": [
        gives("kms:Decrypt", f"{KEY}/1"),
        gives("kms:GenerateDataKey", f"{KEY}/1", Condition={"StringLike": {"kms:ViaService": "*"}}),
        gives("k?s:*", f"{KEY}/1"),
        cut(RIGHTS, "policy"),
    ],
    "AIRFLOW.45": [
        statement(ROLE, name=OF_MONITORING, Condition=DELETE),
        statement(
            ROLE, name=OF_MONITORING, Condition={"StringEquals": {"aws:SourceAccount": "999988887777"}}
        ),
        statement(ROLE, name=OF_MONITORING, Condition={"StringLike": {"aws:SourceAccount": "*"}}),
    ],
    "AIRFLOW.46": [by(sub="system:serviceaccount:airflow:airflow-worker")],
    "AIRFLOW.47": [
        gives("s3:DeleteObject"),
        gives(["s3:GetObject", "iam:PassRole"]),
        gives("sts:AssumeRole", "arn:aws:iam::111122223333:role/admin"),
        cut(RIGHTS, "policy"),
    ],
}
