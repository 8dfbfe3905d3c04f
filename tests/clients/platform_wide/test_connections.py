"""Many connections, slow ones, and requests too large: whoever behaves is served all the while."""

import hashlib
import resource
import selectors
import socket
import time
import urllib.parse

import pytest
from harness.clients import Aws
from harness.raw import signed
from harness.server import Server

MIB = 2**20
CONNECTIONS = 1_000


@pytest.fixture
def room_for_connections():
    """As many open files as the test needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < CONNECTIONS + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4_096), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connect(url: str) -> socket.socket:
    at = urllib.parse.urlsplit(url)
    return socket.create_connection((at.hostname, at.port), timeout=30)


def request_text(request) -> bytes:
    host = urllib.parse.urlsplit(request.url).netloc
    headers = {"Host": host, **request.headers, "Content-Length": str(len(request.body))}
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + request.body


def test_a_thousand_connections_are_served(aws, s3, bucket, room_for_connections):
    """Every one of them puts and gets, all open at once."""
    sockets = [connect(aws.url) for _ in range(CONNECTIONS)]
    try:
        for method in ("PUT", "GET"):
            waiting = selectors.DefaultSelector()
            for number, sock in enumerate(sockets):
                body = f"object {number}".encode() if method == "PUT" else b""
                path = f"/{bucket}/key-{number:04}"
                sock.sendall(request_text(signed(aws, "s3", method, path, body)))
                waiting.register(sock, selectors.EVENT_READ, number)
            left, answers = CONNECTIONS, {}
            deadline = time.monotonic() + 60
            while left and time.monotonic() < deadline:
                for key, _ in waiting.select(timeout=1):
                    answer = answers.get(key.data, b"") + key.fileobj.recv(65_536)
                    answers[key.data] = answer
                    ended = b"\r\n\r\n" in answer
                    if method == "GET":
                        ended = answer.endswith(f"\r\n\r\nobject {key.data}".encode())
                    if ended:
                        waiting.unregister(key.fileobj)
                        left -= 1
            assert left == 0
            assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers.values())
    finally:
        for sock in sockets:
            sock.close()
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == CONNECTIONS


def test_slow_clients_hold_nobody_up(aws, s3, bucket, room_for_connections):
    """Hundreds of connections that began to ask and say no more; bodies that stop on their way."""
    s3.put_object(Bucket=bucket, Key="key", Body=b"bytes")
    half = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
    begun = signed(aws, "s3", "PUT", f"/{bucket}/unfinished", b"x" * 100_000)
    sockets = [connect(aws.url) for _ in range(600)]
    try:
        for number, sock in enumerate(sockets):
            sock.sendall(half if number % 2 else request_text(begun)[:-50_000])
        before = time.monotonic()
        for _ in range(50):
            assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"bytes"
        assert time.monotonic() - before < 10
    finally:
        for sock in sockets:
            sock.close()
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["key"], "a body that broke off is no object"


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: " + b"x" * MIB + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-Many: x\r\n" * 60_000 + b"\r\n",
        b"GET /" + b"x" * MIB + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["one long header", "many headers", "a long path"],
)
def test_oversized_headers_are_refused(aws, s3, head):
    with connect(aws.url) as sock:
        answer = b""
        try:
            sock.sendall(head)
            answer = sock.recv(65_536)
        except OSError:
            # It may hang up before all of it is sent.
            pass
        assert answer == b"" or answer.split(b" ")[1] in (b"400", b"414", b"431")
    assert s3.list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_memory_stays_flat_under_a_large_upload(tmp_path):
    """A body of half a gigabyte is stored as it comes, and never held."""
    server = Server(tmp_path / "server.log", data=tmp_path / "data").start()
    try:
        upload(server)
    finally:
        server.stop()


def upload(server: Server) -> None:
    aws = Aws(server.url, "000000000042")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="large")
    s3.put_object(Bucket="large", Key="warm", Body=b"w" * MIB)
    before = server.resident_bytes()
    block = hashlib.sha256(b"block").digest() * (MIB // 32)

    path = "/large/whole"
    request = signed(aws, "s3", "PUT", path, payload="UNSIGNED-PAYLOAD")
    size, most = 512 * MIB, 0
    with connect(server.url) as sock:
        headers = {"Host": urllib.parse.urlsplit(server.url).netloc, **request.headers}
        headers["Content-Length"] = str(size)
        lines = [f"PUT {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        for number in range(size // MIB):
            sock.sendall(block)
            if number % 32 == 0:
                most = max(most, server.resident_bytes())
        assert sock.recv(65_536).startswith(b"HTTP/1.1 200")
    assert most - before < 96 * MIB, f"{most / MIB:.0f} MiB, {before / MIB:.0f} before"
    assert s3.head_object(Bucket="large", Key="whole")["ContentLength"] == size
