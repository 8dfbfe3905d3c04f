"""The life of a query: accepted, run, ended, remembered; its refusals and its errors."""

import time
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

# Keeps one thread busy for minutes, and is stopped at any time.
ENDLESS = (
    "SELECT sum(a.n * b.n % 7) FROM UNNEST(sequence(1, 10000)) AS a (n) "
    "CROSS JOIN UNNEST(sequence(1, 10000)) AS b (n) CROSS JOIN UNNEST(sequence(1, 10000)) AS c (n) "
    "WHERE a.n + b.n + c.n <> 5"
)


@behaviour("ATH-1")
def test_submit_poll_fetch(lake):
    query = lake.ask("SELECT 1 AS a, 'x' AS b, CAST(NULL AS varchar) AS c")
    assert query.output == f"s3://{lake.bucket}/results/{query.id}.csv"
    assert query.file() == '"a","b","c"\n"1","x",\n'
    assert f"results/{query.id}.csv.metadata" in lake.keys("results/")

    page = lake.athena.get_query_results(QueryExecutionId=query.id)
    header, row = page["ResultSet"]["Rows"]
    assert [cell["VarCharValue"] for cell in header["Data"]] == ["a", "b", "c"]
    assert row["Data"] == [{"VarCharValue": "1"}, {"VarCharValue": "x"}, {}]

    execution = query.execution
    assert execution["StatementType"] == "DML" and execution["SubstatementType"] == "SELECT"
    assert execution["WorkGroup"] == "primary"
    assert execution["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    status, statistics = execution["Status"], execution["Statistics"]
    assert status["SubmissionDateTime"] <= status["CompletionDateTime"]
    parts = ("QueryQueueTimeInMillis", "EngineExecutionTimeInMillis", "ServiceProcessingTimeInMillis")
    assert sum(statistics[part] for part in parts) <= statistics["TotalExecutionTimeInMillis"] + 1


@behaviour("ATH-2")
def test_new_objects_are_seen_at_the_next_query(orders):
    count = "SELECT count(*) AS n FROM orders WHERE month = '2026-01'"
    assert orders.ask(count).rows() == [(2,)]
    orders.put("orders/month=2026-01/c.csv", "5,eve,2.0,true\n")
    assert orders.ask(count).rows() == [(3,)]


@behaviour("ATH-4")
@pytest.mark.clock
def test_idle_costs_nothing(lake, clock, server):
    clock.advance(days=1)
    lines = server.admin("GET", "bill").json()
    assert not [line for line in lines if line["service"] == "athena" and line["amount"] > 0]
    started = time.monotonic()
    assert lake.ask("SELECT 1").rows() == [(1,)]
    assert time.monotonic() - started < 5


@behaviour("ATH-5")
@pytest.mark.parametrize(
    "sql, reason",
    [
        ("SELECT nothing FROM orders", "COLUMN_NOT_FOUND: line 1:8: "),
        ("SELECT * FROM absent", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.d.absent'"),
        ("SELECT * FROM nowhere.t", "SCHEMA_NOT_FOUND: line 1:15: Schema 'nowhere'"),
        ("SELECT 1 / (id - id) FROM orders", "DIVISION_BY_ZERO: "),
        ("SELECT id + name FROM orders", "TYPE_MISMATCH: line 1:"),
        ("SELECT no_such_function(1)", "FUNCTION_NOT_FOUND: line 1:8: "),
    ],
)
def test_errors_carry_a_code_and_a_place(orders, sql, reason):
    query = orders.run(sql)
    assert query.state == "FAILED" and query.reason.startswith(reason), query.reason
    told = query.execution["Status"]["AthenaError"]
    assert told["ErrorCategory"] == 2 and told["Retryable"] is False
    assert told["ErrorMessage"] == query.reason


@behaviour("ATH-5")
def test_what_does_not_parse_is_refused_at_once(lake):
    with pytest.raises(ClientError) as refused:
        lake.start("SELEC 1")
    assert error(refused).code == "InvalidRequestException"
    assert error(refused).message.startswith("line 1:1: mismatched input 'SELEC'. Expecting: ")
    assert refused.value.response["AthenaErrorCode"] == "MALFORMED_QUERY"
    with pytest.raises(ClientError) as refused:
        lake.start("SELECT 1\nFROM (")
    assert error(refused).message.startswith("line 2:")


@behaviour("ATH-5")
def test_bad_data_is_told_with_its_file(lake):
    lake.put("bad/a.json", '{"a": 1}\n{"a": \n')
    lake.ask(
        "CREATE EXTERNAL TABLE bad (a int) ROW FORMAT SERDE "
        "'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://{bucket}/bad/'"
    )
    query = lake.run("SELECT * FROM bad")
    assert query.state == "FAILED"
    assert query.reason.startswith("HIVE_BAD_DATA: ") and "bad/a.json" in query.reason


@behaviour("ATH-6")
def test_a_missing_output_location_is_refused(lake):
    with pytest.raises(ClientError) as refused:
        lake.start("SELECT 1", ResultConfiguration=None)
    assert error(refused).code == "InvalidRequestException"
    assert error(refused).message.startswith("No output location provided.")
    with pytest.raises(ClientError) as refused:
        lake.start("SELECT 1", ResultConfiguration={"OutputLocation": "/data/x"})
    assert error(refused).message == "outputLocation is not a valid S3 path."
    with pytest.raises(ClientError) as refused:
        absent = f"s3://absent-{uuid.uuid4().hex}/x/"
        lake.start("SELECT 1", ResultConfiguration={"OutputLocation": absent})
    assert "Unable to verify/create output bucket" in error(refused).message


@behaviour("ATH-7")
def test_long_statements_are_refused(lake):
    fits = "SELECT '" + "x" * (262_144 - 9) + "'"
    assert lake.run(fits).state == "SUCCEEDED"
    with pytest.raises(ClientError) as refused:
        lake.start(fits + " ")
    assert error(refused).code == "InvalidRequestException"


@behaviour("ATH-8")
def test_the_same_token_is_the_same_query(lake):
    token = uuid.uuid4().hex
    first = lake.start("SELECT 1", ClientRequestToken=token)
    assert lake.start("SELECT 1", ClientRequestToken=token) == first
    with pytest.raises(ClientError) as refused:
        lake.start("SELECT 2", ClientRequestToken=token)
    assert error(refused).code == "InvalidRequestException"
    assert lake.athena.list_query_executions()["QueryExecutionIds"] == [first]


@behaviour("ATH-8")
@pytest.mark.clock
def test_results_are_reused_while_they_are_young(orders, clock):
    sql = "SELECT sum(amount) AS total FROM orders"
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}
    first = orders.ask(sql, ResultReuseConfiguration=reuse)
    assert first.scanned > 0

    second = orders.ask(sql, ResultReuseConfiguration=reuse)
    information = second.execution["Statistics"]["ResultReuseInformation"]
    assert information == {"ReusedPreviousResult": True}
    assert second.scanned == 0 and second.rows() == first.rows()
    assert second.output == first.output

    assert orders.ask(sql).scanned == first.scanned
    other = orders.ask(sql.replace("total", "t"), ResultReuseConfiguration=reuse)
    assert other.scanned == first.scanned
    clock.advance(minutes=61)
    assert orders.ask(sql, ResultReuseConfiguration=reuse).scanned == first.scanned


@behaviour("ATH-18")
@pytest.mark.serve()
def test_stopping_is_quick_and_stays(lake, server):
    query = lake.start(ENDLESS)
    time.sleep(0.3)
    assert lake.get(query)["Status"]["State"] == "RUNNING"
    with pytest.raises(ClientError) as refused:
        lake.athena.get_query_results(QueryExecutionId=query)
    assert error(refused).message == "Query has not yet finished. Current state: RUNNING"

    started = time.monotonic()
    lake.athena.stop_query_execution(QueryExecutionId=query)
    ended = lake.wait(query)
    assert time.monotonic() - started < 2
    assert (ended.state, ended.reason) == ("CANCELLED", "Query cancelled by user")
    with pytest.raises(ClientError) as refused:
        lake.athena.get_query_results(QueryExecutionId=query)
    assert error(refused).message == (
        "Query did not finish successfully. Final query state: CANCELLED"
    )
    # Stopping what has ended changes nothing.
    lake.athena.stop_query_execution(QueryExecutionId=query)
    done = lake.ask("SELECT 1")
    lake.athena.stop_query_execution(QueryExecutionId=done.id)
    assert lake.get(done.id)["Status"]["State"] == "SUCCEEDED"


@behaviour("ATH-7")
@pytest.mark.serve()
def test_queries_wait_for_their_turn_and_can_be_stopped_there(lake):
    busy = [lake.start(ENDLESS) for _ in range(12)]
    waiting = lake.start("SELECT 1")
    time.sleep(0.2)
    states = [lake.get(query)["Status"]["State"] for query in busy]
    assert "RUNNING" in states and "QUEUED" in states
    assert lake.get(waiting)["Status"]["State"] == "QUEUED"
    lake.athena.stop_query_execution(QueryExecutionId=busy[-1])
    assert lake.get(busy[-1])["Status"]["State"] == "CANCELLED"
    for query in busy:
        lake.athena.stop_query_execution(QueryExecutionId=query)
    assert lake.wait(waiting).state == "SUCCEEDED"


@behaviour("ATH-25")
@pytest.mark.clock
def test_history_is_newest_first_and_ends_after_45_days(lake, clock):
    first = lake.ask("SELECT 1").id
    clock.advance(days=1)
    second = lake.ask("SELECT 2").id
    listed = lake.athena.list_query_executions()["QueryExecutionIds"]
    assert listed == [second, first]
    page = lake.athena.list_query_executions(MaxResults=1)
    assert page["QueryExecutionIds"] == [second]
    page = lake.athena.list_query_executions(MaxResults=1, NextToken=page["NextToken"])
    assert page["QueryExecutionIds"] == [first] and "NextToken" not in page
    with pytest.raises(ClientError) as refused:
        lake.athena.list_query_executions(NextToken="garbage")
    assert error(refused).code == "InvalidRequestException"

    clock.advance(days=44, hours=1)
    assert lake.athena.list_query_executions()["QueryExecutionIds"] == [second]
    with pytest.raises(ClientError) as refused:
        lake.get(first)
    assert error(refused).message == f"QueryExecution {first} was not found"
    clock.advance(days=1)
    assert lake.athena.list_query_executions()["QueryExecutionIds"] == []


def test_several_queries_at_once(lake):
    ids = [lake.ask(f"SELECT {n}").id for n in range(3)]
    answer = lake.athena.batch_get_query_execution(QueryExecutionIds=[*ids, "absent"])
    assert [query["QueryExecutionId"] for query in answer["QueryExecutions"]] == ids
    (missing,) = answer["UnprocessedQueryExecutionIds"]
    assert missing["QueryExecutionId"] == "absent"


@behaviour("ATH-1")
def test_what_a_sudden_end_interrupts_runs_again_or_fails(durable_server, durable, make_lake, as_caller):
    lake = make_lake(durable())
    done = lake.ask("SELECT 1").id
    reading = lake.start(ENDLESS)
    writing = lake.start(f"CREATE TABLE t AS SELECT * FROM ({ENDLESS}) AS q (a)")
    time.sleep(0.3)
    durable_server.restart()

    lake = as_caller(durable(), lake)
    failed = lake.wait(writing)
    assert (failed.state, failed.reason) == ("FAILED", "Query was interrupted by a restart")
    assert lake.get(reading)["Status"]["State"] in ("QUEUED", "RUNNING")
    lake.athena.stop_query_execution(QueryExecutionId=reading)
    assert lake.wait(reading).state == "CANCELLED"
    assert lake.wait(done).rows() == [(1,)]


@behaviour("ATH-43")
def test_runtime_statistics_count_rows(orders):
    query = orders.ask("SELECT * FROM orders")
    answer = orders.athena.get_query_runtime_statistics(QueryExecutionId=query.id)
    statistics = answer["QueryRuntimeStatistics"]
    assert statistics["Rows"]["InputRows"] == 4 and statistics["Rows"]["OutputRows"] == 4
    assert statistics["Rows"]["InputBytes"] == query.scanned
    assert statistics["Timeline"]["TotalExecutionTimeInMillis"] >= 0
