"""Contents that tell which write they came from, made fast."""

import hashlib
import random
from typing import NamedTuple

_BLOCK = random.Random(0).randbytes(8 * 2**20 + 4096)


class Content(NamedTuple):
    """What one write put somewhere."""

    number: int
    size: int
    md5: str


def body(number: int, size: int) -> bytes:
    """Bytes of the given size that no other number has (above a few bytes)."""
    head = f"{number:016}".encode()[:size]
    start = number * 7 % 4096
    return head + _BLOCK[start : start + size - len(head)]


def content(number: int, data: bytes) -> Content:
    """How a body is recognised later."""
    return Content(number, len(data), hashlib.md5(data).hexdigest())
