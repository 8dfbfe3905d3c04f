"""Tables: defined, described, changed, repaired, dropped; their formats and codecs."""

import bz2
import gzip
import json

import pyarrow
import pyarrow.parquet
import pytest
from harness import behaviour

ROWS = [(1, "ada", 1.5), (2, "björn", None), (3, None, -3.0)]
CREATE = "CREATE EXTERNAL TABLE t (id int, name string, amount double) {} LOCATION 's3://{{bucket}}/t/'"
FORMATS = {
    "csv": "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' NULL DEFINED AS ''",
    "tsv": "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' NULL DEFINED AS ''",
    "json": "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
    "hive-json": "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'",
    "parquet": "STORED AS PARQUET",
}


def encoded(form):
    """The three rows in a format."""
    if form == "parquet":
        ids, names, amounts = zip(*ROWS, strict=True)
        table = pyarrow.table(
            {"id": pyarrow.array(ids, pyarrow.int32()), "name": names, "amount": amounts}
        )
        sink = pyarrow.BufferOutputStream()
        pyarrow.parquet.write_table(table, sink)
        return sink.getvalue().to_pybytes()
    if form.endswith("json"):
        names = ("id", "name", "amount")
        lines = [json.dumps(dict(zip(names, row, strict=True))) for row in ROWS]
    else:
        between = {"csv": ",", "tsv": "\t"}[form]
        lines = [between.join("" if v is None else str(v) for v in row) for row in ROWS]
    return "".join(line + "\n" for line in lines).encode()


def snappy(data):
    return pyarrow.compress(data, codec="snappy", asbytes=True)


def hadoop_snappy(data):
    """One block of Hadoop's framing: lengths before and after, then the bytes."""
    packed = snappy(data)
    return len(data).to_bytes(4, "big") + len(packed).to_bytes(4, "big") + packed


@behaviour("ATH-10")
@pytest.mark.parametrize("form", FORMATS)
def test_formats_answer_alike(lake, form):
    lake.put("t/file", encoded(form))
    lake.ask(CREATE.format(FORMATS[form]))
    assert lake.ask("SELECT * FROM t ORDER BY id").rows() == ROWS
    assert lake.ask("SELECT name FROM t WHERE amount < 0 OR amount IS NULL ORDER BY id").rows() == [
        ("björn",), (None,),
    ]


@behaviour("ATH-10")
def test_quoted_csv_with_a_header(lake):
    lake.put("t/a.csv", 'id,name,amount\n1,"a, ""b""",1.5\n2,"line\nbreak",2\n')
    lake.ask(
        "CREATE EXTERNAL TABLE t (id int, name string, amount double) ROW FORMAT SERDE "
        "'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://{bucket}/t/' "
        "TBLPROPERTIES ('skip.header.line.count'='1')"
    )
    assert lake.ask("SELECT * FROM t ORDER BY id").rows() == [
        (1, 'a, "b"', 1.5), (2, "line\nbreak", 2.0),
    ]


@behaviour("ATH-10")
def test_nested_json(lake):
    lake.put("t/a.json", '{"id": 1, "tags": ["a", "b"], "who": {"name": "ada", "age": 36}}\n')
    lake.ask(
        "CREATE EXTERNAL TABLE t (id int, tags array<string>, who struct<name:string,age:int>) "
        "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://{bucket}/t/'"
    )
    assert lake.ask("SELECT who.name, who.age, tags[2] AS t, cardinality(tags) AS n FROM t").rows() == [
        ("ada", 36, "b", 2)
    ]


@behaviour("ATH-11")
@pytest.mark.parametrize(
    "name, pack",
    [
        ("a.csv.gz", gzip.compress),
        ("a.csv.bz2", bz2.compress),
        ("a.csv.zst", lambda data: pyarrow.compress(data, codec="zstd", asbytes=True)),
        ("a.csv.snappy", hadoop_snappy),
    ],
)
def test_compressed_files_are_read(lake, name, pack):
    lake.put(f"t/{name}", pack(encoded("csv")))
    lake.ask(CREATE.format(FORMATS["csv"]))
    assert lake.ask("SELECT * FROM t ORDER BY id").rows() == ROWS


@behaviour("ATH-11")
@pytest.mark.parametrize("form", ["PARQUET", "JSON", "TEXTFILE"])
@pytest.mark.parametrize("codec", ["NONE", "GZIP", "SNAPPY", "ZSTD"])
def test_compressed_files_are_written(lake, form, codec):
    lake.ask(
        f"CREATE TABLE t WITH (format = '{form}', write_compression = '{codec}') AS "
        "SELECT n AS id, 'x' AS t FROM UNNEST(sequence(1, 1000)) AS s (n)"
    )
    assert lake.ask("SELECT count(*) AS n, sum(id) AS s, max(t) AS t FROM t").rows() == [
        (1000, 500500, "x")
    ]


@behaviour("ATH-41")
def test_repair_finds_folders_named_by_their_keys(lake):
    lake.put("t/dt=2026-01-01/h=1/a.csv", "1\n")
    lake.ask(
        "CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (dt date, h int) ROW FORMAT DELIMITED "
        "FIELDS TERMINATED BY ',' LOCATION 's3://{bucket}/t/'"
    )
    assert lake.ask("SELECT * FROM t").rows() == []
    assert lake.ask("MSCK REPAIR TABLE t").lines() == [
        "Partitions not in metastore:\tt:dt=2026-01-01/h=1",
        "Repair: Added partition to metastore t:dt=2026-01-01/h=1",
    ]
    lake.put("t/dt=2026-01-02/h=12/a.csv", "2\n")
    lake.put("t/other/x.csv", "9\n")
    assert len(lake.ask("SELECT * FROM t").rows()) == 1
    lake.ask("MSCK REPAIR TABLE t")
    assert lake.ask("MSCK REPAIR TABLE t").lines() == []
    assert lake.ask("SELECT a, dt, h FROM t ORDER BY a").rows() == [
        (1, "2026-01-01", 1), (2, "2026-01-02", 12),
    ]
    # Folders not named so are made known one by one.
    lake.ask("ALTER TABLE t ADD PARTITION (dt = '2026-02-01', h = 0) LOCATION 's3://{bucket}/t/other/'")
    assert lake.ask("SELECT a FROM t WHERE dt = DATE '2026-02-01'").rows() == [(9,)]
    assert lake.ask("SHOW PARTITIONS t").lines() == [
        "dt=2026-01-01/h=1", "dt=2026-01-02/h=12", "dt=2026-02-01/h=0",
    ]


@behaviour("ATH-40")
def test_only_the_partitions_asked_for_are_read(orders):
    whole = orders.ask("SELECT count(*) AS n FROM orders").scanned
    one = orders.ask("SELECT count(*) AS n FROM orders WHERE month = '2026-01'")
    assert one.rows() == [(2,)] and 0 < one.scanned < whole
    assert one.scanned == len("1,ada,10.5,true\n2,björn,,false\n".encode())
    none = orders.ask("SELECT count(*) AS n FROM orders WHERE month > '2030'")
    assert none.rows() == [(0,)] and none.scanned == 0
    plan = "\n".join(orders.ask("EXPLAIN SELECT * FROM orders WHERE month = '2026-01'").lines())
    assert "month" in plan
    listed = orders.ask('SELECT * FROM "orders$partitions" ORDER BY 1').rows()
    assert listed == [("2026-01",), ("2026-02",)]


@behaviour("ATH-19", "ATH-38")
def test_definitions_change_the_catalog(lake):
    lake.ask("CREATE DATABASE IF NOT EXISTS shop COMMENT 'a shop'")
    assert "already exists" in lake.run("CREATE DATABASE shop").reason
    assert lake.ask("SHOW DATABASES").lines() == ["d", "shop"]
    lake.ask("ALTER DATABASE shop SET DBPROPERTIES ('owner'='ada')")
    database = lake.glue.get_database(Name="shop")["Database"]
    assert database["Description"] == "a shop" and database["Parameters"] == {"owner": "ada"}

    create = (
        "CREATE EXTERNAL TABLE {}shop.items (id int COMMENT 'key', name string) "
        "PARTITIONED BY (dt string) STORED AS PARQUET LOCATION 's3://{{bucket}}/items/'"
    )
    lake.ask(create.format(""))
    lake.ask(create.format("IF NOT EXISTS "))
    assert "already exists" in lake.run(create.format("")).reason
    assert lake.ask("SHOW TABLES IN shop").lines() == ["items"]
    assert lake.ask("SHOW TABLES IN shop 'x*'").lines() == []
    lake.ask("ALTER TABLE shop.items ADD COLUMNS (price decimal(10,2))")
    described = lake.ask("DESCRIBE shop.items")
    assert [column for column, _ in described.columns()] == ["col_name", "data_type", "comment"]
    assert [line.split("\t")[0].strip() for line in described.lines()][:4] == [
        "id", "name", "price", "dt",
    ]
    assert [line.strip() for line in lake.ask("SHOW COLUMNS IN shop.items").lines()] == [
        "id", "name", "price", "dt",
    ]
    lake.ask("ALTER TABLE shop.items SET TBLPROPERTIES ('team'='blue')")
    assert "team\tblue" in lake.ask("SHOW TBLPROPERTIES shop.items").lines()
    assert lake.ask("SHOW TBLPROPERTIES shop.items('team')").lines() == ["blue"]
    shown = lake.ask("SHOW CREATE TABLE shop.items").lines()
    assert shown[0] == "CREATE EXTERNAL TABLE `shop.items`("
    lake.ask("DROP TABLE shop.items")
    assert "Table not found" in lake.run("DESCRIBE shop.items").reason
    # What was shown makes the same table again.
    lake.ask("\n".join(shown))
    columns = lake.glue.get_table(DatabaseName="shop", Name="items")["Table"]["StorageDescriptor"]
    assert [c["Type"] for c in columns["Columns"]] == ["int", "string", "decimal(10,2)"]

    assert "not empty" in lake.run("DROP DATABASE shop").reason
    lake.ask("DROP DATABASE shop CASCADE")
    assert lake.ask("SHOW DATABASES LIKE 's*'").lines() == []
    absent = lake.run("CREATE EXTERNAL TABLE shop.t (a int) LOCATION 's3://{bucket}/x/'")
    assert "Database does not exist: shop" in absent.reason


@behaviour("ATH-38")
def test_partitions_are_added_moved_and_dropped(orders):
    orders.ask(
        "ALTER TABLE orders ADD IF NOT EXISTS PARTITION (month = '2026-01') "
        "PARTITION (month = '2026-03') LOCATION 's3://{bucket}/elsewhere/'"
    )
    assert "already exists" in orders.run("ALTER TABLE orders ADD PARTITION (month = '2026-03')").reason.lower()
    orders.put("elsewhere/x.csv", "7,zoe,1,true\n")
    assert orders.ask("SELECT id FROM orders WHERE month = '2026-03'").rows() == [(7,)]
    orders.ask("ALTER TABLE orders PARTITION (month = '2026-03') RENAME TO PARTITION (month = '2026-04')")
    assert orders.ask("SELECT id FROM orders WHERE month = '2026-04'").rows() == [(7,)]
    orders.ask(
        "ALTER TABLE orders PARTITION (month = '2026-04') SET LOCATION 's3://{bucket}/orders/month=2026-01/'"
    )
    assert orders.ask("SELECT count(*) AS n FROM orders WHERE month = '2026-04'").rows() == [(2,)]
    orders.ask("ALTER TABLE orders DROP PARTITION (month >= '2026-02')")
    assert orders.ask("SHOW PARTITIONS orders").lines() == ["month=2026-01"]
    assert "Partition not found" in orders.run("ALTER TABLE orders DROP PARTITION (month = 'x')").reason
    orders.ask("ALTER TABLE orders DROP IF EXISTS PARTITION (month = 'x')")


@behaviour("ATH-49")
@pytest.mark.parametrize("sql", ["DELETE FROM orders", "UPDATE orders SET id = 1"])
def test_rows_of_hive_tables_are_not_changed(orders, sql):
    query = orders.run(sql)
    assert query.state == "FAILED"
    assert query.reason == (
        "NOT_SUPPORTED: Modifying Hive table rows is only supported for transactional tables"
    )


@behaviour("ATH-50")
def test_dropping_an_external_table_keeps_its_data(orders):
    before = orders.keys("orders/")
    orders.ask("DROP TABLE orders")
    assert orders.keys("orders/") == before
    assert orders.run("SELECT * FROM orders").reason.startswith("TABLE_NOT_FOUND")
    orders.ask("DROP TABLE IF EXISTS orders")
    assert orders.run("DROP TABLE orders").state == "FAILED"


@behaviour("ATH-38")
def test_partitions_are_added_all_or_none(orders):
    names = lambda: orders.ask("SHOW PARTITIONS orders").lines()
    before = names()
    for added in (
        "PARTITION (month = '2026-03') PARTITION (month = '2026-01')",
        "PARTITION (month = '2026-03') PARTITION (month = '2026-03')",
    ):
        query = orders.run(f"ALTER TABLE orders ADD {added}")
        assert query.state == "FAILED" and "AlreadyExistsException" in query.reason, query.reason
        assert names() == before
    query = orders.run("ALTER TABLE orders ADD PARTITION (month = '2026-03') LOCATION 'hdfs://x/y'")
    assert query.state == "FAILED" and "is not a location in S3" in query.reason
    assert names() == before
    orders.ask(
        "ALTER TABLE orders ADD IF NOT EXISTS PARTITION (month = '2026-03') PARTITION (month = '2026-01')"
    )
    assert names() == [*before, "month=2026-03"]


@behaviour("ATH-10")
def test_files_that_would_be_read_wrongly_are_refused(lake):
    lake.put("t/file", "a,1\n3,3\n")
    table = {
        "Name": "t",
        "StorageDescriptor": {
            "Columns": [{"Name": "a", "Type": "string"}],
            "Location": f"s3://{lake.bucket}/t/",
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                "Parameters": {"field.delim": ","},
            },
        },
    }
    storage = table["StorageDescriptor"]
    lake.glue.create_table(DatabaseName="d", TableInput=table)
    assert lake.ask("SELECT * FROM t").rows() == [("a",), ("3",)]

    for class_name in ("hive.ql.io.SymlinkTextInputFormat", "mapred.SequenceFileInputFormat"):
        other = {**storage, "InputFormat": f"org.apache.hadoop.{class_name}"}
        lake.glue.update_table(DatabaseName="d", TableInput={**table, "StorageDescriptor": other})
        query = lake.run("SELECT * FROM t")
        assert query.state == "FAILED" and query.reason.startswith("HIVE_UNSUPPORTED_FORMAT: ")
        assert class_name in query.reason
    for name, value in (("skip.footer.line.count", "1"), ("serialization.encoding", "ISO-8859-1")):
        lake.glue.update_table(DatabaseName="d", TableInput={**table, "Parameters": {name: value}})
        query = lake.run("SELECT * FROM t")
        assert query.state == "FAILED" and query.reason.startswith("NOT_SUPPORTED: ")
        assert name in query.reason
    query = lake.run(
        "CREATE EXTERNAL TABLE u (a int) ROW FORMAT DELIMITED LINES TERMINATED BY '|' "
        "LOCATION 's3://{bucket}/t/'"
    )
    assert query.state == "FAILED" and "LINES TERMINATED BY only supports newline" in query.reason
