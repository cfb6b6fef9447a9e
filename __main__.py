"""Wiring of a stack: settings, providers, look-ups, components, exports."""

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pulumi_random as random
from pulumi import InvokeOptions, Output, ResourceOptions

from components import lookups, payload, pod_layout
from components.airflow import Airflow
from components.alarms import Alarms
from components.arguments import Arguments
from components.cache import Cache
from components.credentials import Credentials
from components.dag_sources import DagSources, dag_sources_args
from components.database import Database
from components.encryption import Encryption
from components.identity import component_roles
from components.kubernetes_secrets import KubernetesSecrets
from components.logs import LogBucket
from components.namespace import Namespace
from stacks import settings

config = settings.load()
region, cluster_name = config.account.region, config.cluster.name

cloud = aws.Provider(
    "aws",
    region=region,
    allowed_account_ids=[config.account.id],
    default_tags=aws.ProviderDefaultTagsArgs(tags=config.aws_tags),
)
look = InvokeOptions(provider=cloud)
cluster = lookups.find_cluster(cluster_name, look)
inside = kubernetes.Provider(
    "kubernetes",
    kubeconfig=lookups.kubeconfig(cluster, cluster_name, region),
    # Without it a changed endpoint in the kubeconfig would plan the replacement of every object.
    cluster_identifier=cluster.arn,
    # Their names are fixed: replacing one would take it from a live namespace first, and then make it anew.
    enable_secret_mutable=True,
    enable_config_map_mutable=True,
)
everywhere = ResourceOptions(providers=[cloud, inside, random.Provider("random")])
given = Arguments(
    config=config,
    stack=pulumi.get_stack(),
    account=lookups.find_account(look),
    cluster=cluster,
    subnet_ids=lookups.find_private_subnets(config.network.subnet_ids, cluster.vpc_id, look),
)

encryption = Encryption("encryption", given.encryption(), everywhere)
credentials = Credentials("credentials", given.credentials(encryption), everywhere)
alarms = Alarms("alarms", given.alarms(encryption), everywhere)
database = Database("database", given.database(encryption, credentials, alarms), everywhere)
broker = given.cache(encryption, credentials, alarms)
cache = Cache("cache", broker, everywhere) if broker else None
logs = LogBucket("logs", given.logs(encryption), everywhere)
roles = component_roles(given.roles(encryption, logs), everywhere)
namespace = Namespace("namespace", given.namespace(), everywhere)
secrets = KubernetesSecrets("secrets", given.secrets(namespace, credentials, database, cache), everywhere)
dag_objects = dag_sources_args(config.airflow, namespace.name, given.labels)
dags = DagSources("dags", dag_objects, everywhere) if dag_objects else None
airflow_args = given.airflow(payload.load(), database, logs, secrets, roles, namespace, dags)
airflow = Airflow("airflow", airflow_args, everywhere)

pulumi.export("namespace", airflow.namespace)
pulumi.export("release", airflow.release_name)
pulumi.export("url", airflow.url)
pulumi.export("open_ui", Output.format(pod_layout.OPEN_UI, airflow.namespace))
pulumi.export("database_endpoint", Output.format("{0}:{1}", database.address, database.port))
pulumi.export("database_arn", database.arn)
pulumi.export("cache_endpoint", Output.format("{0}:{1}", cache.address, cache.port) if cache else None)
pulumi.export("log_bucket", logs.bucket_name)
pulumi.export("log_bucket_arn", logs.arn)
pulumi.export("key_arn", encryption.key_arn)
pulumi.export("alarm_topic_arn", alarms.topic_arn)
pulumi.export("role_arns", {component: role.role_arn for component, role in roles.items()})
pulumi.export("secret_parameters", credentials.parameter_names)
