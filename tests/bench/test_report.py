"""The table says what was measured, with its spread."""

from tests.bench.report import Measure, document, timed


def test_a_row_has_the_median_and_the_spread() -> None:
    assert Measure("it", [3.0, 1.0, 2.0]).row() == "| it | 2.00 | 1.00 | 3.00 | 3 |"


def test_every_run_is_timed() -> None:
    ran: list[int] = []
    assert len(timed("it", lambda: ran.append(1), 4).seconds) == len(ran) == 4


def test_the_document_names_date_and_machine() -> None:
    text = document([Measure("it", [1.0])])
    assert " UTC, " in text
    assert "cores" in text
    assert "| it | 1.00 |" in text
