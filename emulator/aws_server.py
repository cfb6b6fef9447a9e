"""The moto server of a stack, started as a program: loopback only, and what must not be lost survives it.

moto keeps everything in memory. Requests that change S3, SSM or KMS are kept in a private journal and played
again at the next start, so that log objects, parameters and keys are there after `make down` and `make up`.
IAM and SNS are made anew by the next run. Versions of an object other than the newest do not survive.
"""

from __future__ import annotations

import contextvars
import os
import signal
import sys
import uuid
from pathlib import Path
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.kms import models as kms
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import FakeBucket
from werkzeug.serving import run_simple

from emulator.aws_journal import RequestJournal
from emulator.aws_replay import Recorded
from emulator.aws_signature import Guarded, secret_key

KEY_ID_HEADER = "HTTP_X_EMULATOR_KEY_ID"
"""The identifier that a new KMS key gets: the one that the stack's graph knows, so that its ARN holds."""

_key_id: contextvars.ContextVar[str] = contextvars.ContextVar("key_id", default="")


class KeyIdentifiers:
    """Gives new KMS keys the identifier that the caller names; moto would draw one at random."""

    def __init__(self, application: Any) -> None:
        self._application = application
        setattr(kms, "generate_key_id", lambda multi_region=False: _key_id.get() or str(uuid.uuid4()))  # noqa: B010

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        _key_id.set(environ.get(KEY_ID_HEADER, ""))
        return self._application(environ, start_response)


class Handler(MotoRequestHandler):
    """Logs what went wrong only: every task asks many times for a Variable or appends to a log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One line for a request that was refused or failed; 404 is an ordinary answer."""
        if str(code).startswith(("4", "5")) and str(code) != "404":
            super().log_request(code, size)


def ignore_bucket_policies() -> None:
    """Bucket policies are kept and shown, not enforced: moto reads a statement without its condition, and a
    policy that denies everything over plain HTTP would deny everything."""
    setattr(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)  # noqa: B010


def main() -> None:
    """`python -m emulator.aws_server PORT FOLDER`."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    os.environ["MOTO_PORT"] = str(port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ignore_bucket_policies()
    services = KeyIdentifiers(DomainDispatcherApplication(create_backend_app))
    recorded = Recorded(services, RequestJournal(folder / "requests.jsonl"))
    recorded.replay()
    guarded = Guarded(recorded, secret_key(folder))
    run_simple("127.0.0.1", port, guarded, threaded=True, request_handler=Handler)


if __name__ == "__main__":
    main()
