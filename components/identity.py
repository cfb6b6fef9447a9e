"""IAM roles for Airflow's service accounts (IRSA): one per component, each with just its own statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_aws import iam

from components import executors, iam_documents, naming, pod_policies
from components.dag_bundles import DagBucket


@dataclass(frozen=True, kw_only=True)
class ServiceAccountRoleArgs:
    """What ServiceAccountRole needs from its caller."""

    namespace: str
    service_account: str
    issuer: Input[str]
    """The cluster's OIDC issuer without https://."""
    oidc_provider_arn: Input[str]
    policy: Input[str]
    """The role's rights as JSON."""
    permissions_boundary_arn: str | None = None
    """None means that the account asks for no boundary."""

    def __post_init__(self) -> None:
        for field in ("namespace", "service_account"):
            value: str = getattr(self, field)
            if not value or "*" in value:
                raise ValueError(f"{field}: one exact name, never a pattern, got {value!r}")
        if isinstance(self.issuer, str) and self.issuer.startswith("https://"):
            raise ValueError(f"issuer: without https://, got {self.issuer}")


class ServiceAccountRole(pulumi.ComponentResource):
    """A role that exactly one Kubernetes service account may take."""

    role_arn: Output[str]

    def __init__(self, name: str, args: ServiceAccountRoleArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("airflow:index:ServiceAccountRole", name, None, opts)
        child = ResourceOptions(parent=self)

        trust = Output.all(
            issuer=args.issuer,
            provider_arn=args.oidc_provider_arn,
            namespace=args.namespace,
            service_account=args.service_account,
        ).apply(lambda known: iam_documents.service_account_trust(**known))
        role = iam.Role(
            f"{name}-role",
            description=f"Airflow: service account {args.namespace}/{args.service_account}",
            assume_role_policy=trust,
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        iam.RolePolicy(f"{name}-policy", role=role.name, policy=args.policy, opts=child)

        self.role_arn = role.arn
        self.register_outputs({"role_arn": self.role_arn})


@dataclass(frozen=True, kw_only=True)
class OidcProvider:
    """What the cluster's tokens are trusted by."""

    issuer: Input[str]
    """Without https://."""
    arn: Input[str]


@dataclass(frozen=True, kw_only=True)
class LogGrant:
    """The log bucket as the roles see it."""

    bucket_arn: Input[str]
    prefix: str
    """Folder of the task logs in the bucket, without slashes at its ends."""


@dataclass(frozen=True, kw_only=True)
class ComponentRolesArgs:
    """What `component_roles` needs from its caller."""

    namespace: str
    stack: str
    """Part of the SSM paths."""
    executor: str
    """Decides which components there are, and who of them runs tasks and so writes their logs."""
    oidc: OidcProvider
    account_id: Input[str]
    partition: Input[str]
    region: str
    key_arn: Input[str]
    logs: LogGrant
    dag_buckets: Sequence[DagBucket] = ()
    """Buckets that DAG files come from."""
    permissions_boundary_arn: str | None = None


def component_roles(
    args: ComponentRolesArgs, opts: ResourceOptions | None = None
) -> dict[str, ServiceAccountRole]:
    """One role per Airflow component that the executor needs, by component name."""
    grant = Output.all(
        stack=args.stack,
        region=args.region,
        partition=args.partition,
        account_id=args.account_id,
        key_arn=args.key_arn,
        bucket_arn=args.logs.bucket_arn,
        log_prefix=args.logs.prefix,
    )

    buckets = args.dag_buckets

    def role(component: str) -> ServiceAccountRole:
        return ServiceAccountRole(
            f"identity-{component}",
            ServiceAccountRoleArgs(
                namespace=args.namespace,
                service_account=naming.service_account(component),
                issuer=args.oidc.issuer,
                oidc_provider_arn=args.oidc.arn,
                policy=grant.apply(
                    lambda known: pod_policies.component_policy(component, args.executor, known, buckets)
                ),
                permissions_boundary_arn=args.permissions_boundary_arn,
            ),
            opts,
        )

    return {component: role(component) for component in executors.accounts(args.executor)}
