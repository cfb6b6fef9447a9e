"""The smoke test's traces in AWS: the marker that it puts into SSM, the log that Airflow keeps in S3."""

from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operations.smoke_report import Target

AWS_ERRORS = (BotoCoreError, ClientError)


class Aws:
    """The target's SSM and S3; clients are made when used, so that without AWS no credentials are needed."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def parameter(self, variable: str) -> str:
        """The parameter's name from which Airflow's secrets backend answers this Variable."""
        return f"{(self._target.ssm_prefix or '').rstrip('/')}/{variable}"

    def put_variable(self, variable: str, value: str) -> None:
        """Creates the parameter. Not a secret, hence String: the roles' key is not known here."""
        self._client("ssm").put_parameter(Name=self.parameter(variable), Value=value, Type="String")

    def remove_variable(self, variable: str) -> None:
        """Deletes the parameter; one that does not exist is no error."""
        self._client("ssm").delete_parameters(Names=[self.parameter(variable)])

    def log_key(self, dag: str, run_id: str, task: str) -> str:
        """Key of the first attempt's log, after Airflow's default `[logging] log_filename_template`."""
        path = f"dag_id={dag}/run_id={run_id}/task_id={task}/attempt=1.log"
        return "/".join(part for part in (self._target.log_prefix.strip("/"), path) if part)

    def read_object(self, key: str) -> str | None:
        """The object's text, None if it does not exist (yet)."""
        try:
            answer = self._client("s3").get_object(Bucket=self._target.bucket, Key=key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "NoSuchKey":
                return None
            raise
        return answer["Body"].read().decode()

    def _client(self, service: str) -> Any:
        key, secret = self._target.credentials or (None, None)
        session: Any = boto3.Session(key, secret, region_name=self._target.region)
        return session.client(service, endpoint_url=self._target.endpoint_url)
