"""The images that ours is built upon have a digest: else the same commit would build another image tomorrow.

    python -m operations.base_image

Exit code 1, with the line to write, if `image/Dockerfile` names a base by a tag alone.
"""

import re
import sys

from operations import stack_file
from operations.errors import OperationError, command
from operations.image_digest import digest_of

DOCKERFILE = "image/Dockerfile"
FROM = re.compile(r"^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.MULTILINE | re.IGNORECASE)
"""Image, or an earlier stage, and the stage's own name."""


@command("image")
def main() -> int:
    """The command: 0 and the bases, 1 with one line if one has no digest."""
    print("\n".join(bases()))
    return 0


def bases() -> list[str]:
    """What the stages begin with, but for earlier stages. Raises OperationError with what to write for one
    without a digest."""
    stages = FROM.findall((stack_file.ROOT / DOCKERFILE).read_text())
    names = {name.lower() for _, name in stages}
    found = [image for image, _ in stages if image.lower() not in names]
    if not found:
        raise OperationError(f"{DOCKERFILE}: no line FROM with an image")
    for image in found:
        if "@sha256:" not in image:
            raise OperationError(
                f"{DOCKERFILE}: its base has no digest, and tags move; "
                f"write there: FROM {image}@{digest_of(image)}"
            )
    return found


if __name__ == "__main__":
    sys.exit(main())
