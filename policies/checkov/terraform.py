"""A stack's graph as the Terraform plan that Checkov reads.

A plan and not a `*.tf.json`, although Checkov reads that too: there it takes a policy document for a mere
text, and eight checks of IAM and SNS (CKV_AWS_169, 286 to 290, 355, 385) stay away without a word.
"""

from __future__ import annotations

import re
from typing import Any

from offline.graph import Graph, Resource, redact

PREFIXES = {"ec2": "aws_", "rds": "aws_db_"}
"""Modules of Pulumi whose types Terraform does not call aws_MODULE_..."""
RENAMED = {
    "aws_sns_topic_subscription.topic": "topic_arn",
}
"""Terraform type and the name that the rule would give -> Terraform's own name of that argument."""
IDENTITIES = ("id", "arn", "name", "bucket", "keyId")
"""Outputs by which a resource is named in another's inputs."""


def plan(graph: Graph) -> dict[str, Any]:
    """The plan that would create the graph's AWS resources; documents as recorded, secrets redacted.

    An argument that names another resource stands in `configuration` alone: a real plan knows its value only
    afterwards. By these references Checkov finds the parts of a bucket and the parameters of an instance.
    """
    planned, configured = [], []
    for resource in aws_resources(graph):
        type_ = terraform_type(resource.type)
        head = {"address": address(resource), "mode": "managed", "type": type_, "name": resource.name}
        values, expressions = {}, {}
        for key, value in resource.inputs.items():
            name = _argument(type_, key, value)
            if found := _references(resource, key, graph):
                expressions[name] = {"references": found}
            else:
                values[name] = _value(redact(value))
        planned.append({**head, "values": values})
        configured.append({**head, "expressions": expressions})
    return {
        "terraform_version": "1.11.4",  # by this key Checkov tells a plan from other JSON
        "planned_values": {"root_module": {"resources": planned}},
        "configuration": {"root_module": {"resources": configured}},
    }


def aws_resources(graph: Graph) -> list[Resource]:
    """What the plan holds. What is in Kubernetes has no Terraform form; policies/kubernetes.py judges it."""
    return [resource for resource in graph.resources if resource.type.startswith("aws:")]


def address(resource: Resource) -> str:
    """How Checkov's results name a resource: aws_db_instance.database-instance."""
    return f"{terraform_type(resource.type)}.{resource.name}"


def terraform_type(token: str) -> str:
    """aws:rds/instance:Instance is aws_db_instance."""
    _, module, name = token.split(":")
    module = module.partition("/")[0]
    return PREFIXES.get(module, f"aws_{module}_") + snake(name)


def snake(name: str) -> str:
    """multiAz is multi_az."""
    return re.sub(r"(?<=.)(?=[A-Z])", "_", name).lower()


def _argument(type_: str, key: str, value: Any) -> str:
    name = _name(key, value)
    return RENAMED.get(f"{type_}.{name}", name)


def _name(key: str, value: Any) -> str:
    """Terraform calls a block that may be repeated by its singular, Pulumi a list of them by its plural."""
    blocks = isinstance(value, list) and any(isinstance(item, dict) for item in value)
    return re.sub(r"(?<=[^s])s$", "", snake(key)) if blocks else snake(key)


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {_name(key, item): _value(item) for key, item in value.items()}
    return [_value(item) for item in value] if isinstance(value, list) else value


def _references(resource: Resource, key: str, graph: Graph) -> list[str]:
    """Terraform's expressions for the resources that an argument, or each item of its list, names."""
    value = resource.inputs[key]
    texts = value if isinstance(value, list) else [value]
    named = [graph.find(urn) for urn in resource.property_dependencies.get(key, ())]
    known = {
        str(other.outputs[output]): f"{address(other)}.{snake(output)}"
        for other in named
        if other is not None and other.type.startswith("aws:")
        for output in reversed(IDENTITIES)
        if other.outputs.get(output)
    }
    found = [known.get(text) for text in texts if isinstance(text, str)]
    return [name for name in found if name] if len(found) == len(texts) and all(found) else []
