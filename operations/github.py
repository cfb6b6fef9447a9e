"""GitHub's REST API, as little of it as the pipelines need: comments of a pull request, and issues."""

import os
from collections.abc import Iterator
from typing import Any, Self

import httpx

from operations.errors import OperationError

BOT = "github-actions[bot]"
"""Who writes with a workflow's own token."""
LONGEST_BODY = 65_536
"""Characters of a comment or an issue; GitHub refuses more ("body is too long")."""
_SECONDS = 30


class Absent(OperationError):
    """There is nothing of that name."""


class GitHub:
    """One repository. A refusal is an OperationError; the token is in none."""

    def __init__(self, repository: str, token: str, url: str = "https://api.github.com") -> None:
        self._client = httpx.Client(
            base_url=f"{url.rstrip('/')}/repos/{repository}",
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
            timeout=_SECONDS,
            transport=httpx.HTTPTransport(retries=2),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Writes, and gives back what was written."""
        return self._request(method, path, json=body).json()

    def get(self, path: str) -> Any:
        """One thing. Raises Absent if there is none."""
        return self._request("GET", path).json()

    def pages(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Every entry of a list, over all its pages."""
        answer = self._request("GET", path, params={**query, "per_page": "100"})
        yield from answer.json()
        while following := answer.links.get("next", {}).get("url"):
            answer = self._request("GET", following)
            yield from answer.json()

    def _request(self, method: str, path: str, **what: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **what)
        except httpx.HTTPError as error:
            raise OperationError(f"GitHub cannot be reached: {type(error).__name__}: {error}") from None
        if answer.is_success:
            return answer
        refusal = Absent if answer.status_code == httpx.codes.NOT_FOUND else OperationError
        raise refusal(
            f"GitHub refused {method} {answer.request.url.path}: {answer.status_code} {_message(answer)}"
        )


def from_environment() -> GitHub:
    """By GITHUB_REPOSITORY and GITHUB_API_URL, which steps have, and GITHUB_TOKEN, which they are given."""
    missing = [name for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN") if not os.environ.get(name)]
    if missing:
        raise OperationError(
            f"not set: {', '.join(missing)}; a workflow's step gives GITHUB_TOKEN in its env"
        )
    url = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    return GitHub(os.environ["GITHUB_REPOSITORY"], os.environ["GITHUB_TOKEN"], url)


def own(entry: dict[str, Any], marker: str) -> bool:
    """True if a workflow wrote it and it begins with our marker: what people wrote is never overwritten."""
    author = (entry.get("user") or {}).get("login")
    return author == BOT and str(entry.get("body") or "").startswith(marker)


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("message", ""))
    except (ValueError, AttributeError):
        return ""
