"""The image that ours is built upon has a digest: else the same commit would build another image tomorrow.

    python -m operations.base_image

Exit code 1, with the line to write, if `image/Dockerfile` names its base by a tag alone.
"""

import re
import sys

from operations import stack_file
from operations.errors import OperationError, command
from operations.image_digest import digest_of

DOCKERFILE = "image/Dockerfile"


@command("image")
def main() -> int:
    """The command: 0 and the base, 1 with one line if it has no digest."""
    print(base())
    return 0


def base() -> str:
    """The base by its digest. Raises OperationError with the line to write if it has none."""
    text = (stack_file.ROOT / DOCKERFILE).read_text()
    (image,) = re.findall(r"^FROM (\S+)$", text, re.MULTILINE)
    if "@sha256:" not in image:
        raise OperationError(
            f"{DOCKERFILE}: its base has no digest, and tags move; "
            f"write there: FROM {image}@{digest_of(image)}"
        )
    return image


if __name__ == "__main__":
    sys.exit(main())
