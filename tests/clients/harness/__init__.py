"""What tests import: `behaviour` to name rows, `error` to read a refusal, `eventually` to wait.

Fixtures (`aws`, `s3`, `glue`, `clock`, `durable_server`, …) are in `fixtures.py`.
"""

import time
from typing import NamedTuple

import pytest


def behaviour(*rows: str):
    """Marks a test with the rows of the acceptance specification that it shows."""
    return pytest.mark.behaviour(*rows)


class Refusal(NamedTuple):
    """What a client sees of an error."""

    code: str
    status: int
    message: str


def error(raised) -> Refusal:
    """The code, HTTP status and sentence of `with pytest.raises(ClientError) as raised`."""
    response = getattr(raised, "value", raised).response
    return Refusal(
        response["Error"]["Code"],
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"].get("Message", ""),
    )


def eventually(probe, seconds: float = 20):
    """Calls `probe` until it returns something true, and returns that.

    Only for what is asynchronous in AWS too: a query that runs, a crawler that crawls.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"still {answer!r} after {seconds} s: {probe}")
        time.sleep(0.01)


__all__ = ["Refusal", "behaviour", "error", "eventually"]
