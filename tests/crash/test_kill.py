"""Kills the server in the middle of its work, again and again, and looks for what it had promised.

One data directory lives through all rounds. Seed and rounds: `AQUIFER_CRASH_SEED`,
`AQUIFER_CRASH_ROUNDS`.
"""

import contextlib
import pathlib
import random
import subprocess
import threading
import time

from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError
from harness import behaviour
from harness.clients import Aws
from harness.server import Server
from urllib3.exceptions import HTTPError
from writers import Churn, Objects, Partitions, Tables, Uploads, Versions, Writer

ACCOUNT = "000000000042"
WORK_SECONDS = (0.05, 0.6)
ROOM_SECONDS = 30
# Of all packs, once those that are mostly dead are gone, with 40 MiB alive.
PACK_BYTES_MAX = 112 * 2**20


def clients(server: Server):
    """Clients of the server where it listens now."""
    aws = Aws(server.url, ACCOUNT)
    return aws.client("s3", max_pool_connections=16), aws.client("glue", max_pool_connections=16)


def in_parallel(work, writers: list[Writer]) -> None:
    """Runs `work(writer)` for all at once; the first error of any is raised."""
    errors: list[BaseException] = []

    def guarded(writer):
        try:
            work(writer)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def work_until_killed(server: Server, writers: list[Writer], rng: random.Random) -> None:
    s3, glue = clients(server)
    killed = threading.Event()

    def write(writer: Writer) -> None:
        while not killed.is_set():
            try:
                writer.step(s3, glue)
            except (NoConnection, HTTPClientError, HTTPError, OSError):
                if not killed.wait(5):
                    raise
                return

    def kill() -> None:
        time.sleep(rng.uniform(*WORK_SECONDS))
        # Set first: whatever fails from here on may fail.
        killed.set()
        server.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        in_parallel(write, writers)
    finally:
        killer.join()


def kill_while_starting(server: Server, rng: random.Random) -> None:
    """Recovery must bear being killed itself."""
    starting = subprocess.Popen(
        server.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(rng.uniform(0, 0.08))
    starting.kill()
    starting.wait()


def wait_for_room(packs: pathlib.Path) -> None:
    """Waits until the room of what is dead was got back."""
    deadline = time.monotonic() + ROOM_SECONDS
    while True:
        sizes = []
        for pack in packs.iterdir():
            # Removed since it was listed, perhaps.
            with contextlib.suppress(FileNotFoundError):
                sizes.append(pack.stat().st_size)
        if sum(sizes) <= PACK_BYTES_MAX:
            return
        assert time.monotonic() < deadline, f"packs are not compacted: {sorted(sizes)}"
        time.sleep(0.05)


@behaviour("PLAT-18", "S3-8")
def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(
    tmp_path: pathlib.Path, seed: int, rounds: int
):
    rng = random.Random(seed)
    writers: list[Writer] = [
        Objects("objects-a", seed),
        Objects("objects-b", seed),
        Uploads("uploads", seed),
        Versions("versions", seed),
        Tables("tables", seed),
        Partitions("partitions", seed),
    ]
    server = Server(tmp_path / "server.log", data=tmp_path / "data").start()
    try:
        s3, glue = clients(server)
        for writer in writers:
            writer.prepare(s3, glue)
        for at in range(1, rounds + 1):
            work_until_killed(server, writers, rng)
            if rng.random() < 0.1:
                kill_while_starting(server, rng)
            server.start()
            s3, glue = clients(server)
            try:
                in_parallel(lambda writer: writer.verify(s3, glue), writers)
            except Exception as error:
                raise AssertionError(
                    f"round {at} of {rounds}, seed {seed}: {error}\n{server.tail(2000)}"
                ) from error
    finally:
        server.kill()
    # A round that writes nothing shows nothing.
    for writer in writers:
        assert writer.acknowledged >= rounds, f"{writer.name} wrote {writer.acknowledged} times"
    total = sum(writer.acknowledged for writer in writers)
    print(f"{rounds} kills, {total} acknowledged writes found again")


@behaviour("PLAT-18", "S3-8")
def test_a_kill_while_packs_are_compacted_loses_nothing(
    tmp_path: pathlib.Path, seed: int, rounds: int
):
    rng = random.Random(seed)
    writers: list[Writer] = [Churn(f"churn-{n}", seed) for n in range(4)]
    server = Server(tmp_path / "server.log", data=tmp_path / "data").start()
    try:
        s3, glue = clients(server)
        for writer in writers:
            writer.prepare(s3, glue)
        for _ in range(max(4, rounds // 10)):
            # The end of it calls for a compaction, and so does the sweep after the kill before.
            in_parallel(lambda writer: writer.step(s3, glue), writers)
            time.sleep(rng.uniform(0, 0.2))
            server.kill()
            server.start()
            s3, glue = clients(server)
            in_parallel(lambda writer: writer.verify(s3, glue), writers)
        wait_for_room(tmp_path / "data" / "objects" / "packs")
        in_parallel(lambda writer: writer.verify(s3, glue), writers)
    finally:
        server.kill()
