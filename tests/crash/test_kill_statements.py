"""Kills the server while statements write, and counts the rows: all of a statement's, or none.

One table lives through all rounds; each round adds to it and makes another. Seed and rounds as in
`test_kill.py`; a round of these takes longer, so there are fewer.
"""

import pathlib
import random
import threading
import time
import uuid

from botocore.exceptions import ClientError
from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError
from harness import behaviour, eventually
from harness.clients import Aws
from harness.server import Server

ACCOUNT = "000000000043"
BUCKET = "b-statements"
ROWS, PARTS = 200, 10
ROUNDS_SHARE = 2

SOURCE = f"SELECT n AS a, n % {PARTS} AS m FROM UNNEST(sequence(1, {ROWS})) AS s (n)"
INSERT = f"INSERT INTO kept {SOURCE}"
NEW = (
    "CREATE TABLE {name} WITH (external_location = 's3://" + BUCKET + "/{name}/', "
    "partitioned_by = ARRAY['m']) AS " + SOURCE
)


class Statements:
    """Statements at a server, and what they must have left."""

    def __init__(self, server: Server):
        self.server = server
        aws = Aws(server.url, ACCOUNT)
        self.athena, self.glue, self.s3 = (aws.client(name) for name in ("athena", "glue", "s3"))

    def start(self, sql: str, token: str) -> str:
        answer = self.athena.start_query_execution(
            QueryString=sql,
            ClientRequestToken=token,
            QueryExecutionContext={"Database": "d"},
            ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results/"},
        )
        return answer["QueryExecutionId"]

    def end(self, query: str) -> str:
        """Waits for the end of a query; returns its state."""

        def ended():
            status = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
            return None if status["State"] in ("QUEUED", "RUNNING") else status

        status = eventually(ended, 60)
        if status["State"] == "FAILED":
            assert status["StateChangeReason"] == "Query was interrupted by a restart", status
        return status["State"]

    def count(self, table: str) -> int:
        query = self.start(f"SELECT count(*) AS n FROM {table}", uuid.uuid4().hex)
        assert self.end(query) == "SUCCEEDED"
        rows = self.athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
        return int(rows[1]["Data"][0]["VarCharValue"])

    def files(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def has_table(self, name: str) -> bool:
        try:
            self.glue.get_table(DatabaseName="d", Name=name)
        except ClientError as refusal:
            assert refusal.response["Error"]["Code"] == "EntityNotFoundException", refusal
            return False
        return True


def prepare(statements: Statements) -> float:
    """Makes what lives through all rounds; returns how long the two statements take, about."""
    statements.s3.create_bucket(Bucket=BUCKET)
    statements.glue.create_database(DatabaseInput={"Name": "d"})
    assert statements.end(statements.start(NEW.format(name="kept"), uuid.uuid4().hex)) == "SUCCEEDED"
    begun = time.monotonic()
    queries = [statements.start(sql, uuid.uuid4().hex) for sql in (INSERT, NEW.format(name="once"))]
    assert [statements.end(query) for query in queries] == ["SUCCEEDED"] * 2
    return time.monotonic() - begun


def kill_in_between(statements: Statements, sqls: dict[str, str], seconds: float) -> None:
    """Starts statements by their tokens, and kills the server some time after."""
    killer = threading.Timer(seconds, statements.server.kill)
    killer.start()
    try:
        for token, sql in sqls.items():
            statements.start(sql, token)
    except (NoConnection, HTTPClientError, OSError):
        # Killed before all were accepted: the next start accepts them, each once.
        pass
    finally:
        killer.join()


@behaviour("PLAT-18", "ATH-1", "ATH-45", "ATH-48")
def test_statements_are_whole_or_leave_nothing(tmp_path: pathlib.Path, seed: int, rounds: int):
    rng = random.Random(seed)
    server = Server(tmp_path / "server.log", data=tmp_path / "data").start()
    rounds = max(rounds // ROUNDS_SHARE, 1)
    states: list[str] = []
    try:
        statements = Statements(server)
        duration = prepare(statements)
        inserted = statements.count("kept")
        assert inserted == 2 * ROWS
        for at in range(rounds):
            name = f"made{at}"
            insert, make = uuid.uuid4().hex, uuid.uuid4().hex
            sqls = {insert: INSERT, make: NEW.format(name=name)}
            kill_in_between(statements, sqls, rng.uniform(0, 1.3 * duration))
            statements = Statements(server.start())
            # The same tokens mean the same queries, where they were accepted.
            ends = [statements.end(statements.start(sql, token)) for token, sql in sqls.items()]
            states += ends

            inserted += ROWS if ends[0] == "SUCCEEDED" else 0
            assert statements.count("kept") == inserted, (at, ends)
            assert statements.has_table(name) == (ends[1] == "SUCCEEDED"), (at, ends)
            if ends[1] == "SUCCEEDED":
                assert statements.count(name) == ROWS, (at, ends)
            else:
                assert statements.files(f"{name}/") == [], (at, ends)
            uploads = statements.s3.list_multipart_uploads(Bucket=BUCKET)
            assert uploads.get("Uploads", []) == []
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}\n{server.tail(2000)}") from error
    finally:
        server.kill()
    print(f"{rounds} kills: {states.count('FAILED')} statements of {len(states)} interrupted")
