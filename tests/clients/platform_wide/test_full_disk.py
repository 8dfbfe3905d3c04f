"""A full disk: writes are refused by name, reads go on, and with room everything goes on."""

import os
import pathlib
import select
import subprocess

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually
from harness.clients import Aws
from harness.server import Server

MIB = 2**20
DISK = 48 * MIB
BALLAST = 24 * MIB


class SmallDisk:
    """A small disk in memory, which only processes that enter it see. Mounting it needs root, or a
    user name space in which everyone is."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.user = [] if os.geteuid() == 0 else ["--user"]
        mount = f"mount -t tmpfs -o size={DISK} tmpfs {path} && echo mounted && exec cat"
        become_root = ["--map-root-user"] if self.user else []
        self.holder = subprocess.Popen(
            ["unshare", *self.user, *become_root, "--mount", "sh", "-c", mount],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )
        assert select.select([self.holder.stdout], [], [], 30)[0]
        assert self.holder.stdout.readline() == b"mounted\n"

    def enter(self) -> list[str]:
        keep = ["--preserve-credentials"] if self.user else []
        return ["nsenter", "--target", str(self.holder.pid), *self.user, "--mount", *keep]

    def run(self, *command: str) -> None:
        subprocess.run([*self.enter(), *command], check=True, timeout=60)

    def close(self) -> None:
        self.holder.stdin.close()
        self.holder.wait(30)


class ServerOnDisk(Server):
    """A server whose data are on a small disk."""

    def __init__(self, log: pathlib.Path, disk: SmallDisk):
        super().__init__(log, data=disk.path / "data")
        self.disk = disk

    def command(self) -> list[str]:
        return [*self.disk.enter(), *super().command()]


@pytest.fixture
def disk(tmp_path):
    path = tmp_path / "disk"
    path.mkdir()
    disk = SmallDisk(path)
    yield disk
    disk.close()


@pytest.fixture
def server(tmp_path, disk):
    disk.run("fallocate", "-l", str(BALLAST), str(disk.path / "ballast"))
    server = ServerOnDisk(tmp_path / "server.log", disk).start()
    yield server
    if server.running:
        server.stop()


@behaviour("PLAT-18")
def test_writes_are_refused_by_name_and_nothing_that_was_kept_is_lost(server, disk, account, watcher):
    aws = Aws(server.url, account, watcher=watcher)
    s3, glue = aws.client("s3"), aws.client("glue")
    s3.create_bucket(Bucket="b-small")
    kept = {}

    def put(number: int) -> None:
        body = os.urandom(MIB)
        s3.put_object(Bucket="b-small", Key=f"k{number}", Body=body)
        kept[f"k{number}"] = body

    with pytest.raises(ClientError) as raised:
        for number in range(2 * DISK // MIB):
            put(number)
    assert error(raised)[:2] == ("ServiceUnavailable", 503)
    assert "full" in error(raised).message and kept

    # The rows need room too, and say so in the words of their protocol.
    databases = []
    with pytest.raises(ClientError) as raised:
        for number in range(10_000):
            parameters = {f"p{n}": os.urandom(16_000).hex() for n in range(16)}
            glue.create_database(DatabaseInput={"Name": f"d{number}", "Parameters": parameters})
            databases.append(f"d{number}")
    assert error(raised)[:2] == ("ServiceUnavailable", 503)

    def all_is_there(aws: Aws) -> None:
        s3, glue = aws.client("s3"), aws.client("glue")
        for key, body in kept.items():
            assert s3.get_object(Bucket="b-small", Key=key)["Body"].read() == body
        pages = glue.get_paginator("get_databases").paginate()
        names = {database["Name"] for page in pages for database in page["DatabaseList"]}
        # The last one was not acknowledged, and is there or is not.
        assert set(databases) <= names <= {*databases, f"d{len(databases)}"}

    def readable() -> bool:
        try:
            all_is_there(aws)
        except ClientError as unready:
            assert error(unready).status >= 500
            return False
        return True

    # What is kept can be read while nothing can be written, and afterwards.
    eventually(readable)
    disk.run("rm", str(disk.path / "ballast"))
    eventually(readable)
    put(1_000)
    glue.create_database(DatabaseInput={"Name": f"d{len(databases)}-again"})
    databases.append(f"d{len(databases)}-again")

    server.restart()
    all_is_there(Aws(server.url, account, watcher=watcher))
