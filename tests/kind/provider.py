"""AWS for the real engine: what pods need is made in kind's cluster, the rest is data as in `tests.engine`.

    python -m tests.kind.provider aws

A database becomes a Postgres, a cache a Valkey, buckets and parameters lie in the AWS server of the cluster,
and the EKS cluster that the program looks up is kind's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from google.protobuf.struct_pb2 import Struct

from offline.graph import plain
from tests.engine.provider import Provider, serve
from tests.kind import backing
from tests.kind.cluster import KUBECONFIG, Cluster

Properties = dict[str, Any]


class Aws(Provider):
    """Needs the address of the AWS server in the environment, as boto3 does, and kind's kubeconfig."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._cluster = Cluster(Path(os.environ[KUBECONFIG]))
        self._certificates = backing.certificates(self._cluster.kubeconfig.parent)
        self._makers = {
            "aws:rds/instance:Instance": self._database,
            "aws:elasticache/replicationGroup:ReplicationGroup": self._cache,
            "aws:s3/bucket:Bucket": self._bucket,
            "aws:ssm/parameter:Parameter": self._parameter,
        }

    def look_up(self, token: str, args: Mapping[str, Any]) -> Properties:
        """The same as ever, but for the way into the cluster."""
        found = super().look_up(token, args)
        if token != "aws:eks/getCluster:getCluster":
            return found
        cluster, _ = self._cluster.access()
        authority = [{"data": cluster["certificate-authority-data"]}]
        return {**found, "endpoint": cluster["server"], "certificateAuthorities": authority}

    def outputs(self, urn: str, inputs: Struct) -> Properties:
        """What the type's maker knows better than the data."""
        found = super().outputs(urn, inputs)
        maker = self._makers.get(urn.split("::")[-2].split("$")[-1])
        return found if maker is None else {**found, **maker(plain(found))}

    def _database(self, instance: Mapping[str, Any]) -> Properties:
        self._serve("database", backing.database(instance, self._certificates))
        return {"address": backing.address("database")}

    def _cache(self, group: Mapping[str, Any]) -> Properties:
        self._serve("cache", backing.cache(group, self._certificates))
        return {"primaryEndpointAddress": backing.address("cache")}

    def _serve(self, app: str, objects: list[backing.Object]) -> None:
        self._cluster.apply(objects)
        self._cluster.wait(backing.NAMESPACE, app)

    def _bucket(self, bucket: Mapping[str, Any]) -> Properties:
        self._client("s3").create_bucket(Bucket=bucket["bucket"])
        return {}

    def _parameter(self, parameter: Mapping[str, Any]) -> Properties:
        given = {"Name": parameter["name"], "Value": parameter["value"], "Type": parameter["type"]}
        self._client("ssm").put_parameter(**given, Overwrite=True)
        return {}

    def _client(self, service: str) -> Any:
        return boto3.Session().client(service, region_name="us-east-1")


if __name__ == "__main__":
    serve(Aws(sys.argv[1]))
