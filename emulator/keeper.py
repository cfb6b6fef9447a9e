"""The process keeper's own configuration: where it listens and what every process starts from."""

from __future__ import annotations

import os

from emulator.paths import State
from emulator.programs import LOG_BYTES, MARKER


def environment(state: State) -> dict[str, str]:
    """Nothing of the shell that typed the command but where programs and home are, and the marker."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        MARKER: str(state.root),
    }


def configuration(state: State) -> str:
    """supervisord's file. It reads programs from the state and answers on a private socket only."""
    # A percent sign in a path would start an expansion.
    root, logs, sockets = (str(path).replace("%", "%%") for path in (state.root, state.logs, state.sockets))
    return (
        f"[supervisord]\nlogfile={logs}/supervisord.log\nlogfile_maxbytes={LOG_BYTES}\nlogfile_backups=1\n"
        f"pidfile={sockets}/supervisord.pid\nchildlogdir={logs}\ndirectory={root}\n"
        "nodaemon=false\numask=077\nminfds=1024\n"
        f"[unix_http_server]\nfile={sockets}/supervisor.sock\nchmod=0600\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"
        "[include]\nfiles=programs/*.conf\n"
    )
