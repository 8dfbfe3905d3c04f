"""The process: its first line, its admin API, its data directory, how it starts, stops and idles."""

import pathlib
import re
import signal
import subprocess

import pytest
import requests
from harness import behaviour
from harness.server import Server, binary

MIB = 1024 * 1024


def get(url: str) -> requests.Response:
    session = requests.Session()
    session.trust_env = False
    return session.get(url, timeout=30)


@pytest.mark.parametrize("path", ["/_aquifer/health", "/health", "/_localstack/health"])
def test_health_names_every_service_and_the_version(server, path):
    answer = get(server.url + path)
    assert answer.status_code == 200
    health = answer.json()
    assert re.match(r"\d+\.\d+\.\d+", health["version"])
    for service in ("s3", "glue", "athena", "sts", "iam"):
        assert health["services"][service] in ("running", "available"), health


@pytest.mark.serve("--services", "s3,sts")
def test_only_the_services_asked_for_are_opened(server, aws):
    assert sorted(get(server.url + "/_aquifer/health").json()["services"]) == ["s3", "sts"]
    assert aws.client("sts").get_caller_identity()["Account"] == aws.account


@pytest.mark.serve()
def test_reset_forgets_everything(server, aws):
    aws.client("glue").create_database(DatabaseInput={"Name": "d"})
    aws.client("s3").create_bucket(Bucket="b-to-forget")
    assert server.admin("POST", "reset").status_code == 200
    assert aws.client("glue").get_databases()["DatabaseList"] == []
    assert aws.client("s3").list_buckets()["Buckets"] == []


def test_reset_is_refused_where_data_are_kept(durable_server, durable):
    durable().client("glue").create_database(DatabaseInput={"Name": "d"})
    answer = durable_server.admin("POST", "reset")
    assert 400 <= answer.status_code < 500
    assert "--ephemeral" in answer.text
    assert len(durable().client("glue").get_databases()["DatabaseList"]) == 1


def test_the_admin_api_says_what_it_does_not_know(server):
    assert server.admin("GET", "no-such-thing").status_code == 404
    for body in ({}, {"advance": "tomorrow"}, {"set": "noon"}, {"advance": "-PT1H"}):
        answer = server.admin("POST", "clock", json=body)
        assert answer.status_code == 400, body
        assert answer.text


def test_a_second_process_on_the_same_data_is_refused(durable_server, tmp_path):
    second = subprocess.run(
        [binary(), "serve", "--port", "0", "--data", str(durable_server.data)],
        capture_output=True, timeout=30,
    )
    assert second.returncode != 0
    assert second.stdout == b""
    said = second.stderr.decode()
    assert "panicked" not in said
    assert str(durable_server.data) in said
    assert re.search(r"in use|another", said), said


def test_a_taken_port_is_refused_with_a_sentence(server):
    port = server.url.rpartition(":")[2]
    second = subprocess.run(
        [binary(), "serve", "--port", port, "--ephemeral"], capture_output=True, timeout=30
    )
    assert second.returncode != 0
    assert port in second.stderr.decode() and "panicked" not in second.stderr.decode()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_asked(tmp_path, how):
    server = Server(tmp_path / "log", data=tmp_path / "data").start()
    assert server._end(how) == 0
    assert Server(tmp_path / "log", data=tmp_path / "data").start().stop() == 0


def test_logs_are_json_lines_when_asked(tmp_path):
    import json

    server = Server(tmp_path / "log", "--log", "json").start()
    get(server.url + "/health")
    server.stop()
    lines = [line for line in (tmp_path / "log").read_text().splitlines() if line]
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict)


def test_a_newer_data_directory_is_refused(tmp_path):
    data = tmp_path / "data"
    Server(tmp_path / "log", data=data).start().stop()
    form = data / "FORMAT"
    assert form.is_file(), sorted(path.name for path in data.iterdir())
    form.write_text("9999\n")
    second = subprocess.run(
        [binary(), "serve", "--port", "0", "--data", str(data)], capture_output=True, timeout=30
    )
    assert second.returncode != 0
    assert "newer" in second.stderr.decode() and "panicked" not in second.stderr.decode()


@behaviour("PLAT-21")
def test_idle_is_small(tmp_path):
    server = Server(tmp_path / "log").start()
    try:
        get(server.url + "/health")
        assert server.resident_bytes() < 60 * MIB
        threads = len(list(pathlib.Path(f"/proc/{server.pid}/task").iterdir()))
        assert threads < 64
    finally:
        server.stop()


@behaviour("PLAT-21")
def test_idle_burns_no_processor(tmp_path):
    import os
    import time

    server = Server(tmp_path / "log").start()
    try:
        get(server.url + "/health")

        def spent() -> float:
            fields = pathlib.Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        before = spent()
        time.sleep(1)  # What is measured is a second in which nothing is asked.
        assert spent() - before <= 0.05
    finally:
        server.stop()


@behaviour("PLAT-21")
def test_more_connections_than_files_may_be_open_wait_without_burning_the_processor(tmp_path):
    import os
    import socket
    import time
    import urllib.parse

    class Bound(Server):
        def command(self):
            return ["sh", "-c", 'ulimit -n 128 && exec "$0" "$@"', *super().command()]

    server = Bound(tmp_path / "log", data=tmp_path / "data").start()
    address = urllib.parse.urlsplit(server.url)
    try:
        waiting = [socket.create_connection((address.hostname, address.port)) for _ in range(150)]

        def spent() -> float:
            fields = pathlib.Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        before = spent()
        time.sleep(1)  # What is measured is a second in which nobody asks anything.
        assert spent() - before <= 0.2
        for connection in waiting:
            connection.close()
        assert get(server.url + "/health").status_code == 200
    finally:
        server.stop()
    assert "Too many open files" not in (tmp_path / "log").read_text()
