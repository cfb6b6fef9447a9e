"""The image that a stack's file names by its digest: what was tested in dev is what reaches prod.

    python -m operations.image_digest STACK [--expect sha256:... | --deployed]

Prints `digest=` and `image=`, which is repository@digest. Docker asks the registry whether it is there, or,
where the file has no digest, which one to write into it; ECR is signed in to with the AWS credentials.
"""

import argparse
import base64
import re
import sys
from collections.abc import Sequence

import boto3

from operations.aws_errors import explained
from operations.ecr import in_ecr
from operations.errors import OperationError, command
from operations.programs import run
from operations.stack_file import StackFile, read_stack_file
from operations.stack_states import StateBucket
from operations.state_names import StateNames


def pinned_image(stack: StackFile, expected: str = "") -> tuple[str, str]:
    """Repository and digest, which the registry has. Raises OperationError with the line to write if the file
    has no digest, or another than the expected one."""
    image = stack.section("airflow").get("image") or {}
    if not image.get("tag"):
        raise OperationError(
            f"{stack.path}: airflow:airflow.image.tag should be text (got {image.get('tag')!r})"
        )
    repository, digest = str(image.get("repository", "apache/airflow")), image.get("digest")
    if expected and digest != expected:
        raise OperationError(
            f"{stack.path}: airflow:airflow.image should be what the stage before ran; write there: "
            f"digest: {expected} (got {digest})"
        )
    if not digest:
        found = digest_of(f"{repository}:{image['tag']}")
        raise OperationError(
            f"{stack.path}: airflow:airflow.image has no digest, and tags move; write there: digest: {found}"
        )
    return repository, digest_of(f"{repository}@{digest}")


def deployed_image(stack: StackFile) -> tuple[str, str] | None:
    """Repository and digest of what runs, by the stack's state; None before its first deployment."""
    names = StateNames(account_id=stack.account_id, region=stack.region)
    image = StateBucket(names).read(stack.name).image
    if image is None:
        return None
    name, _, digest = image.partition("@")
    repository = name.rpartition(":")[0]
    return repository, digest_of(f"{repository}@{digest}" if digest else name)


def digest_of(image: str) -> str:
    """What the registry has under that name now, for all platforms together."""
    if registry := in_ecr(image):
        _sign_in(registry["host"], registry["region"])
    found = (
        run(["docker", "buildx", "imagetools", "inspect", image, "--format", "{{json .Manifest.Digest}}"])
        .strip()
        .strip('"')
    )
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", found):
        raise OperationError(f"{image}: the registry tells no digest (got {found[:80]!r})")
    return found


def _sign_in(host: str, region: str) -> None:
    with explained():
        ecr = boto3.client("ecr", region_name=region)
        (data,) = ecr.get_authorization_token()["authorizationData"]
    # Base64 of "AWS:password", which `docker login` wants in two parts; the password by standard input only.
    password = base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]
    run(["docker", "login", "--username", "AWS", "--password-stdin", host], given=password)


@command("image")
def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 and the digest; 1 with one line that tells what to write if it is not the right one."""
    parser = argparse.ArgumentParser(prog="python -m operations.image_digest", description=__doc__)
    parser.add_argument("stack", help="name of a file stacks/Pulumi.<stack>.yaml")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--deployed", action="store_true", help="what the stack's state names, not its file")
    which.add_argument(
        "--expect", default="", metavar="DIGEST", help="what the stage before ran; any other is refused"
    )
    given = parser.parse_args(arguments)
    stack = read_stack_file(given.stack)
    found = deployed_image(stack) if given.deployed else pinned_image(stack, given.expect)
    print(f"digest={found[1]}\nimage={found[0]}@{found[1]}" if found else "image=")
    return 0


if __name__ == "__main__":
    sys.exit(main())
