"""The house rules that a machine can see: which room imports which, how long things are, what stands where.

Each check reads the source with `ast`; a room that does not exist yet is simply empty.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("components", "stacks", "offline", "policies", "review", "emulator", "operations", "reference")
PRUNED = {".venv", ".venv-airflow", ".venv-checkov", ".emulator", ".git", "__pycache__", "node_modules"}

ALLOWED = {
    "__main__": {"stacks", "components"},
    # The connection budget, the names RDS refuses, what an executor needs, what a ConfigMap would hold.
    "stacks": {f"components.{name}" for name in ("capacity", "dag_folder", "executors", "reserved_names")},
    "components": set[str](),
    "offline": set[str](),  # runs __main__ by its path
    "policies": {"offline"},
    "review": {"offline", "policies", "stacks.quantities"},
    "emulator": {"offline", "operations"},  # `make up` ends with the smoke test
    "operations": set[str](),
    "reference": {"stacks", "components", "offline", "policies", "review"},  # documents written from the code
}
"""Room to the other rooms, or modules of them, that it may import."""

TYPES = {"components": {"stacks"}}
"""The same for names that only annotations use: Airflow's component is given its section of the settings."""

# fmt: off
PURE = (
    "capacity", "chart_dags", "chart_values", "connections", "dag_bundles", "executors", "git_secrets",
    "iam_documents", "naming", "reserved_names",
)
"""Modules of components/ that compute and never create."""
# fmt: on

FILE_LINES, FUNCTION_LINES, CONSTRUCTOR_LINES = 200, 40, 80
ENVIRONMENTS = re.compile(r"""["'](dev|staging|prod|local|production|development)["']""")


def sources() -> list[Path]:
    """Every Python file of the project."""
    found = (path for path in ROOT.rglob("*.py") if not PRUNED & set(path.relative_to(ROOT).parts))
    return sorted(found)


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else path.stem


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imports(path: Path, module: ast.AST | None = None) -> Iterator[str]:
    """Dotted names of what the file imports, at any depth; a relative import counts as its own room's."""
    for node in ast.walk(module or tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or "" if node.level == 0 else f"{room(path)}.{node.module or ''}"
            yield from (f"{source}.{alias.name}" for alias in node.names)


def type_imports(path: Path) -> set[str]:
    """What is imported for annotations only: inside `if TYPE_CHECKING`."""
    blocks = [
        n for n in ast.walk(tree(path)) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n.test)
    ]
    return {name for block in blocks for name in imports(path, block)}


def in_rooms(*names: str) -> list[Path]:
    return [path for path in sources() if room(path) in names]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


each_source = pytest.mark.parametrize("path", sources(), ids=named)
each_of_the_program = pytest.mark.parametrize("path", in_rooms("__main__", *ROOMS), ids=named)
each_component_file = pytest.mark.parametrize("path", in_rooms("components"), ids=named)


def strangers(names: set[str], path: Path, allowed: set[str]) -> set[str]:
    """Those of the imported names that lie in another room and are not allowed there."""
    others = {name for name in names if name.split(".")[0] in {*ROOMS, "tests"} - {room(path)}}
    return {name for name in others if not any(f"{name}.".startswith(f"{good}.") for good in allowed)}


@each_of_the_program
def test_imports_go_one_way(path: Path) -> None:
    allowed, types = ALLOWED[room(path)], type_imports(path)
    assert strangers(set(imports(path)) - types, path, allowed) == set()
    assert strangers(types, path, allowed | TYPES.get(room(path), set())) == set()


@each_source
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= FILE_LINES


def too_long(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            limit = CONSTRUCTOR_LINES if node.name == "__init__" else FUNCTION_LINES
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > limit:
                yield f"{node.name} (line {node.lineno}): {length} lines, at most {limit}"


@each_source
def test_a_function_is_short(path: Path) -> None:
    assert list(too_long(path)) == []


@each_component_file
def test_a_component_does_not_know_its_environment(path: Path) -> None:
    """Environments differ in stack files only; a name in the code makes stacks incomparable."""
    code = ast.unparse(without_docstrings(tree(path)))
    assert ENVIRONMENTS.findall(code) == []


def without_docstrings(module: ast.Module) -> ast.Module:
    """The module without texts that stand alone, which are its docstrings."""
    for node in ast.walk(module):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [s for s in body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
            node.body = kept or [ast.Pass()]  # pyright: ignore[reportAttributeAccessIssue]: it has a body
    return module


def reads_config(path: Path) -> bool:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr == "Config" and ast.unparse(node.value) == "pulumi":
            return True
    return "pulumi.Config" in imports(path)


def test_only_the_settings_read_the_configuration() -> None:
    readers = [named(path) for path in in_rooms("__main__", *ROOMS) if reads_config(path)]
    assert readers in ([], ["stacks/settings.py"])


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_imports_no_sdk(module: str) -> None:
    path = ROOT / "components" / f"{module}.py"
    if not path.exists():
        pytest.skip(f"{named(path)} does not exist")
    # `pulumi` itself is allowed for the Input and Output types; a provider's SDK creates things.
    assert [name for name in imports(path) if name.startswith(("pulumi_", "boto"))] == []


def created_in_apply(path: Path) -> Iterator[str]:
    """Calls with `opts=` inside what is given to `apply`: by lambda, or by the name of a local function."""
    module = tree(path)
    functions = {node.name: node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    for call in ast.walk(module):
        if not (
            isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "apply"
        ):
            continue
        for argument in call.args:
            target = functions.get(argument.id) if isinstance(argument, ast.Name) else argument
            for inner in ast.walk(target) if target else ():
                if isinstance(inner, ast.Call) and any(keyword.arg == "opts" for keyword in inner.keywords):
                    yield f"line {inner.lineno}: {ast.unparse(inner.func)}"


@each_of_the_program
def test_no_resource_is_made_inside_apply(path: Path) -> None:
    """Such a resource is missing in a preview, and shown as deleted when the value is unknown."""
    assert list(created_in_apply(path)) == []


def test_the_check_for_apply_sees_both_ways(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(
        "def make(x):\n    return R('a', opts=o)\nv.apply(make)\nv.apply(lambda x: R('b', opts=o))\n"
    )
    assert len(list(created_in_apply(bad))) == 2


def test_no_room_shadows_a_library() -> None:
    """A package of this name would be imported in place of the real one."""
    taken = ("airflow", "pulumi", "pulumi_aws", "pulumi_kubernetes", "pydantic", "kubernetes", "redis")
    assert [name for name in taken if (ROOT / name).exists() or (ROOT / f"{name}.py").exists()] == []
