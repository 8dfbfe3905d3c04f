"""Kills a server that keeps two copies, and reads everything from each of them alone.

One data directory lives through all rounds, as in `test_kill.py`; a round of these reads three times.
"""

import pathlib
import random

from harness import behaviour, eventually
from harness.server import Server
from test_kill import clients, in_parallel, kill_while_starting, work_until_killed
from writers import Churn, Objects, Uploads, Versions, Writer

ZONES = ("az1", "az2")
ROUNDS_SHARE = 2


def lose(server: Server, zone: str) -> None:
    answer = server.admin("POST", "faults", json={"kind": "az-loss", "zone": zone})
    assert answer.status_code == 200, answer.text


def mend(server: Server) -> None:
    assert server.admin("DELETE", "faults").status_code == 200


def at_rest(server: Server) -> bool:
    """Whether nothing is left to be repaired. What could not be repaired is an error."""
    zones = server.admin("GET", "zones").json()["s3"]
    assert not any(zone["failed"] for zone in zones), zones
    return not any(zone["waiting"] for zone in zones)


def contents(zone: pathlib.Path) -> dict[str, bytes]:
    """Files by name, without the heads of packs: these tell how far one was synced."""
    return {
        path.name: path.read_bytes()[64 if path.suffix == ".pack" else 0 :]
        for path in zone.rglob("*.*")
    }


def verify_from_each_zone(server: Server, writers: list[Writer]) -> None:
    s3, glue = clients(server)
    in_parallel(lambda writer: writer.verify(s3, glue), writers)
    for zone in ZONES:
        lose(server, zone)
        in_parallel(lambda writer: writer.verify(s3, glue), writers)
        mend(server)


@behaviour("PLAT-18", "S3-7")
def test_both_copies_are_whole_after_every_kill(tmp_path: pathlib.Path, seed: int, rounds: int):
    rng = random.Random(seed)
    writers: list[Writer] = [
        Objects("objects-a", seed),
        Objects("objects-b", seed),
        Uploads("uploads", seed),
        Versions("versions", seed),
        Churn("churn", seed),
    ]
    log, data = tmp_path / "server.log", tmp_path / "data"
    server = Server(log, "--copies", "2", data=data).start()
    rounds = max(4, rounds // ROUNDS_SHARE)
    try:
        s3, glue = clients(server)
        for writer in writers:
            writer.prepare(s3, glue)
        for at in range(1, rounds + 1):
            if rng.random() < 0.3:
                # What one zone missed is not lost when the process dies before it is made up for.
                lose(server, rng.choice(ZONES))
            work_until_killed(server, writers, rng)
            if rng.random() < 0.1:
                kill_while_starting(server, rng)
            server.start()
            try:
                s3, glue = clients(server)
                in_parallel(lambda writer: writer.verify(s3, glue), writers)
                eventually(lambda: contents_agree(server, data), 60)
                verify_from_each_zone(server, writers)
            except Exception as error:
                raise AssertionError(
                    f"round {at} of {rounds}, seed {seed}: {error}\n{server.tail(2000)}"
                ) from error
    finally:
        server.kill()
    # A run that writes nothing shows nothing. Twice as many bytes are written as in other tests, some
    # of them large, so not every writer gets to an end in every round.
    counts = {writer.name: writer.acknowledged for writer in writers}
    assert all(counts.values()) and sum(counts.values()) >= 4 * rounds, counts


def contents_agree(server: Server, data: pathlib.Path) -> bool:
    """Whether both zones have the same, once what a kill left is swept."""
    try:
        one, two = (contents(data / "objects" / zone) for zone in ZONES)
    except FileNotFoundError:
        # Removed since it was listed.
        return False
    return at_rest(server) and one == two
