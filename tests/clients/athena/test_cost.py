"""What queries cost: by the bytes they read, and nothing else."""

import gzip
import time

import pytest
from harness import behaviour

TERABYTE = 1 << 40
MEGABYTE = 1 << 20

# Servers of their own: the bill is the server's.
pytestmark = pytest.mark.serve()


def scanned_bytes(server):
    """Bytes of scans on the bill, rounded and with their minimum."""
    lines = server.admin("GET", "bill").json()
    lines = [line for line in lines if line["usage_type"] == "DataScannedInTB"]
    return round(sum(line["quantity"] for line in lines) * TERABYTE), sum(line["amount"] for line in lines)


def wide(lake, rows=70_000):
    """A CSV table of twenty columns, about eleven megabytes."""
    line = ",".join(f"value {n}" for n in range(18))
    body = "".join(f"{n},{n % 7},{line}\n" for n in range(rows)).encode()
    lake.put("wide/a.csv", body)
    columns = ", ".join(["id int", "kind int", *(f"c{n} string" for n in range(18))])
    lake.ask(
        f"CREATE EXTERNAL TABLE wide ({columns}) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "LOCATION 's3://{bucket}/wide/'"
    )
    return body


def is_about(scanned, size):
    """Threads that share a file each read on to the end of a row."""
    return size <= scanned < size + 64 * 1024


@behaviour("ATH-17")
def test_scans_are_billed_by_the_megabyte_and_ten_at_least(lake, server):
    lake.put("small/a.csv", "1\n")
    lake.ask("CREATE EXTERNAL TABLE small (a int) LOCATION 's3://{bucket}/small/'")
    assert lake.ask("SELECT * FROM small").scanned == 2
    assert scanned_bytes(server)[0] == 10 * MEGABYTE
    body = wide(lake)
    query = lake.ask("SELECT count(*) AS n FROM wide WHERE kind = 3")
    assert is_about(query.scanned, len(body))
    quantity, amount = scanned_bytes(server)
    assert quantity == 10 * MEGABYTE + -(-query.scanned // MEGABYTE) * MEGABYTE
    assert amount == pytest.approx(quantity / TERABYTE * 5)


@behaviour("ATH-18")
def test_cancelled_scans_are_billed_and_failed_ones_are_not(lake, server):
    wide(lake)
    failed = lake.run("SELECT 1 / (id - 69999) AS x FROM wide")
    assert failed.state == "FAILED" and scanned_bytes(server)[0] == 0
    endless = (
        "SELECT count(*) FROM wide AS a JOIN wide AS b ON a.kind = b.kind JOIN wide AS c "
        "ON b.kind = c.kind WHERE a.id + b.id + c.id <> 7"
    )
    query = lake.start(endless)
    deadline = time.monotonic() + 20
    while lake.get(query)["Statistics"]["DataScannedInBytes"] == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    lake.athena.stop_query_execution(QueryExecutionId=query)
    ended = lake.wait(query)
    assert ended.state == "CANCELLED" and ended.scanned > 0
    assert scanned_bytes(server)[0] >= 10 * MEGABYTE


@behaviour("ATH-19")
def test_definitions_are_free(orders, server):
    for sql in (
        "ALTER TABLE orders ADD IF NOT EXISTS PARTITION (month = '2026-01')", "MSCK REPAIR TABLE orders",
        "SHOW PARTITIONS orders", "SHOW CREATE TABLE orders", "DESCRIBE orders",
        "CREATE VIEW v AS SELECT * FROM orders", "DROP VIEW v", "DROP TABLE orders",
    ):
        assert orders.ask(sql).scanned == 0
    assert scanned_bytes(server) == (0, 0)


@behaviour("ATH-20")
def test_columns_cut_the_cost(lake):
    wide(lake)
    lake.ask("CREATE TABLE fast AS SELECT * FROM wide")
    sql = "SELECT kind, max(id) AS m FROM {} GROUP BY kind ORDER BY kind"
    slow, fast = lake.ask(sql.format("wide")), lake.ask(sql.format("fast"))
    assert fast.rows() == slow.rows()
    assert 0 < fast.scanned < 0.3 * slow.scanned


@behaviour("ATH-21")
def test_compression_and_partitions_cut_it_more(lake):
    body = wide(lake)
    packed = gzip.compress(body)
    lake.put("packed/a.csv.gz", packed)
    lake.ask("CREATE EXTERNAL TABLE packed (id int, kind int) ROW FORMAT DELIMITED "
             "FIELDS TERMINATED BY ',' LOCATION 's3://{bucket}/packed/'")
    sql = "SELECT sum(id) AS s FROM {} WHERE kind = 3"
    plain, small = lake.ask(sql.format("wide")), lake.ask(sql.format("packed"))
    assert small.rows() == plain.rows()
    assert is_about(plain.scanned, len(body)) and small.scanned == len(packed)
    lake.ask(
        "CREATE TABLE parted WITH (format = 'TEXTFILE', write_compression = 'NONE', "
        "partitioned_by = ARRAY['kind']) AS SELECT id, c1, c2, kind FROM wide"
    )
    whole = lake.ask("SELECT sum(id) AS s FROM parted").scanned
    one = lake.ask(sql.format("parted"))
    assert one.rows() == plain.rows()
    assert one.scanned == pytest.approx(whole / 7, rel=0.05)


@behaviour("ATH-22")
def test_requests_of_s3_and_the_catalog_are_billed_apart(orders, server):
    count = lambda: {
        line["service"]: line["quantity"]
        for line in server.admin("GET", "bill").json() if "equest" in line["usage_type"]
    }
    before = count()
    orders.ask("SELECT * FROM orders")
    after = count()
    assert after["s3"] > before["s3"] and after["glue"] > before["glue"]


@behaviour("ATH-26")
def test_a_limit_of_bytes_cancels_the_query(lake, server):
    lake.athena.create_work_group(
        Name="small", Configuration={"BytesScannedCutoffPerQuery": 10_000_000}
    )
    body = wide(lake)
    assert len(body) > 10_500_000
    query = lake.run("SELECT sum(id) AS s FROM wide", WorkGroup="small")
    assert query.state == "CANCELLED" and "Bytes scanned limit was exceeded" in query.reason
    assert scanned_bytes(server)[0] >= 10 * MEGABYTE
    assert lake.ask("SELECT count(*) AS n FROM wide").rows() == [(70_000,)]


@behaviour("ATH-29")
def test_costs_are_by_workgroup(lake):
    wide(lake, 1000)
    totals = {}
    for name, times in (("a", 1), ("b", 2)):
        lake.athena.create_work_group(Name=name, Tags=[{"Key": "team", "Value": name}])
        totals[name] = sum(lake.ask("SELECT sum(id) AS s FROM wide", WorkGroup=name).scanned for _ in range(times))
    ids = lambda name: lake.athena.list_query_executions(WorkGroup=name)["QueryExecutionIds"]
    for name, total in totals.items():
        answer = lake.athena.batch_get_query_execution(QueryExecutionIds=ids(name))
        assert sum(q["Statistics"]["DataScannedInBytes"] for q in answer["QueryExecutions"]) == total
    assert totals["b"] == 2 * totals["a"] > 0


@behaviour("ATH-39")
def test_few_large_files_beat_many_small_ones(lake, server):
    lines = [f"{n},{n % 7}\n" for n in range(60_000)]
    requests, engine = {}, {}
    for name, count in (("few", 3), ("many", 300)):
        for n in range(count):
            lake.put(f"{name}/{n:03}.csv", "".join(lines[n::count]))
        lake.ask(
            f"CREATE EXTERNAL TABLE {name} (id int, kind int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
            f"LOCATION 's3://{{bucket}}/{name}/'"
        )
        # Billed by the thousand.
        asked = lambda: 1000 * sum(
            line["quantity"] for line in server.admin("GET", "bill").json()
            if line["service"] == "s3" and line["usage_type"] == "Requests-Tier2"
        )
        before = asked()
        queries = [lake.ask(f"SELECT sum(id) AS s, count(*) AS n FROM {name} WHERE kind = 3") for _ in range(3)]
        requests[name] = (asked() - before) / len(queries)
        engine[name] = min(q.execution["Statistics"]["EngineExecutionTimeInMillis"] for q in queries)
        assert len({tuple(q.rows()) for q in queries}) == 1
        requests[name, "rows"] = queries[0].rows()
    assert requests["few", "rows"] == requests["many", "rows"]
    # A request for each file, and a little more.
    assert round(requests["many"]) >= 300 and requests["few"] <= 30
    assert engine["many"] > engine["few"]
