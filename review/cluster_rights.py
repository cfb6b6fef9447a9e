"""Rights inside the cluster: roles and their bindings, what Helm's values give, and what pods may do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from offline.chart import RELEASE
from offline.graph import Resource, redact
from policies.documents import listed
from policies.rule import at
from review.model import Change, Finding
from review.paths import leaves
from review.text import code, shown

_RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
_VALUES = {
    r"allowPodLaunching|allowJobLaunching": "whether pods and Jobs may be started",
    r"(.+\.)?allowPodLogReading": "whether pods' logs may be read",
    r"rbac\..+|multiNamespaceMode|(.+\.)?clusterRole.*": "roles in the cluster",
    r"(.+\.)?serviceAccount\.automountServiceAccountToken": "whether pods can talk to Kubernetes",
    r"(.+\.)?serviceAccount\.(create|name)": "the service account of the pods",
    r"(.+\.)?securityContexts?\..+": "what the pods' processes may do",
}
"""Path in Helm's values -> what it decides."""
_ROLE = re.compile(r"(?:values\.)?(?P<owner>.+?)\.?serviceAccount\.annotations\.eks\.amazonaws\.com/role-arn")
_POD_SECURITY = "metadata.labels.pod-security.kubernetes.io/enforce"


def rules_of(resource: Resource) -> dict[str, list[Mapping[str, Any]]]:
    """Kubernetes' own roles and bindings, written as statements of a policy."""
    if not resource.type.startswith(_RBAC):
        return {}
    inputs: dict[str, Any] = redact(dict(resource.inputs))
    if resource.type.endswith("Binding"):
        subjects = [
            f"{s.get('kind')} {s.get('namespace', '')}/{s.get('name')}"
            for s in listed(inputs.get("subjects"))
        ]
        role = at(inputs, "roleRef.name")
        return {"roleRef": [{"Principal": subjects, "Action": f"the rights of {role}"}]}
    return {
        "rules": [
            {
                "Action": rule.get("verbs"),
                "Resource": [
                    f"{group}/{kind}".lstrip("/")
                    for group in rule.get("apiGroups") or [""]
                    for kind in rule.get("resources") or ["nothing"]
                ],
            }
            for rule in listed(inputs.get("rules"))
        ]
    }


def cluster_rights(change: Change) -> Iterator[Finding]:
    """What a change of values, labels or annotations gives or takes."""
    for difference in (leaf for given in change.changed for leaf in leaves(given)):
        values = f"{code(shown(difference.before))} → {code(shown(difference.after))}"
        text = ""
        if difference.path == _POD_SECURITY:
            text = f"**pods may do other things** in the namespace: `{difference.path}` {values}"
        elif match := _ROLE.fullmatch(difference.path):
            text = f"`{match['owner']}` takes another role when its pods restart: {values}"
        elif change.type == RELEASE and (what := _decides(difference.path.removeprefix("values."))):
            text = f"changes {what}: `{difference.path}` {values}"
        if text:
            yield Finding(
                text=f"`{change.name}` {text}", details={"urn": change.urn, "path": difference.path}
            )


def _decides(path: str) -> str:
    return next((what for pattern, what in _VALUES.items() if re.fullmatch(pattern, path)), "")
