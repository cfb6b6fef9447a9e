"""A stand-in for Airflow's command: lives, says that it is healthy, and ends when told to.

`install` makes an environment of it. Its orders tell single commands to fail or to take their time:
`install(folder, db="sleep")`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

BEATS = ("scheduler", "triggerer", "dag_processor")
LONG_SECONDS = 3600


class Health(BaseHTTPRequestHandler):
    """Answers every path with a healthy report."""

    def do_GET(self) -> None:
        """The report of this moment."""
        now = datetime.now(UTC).isoformat()
        report = {name: {"status": "healthy", f"latest_{name}_heartbeat": now} for name in BEATS}
        body = json.dumps({**report, "metadatabase": {"status": "healthy"}}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)


def install(folder: Path, version: str = "3.3.2", **orders: str) -> Path:
    """An environment with this Airflow in `folder`, for EMULATOR_AIRFLOW."""
    programs = folder / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    packages = folder / "lib" / "python3" / "site-packages"
    (packages / f"apache_airflow-{version}.dist-info").mkdir(parents=True, exist_ok=True)
    (folder / "orders").write_text(json.dumps(orders))
    script = f'#!/bin/sh\nFAKE_ORDERS="{folder}/orders" exec "{sys.executable}" "{Path(__file__)}" "$@"\n'
    for name, text in (("airflow", script), ("python", "#!/bin/sh\nexit 0\n")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o700)
    return folder


def main() -> None:
    """`airflow COMPONENT ...`."""
    orders = json.loads(Path(os.environ["FAKE_ORDERS"]).read_text())
    order = orders.get(sys.argv[1], "")
    broken = os.environ.get("BROKEN")
    time.sleep(1.5 if broken == "later" else 0)
    if order == "fail" or broken:
        sys.exit("cannot find the way")
    if sys.argv[1] == "db":
        time.sleep(LONG_SECONDS if order == "sleep" else 0)
        return
    if sys.argv[1] == "api-server":
        time.sleep(LONG_SECONDS if order == "sleep" else 0)
        address = (os.environ["AIRFLOW__API__HOST"], int(os.environ["AIRFLOW__API__PORT"]))
        HTTPServer(address, Health).serve_forever()
    print("celery@here ready.", flush=True)
    time.sleep(LONG_SECONDS)


if __name__ == "__main__":
    main()
