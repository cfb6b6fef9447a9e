"""The image's way: accepted findings end, and what is pushed is named by its digest."""

import datetime
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.airflow_sections import ImageSettings
from tests.workflows.files import FOLDER, ROOT, read, steps

DIGEST = f"sha256:{'a' * 64}"
REPOSITORY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/airflow"
DEPLOY = FOLDER / "workflows" / "deploy.yaml"
DOCKER = f"""#!/bin/bash
echo "docker $*" >> "$CALLS"
[[ "$1" != login ]] || cat >> "$CALLS.password"
[[ "$1" != buildx ]] || echo "\\"${{DIGEST-{DIGEST}}}\\""
echo "said by docker" >&2
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """docker and aws of the test's own; what docker is asked for is noted there."""
    for name, body in {"docker": DOCKER, "aws": "#!/bin/bash\necho a-password\n"}.items():
        (tmp_path / name).write_text(body)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


def push(repository: str = REPOSITORY) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "scripts/push-image.sh"), "image.tar", "airflow:abc", repository]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_what_is_pushed_is_told_by_its_digest_and_as_the_line_of_a_stack_file(calls: Path) -> None:
    done = push()
    image, line = done.stdout.splitlines()
    assert (done.returncode, image) == (0, f"image={REPOSITORY}@{DIGEST}")
    written = ImageSettings.model_validate(yaml.safe_load(line.removeprefix("line="))["image"])
    assert (written.repository, written.digest) == (REPOSITORY, DIGEST)
    name = written.tag
    assert name.startswith("3.3.2-")  # as the rule for airflow.image.tag wants it
    assert calls.read_text().splitlines() == [
        "docker load --input image.tar",
        f"docker login --username AWS --password-stdin {REPOSITORY.partition('/')[0]}",
        f"docker tag airflow:abc {REPOSITORY}:{name}",
        f"docker push {REPOSITORY}:{name}",
        f"docker buildx imagetools inspect {REPOSITORY}:{name} --format {{{{json .Manifest.Digest}}}}",
    ]


def test_a_base_by_its_digest_gives_the_same_tag(calls: Path, tmp_path: Path) -> None:
    name = push().stdout.partition('tag: "')[2].partition('"')[0]
    script = (ROOT / "scripts/push-image.sh").read_text()
    (tmp_path / "image").mkdir()
    pinned = (ROOT / "image/Dockerfile").read_text().replace("airflow:3.3.2", f"airflow:3.3.2@{DIGEST}")
    assert DIGEST in pinned
    (tmp_path / "image/Dockerfile").write_text(pinned)
    (tmp_path / "git").write_text(f"#!/bin/sh\necho {name.removeprefix('3.3.2-')}\n")
    (tmp_path / "git").chmod(0o755)
    command = ["bash", "-c", script, "push", "image.tar", "airflow:abc", REPOSITORY]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert f'tag: "{name}"' in done.stdout


def test_nothing_is_pushed_to_what_is_no_ecr_repository(calls: Path) -> None:
    done = push("example.com/airflow")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "push-image: 'example.com/airflow' is no ECR repository\n"
    assert not calls.exists()


def test_without_a_digest_nothing_is_told(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST", "")
    done = push()
    assert (done.returncode, done.stdout) == (1, "")


def scans() -> list[dict[str, Any]]:
    found = [step["with"] for _, step in steps() if "trivy-action@" in str(step.get("uses"))]
    return [inputs for inputs in found if inputs.get("format") != "cyclonedx"]


def test_every_scan_fails_on_what_is_critical_or_high() -> None:
    assert len(scans()) == 2
    for inputs in scans():
        assert (inputs["severity"], inputs["exit-code"]) == ("CRITICAL,HIGH", "1")
        assert (ROOT / inputs["trivyignores"]).is_file()
        assert "ignore-unfixed" not in inputs  # it would pass for ever, without a reason


def unfounded(waivers: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Accepted findings without a reason, or without an end in 90 days at most."""
    listed = [each for found in waivers.values() for each in found]
    last = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=90)
    return [
        each["id"]
        for each in listed
        if not each.get("statement")
        or not isinstance(each.get("expired_at"), datetime.date)
        or each["expired_at"] > last
    ]


def test_an_accepted_finding_has_a_reason_and_an_end() -> None:
    assert unfounded(yaml.safe_load((ROOT / ".trivyignore.yaml").read_text())) == []
    today = datetime.datetime.now(datetime.UTC).date()
    soon, late = today + datetime.timedelta(days=89), today + datetime.timedelta(days=92)
    waivers = [
        {"id": "CVE-1", "statement": "x"},
        {"id": "CVE-2", "expired_at": soon},
        {"id": "CVE-3", "expired_at": late, "statement": "x"},
        {"id": "CVE-4", "expired_at": soon, "statement": "x"},
    ]
    assert unfounded({"vulnerabilities": waivers}) == ["CVE-1", "CVE-2", "CVE-3"]


def test_the_base_is_looked_at_before_the_merge_wherever_images_are_pushed() -> None:
    content = read(FOLDER / "workflows" / "image.yaml")["jobs"]
    (step,) = (s for s in content["build"]["steps"] if "operations.base_image" in s.get("run", ""))
    assert step["if"] == "vars.IMAGE_ROLE != ''"
    assert "vars.IMAGE_ROLE != ''" in content["push"]["if"]
    assert content["push"]["needs"] == "build"


def test_a_scan_takes_no_place_of_a_push() -> None:
    """Of those that wait in a group GitHub keeps the newest alone."""
    group = read(FOLDER / "workflows" / "image.yaml")["concurrency"]["group"]
    assert group == "image-${{ github.event_name == 'schedule' && 'scan' || github.ref }}"


def test_the_stacks_of_the_pipeline_name_one_image() -> None:
    """`deploy` refuses another one than the stage before ran; told here, before anything is deployed."""
    stages = [job["with"]["stack"] for job in read(DEPLOY)["jobs"].values() if "stack" in job["with"]]
    files = {stage: (ROOT / "stacks" / f"Pulumi.{stage}.yaml").read_text() for stage in stages}
    configs = {stage: yaml.safe_load(text)["config"] for stage, text in files.items()}
    digests = {stage: c["airflow:airflow"]["image"].get("digest") for stage, c in configs.items()}
    assert stages == ["dev", "staging", "prod"]
    assert len(set(digests.values())) == 1, digests
