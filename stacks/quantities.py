"""Kubernetes quantities as numbers, to compare a limit with a request."""

_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


def millicores(cpu: str) -> float:
    """`500m` is 500, `2` is 2000."""
    return float(cpu[:-1]) if cpu.endswith("m") else float(cpu) * 1_000


def memory_bytes(memory: str) -> int:
    """`1Gi` is 1073741824."""
    return int(memory[:-2]) * _UNITS[memory[-2:]]
