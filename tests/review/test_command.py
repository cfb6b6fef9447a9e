"""The command on real repositories: revisions, clones and trees of every kind, and what it leaves behind."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from datetime import date
from pathlib import Path

from review.revisions import day_of
from tests.review.repositories import PROD, PROGRAM, STACKS, commit, edit, git, line, repository, review

UNCHANGED = "".join(f"{stack}: ✅ no change in the graph\n" for stack in STACKS)


def test_a_change_is_reported_and_nothing_else_in_the_repository_moves(clone: Path) -> None:
    (clone / "notes.txt").write_text("not committed")
    edit(clone / PROD, 'size: "2"', 'size: "3"')
    git(clone, "stash", "push", "--quiet", PROD)
    edit(clone / "__main__.py", "/x", "/y")
    before = state(clone)
    done = review(clone, "HEAD~1")
    assert done.returncode == 0, done.stderr
    assert state(clone) == before
    assert (
        "review: 2 uncommitted file(s) are not part of this report: __main__.py, notes.txt\n" in done.stdout
    )
    assert "prod: ✅ can be merged\n" in done.stdout
    text = (clone / "out" / "review.md").read_text()
    assert "<code>data.size</code> | <code>1</code> | <code>2</code> |" in text
    assert "**staging**: no change in the graph." in text
    assert sorted(path.name for path in (clone / "out").iterdir()) == ["review.json", "review.md"]


def state(tree: Path) -> list[object]:
    """What git knows, and the bytes of its files; a status that refreshed the index would show."""
    commands = (
        "worktree list",
        "status --porcelain",
        "stash list",
        "reflog --all",
        "for-each-ref",
        "config --list",
    )
    files = [path for path in (tree / ".git").rglob("*") if path.is_file() and path.parts[-2] != "objects"]
    return [
        *sorted((str(path), path.read_bytes()) for path in files),
        *(git(tree, "--no-optional-locks", *command.split()) for command in commands),
    ]


def test_what_main_did_meanwhile_is_no_change_of_the_branch(clone: Path) -> None:
    git(clone, "switch", "--quiet", "-c", "feature", "HEAD~1")
    edit(clone / "stacks/Pulumi.dev.yaml", 'size: "1"', 'size: "5"')
    commit(clone)
    git(clone, "branch", "--quiet", "-D", "main")
    done = review(clone, "main")  # known from origin alone
    assert done.returncode == 0, done.stderr
    said = "review: main has 1 newer commit(s), which are not compared: HEAD left it before.\n"
    assert done.stdout == said + UNCHANGED.replace("dev: ✅ no change in the graph", "dev: ✅ can be merged")


def test_a_merge_commit_is_compared_with_what_it_merges_into(clone: Path) -> None:
    """As the pipeline does: main moved on since the event named the base of the pull request, HEAD~2 here."""
    git(clone, "switch", "--quiet", "-c", "feature", "HEAD~1")
    edit(clone / "stacks/Pulumi.dev.yaml", 'size: "1"', 'size: "5"')
    commit(clone)
    git(clone, "switch", "--quiet", "--detach", "main")
    git(clone, "merge", "--quiet", "--no-ff", "-m", "merge", "feature")
    done = review(clone, "HEAD^1", "HEAD")
    assert done.returncode == 0, done.stderr
    assert done.stdout == UNCHANGED.replace("dev: ✅ no change in the graph", "dev: ✅ can be merged")
    assert "prod: ✅ can be merged" in review(clone, "HEAD~2", "HEAD").stdout


def test_the_same_commit_is_an_empty_report(clone: Path) -> None:
    done = review(clone, "HEAD")
    assert done.stdout == f"review: HEAD has no commit that HEAD has not.\n{UNCHANGED}"
    assert done.returncode == 0


def test_a_stack_file_on_one_side_only_is_a_new_or_a_removed_stack(clone: Path) -> None:
    git(clone, "mv", "stacks/Pulumi.dev.yaml", "stacks/Pulumi.lab.yaml")
    commit(clone)
    review(clone, "HEAD~1")
    text = (clone / "out" / "review.md").read_text()
    assert "lab: ✅ can be merged, a new stack" in text
    assert "dev: ⛔ blocked (1), a removed stack" in text


def test_a_renamed_component_is_kept_by_an_alias_and_made_anew_without(clone: Path) -> None:
    renamed = PROGRAM.replace('"config", {', '"settings", {')
    alias = renamed.replace(
        "settings}, inside)",
        'settings}, pulumi.ResourceOptions(provider=inside.provider, aliases=[pulumi.Alias("config")]))',
    )
    (clone / "__main__.py").write_text(alias)
    commit(clone)
    review(clone, "HEAD~1")
    body = json.loads((clone / "out" / "review.json").read_text())
    (change,) = body["stacks"]["prod"]["changes"]
    assert (change["action"], change["renamed_from"]) == ("update", "config")
    (clone / "__main__.py").write_text(renamed)
    commit(clone)
    review(clone, "HEAD~2")
    body = json.loads((clone / "out" / "review.json").read_text())
    assert [change["action"] for change in body["stacks"]["prod"]["changes"]] == ["delete", "create"]


def test_a_change_of_what_judges_it_is_the_first_thing_that_is_said(clone: Path) -> None:
    edit(clone / "policies" / "evaluate.py", "POLICIES.clear()", "POLICIES.clear()  # all")
    (clone / "requirements.txt").write_text("one-more==1\n")
    (clone / "README.md").write_text("# A word\n")
    edit(clone / PROD, 'size: "2"', 'size: "3"')
    commit(clone)
    done = review(clone, "HEAD~1")
    warning = "⚠️ **This change touches what judges it**, so read these first: `policies/evaluate.py`"
    outside = "Of what is deployed these changed; what they do outside of the graph is not shown here: "
    assert done.stdout.startswith(f"review: {warning}\nreview: {outside}`requirements.txt`\n")
    assert (clone / "out" / "review.md").read_text().splitlines()[2] == f"> {warning}"
    body = json.loads((clone / "out" / "review.json").read_text())
    assert body["notes"][0] == warning


def test_a_waiver_is_judged_on_the_latest_day_that_the_commits_know(clone: Path) -> None:
    """The date of a commit is what its author says."""
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "today")
    tip = git(clone, "rev-parse", "HEAD")
    environment = {**os.environ, "GIT_COMMITTER_DATE": "2020-02-01T00:00:00Z"}
    arguments = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet"]
    subprocess.run([*arguments, "--allow-empty", "-m", "old"], cwd=clone, env=environment, check=True)
    assert day_of(clone, "HEAD") == date(2020, 2, 1)
    assert day_of(clone, "HEAD", tip) == day_of(clone, tip) > date(2026, 1, 1)


def test_a_program_in_a_folder_of_a_larger_repository_is_found(origin: Path, tmp_path: Path) -> None:
    shutil.copytree(origin, tmp_path / "all" / "airflow", ignore=shutil.ignore_patterns(".git", "out"))
    tree = repository(tmp_path / "all") / "airflow"
    edit(tree / PROD, 'size: "2"', 'size: "3"')
    commit(tree)
    assert "prod: ✅ can be merged" in review(tree, "HEAD~1").stdout


def test_a_hook_of_git_does_not_mislead_and_is_not_run(clone: Path) -> None:
    hook = clone / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {clone}/ran\n")
    hook.chmod(0o755)
    elsewhere = {"GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index"}
    assert review(clone, "HEAD~1", environment=elsewhere).returncode == 0
    assert not (clone / "ran").exists()


def test_a_shallow_clone_names_the_remedy_and_the_remedy_works(origin: Path, tmp_path: Path) -> None:
    tree = tmp_path / "shallow"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{origin}", str(tree)], check=True)
    said = line(review(tree, "feature"))
    start = "feature: no such revision in this repository; this clone is shallow: "
    assert said.startswith(start)
    git(origin, "branch", "--force", "feature", "HEAD~1")
    subprocess.run(shlex.split(said.removeprefix(start)), cwd=tree, check=True, capture_output=True)
    assert review(tree, "feature").returncode == 0


def test_revisions_without_a_common_commit_are_one_line(clone: Path) -> None:
    git(clone, "switch", "--quiet", "--orphan", "other")
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "other")
    git(clone, "switch", "--quiet", "main")
    assert line(review(clone, "other")).endswith(" have no commit in common")
