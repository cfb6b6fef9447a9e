"""What differs between an emulated stack and the same stack on AWS: this list, and nothing else.

1. The RDS certificate bundle is replaced by the certificate of the emulator's own authority.
2. TLS clients that trust public authorities (the broker's) are given the system's and ours in one file.
3. AWS_ENDPOINT_URL leads AWS clients to the local moto server, past proxies and the person's own profiles,
   with an access key of the stack's own; what is signed with another one is refused.
4. Host names and ports of database and cache are `localhost` and a free port.
5. Paths below /opt/airflow lie below the pod's folder in the state.
6. Replica counts are cut to the machine (see the processes of the Release).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from emulator.aws_signature import secret_key
from emulator.certificates import Certificates
from emulator.paths import State
from emulator.ports import LOOPBACK, Ports

HOST = "localhost"
AIRFLOW_HOME = "/opt/airflow"
BUNDLE_KEY = "rds-bundle.pem"
"""Key of the ConfigMap entry that carries Amazon's public certificates for RDS."""

ACCESS_KEY_ID = "emulator"
AWS_PORT = "aws"
_HOME_PATH = re.compile(rf"(?<![\w./-]){re.escape(AIRFLOW_HOME)}(?=$|[^\w.-])")


class Substitutions:
    """The closed list as functions."""

    def __init__(self, state: State, region: str = "us-east-1") -> None:
        self._certificates = Certificates(state)
        self._ports = Ports(state)
        self._state = state
        self.region = region

    @property
    def ca_bundle(self) -> Path:
        """(1) In place of the RDS bundle: a PEM file with the emulator's authority alone."""
        return self._certificates.authority

    @property
    def trust_bundle(self) -> Path:
        """(2) For SSL_CERT_FILE: public authorities and the emulator's."""
        return self._certificates.trust

    @property
    def aws_endpoint_url(self) -> str:
        """(3) Where S3, SSM, KMS, IAM and SNS answer; by address, so that buckets stay in the path."""
        return f"http://{LOOPBACK}:{self._ports.port(AWS_PORT, running=True)}"

    @property
    def secret_access_key(self) -> str:
        """(3) What every request to the AWS server is signed with; secret."""
        return secret_key(self._state.aws)

    def environment(self) -> dict[str, str]:
        """(2, 3) What every emulated process gets in addition to its own environment."""
        return {
            "AWS_ENDPOINT_URL": self.aws_endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            # Neither the person's own profiles nor an instance's role may answer for the emulator.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "localhost,127.0.0.1",
            "no_proxy": "localhost,127.0.0.1",
            "SSL_CERT_FILE": str(self.trust_bundle),
        }

    def text(self, value: str, pod_root: Path) -> str:
        """(5) `/opt/airflow` and everything below it, moved below the pod's folder."""
        return _HOME_PATH.sub(f"{pod_root}{AIRFLOW_HOME}".replace("\\", r"\\"), value)

    def file(self, key: str, content: str) -> str:
        """(1) The content of a ConfigMap's entry as it is written to disk."""
        return self.ca_bundle.read_text() if key == BUNDLE_KEY else content
