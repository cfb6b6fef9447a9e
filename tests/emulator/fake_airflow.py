"""A stand-in for Airflow's command: lives, says that it is healthy, and ends when told to."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

BEATS = ("scheduler", "triggerer", "dag_processor")


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


def main() -> None:
    """`airflow COMPONENT ...`."""
    if os.environ.get("BROKEN") == "yes":
        sys.exit("cannot find the way")
    if sys.argv[1] == "api-server":
        address = (os.environ["AIRFLOW__API__HOST"], int(os.environ["AIRFLOW__API__PORT"]))
        HTTPServer(address, Health).serve_forever()
    print("celery@here ready.", flush=True)
    time.sleep(3600)


if __name__ == "__main__":
    main()
