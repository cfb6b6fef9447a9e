"""Where Helm finds the chart."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stacks.airflow_sections import ChartSettings

CHART = "airflow"


def chart_source(chart: "ChartSettings") -> dict[str, Any]:
    """Arguments of a Release for a repository's URL or for a package on disk.

    The project's download area keeps only the newest chart, so a pinned one has to be mirrored sooner or
    later.
    """
    if chart.location.endswith(".tgz"):
        return {"chart": chart.location, "version": chart.version}
    return {"chart": CHART, "version": chart.version, "repository_opts": {"repo": chart.location}}
