"""A cluster on loopback: answers the list requests of the Kubernetes API from data."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KINDS = {
    "/apis/networking.k8s.io/v1/ingressclasses": ("networking.k8s.io/v1", "IngressClassList"),
    "/apis/storage.k8s.io/v1/csidrivers": ("storage.k8s.io/v1", "CSIDriverList"),
    "/apis/apiregistration.k8s.io/v1/apiservices": ("apiregistration.k8s.io/v1", "APIServiceList"),
    "/apis/apps/v1/deployments": ("apps/v1", "DeploymentList"),
    "/apis/apps/v1/daemonsets": ("apps/v1", "DaemonSetList"),
}
"""What can be listed."""


@dataclass
class FakeCluster:
    """`lists` holds the items by the last word of their path; `status` other than 200 refuses everything."""

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, target: str) -> dict[str, Any]:
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        version, kind = KINDS[path]
        items = self.lists.get(path.rsplit("/", 1)[-1], [])
        for selector in query.get("labelSelector", []):
            key, value = selector.split("=")
            items = [item for item in items if item["metadata"].get("labels", {}).get(key) == value]
        return {"apiVersion": version, "kind": kind, "metadata": {}, "items": items}


@contextmanager
def serving(cluster: FakeCluster) -> Iterator[FakeCluster]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cluster.asked.append(self.path)
            body = json.dumps(
                cluster.answer(self.path) if cluster.status == 200 else {"kind": "Status"}
            ).encode()
            self.send_response(cluster.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    cluster.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield cluster
    finally:
        server.shutdown()
        server.server_close()
