"""The text of docs/SIZING.md, and the README's cost table, which is a part of it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import offline
from components import capacity
from offline.program import stack_config
from reference import sizing
from reference.sizing import LOADS, Size, size
from review.prices import CACHE, DATABASE, LOG_BYTES_PER_TASK, Cost, prices, stack_cost

STACK_TASKS_PER_MINUTE = {"dev": 1, "staging": 10, "prod": 50}
"""Mean load that the README's cost table assumes; it enters the cost of task logs."""
TEMPLATE = Path(__file__).with_name("templates") / "SIZING.md"
BEGIN, END = "<!-- costs: written by `make docs` -->", "<!-- end of costs -->"


def document() -> str:
    """The whole text."""
    known, example = prices(), size(LOADS[1])
    return TEMPLATE.read_text().format(
        date=known["date"],
        region=known["region"],
        concurrency=sizing.CONCURRENCY,
        loads="\n".join(_row(size(load)) for load in LOADS),
        total=example.budget.total,
        available=example.budget.available,
        instance_class=example.instance_class,
        lines="\n".join(f"| {n.what} | {n.count} | {n.each} | {n.total} |" for n in example.budget.lines),
        reserved=capacity.RESERVED,
        safe_share=f"{capacity.SAFE_SHARE:.0%}",
        classes="\n".join(_class(name) for name in sizing.CLASSES),
        costs=cost_table().rstrip(),
        assumed=", ".join(f"{rate} ({stack})" for stack, rate in STACK_TASKS_PER_MINUTE.items()),
        log_kib=LOG_BYTES_PER_TASK // 1024,
        eks=f"{known['eks_per_hour'] * known['hours_per_month']:.0f}",
        cpu=sizing.CPU_SECONDS,
        parse=sizing.PARSE_CPU_SECONDS,
        wait=sizing.WAIT_SECONDS,
        busy=f"{sizing.BUSY:.0%}",
        burstable=", ".join(f"{name} {cores}" for name, cores in sizing.BURSTABLE_CORES.items()),
        users=sizing.USERS_PER_API_SERVER,
        message_kib=sizing.MESSAGE_BYTES // 1024,
    )


def readme(text: str) -> str:
    """The README with the cost table as it is now. Raises LookupError if the markers are gone."""
    if BEGIN not in text or END not in text:
        raise LookupError(f"README.md: the markers {BEGIN} and {END} are missing")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return f"{before}{BEGIN}\n{cost_table()}{END}{after}"


def cost_table() -> str:
    """What the committed stacks cost, beside Amazon MWAA."""
    costs = {stack: _cost(stack) for stack in STACK_TASKS_PER_MINUTE}
    what = {stack: _what(stack) for stack in costs}
    mwaa = {name: price * prices()["hours_per_month"] for name, price in prices()["mwaa_per_hour"].items()}
    rows = [
        ["USD a month", *(f"`{stack}`" for stack in costs)],
        ["---"] * (len(costs) + 1),
        ["RDS Postgres with storage", *(f"{what[s][0]}: {c.database:.0f}" for s, c in costs.items())],
        ["ElastiCache Valkey", *(f"{what[s][1]}: {c.cache:.0f}" for s, c in costs.items())],
        ["KMS key, alarms, task logs", *(f"{c.rest + c.logs:.0f}" for c in costs.values())],
        ["**sum**", *(f"**{c.total:.0f}**" for c in costs.values())],
        ["Amazon MWAA, to compare", *(f"{name}: {cost:.0f}" for name, cost in mwaa.items())],
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


@cache
def _recorded(stack: str) -> offline.Graph:
    return offline.record(stack)


def _cost(stack: str) -> Cost:
    values, _ = stack_config(stack)
    retention = int(json.loads(values["airflow:logs"])["retention_days"])
    return stack_cost(_recorded(stack), STACK_TASKS_PER_MINUTE[stack], retention)


def _what(stack: str) -> tuple[str, str]:
    graph = _recorded(stack)
    instance, group = graph.only(DATABASE).inputs, graph.only(CACHE).inputs
    zones = " Multi-AZ" if instance["multiAz"] else ""
    nodes = int(group["numCacheClusters"])
    return (
        f"{instance['instanceClass'].removeprefix('db.')}{zones}, {int(instance['allocatedStorage'])} GiB",
        f"{nodes} x {group['nodeType'].removeprefix('cache.')}",
    )


def _row(found: Size) -> str:
    load, pods = found.load, found.replicas
    cells = (
        f"{load.tasks_per_minute} x {load.task_seconds} s",
        load.dags,
        load.users,
        sizing.slots(load),
        pods["workers"],
        ", ".join(str(pods[name]) for name in ("scheduler", "api_server", "dag_processor", "triggerer")),
        f"`{found.instance_class}`, {found.storage_gib} GiB",
        f"`{found.node_type}`",
        f"{found.budget.total} of {found.budget.available}",
        f"{found.parse_seconds} s",
        f"{found.cost.total:.0f}",
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _class(name: str) -> str:
    return f"| `{name}` | {capacity.MEMORY_GIB[name]} | {capacity.max_connections(name)} |"
