"""Repositories with a program of a few resources: the command and the recorder are this repository's own.

The whole program takes seconds to load, because of its providers' SDKs; what goes wrong around it does not
depend on them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from offline import ROOT

PROD = "stacks/Pulumi.prod.yaml"
STACKS = ("dev", "local", "prod", "staging")
PROGRAM = '''"""A password, a parameter that keeps it, a ConfigMap; the providers keep the policies."""

import json

import pulumi
from pulumi_random import RandomPassword


class Thing(pulumi.CustomResource):
    def __init__(self, type_, name, inputs, opts=None):
        super().__init__(type_, name, inputs, opts)


def below(package, **inputs):
    return pulumi.ResourceOptions(provider=pulumi.ProviderResource(package, package, inputs))


CLUSTER = {"server": "https://cluster", "certificate-authority-data": "authority"}
KUBECONFIG = {"clusters": [{"cluster": CLUSTER}], "users": [{"user": {"exec": {}}}]}
TAGS = {"tags": {"Project": "airflow", "Environment": "test", "Owner": "team"}}
aws = below("aws", allowedAccountIds=["111122223333"], defaultTags=TAGS)
inside = below("kubernetes", clusterIdentifier="cluster", kubeconfig=json.dumps(KUBECONFIG))
settings = pulumi.Config().require_object("settings")
password = RandomPassword("password-1", length=32, special=False, opts=below("random"))
parameter = {"name": "/x", "type": "SecureString", "keyId": "key", "value": password.result}
Thing("aws:ssm/parameter:Parameter", "parameter", parameter, aws)
Thing("kubernetes:core/v1:ConfigMap", "config", {"metadata": {"name": "config"}, "data": settings}, inside)
'''
STACK_FILE = """config:
  airflow:account: {id: "111122223333", region: us-east-1}
  airflow:settings: {size: "1"}
"""


def program(tree: Path) -> Path:
    """The program's files in a new folder."""
    for room in ("review", "offline", "policies"):
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    # They are about the whole program: with each new one this small one would be another case.
    with (tree / "policies" / "evaluate.py").open("a") as policies:
        policies.write("\nPOLICIES.clear()\n")
    (tree / "stacks").mkdir()
    for name in ("__init__.py", "quantities.py"):
        shutil.copy(ROOT / "stacks" / name, tree / "stacks" / name)
    for stack in STACKS:
        (tree / "stacks" / f"Pulumi.{stack}.yaml").write_text(STACK_FILE)
    (tree / "__main__.py").write_text(PROGRAM)
    (tree / ".gitignore").write_text("__pycache__/\n/out/\n")
    return tree


def git(tree: Path, *arguments: str) -> str:
    name = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(tree), *name, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def repository(tree: Path) -> Path:
    """The folder as a repository of one commit on `main`."""
    git(tree, "init", "--quiet", "--initial-branch=main")
    commit(tree)
    return tree


def commit(tree: Path) -> str:
    """Of all that is there; its hash."""
    git(tree, "add", "-A")
    git(tree, "commit", "--quiet", "--allow-empty", "-m", "change")
    return git(tree, "rev-parse", "HEAD")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def review(
    tree: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command in this repository, its files in `out/`."""
    return subprocess.run(
        [sys.executable, "-m", "review", *arguments, "--output", "out"],
        cwd=tree,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that is said of a mistake."""
    assert done.returncode == 1, done.stdout
    (said,) = done.stderr.splitlines()
    assert said.startswith("review: ")
    return said.removeprefix("review: ")
