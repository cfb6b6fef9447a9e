"""S3, SSM, KMS, IAM and SNS in a local moto server; everything else of AWS is recorded only."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from emulator.backends import aws_identity, aws_storage
from emulator.errors import EmulatorError
from emulator.listeners import held_by
from emulator.machine import Machine
from emulator.ports import LOOPBACK
from emulator.programs import Program
from emulator.substitutions import ACCESS_KEY_ID, AWS_PORT
from offline.graph import Resource, plain

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60

NOT_REALISED: Mapping[str, str] = {
    "aws:cloudwatch/logGroup:LogGroup": "the servers' own log files stand in",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "there are no CloudWatch metrics of local servers",
    "aws:ec2/securityGroup:SecurityGroup": "servers listen on loopback only",
    "aws:elasticache/parameterGroup:ParameterGroup": "the server reads its values from the record",
    "aws:elasticache/subnetGroup:SubnetGroup": "there is no subnet",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "moto knows no managed policies",
    "aws:rds/eventSubscription:EventSubscription": "a local server has no RDS events",
    "aws:rds/parameterGroup:ParameterGroup": "the server reads its values from the record",
    "aws:rds/subnetGroup:SubnetGroup": "there is no subnet",
    "aws:s3/bucketLogging:BucketLogging": "moto writes no access logs",
    "aws:s3/bucketMetric:BucketMetric": "moto has no request metrics",
    "aws:s3/bucketNotification:BucketNotification": "there is no EventBridge",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "servers listen on loopback only",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "servers listen on loopback only",
}
"""Types that are recorded with computed outputs and nothing behind them, each with the reason."""

Maker = Callable[["Clients", dict[str, Any], dict[str, Any]], None]
"""(clients, inputs, outputs): makes or changes the thing; called on every run, so it must be repeatable."""


class Clients:
    """boto3 clients for the local server, one per service; safe to share between threads."""

    def __init__(self, endpoint_url: str, region: str, secret_key: str) -> None:
        self._session = boto3.Session(ACCESS_KEY_ID, secret_key, region_name=region)
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    def __getattr__(self, service: str) -> Any:
        if service.startswith("_"):
            raise AttributeError(service)
        with self._lock:
            if service not in self._made:
                config = Config(
                    retries={"total_max_attempts": 2}, proxies={}, s3={"addressing_style": "path"}
                )
                self._made[service] = self._session.client(
                    service,  # type: ignore[call-overload]  # one of five, named where it is used
                    endpoint_url=self._endpoint_url,
                    config=config,
                )
            return self._made[service]


class Aws:
    """Makes the recorded resources of five services in the server, and keeps the server running."""

    types = frozenset({*aws_storage.MAKERS, *aws_identity.MAKERS, *NOT_REALISED})

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._starting = threading.Lock()
        self._clients: Clients | None = None

    def ensure(self, resource: Resource, previous: Resource | None) -> dict[str, Any]:
        """The recorded thing in the server, or its computed outputs alone."""
        outputs = self._machine.computed(resource)
        if resource.type not in NOT_REALISED:
            make = {**aws_storage.MAKERS, **aws_identity.MAKERS}[resource.type]
            make(self.clients(), plain(resource.inputs), plain(outputs))
        return outputs

    def delete(self, resource: Resource) -> None:
        """Removes it from the server; parts of a bucket or role leave with it."""
        remove = {**aws_storage.REMOVERS, **aws_identity.REMOVERS}.get(resource.type)
        if remove:
            remove(self.clients(), plain(resource.inputs), plain(resource.outputs))

    def clients(self) -> Clients:
        """Clients of the running server; starts it first if it does not run."""
        with self._starting:
            if self._clients is None:
                self._clients = self._start()
            return self._clients

    def _start(self) -> Clients:
        secret = self._machine.substitutions.secret_access_key  # before the server, which reads it
        port = self._machine.serve(AWS_PORT, self._listen)
        return Clients(f"http://{LOOPBACK}:{port}", self._machine.region, secret)

    def _listen(self, port: int) -> int:
        """Returns the port when the server listens there."""
        machine = self._machine
        environment = {
            "MOTO_ACCOUNT_ID": machine.account,
            "PYTHONPATH": str(ROOT),
            # moto asks AWS itself for nothing, but makes clients of its own, which want some key.
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": ACCESS_KEY_ID,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        command = [sys.executable, "-m", "emulator.aws_server", str(port), str(machine.state.aws)]
        program = Program(name=AWS_PORT, command=command, environment=environment, priority=20)
        machine.supervisor.apply(AWS_PORT, [program])
        deadline = time.monotonic() + READY_SECONDS
        while not (held := held_by(port, machine.supervisor.pid(AWS_PORT))):
            # Whoever else listens there must not be taken for the server.
            if held is False or time.monotonic() > deadline:
                last = machine.supervisor.last_line(AWS_PORT)
                raise EmulatorError(f"the AWS server does not listen on port {port}: {last}")
            time.sleep(0.05)
        return port
