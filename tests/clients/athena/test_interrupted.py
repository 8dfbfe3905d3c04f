"""What is left when a statement does not come to its end: nothing, whatever ended it."""

import json

import pytest
from harness import behaviour, eventually
from harness.raw import json_call

FOREVER = {"kind": "latency", "millis": 600_000}
INTERRUPTED = "Query was interrupted by a restart"


def hold(server, service, operation):
    """Makes all calls of an operation wait until the server ends."""
    answer = server.admin("POST", "faults", json={"service": service, "operation": operation, **FOREVER})
    assert answer.status_code == 200, answer.text


@pytest.fixture
def left(durable_server, durable, as_caller):
    """`left(lake, query)`: the lake and the query's end, after the server was killed and started."""

    def end(lake, query):
        durable_server.restart()
        lake = as_caller(durable(), lake)
        return lake, lake.wait(query)

    return end


@pytest.fixture
def lake(durable, make_lake):
    return make_lake(durable())


@behaviour("ATH-1", "ATH-45")
def test_a_table_without_its_partitions_is_taken_back(durable_server, lake, left):
    sql = (
        "CREATE TABLE t WITH (external_location = 's3://{bucket}/t/', partitioned_by = ARRAY['m']) "
        "AS SELECT n AS a, n % 3 AS m FROM UNNEST(sequence(1, 30)) AS s (n)"
    )
    hold(durable_server, "glue", "BatchCreatePartition")
    query = lake.start(sql)
    eventually(lambda: lake.glue.get_tables(DatabaseName="d")["TableList"])
    assert len(lake.keys("t/")) == 3
    lake, failed = left(lake, query)
    assert (failed.state, failed.reason) == ("FAILED", INTERRUPTED)
    assert failed.execution["Status"]["AthenaError"]["Retryable"] is True
    assert lake.glue.get_tables(DatabaseName="d")["TableList"] == []
    assert lake.keys("t/") == []
    # A second run finds its place empty.
    lake.ask(sql)
    assert lake.ask("SELECT count(*) AS n, sum(a) AS s FROM t").rows() == [(30, 465)]


@behaviour("ATH-1", "ATH-48")
def test_rows_of_an_insert_that_did_not_end_are_taken_back(durable_server, lake, left):
    lake.ask(
        "CREATE TABLE t WITH (external_location = 's3://{bucket}/t/', partitioned_by = ARRAY['m']) "
        "AS SELECT 1 AS a, n AS m FROM UNNEST(sequence(1, 3)) AS s (n)"
    )
    before = lake.keys("t/")
    hold(durable_server, "glue", "GetPartitions")
    query = lake.start("INSERT INTO t VALUES (2, 1), (2, 2), (2, 9)")
    eventually(lambda: len(lake.keys("t/")) == 6)
    lake, failed = left(lake, query)
    assert (failed.state, failed.reason) == ("FAILED", INTERRUPTED)
    assert lake.keys("t/") == before
    assert lake.ask("SELECT count(*) AS n FROM t").rows() == [(3,)]
    lake.ask("INSERT INTO t VALUES (2, 1), (2, 2), (2, 9)")
    assert lake.ask("SELECT m, count(*) AS n FROM t GROUP BY m ORDER BY m").rows() == [
        (1, 2), (2, 2), (3, 1), (9, 1),
    ]


@behaviour("ATH-1", "ATH-9")
def test_uploads_of_an_interrupted_result_are_given_up(durable_server, lake, left):
    hold(durable_server, "s3", "CompleteMultipartUpload")
    query = lake.start(
        "SELECT rpad('x', 100000, 'y') AS t FROM UNNEST(sequence(1, 120)) AS s (n)"
    )
    uploads = lambda: lake.s3.list_multipart_uploads(Bucket=lake.bucket).get("Uploads", [])
    eventually(lambda: len(uploads()) == 1)
    lake, again = left(lake, query)
    assert again.state == "SUCCEEDED"
    assert len(again.file()) > 12_000_000
    assert uploads() == []


@behaviour("ATH-7")
def test_a_query_whose_client_went_away_runs_all_the_same(lake):
    request = {
        "QueryString": "SELECT 1 AS a",
        "QueryExecutionContext": {"Database": "d"},
        "ResultConfiguration": {"OutputLocation": f"s3://{lake.bucket}/results/"},
    }
    tokens = [f"{n:032}" for n in range(30)]
    for token in tokens:
        body = json.dumps({**request, "ClientRequestToken": token}).encode()
        call = json_call(lake.aws, "athena", "AmazonAthena.StartQueryExecution", body)
        call.send(close_after=len(body))
    # The same token means the same query, where it was accepted.
    ids = [lake.start("SELECT 1 AS a", ClientRequestToken=token) for token in tokens]
    assert [lake.wait(query).state for query in ids] == ["SUCCEEDED"] * len(ids)


@behaviour("ATH-1")
def test_what_queries_had_put_aside_is_gone_after_a_restart(durable_server):
    rest = durable_server.data / "spill" / "datafusion-x1"
    durable_server.kill()
    rest.mkdir(parents=True)
    (rest / "a").write_bytes(b"rows")
    durable_server.start()
    assert not rest.exists()
