"""scripts/setup.sh with stand-ins for the programs that it calls: what it installs, what it leaves behind."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulator.kills import until

ROOT = Path(__file__).parents[1]
TOOLS = ("bash", "cat", "chmod", "dirname", "rm", "sed", "mkdir", "sleep")
SERVICE_FILES = ("/etc/init.d", "/lib/systemd/system", "/usr/lib/systemd/system")

VENV = """
case "$1" in
-c) exec {python} "$@" ;;
--version) echo Python 3 ;;
-m) [[ "$2" == venv ]] && mkdir -p "$3/bin" && cat "$0" >"$3/bin/python" && chmod +x "$3/bin/python"
    cat {uv} >.venv/bin/uv; chmod +x .venv/bin/uv ;;
esac
"""


class Folder:
    """A copy of the script in a folder of its own, and nothing on PATH but what a test puts there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bin = path / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(str(shutil.which(tool)))
        (path / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "setup.sh", path / "scripts")
        (path / "requirements-dev.txt").write_text("uv==1 \\\n    --hash=sha256:0\nother==1\n")

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": str(self.bin), "PYTHON": str(self.bin / "python3")}

    def _command(self, part: str) -> list[str]:
        return ["/bin/bash", str(self.path / "scripts" / "setup.sh"), part]

    def program(self, name: str, body: str = "") -> Path:
        """A program that notes how it was called."""
        file = self.bin / name
        file.write_text(f'#!/bin/bash\nprintf "%s\\n" "{name} $*" >>{self.path}/calls\n{body}\n')
        file.chmod(0o755)
        return file

    def setup(self, part: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(part), env=self._environment, capture_output=True, text=True, check=False
        )

    def start(self, part: str) -> subprocess.Popen[str]:
        return subprocess.Popen(self._command(part), env=self._environment, stdout=subprocess.PIPE, text=True)

    def calls(self, program: str) -> list[str]:
        file = self.path / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line for line in lines if line.startswith(f"{program} ")]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def apt(folder: Folder, *known: str, user: int = 0) -> None:
    """Debian's programs, for one user; `known` are the packages that the lists name."""
    folder.program("id", f"echo {user}")
    folder.program("apt-cache", f'[[ " {" ".join(known)} " == *" $2 "* ]]')
    server = folder.program("server")
    folder.program(
        "apt-get",
        f'name="${{@: -1}}"; [[ $name == *-server ]] && cat {server} >{folder.bin}/$name && '
        f"chmod +x {folder.bin}/$name; true",
    )


@pytest.mark.parametrize(
    ("known", "chosen"),
    [(("valkey-server", "redis-server"), "valkey-server"), (("redis-server",), "redis-server")],
)
def test_a_server_program_comes_without_its_service(folder: Folder, known: tuple[str], chosen: str) -> None:
    apt(folder, *known)
    assert folder.setup("cache").returncode == 0
    (call,) = folder.calls("apt-get")
    assert call.endswith(f"install -y {chosen}")
    for place in SERVICE_FILES:
        assert f"--path-exclude={place}/{chosen}*" in call


def test_old_lists_of_packages_are_renewed_once(folder: Folder) -> None:
    apt(folder, "redis-server")
    once = folder.path / "failed"
    working = (folder.bin / "apt-get").read_text()
    folder.program("apt-get", f'[[ -e {once} || "$*" != *install* ]] || {{ >{once}; exit 100; }}\n{working}')
    assert folder.setup("cache").returncode == 0
    assert any("update" in call for call in folder.calls("apt-get"))


def test_who_may_not_install_gets_the_one_command(folder: Folder) -> None:
    apt(folder, "redis-server", user=1000)
    done = folder.setup("cache")
    assert done.returncode == 1
    assert "sudo scripts/setup.sh cache" in done.stderr
    assert folder.calls("apt-get") == []


def test_a_server_that_is_there_is_left_alone(folder: Folder) -> None:
    apt(folder, "valkey-server")
    folder.program("redis-server")
    assert folder.setup("cache").returncode == 0
    assert folder.calls("apt-get") == []


def environment(folder: Folder, uv_exit_code: int = 0) -> None:
    """Python and uv for the program's environment."""
    uv = folder.path / "uv"
    uv.write_text(f'#!/bin/bash\nprintf "%s\\n" "uv $*" >>{folder.path}/calls\nexit {uv_exit_code}\n')
    folder.program("python3", VENV.format(python=sys.executable, uv=uv))


def test_an_environment_is_installed_by_hashes_and_only_once(folder: Folder) -> None:
    environment(folder)
    for _ in range(2):
        assert folder.setup("program").returncode == 0
    (call,) = folder.calls("uv")
    assert "--require-hashes" in call
    assert (folder.path / ".venv" / "uv.txt").read_text() == "uv==1 \\\n    --hash=sha256:0\n"


def test_an_interrupted_environment_is_made_anew(folder: Folder) -> None:
    environment(folder, uv_exit_code=1)
    assert folder.setup("program").returncode != 0
    (folder.path / ".venv" / "half").touch()
    environment(folder)
    assert folder.setup("program").returncode == 0
    assert not (folder.path / ".venv" / "half").exists()


def test_another_list_makes_another_environment(folder: Folder) -> None:
    environment(folder)
    folder.setup("program")
    (folder.path / "requirements-dev.txt").write_text("uv==1\n")
    folder.setup("program")
    assert len(folder.calls("uv")) == 2


def test_a_second_setup_waits_for_the_first_and_says_so(folder: Folder) -> None:
    environment(folder)
    slow = (folder.path / "uv").read_text().replace("exit", "while [[ ! -e go ]]; do sleep 0.05; done; exit")
    (folder.path / "uv").write_text(slow)
    first = folder.start("program")
    until(lambda: bool(folder.calls("uv")), 10)
    second = folder.start("program")
    assert second.stdout
    assert second.stdout.readline() == "setup: another setup is at work here; waiting for its end\n"
    (folder.path / "go").touch()
    assert (first.wait(10), second.wait(10)) == (0, 0)
    assert len(folder.calls("uv")) == 1


def test_a_setup_that_was_killed_holds_nobody_up(folder: Folder) -> None:
    environment(folder)
    uv = folder.path / "uv"
    working = uv.read_text()
    uv.write_text(working.replace("exit", "kill -9 $PPID; exit"))
    assert folder.setup("program").returncode == -9
    uv.write_text(working)
    done = folder.setup("program")
    assert (done.returncode, "waiting" in done.stdout) == (0, False)


@pytest.mark.parametrize("part", ["all", "program", "airflow", "checkov"])
def test_an_old_python_is_told_in_one_line(folder: Folder, part: str) -> None:
    folder.program("python3", "[[ $1 == --version ]] && echo Python 3.10.4")
    done = folder.setup(part)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "3.11 or newer is needed" in done.stderr
    assert "python3 is Python 3.10.4; name another: export PYTHON=" in done.stderr


def test_a_missing_python_is_told_in_one_line(folder: Folder) -> None:
    done = folder.setup("all")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "export PYTHON=" in done.stderr
