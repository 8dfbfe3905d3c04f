"""Statements that write: CREATE TABLE AS, INSERT INTO, UNLOAD."""

import io

import pyarrow.parquet
import pytest
from harness import behaviour


@behaviour("ATH-45")
def test_ctas_converts_and_partitions(orders):
    made = orders.ask(
        "CREATE TABLE fast WITH (format = 'PARQUET', external_location = 's3://{bucket}/fast/', "
        "partitioned_by = ARRAY['month']) AS SELECT * FROM orders"
    )
    assert made.execution["StatementType"] == "DDL"
    assert made.execution["SubstatementType"] == "CREATE_TABLE_AS_SELECT"
    answer = orders.athena.get_query_results(QueryExecutionId=made.id)
    assert answer["UpdateCount"] == 4 and answer["ResultSet"]["Rows"] == []

    sql = "SELECT id, name, amount, paid, month FROM {} ORDER BY id"
    assert orders.ask(sql.format("fast")).rows() == orders.ask(sql.format("orders")).rows()
    partitions = orders.glue.get_partitions(DatabaseName="d", TableName="fast")["Partitions"]
    assert sorted(p["Values"] for p in partitions) == [["2026-01"], ["2026-02"]]
    table = orders.glue.get_table(DatabaseName="d", Name="fast")["Table"]
    assert [key["Name"] for key in table["PartitionKeys"]] == ["month"]

    manifest = made.execution["Statistics"]["DataManifestLocation"]
    body = orders.s3.get_object(Bucket=orders.bucket, Key=manifest.split("/", 3)[3])["Body"].read()
    files = body.decode().split()
    assert sorted(f"s3://{orders.bucket}/{key}" for key in orders.keys("fast/")) == sorted(files)
    data = orders.s3.get_object(Bucket=orders.bucket, Key=orders.keys("fast/")[0])["Body"].read()
    assert pyarrow.parquet.ParquetFile(io.BytesIO(data)).metadata.num_columns == 4


@behaviour("ATH-45")
def test_ctas_refuses_a_place_that_holds_something(lake):
    lake.put("taken/x", "1")
    query = lake.run("CREATE TABLE t WITH (external_location = 's3://{bucket}/taken/') AS SELECT 1 AS a")
    assert query.state == "FAILED" and query.reason.startswith("HIVE_PATH_ALREADY_EXISTS: ")
    assert lake.keys("taken/") == ["taken/x"]
    assert lake.run("SELECT * FROM t").reason.startswith("TABLE_NOT_FOUND")


@behaviour("ATH-45")
def test_ctas_without_a_place_has_one_of_its_own(lake):
    made = lake.ask("CREATE TABLE t AS SELECT 1 AS a, 'x' AS b")
    location = lake.glue.get_table(DatabaseName="d", Name="t")["Table"]["StorageDescriptor"]["Location"]
    assert location == f"s3://{lake.bucket}/results/tables/{made.id}/"
    assert lake.ask("SELECT * FROM t").rows() == [(1, "x")]
    lake.ask("CREATE TABLE IF NOT EXISTS t AS SELECT 2 AS a")
    assert lake.ask("SELECT a FROM t").rows() == [(1,)]
    again = lake.run("CREATE TABLE t AS SELECT 2 AS a")
    assert "already exists" in again.reason
    empty = lake.ask("CREATE TABLE u AS SELECT 1 AS a WITH NO DATA")
    assert lake.ask("SELECT count(*) AS n FROM u").rows() == [(0,)] and empty.scanned == 0


@behaviour("ATH-45")
def test_failed_ctas_leaves_nothing(orders):
    query = orders.run(
        "CREATE TABLE broken WITH (external_location = 's3://{bucket}/broken/', "
        "partitioned_by = ARRAY['m']) AS SELECT 1 / (id - 4) AS a, month AS m FROM orders"
    )
    assert query.state == "FAILED" and query.reason.startswith("DIVISION_BY_ZERO")
    assert orders.keys("broken/") == []
    assert orders.ask("SHOW TABLES").lines() == ["orders"]
    wrong = orders.run("CREATE TABLE t WITH (partitioned_by = ARRAY['id']) AS SELECT id, name FROM orders")
    assert wrong.reason.startswith("HIVE_COLUMN_ORDER_MISMATCH")
    wrong = orders.run("CREATE TABLE t WITH (colour = 'blue') AS SELECT 1 AS a")
    assert wrong.reason.startswith("INVALID_TABLE_PROPERTY")
    wrong = orders.run("CREATE TABLE t AS SELECT 1")
    assert "Column name not specified at position 1" in wrong.reason


@behaviour("ATH-46")
def test_a_statement_writes_at_most_100_partitions(lake):
    sql = (
        "CREATE TABLE {} WITH (external_location = 's3://{{bucket}}/{}/', partitioned_by = ARRAY['p']) AS "
        "SELECT 1 AS a, n AS p FROM UNNEST(sequence(1, {})) AS s (n)"
    )
    lake.ask(sql.format("fits", "fits", 100))
    query = lake.run(sql.format("many", "many", 101))
    assert query.state == "FAILED" and query.reason.startswith("HIVE_TOO_MANY_OPEN_PARTITIONS: ")
    assert lake.keys("many/") == []


@behaviour("ATH-48")
def test_insert_adds_rows_and_partitions(orders):
    orders.ask("CREATE TABLE t WITH (partitioned_by = ARRAY['month']) AS SELECT id, month FROM orders WHERE id = 1")
    more = orders.ask("INSERT INTO t SELECT id, month FROM orders WHERE id > 1")
    assert more.execution["SubstatementType"] == "INSERT"
    answer = orders.athena.get_query_results(QueryExecutionId=more.id)
    assert answer["UpdateCount"] == 3
    assert orders.ask("SELECT id, month FROM t ORDER BY id").rows() == [
        (1, "2026-01"), (2, "2026-01"), (3, "2026-02"), (4, "2026-02"),
    ]
    orders.ask("INSERT INTO t (month, id) VALUES ('2026-03', 9)")
    assert orders.ask("SELECT id FROM t WHERE month = '2026-03'").rows() == [(9,)]
    assert orders.ask("SHOW PARTITIONS t").lines() == [
        "month=2026-01", "month=2026-02", "month=2026-03",
    ]
    assert orders.run("INSERT INTO t VALUES (1)").state == "FAILED"
    assert orders.run("INSERT INTO absent VALUES (1)").reason.startswith("TABLE_NOT_FOUND")


@behaviour("ATH-48")
def test_insert_into_text(orders):
    orders.ask("INSERT INTO orders VALUES (5, 'eve', 2.5, true, '2026-02')")
    assert orders.ask("SELECT name, amount FROM orders WHERE id = 5").rows() == [("eve", 2.5)]
    assert orders.ask("SELECT count(*) AS n FROM orders").rows() == [(5,)]


@behaviour("ATH-9", "ATH-48")
def test_unload_writes_files_and_nowhere_else(orders):
    query = orders.ask("UNLOAD (SELECT id, name FROM orders) TO 's3://{bucket}/out/' WITH (format = 'PARQUET')")
    (key,) = orders.keys("out/")
    data = orders.s3.get_object(Bucket=orders.bucket, Key=key)["Body"].read()
    assert pyarrow.parquet.read_table(io.BytesIO(data)).num_rows == 4
    assert query.execution["Statistics"]["DataManifestLocation"].endswith("-manifest.csv")
    again = orders.run("UNLOAD (SELECT 1 AS a) TO 's3://{bucket}/out/' WITH (format = 'PARQUET')")
    assert again.reason.startswith("HIVE_PATH_ALREADY_EXISTS")
    orders.ask(
        "UNLOAD (SELECT name, month FROM orders) TO 's3://{bucket}/text/' "
        "WITH (format = 'TEXTFILE', field_delimiter = ',', compression = 'NONE', partitioned_by = ARRAY['month'])"
    )
    assert {key.split("/")[1] for key in orders.keys("text/")} == {"month=2026-01", "month=2026-02"}


@behaviour("ATH-47", "ATH-44")
def test_nothing_is_remembered_between_writes(orders):
    first = orders.ask("CREATE TABLE a AS SELECT * FROM orders")
    second = orders.ask("CREATE TABLE b AS SELECT * FROM orders")
    assert first.scanned == second.scanned > 0


@behaviour("ATH-45")
@pytest.mark.parametrize("form", ["TEXTFILE", "JSON", "PARQUET", "ORC", "AVRO"])
def test_types_survive_a_table(lake, form):
    values = (
        "SELECT true AS b, CAST(1 AS tinyint) AS t, 2 AS i, BIGINT '3' AS g, 1.5E0 AS d, DECIMAL '1.25' AS m, "
        "'x' AS s, DATE '2026-01-02' AS day, TIMESTAMP '2026-01-02 03:04:05.678' AS ts, "
        "ARRAY[1, 2] AS a, MAP(ARRAY['k'], ARRAY[1]) AS mp, CAST(ROW(1, 'y') AS ROW(p integer, q varchar)) AS r"
    )
    lake.ask(f"CREATE TABLE t WITH (format = '{form}') AS {values}")
    back = lake.ask("SELECT * FROM t")
    direct = lake.ask(values)
    assert back.csv()[1] == direct.csv()[1]
    assert back.columns() == direct.columns()


def java_hash(text):
    """Hive's hash of a text, which is Java's over its bytes."""
    value = 0
    for byte in text.encode():
        value = (value * 31 + (byte - 256 if byte > 127 else byte)) & 0xFFFFFFFF
    return value & 0x7FFFFFFF


@behaviour("ATH-45")
def test_rows_go_to_buckets_by_hives_hash(lake):
    lake.ask(
        "CREATE TABLE b WITH (format = 'JSON', write_compression = 'NONE', bucketed_by = ARRAY['name'], "
        "bucket_count = 4, partitioned_by = ARRAY['p'], external_location = 's3://{bucket}/b/') AS "
        "SELECT n, 'björn ' || CAST(n AS varchar) AS name, n % 2 AS p FROM UNNEST(sequence(1, 200)) AS t (n)"
    )
    storage = lake.glue.get_table(DatabaseName="d", Name="b")["Table"]["StorageDescriptor"]
    assert (storage["NumberOfBuckets"], storage["BucketColumns"]) == (4, ["name"])
    keys = lake.keys("b/")
    assert len(keys) == 8
    import json
    import re

    for key in keys:
        bucket = int(re.search(r"_bucket-(\d{5})$", key)[1])
        body = lake.s3.get_object(Bucket=lake.bucket, Key=key)["Body"].read().decode()
        assert {java_hash(json.loads(line)["name"]) % 4 for line in body.splitlines()} == {bucket}
    assert lake.ask("SELECT count(*) AS n, sum(n) AS s FROM b").rows() == [(200, 20100)]
    assert lake.run("INSERT INTO b VALUES (1, 'x', 1)").reason.startswith("NOT_SUPPORTED: Inserting into bucketed")
    many = lake.run(
        "CREATE TABLE c WITH (bucketed_by = ARRAY['n'], bucket_count = 60, partitioned_by = ARRAY['p']) AS "
        "SELECT n, n % 7 AS p FROM UNNEST(sequence(1, 2000)) AS t (n)"
    )
    assert many.reason.startswith("HIVE_TOO_MANY_OPEN_PARTITIONS: ")
    for wrong, part in (
        ("bucketed_by = ARRAY['n']", "bucket_count must be specified"),
        ("bucket_count = 3", "bucketed_by must be specified"),
        ("bucketed_by = ARRAY['x'], bucket_count = 3", "not present in schema"),
        ("bucketed_by = ARRAY['n'], bucket_count = 0", "bucket_count"),
    ):
        query = lake.run(f"CREATE TABLE w WITH ({wrong}) AS SELECT 1 AS n")
        assert query.reason.startswith("INVALID_TABLE_PROPERTY: ") and part in query.reason
    lake.ask(
        "CREATE EXTERNAL TABLE e (n bigint, name string) CLUSTERED BY (name) INTO 4 BUCKETS ROW FORMAT SERDE "
        "'org.apache.hive.hcatalog.data.JsonSerDe' LOCATION 's3://{bucket}/b/'"
    )
    assert lake.ask("SELECT count(*) AS n FROM e").rows() == [(200,)]
    assert any("CLUSTERED BY" in line for line in lake.ask("SHOW CREATE TABLE e").lines())


@behaviour("ATH-48")
def test_the_file_of_each_row_is_told(orders):
    rows = orders.ask('SELECT "$path" AS p, id FROM orders WHERE id IN (1, 3) ORDER BY id').rows()
    assert rows == [
        (f"s3://{orders.bucket}/orders/month=2026-01/a.csv", 1),
        (f"s3://{orders.bucket}/orders/month=2026-02/b.csv", 3),
    ]
