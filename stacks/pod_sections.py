"""The parts of Airflow's section that describe pods: how large they are, and where they may run."""

from typing import Annotated, Literal

from pydantic import Field

from stacks.section import Cpu, Memory, Section, matching

LabelName = Annotated[
    str,
    matching(
        "label_name",
        r"([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?",
        "a Kubernetes label's or taint's name such as example.com/pool",
    ),
]
LabelValue = Annotated[
    str,
    matching(
        "label_value",
        r"([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?",
        "at most 63 letters, digits, - _ and ., such as spot",
    ),
]


class Quantity(Section):
    """CPU and memory, in Kubernetes' notation."""

    cpu: Cpu
    """Cores, or thousandths of one."""
    memory: Memory
    """Bytes, with a binary unit."""


class Resources(Section):
    """What a pod is promised and what it may not exceed."""

    requests: Quantity
    """What a node sets aside for the pod; the pod waits until one has it free."""
    limits: Quantity
    """CPU beyond it is withheld; memory beyond it ends the container."""


class Toleration(Section):
    """A taint of nodes that pods put up with."""

    key: LabelName
    """The taint's name."""
    value: LabelValue | None = None
    """None tolerates the taint whatever its value is."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    """What the taint does to pods that do not tolerate it."""


class TaskPodSettings(Resources):
    """The pods of KubernetesExecutor, one per task. A task's own `pod_override` is laid over them."""

    node_selector: dict[LabelName, LabelValue] = Field(default_factory=dict)
    """Labels of the nodes that they may run on."""
    tolerations: list[Toleration] = Field(default_factory=list)
    """Taints of nodes that they may run on all the same."""
