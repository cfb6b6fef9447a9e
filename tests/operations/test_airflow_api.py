"""A busy server: questions are repeated, orders are not."""

from __future__ import annotations

import httpx
import pytest

from operations.airflow_api import READ_TRIES, AirflowApi, ApiError


class Slow(httpx.BaseTransport):
    """Answers after so many requests that nobody waited for."""

    def __init__(self, unanswered: int) -> None:
        self.unanswered, self.asked = unanswered, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.asked <= self.unanswered:
            raise httpx.ReadTimeout("timed out", request=request)
        return httpx.Response(200, json={"version": "3.3.2"})


def test_a_question_that_was_not_answered_is_asked_again() -> None:
    assert AirflowApi("http://localhost:1", transport=Slow(READ_TRIES - 1)).version() == "3.3.2"


def test_after_some_tries_the_error_says_which_question_it_was() -> None:
    transport = Slow(READ_TRIES)
    with pytest.raises(ApiError, match="GET /api/v2/version: ReadTimeout"):
        AirflowApi("http://localhost:1", transport=transport).version()
    assert transport.asked == READ_TRIES


def test_an_order_is_given_once() -> None:
    """A run that was triggered and not confirmed must not be triggered twice."""
    transport = Slow(1)
    with pytest.raises(ApiError, match="ReadTimeout"):
        AirflowApi("http://localhost:1", transport=transport).trigger("smoke", "run", {})
    assert transport.asked == 1
