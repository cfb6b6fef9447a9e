"""What a stack costs a month: resources by list price, pods by the part of a node that they reserve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from offline.graph import Graph, Resource, redact
from review.changes import AWS
from review.model import Finding
from review.pods import Requests, requests_of
from review.prices import ALARM, CACHE, DATABASE, KEY, cache_cost, database_cost, prices
from review.recording import Pair

PAID_FEATURES = (
    (DATABASE, "storageType", ("gp3",), "storage"),
    (DATABASE, "storageThroughput", (), "storage throughput"),
    (DATABASE, "databaseInsightsMode", ("standard",), "Database Insights"),
    (DATABASE, "performanceInsightsRetentionPeriod", (7,), "Performance Insights"),
    (DATABASE, "dedicatedLogVolume", (False,), "a volume for the log"),
    (CACHE, "numNodeGroups", (1,), "shards"),
    (CACHE, "dataTieringEnabled", (False,), "data tiering"),
    ("aws:ssm/parameter:Parameter", "tier", ("Standard",), "parameter"),
)
"""Type, property, values without a price of their own, and what another value is to be called."""
SERVICE = "kubernetes:core/v1:Service"
PRICE_LIMIT = "price"
"""The name that lets a stack cost more than its max_monthly_usd."""


@dataclass(frozen=True, kw_only=True)
class Bill:
    """USD a month, without the cluster's own price, NAT, traffic and what is paid by use."""

    lines: dict[str, float] = field(default_factory=dict)
    """What -> USD a month."""
    requests: Requests = field(default_factory=Requests)
    unknown: Sequence[str] = ()
    """Resource types, classes and sizes without a price: named, not counted as nothing."""
    unpriced: frozenset[str] = frozenset()
    """Keys of `lines` that are not the whole, or missing."""
    elsewhere: Sequence[str] = ()
    """Regions of the stack that are not the one of the prices: there the sums are an estimate."""

    @property
    def total(self) -> float:
        """The sum of what is known."""
        return sum(self.lines.values())


def bill(graph: Graph | None) -> Bill:
    """The bill of a graph; an empty one where the stack is not there."""
    if graph is None:
        return Bill()
    known, lines, unpriced = prices(), dict[str, float](), set[str]()
    unknown: list[str] = []
    for resource in graph.resources:
        try:
            amount = _price_of(resource)
        except LookupError as problem:
            unknown.append(str(problem.args[0]).split(":")[0])
            unpriced.add(resource.type)
            continue
        if amount is None:
            unknown.append(resource.type)
            unpriced.add(resource.type)
        elif amount:
            lines[resource.type] = lines.get(resource.type, 0) + amount
    requests = requests_of(graph)
    node = known["node"]
    share = max(requests.vcpu / node["vcpu"], requests.memory_gib / node["memory_gib"])
    if share:
        lines[f"pods, as part of {node['type']} nodes"] = share * node["per_hour"] * known["hours_per_month"]
    if requests.volumes_gib:
        unknown.append("volumes of pods")
    return Bill(
        lines=lines,
        requests=requests,
        unknown=tuple(sorted(set(unknown))),
        unpriced=frozenset(unpriced),
        elsewhere=tuple(sorted(_regions(graph) - {known["region"]})),
    )


def _regions(graph: Graph) -> set[str]:
    """Those of the providers: a price is one region's."""
    given = [redact(dict(provider.inputs)).get("region") for provider in graph.of_type(AWS)]
    return {str(region) for region in given if region}


def _price_of(resource: Resource) -> float | None:
    """USD a month; 0 for what costs nothing or is paid by use, None for a type without a price.

    Raises LookupError for a class, a size or a feature without one.
    """
    inputs = redact(dict(resource.inputs))
    for type_, property_, cheap, named in PAID_FEATURES:
        if resource.type == type_ and inputs.get(property_) not in (None, *cheap):
            raise LookupError(f"{named} ({property_} {inputs[property_]}): no price known")
    if resource.type == DATABASE:
        return database_cost(
            str(inputs.get("instanceClass")),
            int(inputs.get("allocatedStorage", 0)),
            multi_az=inputs.get("multiAz") is True,
            iops=int(inputs.get("iops") or 0),
        )
    if resource.type == CACHE:
        nodes, engine = int(inputs.get("numCacheClusters", 1)), str(inputs.get("engine"))
        return cache_cost(str(inputs.get("nodeType")), nodes, engine=engine)
    if resource.type == SERVICE:
        return None if (inputs.get("spec") or {}).get("type") == "LoadBalancer" else 0
    if resource.type == KEY:
        return prices()["kms_key_per_month"]
    if resource.type == ALARM:
        return prices()["alarm_per_month"]
    known = prices()
    free = not resource.custom or resource.type.startswith(tuple(known["without_a_price"]))
    free = free and resource.type not in known["not_free"]
    return 0 if free else None


def costs(pair: Pair) -> list[Finding]:
    """Before, after and the difference, if there is one; above the stack's limit it blocks."""
    before, after = bill(pair.base.graph), bill(pair.head.graph)
    limit = ((pair.head.config or {}).get("airflow:review") or {}).get("max_monthly_usd")
    found = []
    if limit is not None and after.total > limit:
        text = f"**{after.total:.0f} USD a month are above the stack's limit of {limit}** (`max_monthly_usd`)"
        found.append(Finding(text=text, allow=PRICE_LIMIT, details={"limit": limit}))
    if limit is not None and after.unknown:
        names = ", ".join(f"`{name}`" for name in after.unknown)
        text = f"**no price is known for {names}**: nobody can tell whether it stays below the stack's limit "
        text += f"of {limit} USD a month; add it to review/data/prices.yaml"
        found.append(Finding(text=text, allow=PRICE_LIMIT, details={"limit": limit}))
    if before != after:
        found += [_summary(before, after), *_lines(before, after)]
    return found


def _summary(before: Bill, after: Bill) -> Finding:
    amounts = {"before_usd": before.total, "after_usd": after.total}
    known = not (before.unknown or after.unknown)
    text = f"USD a month: {_sum(before)} → **{_sum(after)}**"
    text += f" ({after.total - before.total:+.2f})" if known else ""
    text += f", list prices of {prices()['region']}, {prices()['date']}"
    if after.elsewhere:
        text += f" (an **estimate**: the stack is in {', '.join(after.elsewhere)}, where prices differ)"
    reserved = dict.fromkeys((str(before.requests), str(after.requests)))
    text += f"; pods reserve {' → '.join(reserved)}"
    if after.unknown:
        text += f"; **no price known for {', '.join(f'`{name}`' for name in after.unknown)}**"
    rounded = {name: round(amount, 2) for name, amount in amounts.items()}
    return Finding(text=text, details={**rounded, "unknown": list(after.unknown)})


def _sum(bill: Bill) -> str:
    return f"{'at least ' if bill.unknown else ''}{bill.total:.2f}"


def _lines(before: Bill, after: Bill) -> Iterator[Finding]:
    for name in sorted({*before.lines, *after.lines, *before.unpriced, *after.unpriced}):
        old, new = (
            "?" if name in side.unpriced else f"{side.lines.get(name, 0):.2f}" for side in (before, after)
        )
        if old != new:
            yield Finding(text=f"{name}: {old} → {new}")
