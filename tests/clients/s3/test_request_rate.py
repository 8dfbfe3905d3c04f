"""How often the keys under one prefix may be asked for, where published rates hold."""

import datetime
import http.client
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import behaviour

CALLERS = 4


class Driver:
    """Sends many small requests, as fast as it can."""

    def __init__(self, server, bucket):
        self.server, self.bucket = server, bucket
        self.host = urllib.parse.urlsplit(server.url).netloc

    def send(self, method: str, key: str, times: int) -> int:
        """How many of so many requests were refused."""

        def some(times: int) -> int:
            connection, refused = http.client.HTTPConnection(self.host, timeout=30), 0
            for _ in range(times):
                connection.request(method, f"/{self.bucket}/{key}")
                answer = connection.getresponse()
                body = answer.read()
                if answer.status == 503:
                    assert b"<Code>SlowDown</Code>" in body
                    assert b"<Message>Please reduce your request rate.</Message>" in body
                    refused += 1
            connection.close()
            return refused

        with ThreadPoolExecutor(CALLERS) as callers:
            shares = [times // CALLERS + (n < times % CALLERS) for n in range(CALLERS)]
            return sum(callers.map(some, shares))


@behaviour("S3-47")
@pytest.mark.serve("--limits", "--auth", "off")
@pytest.mark.parametrize("method, rate", [("GET", 5500), ("DELETE", 3500)])
def test_each_prefix_has_a_rate_of_its_own(server, s3, bucket, method, rate):
    driver = Driver(server, bucket)
    for prefix in ("a", "b/c"):
        # The first request of a prefix finds all there is. Then time goes back, and nothing more is
        # given while the others are sent, however long that takes.
        assert driver.send(method, f"{prefix}/k", 1) == 0
        now = datetime.datetime.fromisoformat(server.admin("GET", "clock").json()["now"])
        back = (now - datetime.timedelta(hours=1)).isoformat().replace("+00:00", "Z")
        assert server.admin("POST", "clock", json={"set": back}).status_code == 200
        assert driver.send(method, f"{prefix}/k", rate - 1 + 200) == 200


@behaviour("S3-47")
@pytest.mark.serve("--auth", "off")
def test_without_limits_nothing_is_refused(server, s3, bucket):
    assert Driver(server, bucket).send("DELETE", "a/k", 4000) == 0
