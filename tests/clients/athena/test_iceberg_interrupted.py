"""A change of an Iceberg table that does not come to its end leaves the table as it was."""

import pytest
from harness import behaviour, eventually

INTERRUPTED = "Query was interrupted by a restart"


def hold(server, service, operation):
    """Makes all calls of an operation wait until the server ends."""
    fault = {"kind": "latency", "millis": 600_000, "service": service, "operation": operation}
    answer = server.admin("POST", "faults", json=fault)
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
    lake = make_lake(durable())
    lake.ask(
        "CREATE TABLE t (id bigint, v double) LOCATION 's3://{bucket}/t/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')"
    )
    lake.ask("INSERT INTO t VALUES (1, 1e0), (2, 2e0), (3, 3e0)")
    return lake


@behaviour("ATH-53", "ATH-56")
@pytest.mark.parametrize("sql", [
    "INSERT INTO t VALUES (4, 4e0)",
    "DELETE FROM t WHERE id = 1",
    "MERGE INTO t USING (VALUES (1, 9e0), (7, 7e0)) AS s (id, v) ON t.id = s.id "
    "WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.v)",
])
def test_the_old_table_is_whole(durable_server, lake, left, sql):
    before = lake.ask("SELECT * FROM t ORDER BY id").rows()
    files = set(lake.keys("t/"))
    hold(durable_server, "glue", "UpdateTable")
    query = lake.start(sql)
    # Files of rows, manifests, metadata: all but the word of Glue is there.
    eventually(lambda: [k for k in set(lake.keys("t/")) - files if k.endswith("metadata.json")])
    assert lake.ask("SELECT * FROM t ORDER BY id").rows() == before
    lake, failed = left(lake, query)
    assert (failed.state, failed.reason) == ("FAILED", INTERRUPTED)
    assert lake.ask("SELECT * FROM t ORDER BY id").rows() == before
    stays = set(lake.keys("t/")) - files
    assert all(key.endswith("metadata.json") for key in stays), stays
    lake.ask(sql)
    assert lake.ask("SELECT * FROM t ORDER BY id").rows() != before


@behaviour("ATH-53")
def test_a_table_of_a_query_is_taken_back(durable_server, lake, left):
    hold(durable_server, "glue", "CreateTable")
    query = lake.start(
        "CREATE TABLE c WITH (table_type='ICEBERG', is_external=false, "
        "location='s3://{bucket}/c/') AS SELECT * FROM t"
    )
    eventually(lambda: [key for key in lake.keys("c/") if key.endswith("metadata.json")])
    lake, failed = left(lake, query)
    assert failed.state == "FAILED"
    assert [table["Name"] for table in lake.glue.get_tables(DatabaseName="d")["TableList"]] == ["t"]
    assert [key for key in lake.keys("c/") if not key.endswith("metadata.json")] == []


@behaviour("ATH-53")
def test_what_is_stopped_leaves_nothing(durable_server, lake):
    before = set(lake.keys("t/"))
    query = lake.start(
        "INSERT INTO t SELECT n, n * 1e0 FROM UNNEST(sequence(1, 10000)) AS a (n) "
        "CROSS JOIN UNNEST(sequence(1, 10000)) AS b (m)"
    )
    lake.athena.stop_query_execution(QueryExecutionId=query)
    ended = lake.wait(query, 60)
    assert ended.state == "CANCELLED"
    eventually(lambda: set(lake.keys("t/")) == before)
    assert lake.ask("SELECT count(*) FROM t").rows() == [(3,)]
