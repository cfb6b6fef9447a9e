"""The janitor's workflow: nothing is destroyed twice at once."""

from tests.workflows.files import FOLDER, read


def test_two_stacks_that_share_a_bucket_are_looked_through_one_after_the_other() -> None:
    workflow = read(FOLDER / "workflows" / "janitor.yaml")
    assert workflow["jobs"]["destroy"]["strategy"]["max-parallel"] == 1
    assert workflow["concurrency"] == {"group": "janitor", "cancel-in-progress": False}
