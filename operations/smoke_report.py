"""What the smoke test is given and what it gives back: target, phases, report and their table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

SIGNS = {"passed": "[green]passed[/]", "failed": "[red]failed[/]", "skipped": "[yellow]skipped[/]"}
HIDDEN = "[secret]"


@dataclass(frozen=True, kw_only=True)
class Target:
    """A deployment by its addresses. Phases that need a `bucket` or `ssm_prefix` are skipped without."""

    url: str
    """Base URL of the UI: the emulator, a port-forward or the ingress."""
    username: str = "admin"
    password: str = field(default="", repr=False)
    token: str | None = field(default=None, repr=False)
    """Instead of user name and password, where single sign-on leaves none."""
    version: str | None = None
    """Airflow's expected version; None accepts every one and reports it."""
    bucket: str | None = None
    log_prefix: str = "logs"
    ssm_prefix: str | None = None
    """Such as /airflow/prod/variables: where a marker may be put and deleted."""
    region: str | None = None
    endpoint_url: str | None = None
    """Address that answers in AWS's place; None is AWS itself."""
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    """Access key id and secret key; None leaves it to boto3's usual chain."""
    timeout_seconds: float = 180

    def hide(self, text: str) -> str:
        """The text without this target's secrets, whoever put them into it."""
        for secret in (self.password, self.token, self.credentials and self.credentials[1]):
            # A very short secret (a test's) would blank out ordinary words.
            if secret and len(secret) >= 6:
                text = text.replace(secret, HIDDEN)
        return text


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One step with its result and time."""

    name: str
    status: Literal["passed", "failed", "skipped"]
    seconds: float
    detail: str
    """What was seen; for a failure the reason."""
    log: tuple[str, ...] = ()
    """Last lines of the log that matters, for a failure that has one."""


@dataclass(frozen=True)
class Report:
    """All phases that ran; the first failed one is the last."""

    phases: tuple[Phase, ...]

    @property
    def failure(self) -> Phase | None:
        """The phase that ended the test, None if the deployment works."""
        return next((phase for phase in self.phases if phase.status == "failed"), None)

    @property
    def ok(self) -> bool:
        """True if nothing failed; skipped phases do not count against the deployment."""
        return bool(self.phases) and self.failure is None

    @property
    def seconds(self) -> float:
        """Time of the whole test."""
        return sum(phase.seconds for phase in self.phases)

    def show(self, console: Console) -> None:
        """Prints the table, and for a failure its phase, reason and log."""
        console.print(_table(self.phases))
        failure = self.failure
        if failure is None:
            console.print(f"[green]smoke: passed[/] in {self.seconds:.1f} s")
            return
        console.print(f"[red]smoke: failed[/] in phase [bold]{failure.name}[/]: {escape(failure.detail)}")
        for line in failure.log:
            console.print(f"  {escape(line)}", soft_wrap=True, highlight=False)


def _table(phases: Iterable[Phase]) -> Table:
    table = Table("phase", "result")
    table.add_column("what was seen", overflow="fold")  # a cut key or reason helps nobody
    table.add_column("seconds", justify="right")
    for phase in phases:
        table.add_row(phase.name, SIGNS[phase.status], escape(phase.detail), f"{phase.seconds:.1f}")
    return table
