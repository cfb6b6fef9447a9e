"""Where an image lies, if it is in Amazon's registry."""

import re

_ECR = re.compile(
    r"(?P<host>(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?)/"
    r"(?P<name>[^:@]+)"
)


def in_ecr(image: str) -> re.Match[str] | None:
    """Host, account, region and name of the image's repository; None for another registry."""
    return _ECR.match(image)
