"""The rules for DAG files, each a plain function over what Airflow found in a file."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from operations.dag_facts import DagFacts, FileFacts
from operations.dag_start_dates import moving_start_dates

TOP_LEVEL_SECONDS = 1.0
"""The DAG processor reads every file again and again, and its tasks read it once more before each run."""
DEFAULT_OWNER = "airflow"
"""Airflow's `[operators] default_owner`."""


@dataclass(frozen=True, order=True)
class Finding:
    """One breach of a rule."""

    file: str
    line: int
    rule: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.rule}: {self.message} - {self.remedy}"


Said = Iterator[tuple[int, str, str]]
"""Line, message, remedy."""


def imports(facts: FileFacts) -> Said:
    for error in facts.errors:
        if "AirflowDagCycleException" not in error:
            yield (
                line_of(error, facts.file),
                last_line(error),
                "make the file importable with the image's packages",
            )


def cycles(facts: FileFacts) -> Said:
    for error in facts.errors:
        if "AirflowDagCycleException" in error:
            refused = [line for dag_id, line in facts.made.items() if f"Dag: {dag_id}." in error]
            yield (*refused, 1)[0], last_line(error), "remove the dependency that leads back"


def start_dates(facts: FileFacts) -> Said:
    remedy = "give a date that stays, such as datetime(2026, 1, 1)"
    for line, text in moving_start_dates(parsed(facts.file)):
        yield line, f"start_date moves with the clock: {text}", remedy
    for dag in facts.dags:
        if not dag.start_date and not (dag.tasks and all(task.start_date for task in dag.tasks)):
            yield dag.line, f"{dag.dag_id} has no start_date", remedy


def catchup(facts: FileFacts) -> Said:
    for dag in facts.dags:
        if "catchup" not in dag.given:
            yield (
                dag.line,
                f"{dag.dag_id} does not state catchup",
                "give catchup=False, or True where it is meant",
            )


def retries(facts: FileFacts) -> Said:
    for dag in facts.dags:
        unstated = [task.task_id for task in dag.tasks if task.retries is None]
        if unstated:
            remedy = (
                "give retries and retry_delay in default_args, or retries=0 to a task that must not run twice"
            )
            yield dag.line, f"{dag.dag_id} does not state retries of {listed(unstated)}", remedy
        if dag.default_retries is not None and dag.default_retries < 1:
            remedy = "give at least 1, and retries=0 to the single task that must not run twice"
            yield dag.line, f"{dag.dag_id} has retries={dag.default_retries} for all tasks", remedy
        hasty = [task.task_id for task in dag.tasks if task.retries and not task.retry_delay_seconds]
        if hasty:
            remedy = "give retry_delay, such as timedelta(minutes=1)"
            yield dag.line, f"{dag.dag_id} retries {listed(hasty)} without a stated delay", remedy


def owners(facts: FileFacts) -> Said:
    for dag in facts.dags:
        nobody = [task.task_id for task in dag.tasks if task.owner.strip() in ("", DEFAULT_OWNER)]
        if nobody:
            remedy = 'name the team in default_args, such as {"owner": "data-platform"}'
            yield dag.line, f"{dag.dag_id} has no owner of {listed(nobody)}", remedy


def tags(facts: FileFacts) -> Said:
    yield from each(facts, lambda dag: bool(dag.tags), "has no tags", 'give tags, such as tags=["sales"]')


def descriptions(facts: FileFacts) -> Said:
    remedy = "give description, or doc_md=__doc__ with a docstring in the file"
    yield from each(facts, lambda dag: bool(dag.description.strip()), "has no description", remedy)


def top_level_work(facts: FileFacts) -> Said:
    if facts.seconds > TOP_LEVEL_SECONDS:
        message = f"reading the file takes {facts.seconds:.1f} s, more than {TOP_LEVEL_SECONDS:g} s"
        yield 1, message, "move work and heavy imports into tasks"


RULES: dict[str, Callable[[FileFacts], Said]] = {
    "import": imports,
    "cycle": cycles,
    "start-date": start_dates,
    "catchup": catchup,
    "retries": retries,
    "owner": owners,
    "tags": tags,
    "description": descriptions,
    "top-level": top_level_work,
}
"""Rules over one file, by their name in the output. Beside them: `dag-id`, and ruff's own AIR rules."""


def judge(files: Sequence[FileFacts], shown: Callable[[str], str]) -> list[Finding]:
    """All findings, except ruff's."""
    found = [
        Finding(shown(facts.file), line, rule, message, remedy)
        for facts in files
        for rule, check in RULES.items()
        for line, message, remedy in check(facts)
    ]
    return found + list(same_ids(files, shown))


def same_ids(files: Sequence[FileFacts], shown: Callable[[str], str]) -> Iterator[Finding]:
    """Airflow would show one of two DAGs with the same id, now this one and now that."""
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for facts in files:
        for dag in facts.dags:
            places[dag.dag_id].append((shown(facts.file), dag.line))
    for dag_id, ((first, _), *others) in places.items():
        for file, line in others:
            yield Finding(
                file, line, "dag-id", f"{dag_id} is in {first} too", "give each DAG an id of its own"
            )


def each(facts: FileFacts, good: Callable[[DagFacts], bool], message: str, remedy: str) -> Said:
    return ((dag.line, f"{dag.dag_id} {message}", remedy) for dag in facts.dags if not good(dag))


def listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def last_line(error: str) -> str:
    """Of a traceback, what went wrong."""
    return error.strip().splitlines()[-1].strip()


def line_of(error: str, file: str) -> int:
    """Of a traceback, the file's own line that is nearest to the error."""
    found = [line.split(", line ")[1] for line in error.splitlines() if f'"{file}", line ' in line]
    return int(found[-1].split(",")[0]) if found else 1


def parsed(file: str) -> ast.Module:
    """The file's source; nothing where it is no Python, which is an import error."""
    try:
        with open(file, "rb") as source:
            return ast.parse(source.read())
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])
