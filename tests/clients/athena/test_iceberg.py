"""Iceberg tables: made, filled, changed, read as they were, by Athena alone and with PyIceberg."""

import datetime as dt
import json

import pyarrow as pa
import pytest
from harness import behaviour
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.update import AssertRefSnapshotId, SetPropertiesUpdate
from pyiceberg.transforms import BucketTransform, IdentityTransform
from pyiceberg.types import IntegerType, LongType, NestedField, StringType, StructType

CREATE = (
    "CREATE TABLE {name} (id bigint, city string, at timestamp, amount double) {rest} "
    "LOCATION 's3://{{bucket}}/{name}/' TBLPROPERTIES ('table_type'='ICEBERG'{more})"
)


def create(lake, name="t", rest="", more=""):
    return lake.ask(CREATE.format(name=name, rest=rest, more=more))


def count(lake, table="t"):
    return lake.ask(f"SELECT count(*) FROM {table}").rows()[0][0]


def metadata(lake, name="t"):
    """The table's metadata, as its file says it."""
    table = lake.glue.get_table(DatabaseName="d", Name=name)["Table"]
    key = table["Parameters"]["metadata_location"].removeprefix(f"s3://{lake.bucket}/")
    return json.loads(lake.s3.get_object(Bucket=lake.bucket, Key=key)["Body"].read())


@behaviour("ATH-51")
def test_a_definition_makes_metadata_in_s3_and_a_table_in_glue(lake):
    create(
        lake, rest="PARTITIONED BY (day(at), bucket(4, id))",
        more=", 'format'='parquet', 'write_compression'='snappy', "
        "'vacuum_min_snapshots_to_keep'='2'",
    )
    table = lake.glue.get_table(DatabaseName="d", Name="t")["Table"]
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert table["Parameters"]["table_type"] == "ICEBERG"
    assert table["StorageDescriptor"]["Location"] == f"s3://{lake.bucket}/t"
    columns = [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]]
    assert columns == [
        ("id", "bigint"), ("city", "string"), ("at", "timestamp"), ("amount", "double"),
    ]
    (key,) = lake.keys("t/")
    assert key.startswith("t/metadata/00000-") and key.endswith(".metadata.json")
    told = metadata(lake)
    assert told["format-version"] == 2
    fields = [(f["name"], f["transform"]) for f in told["partition-specs"][0]["fields"]]
    assert fields == [("at_day", "day"), ("id_bucket", "bucket[4]")]
    assert told["properties"]["write.parquet.compression-codec"] == "snappy"

    shown = "\n".join(lake.ask("SHOW CREATE TABLE t").lines())
    for part in (
        "CREATE TABLE d.t (", "PARTITIONED BY (day(`at`), bucket(4, `id`))",
        f"LOCATION 's3://{lake.bucket}/t'", "'table_type'='iceberg'", "'format'='parquet'",
        "'vacuum_min_snapshots_to_keep'='2'",
    ):
        assert part in shown, shown
    described = lake.ask("DESCRIBE t").lines()
    assert described[0].startswith("# Table schema:")
    assert "id_bucket\tbucket[4]\tid" in described
    assert count(lake) == 0


@behaviour("ATH-51")
@pytest.mark.parametrize(("sql", "reason"), [
    ("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://{bucket}/t/' "
     "TBLPROPERTIES ('table_type'='ICEBERG')",
     "External keyword not supported for table type ICEBERG"),
    ("CREATE TABLE t (a int) LOCATION 's3://{bucket}/t/' "
     "TBLPROPERTIES ('table_type'='ICEBERG', 'auto'='1')", "Unsupported table property key: auto"),
    ("CREATE TABLE t (a int) LOCATION 's3://{bucket}/t/' "
     "TBLPROPERTIES ('table_type'='ICEBERG', 'vacuum_min_snapshots_to_keep'='0')",
     "Invalid value for table property"),
    ("CREATE TABLE t (a int) PARTITIONED BY (day(a)) LOCATION 's3://{bucket}/t/' "
     "TBLPROPERTIES ('table_type'='ICEBERG')", "Invalid source type"),
    ("CREATE TABLE t (a int) TBLPROPERTIES ('table_type'='ICEBERG')", "LOCATION"),
])
def test_what_no_table_can_be_is_refused(lake, sql, reason):
    query = lake.run(sql)
    assert query.state == "FAILED" and reason in query.reason, query.reason
    assert lake.keys("t/") == []


@behaviour("ATH-52")
def test_rows_are_inserted_changed_and_deleted(lake):
    create(lake, rest="PARTITIONED BY (day(at))")
    inserted = lake.ask(
        "INSERT INTO t VALUES (1, 'Rome', TIMESTAMP '2024-01-01 10:00:00', 1.5), "
        "(2, 'Oslo', TIMESTAMP '2024-01-02 11:00:00.123456', 2.25), (3, NULL, NULL, NULL)"
    )
    assert inserted.execution["Statistics"].get("DataManifestLocation")
    assert len([key for key in lake.keys("t/data/") if "at_day=2024-01-0" in key]) == 2
    lake.ask("INSERT INTO t (city, id) SELECT 'Kiev', 4")
    rows = lake.ask("SELECT id, city, amount FROM t ORDER BY id").rows()
    assert rows == [(1, "Rome", 1.5), (2, "Oslo", 2.25), (3, None, None), (4, "Kiev", None)]
    assert lake.ask("SELECT at FROM t WHERE id = 2").csv()[1] == ["2024-01-02 11:00:00.123456"]

    lake.ask("UPDATE t SET city = upper(city), amount = amount * 2 WHERE id <= 2")
    lake.ask("DELETE FROM t WHERE city IS NULL")
    rows = lake.ask("SELECT id, city, amount FROM t ORDER BY id").rows()
    assert rows == [(1, "ROME", 3.0), (2, "OSLO", 4.5), (4, "Kiev", None)]
    files = lake.ask('SELECT content, sum(record_count) FROM "t$files" GROUP BY 1 ORDER BY 1')
    # Rows that were changed are deleted where they were.
    assert files.rows() == [(0, 6), (1, 3)]
    last = metadata(lake)["snapshots"][-1]["summary"]
    assert (last["operation"], last["total-position-deletes"]) == ("delete", "3")


@behaviour("ATH-52")
def test_rows_are_merged(lake):
    create(lake)
    lake.ask("INSERT INTO t (id, city, amount) VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)")
    lake.ask(
        "MERGE INTO t USING (VALUES (1, 'x', 10), (2, 'y', -1), (9, 'new', 90)) AS s (id, city, n) "
        "ON t.id = s.id "
        "WHEN MATCHED AND s.n < 0 THEN DELETE "
        "WHEN MATCHED THEN UPDATE SET city = s.city, amount = t.amount + s.n "
        "WHEN NOT MATCHED THEN INSERT (id, city, amount) VALUES (s.id, s.city, s.n)"
    )
    rows = lake.ask("SELECT id, city, amount FROM t ORDER BY id").rows()
    assert rows == [(1, "x", 11.0), (3, "c", 3.0), (9, "new", 90.0)]
    twice = lake.run(
        "MERGE INTO t USING (VALUES (1, 'p'), (1, 'q')) AS s (id, city) ON t.id = s.id "
        "WHEN MATCHED THEN UPDATE SET city = s.city"
    )
    assert twice.reason.startswith("MERGE_TARGET_ROW_MULTIPLE_MATCHES"), twice.reason
    assert lake.ask("SELECT count(*) FROM t WHERE city IN ('p', 'q')").rows() == [(0,)]
    unchanged = metadata(lake)
    lake.ask("DELETE FROM t WHERE id = 1000")
    assert metadata(lake) == unchanged


@behaviour("ATH-52")
def test_values_and_columns_are_checked(lake):
    create(lake)
    for sql, reason in [
        ("UPDATE t SET nope = 1", "COLUMN_NOT_FOUND"),
        ("UPDATE t SET id = 'x'", "TYPE_MISMATCH"),
        ("INSERT INTO t (id) SELECT 'x'", "TYPE_MISMATCH"),
        ("DELETE FROM t WHERE nope = 1", "COLUMN_NOT_FOUND"),
        ("DELETE FROM missing", "TABLE_NOT_FOUND"),
    ]:
        query = lake.run(sql)
        assert query.state == "FAILED" and query.reason.startswith(reason), query.reason
    lake.ask("CREATE EXTERNAL TABLE hive (a int) LOCATION 's3://{bucket}/hive/'")
    assert "transactional tables" in lake.run("DELETE FROM hive").reason
    assert "versioned" in lake.run("SELECT * FROM hive FOR VERSION AS OF 1").reason


@behaviour("ATH-53")
def test_ten_writers_lose_nothing(lake):
    create(lake)
    lake.ask("INSERT INTO t (id, amount) SELECT n, 0 FROM UNNEST(sequence(1, 10)) AS s (n)")
    inserts = [lake.start(f"INSERT INTO t (id, amount) VALUES (100 + {n}, {n})") for n in range(10)]
    ended = [lake.wait(query, 120) for query in inserts]
    assert [query.state for query in ended] == ["SUCCEEDED"] * 10
    assert count(lake) == 20
    merges = [
        lake.start(
            f"MERGE INTO t USING (SELECT {n} AS id, {n} AS v) s ON t.id = s.id "
            "WHEN MATCHED THEN UPDATE SET amount = t.amount + s.v"
        )
        for n in range(1, 11)
    ]
    ended = [lake.wait(query, 120) for query in merges]
    assert [(query.state, query.reason) for query in ended] == [("SUCCEEDED", "")] * 10
    assert count(lake) == 20
    rows = lake.ask("SELECT id, amount FROM t WHERE id <= 10 ORDER BY id").rows()
    assert rows == [(n, float(n)) for n in range(1, 11)]
    assert len(metadata(lake)["snapshots"]) == 21


@behaviour("ATH-53")
def test_who_changes_the_same_row_second_is_told(lake):
    create(lake)
    lake.ask("INSERT INTO t (id, amount) VALUES (1, 0)")
    started = [lake.start("UPDATE t SET amount = amount + 1 WHERE id = 1") for _ in range(6)]
    ended = [lake.wait(query, 120) for query in started]
    done = [query for query in ended if query.state == "SUCCEEDED"]
    assert done
    for query in ended:
        assert query.state == "SUCCEEDED" or query.reason.startswith("ICEBERG_COMMIT_ERROR"), query.reason
    assert lake.ask("SELECT amount FROM t").rows() == [(float(len(done)),)]
    # Nothing of those who came second stays.
    assert lake.ask('SELECT count(*) FROM "t$files"').rows()[0][0] == len(
        [key for key in lake.keys("t/data/")]
    )
    lake.ask("UPDATE t SET amount = amount + 1 WHERE id = 1")


@pytest.mark.clock
@behaviour("ATH-54")
def test_rows_are_read_as_they_were(lake, clock):
    create(lake)
    lake.ask("INSERT INTO t (id, city) VALUES (1, 'Rome'), (2, 'Oslo')")
    first = metadata(lake)["current-snapshot-id"]
    clock.advance(hours=1)
    lake.ask("DELETE FROM t WHERE id = 1")
    clock.advance(hours=1)
    assert count(lake) == 1
    old = lake.ask(f"SELECT id FROM t FOR VERSION AS OF {first} ORDER BY id")
    assert old.rows() == [(1,), (2,)]
    old = lake.ask(
        "SELECT a.id FROM t FOR TIMESTAMP AS OF (current_timestamp - interval '90' minute) a "
        "LEFT JOIN t b ON a.id = b.id WHERE b.id IS NULL"
    )
    assert old.rows() == [(1,)]
    lake.ask(f"INSERT INTO t SELECT * FROM t FOR VERSION AS OF {first} WHERE id = 1")
    assert lake.ask("SELECT id, city FROM t ORDER BY id").rows() == [(1, "Rome"), (2, "Oslo")]
    missing = lake.run("SELECT * FROM t FOR VERSION AS OF 5")
    assert "snapshot ID does not exist" in missing.reason, missing.reason
    early = lake.run("SELECT * FROM t FOR TIMESTAMP AS OF TIMESTAMP '2001-01-01 00:00:00 UTC'")
    assert "No version history" in early.reason, early.reason


@behaviour("ATH-59")
def test_columns_come_and_go(lake):
    create(lake)
    lake.ask("INSERT INTO t (id, city) VALUES (1, 'Rome')")
    lake.ask("ALTER TABLE t ADD COLUMNS (note string, n int)")
    lake.ask("INSERT INTO t (id, note, n) VALUES (2, 'hi', 7)")
    lake.ask("ALTER TABLE t CHANGE COLUMN city town string")
    lake.ask("ALTER TABLE t CHANGE COLUMN n n bigint FIRST")
    lake.ask("ALTER TABLE t DROP COLUMN note")
    lake.ask("ALTER TABLE t ADD COLUMNS (note string)")
    lake.ask("INSERT INTO t (id, n, note) VALUES (3, 5000000000, 'new')")
    query = lake.ask("SELECT * FROM t ORDER BY id")
    assert [name for name, _ in query.columns()] == ["n", "id", "town", "at", "amount", "note"]
    assert [(r[0], r[1], r[2], r[5]) for r in query.rows()] == [
        (None, 1, "Rome", None), (7, 2, None, None), (5000000000, 3, None, "new"),
    ]
    assert lake.ask("SELECT id FROM t WHERE town = 'Rome'").rows() == [(1,)]
    assert lake.ask("SELECT id FROM t WHERE n > 6 ORDER BY 1").rows() == [(2,), (3,)]
    for sql, reason in [
        ("ALTER TABLE t CHANGE COLUMN id id int", "Cannot change column type"),
        ("ALTER TABLE t ADD COLUMNS (id int)", "already exists"),
        ("ALTER TABLE t SET TBLPROPERTIES ('x'='y')", "Unsupported table property key"),
        ("ALTER TABLE t RENAME TO u", "not supported"),
    ]:
        query = lake.run(sql)
        assert query.state == "FAILED" and reason in query.reason, query.reason
    lake.ask("ALTER TABLE t SET TBLPROPERTIES ('vacuum_min_snapshots_to_keep'='3')")
    assert metadata(lake)["properties"]["vacuum_min_snapshots_to_keep"] == "3"
    lake.ask("ALTER TABLE t UNSET TBLPROPERTIES ('vacuum_min_snapshots_to_keep')")
    assert "vacuum_min_snapshots_to_keep" not in metadata(lake)["properties"]
    columns = lake.ask("SELECT column_name FROM information_schema.columns "
                       "WHERE table_schema = 'd' AND table_name = 't'").rows()
    assert [name for (name,) in columns] == ["n", "id", "town", "at", "amount", "note"]


@behaviour("ATH-59")
def test_hidden_partitions_leave_files_out(lake):
    create(lake, rest="PARTITIONED BY (day(at), bucket(8, id))")
    lake.ask(
        "INSERT INTO t (id, city, at) SELECT n, cast(n AS varchar), "
        "date_add('day', n % 4, TIMESTAMP '2024-03-01 12:00:00') "
        "FROM UNNEST(sequence(1, 40)) AS s (n)"
    )
    whole = lake.ask("SELECT sum(id) FROM t")
    assert whole.rows() == [(820,)]
    for where, wanted in [
        ("at < TIMESTAMP '2024-03-02 00:00:00'", 10), ("at = TIMESTAMP '2024-03-03 12:00:00'", 10),
        ("id = 7", 1), ("id IN (7, 8)", 2), ("city = '40'", 1),
    ]:
        query = lake.ask(f"SELECT count(city) FROM t WHERE {where}")
        assert query.rows() == [(wanted,)]
        assert query.scanned < whole.scanned, where
    # Nothing but the partition's bucket tells these apart.
    assert lake.ask("SELECT count(city) FROM t WHERE id = 1000").scanned == 0
    parts = lake.ask('SELECT partition.at_day, sum(record_count), count(*) FROM "t$partitions" '
                     "GROUP BY 1 ORDER BY 1").rows()
    assert [(day, rows) for day, rows, _ in parts] == [
        (f"2024-03-0{day}", 10) for day in range(1, 5)
    ]


@behaviour("ATH-59")
def test_tables_tell_of_tables(lake):
    create(lake)
    lake.ask("INSERT INTO t (id) VALUES (1), (2)")
    lake.ask("DELETE FROM t WHERE id = 1")
    snapshots = lake.ask('SELECT operation, parent_id IS NULL, summary[\'total-records\'] '
                         'FROM "t$snapshots" ORDER BY committed_at, snapshot_id')
    assert sorted(snapshots.rows()) == [("append", True, "2"), ("delete", False, "2")]
    history = lake.ask('SELECT is_current_ancestor, count(*) FROM "t$history" GROUP BY 1')
    assert history.rows() == [(True, 2)]
    manifests = lake.ask('SELECT sum(added_data_files_count), sum(length) > 0 FROM "t$manifests"')
    assert manifests.rows() == [(2, True)]
    refs = lake.ask('SELECT name, type, snapshot_id FROM "t$refs"').rows()
    assert refs == [("main", "BRANCH", metadata(lake)["current-snapshot-id"])]
    partitions = lake.ask('SELECT record_count, data.id.min, data.id.max FROM "t$partitions"')
    assert partitions.rows() == [(2, 1, 2)]
    assert lake.ask('SELECT count(*) FROM "t$properties"').rows()[0][0] >= 2
    assert "TABLE_NOT_FOUND" in lake.run('SELECT * FROM "t$nothing"').reason


@behaviour("ATH-50")
def test_dropping_removes_the_files(lake):
    create(lake)
    lake.ask("INSERT INTO t (id) VALUES (1)")
    lake.put("other/x", "stays")
    assert lake.keys("t/")
    lake.ask("DROP TABLE t")
    assert lake.keys("t/") == [] and lake.keys("other/") == ["other/x"]
    assert lake.glue.get_tables(DatabaseName="d")["TableList"] == []


@behaviour("ATH-51")
def test_a_query_makes_a_table(lake):
    lake.ask(
        "CREATE TABLE c WITH (table_type = 'ICEBERG', is_external = false, "
        "location = 's3://{bucket}/c/', partitioning = ARRAY['month(at)', 'bucket(id, 2)']) AS "
        "SELECT n AS id, ARRAY[n, n + 1] AS pair, "
        "CAST(ROW(n, 'x') AS ROW(a bigint, b varchar)) AS r, "
        "date_add('month', n % 2, TIMESTAMP '2024-01-15 00:00:00') AS at "
        "FROM UNNEST(sequence(1, 6)) AS s (n)"
    )
    assert count(lake, "c") == 6
    rows = lake.ask("SELECT id, pair[2], r.a, r.b FROM c WHERE id = 3").rows()
    assert rows == [(3, 4, 3, "x")]
    lake.ask("UPDATE c SET pair = ARRAY[0] WHERE id = 3")
    assert lake.ask("SELECT cardinality(pair) FROM c ORDER BY id").rows() == [
        (2,), (2,), (1,), (2,), (2,), (2,),
    ]
    told = metadata(lake, "c")
    assert [f["transform"] for f in told["partition-specs"][0]["fields"]] == ["month", "bucket[2]"]
    for sql, reason in [
        ("CREATE TABLE x WITH (table_type='ICEBERG', location='s3://{bucket}/x/') AS SELECT 1 AS a",
         "is_external"),
        ("CREATE TABLE x WITH (table_type='ICEBERG', is_external=false) AS SELECT 1 AS a",
         "location"),
        ("CREATE TABLE c WITH (table_type='ICEBERG', is_external=false, "
         "location='s3://{bucket}/x/') AS SELECT 1 AS a", "already exists"),
        ("CREATE TABLE x WITH (table_type='ICEBERG', is_external=false, nope=1, "
         "location='s3://{bucket}/x/') AS SELECT 1 AS a", "table property 'nope' does not exist"),
    ]:
        query = lake.run(sql)
        assert query.state == "FAILED" and reason in query.reason, query.reason
    assert lake.keys("x/") == []


@behaviour("ATH-57")
def test_small_files_become_large_ones(lake):
    create(lake, rest="PARTITIONED BY (city)")
    for n in range(6):
        lake.ask(f"INSERT INTO t (id, city) VALUES ({n}, 'c1'), ({n}, 'c2')")
    lake.ask("DELETE FROM t WHERE id = 0")
    before = lake.ask("SELECT id, city FROM t ORDER BY 2, 1").rows()

    def files():
        sql = 'SELECT content, count(*) FROM "t$files" GROUP BY 1 ORDER BY 1'
        return lake.ask(sql).rows()

    assert files() == [(0, 12), (1, 2)]
    with pytest.raises(lake.athena.exceptions.InvalidRequestException, match="mismatched input"):
        lake.start("OPTIMISE t REWRITE DATA USING BIN_PACK WHERE city = 'c1'")
    refused = lake.run("OPTIMIZE t REWRITE DATA USING BIN_PACK WHERE id = 1")
    assert "provided WHERE expression" in refused.reason, refused.reason
    others = set(lake.ask("SELECT DISTINCT \"$path\" FROM t WHERE city = 'c2'").rows())
    lake.ask("OPTIMIZE t REWRITE DATA USING BIN_PACK WHERE city = 'c1'")
    # The other partition is as it was.
    assert files() == [(0, 7), (1, 1)]
    assert set(lake.ask("SELECT DISTINCT \"$path\" FROM t WHERE city = 'c2'").rows()) == others
    assert lake.ask("SELECT id, city FROM t ORDER BY 2, 1").rows() == before
    lake.ask("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert files() == [(0, 2)]
    assert lake.ask("SELECT id, city FROM t ORDER BY 2, 1").rows() == before
    assert metadata(lake)["snapshots"][-1]["summary"]["operation"] == "replace"
    known = metadata(lake)
    lake.ask("OPTIMIZE t REWRITE DATA USING BIN_PACK")
    assert metadata(lake) == known, "there is nothing to be done"


@pytest.mark.clock
@behaviour("ATH-58")
def test_old_snapshots_and_orphans_go(lake, clock):
    create(lake, more=", 'vacuum_max_snapshot_age_seconds'='3600'")
    lake.ask("INSERT INTO t (id) VALUES (1)")
    first = metadata(lake)["current-snapshot-id"]
    lake.ask("UPDATE t SET id = 2")
    lake.ask("UPDATE t SET id = 3")
    lake.put("t/data/orphan.parquet", "nobody's")
    lake.ask("VACUUM t")
    assert len(metadata(lake)["snapshots"]) == 3
    assert "t/data/orphan.parquet" in lake.keys("t/")
    clock.advance(hours=2)
    lake.put("t/data/young.parquet", "nobody's yet")
    before = set(lake.keys("t/"))
    lake.ask("VACUUM t")
    assert len(metadata(lake)["snapshots"]) == 1
    after = set(lake.keys("t/"))
    assert "t/data/orphan.parquet" not in after and "t/data/young.parquet" in after
    assert len(after) < len(before)
    assert lake.ask("SELECT id FROM t").rows() == [(3,)]
    gone = lake.run(f"SELECT * FROM t FOR VERSION AS OF {first}")
    assert "does not exist" in gone.reason, gone.reason


@behaviour("ATH-55", "ATH-59")
def test_pyiceberg_and_athena_share_a_table(lake, catalog):
    schema = pa.schema([
        pa.field("Id", pa.int32()), pa.field("city", pa.string()),
        pa.field("tags", pa.list_(pa.string())),
        pa.field("pos", pa.struct([pa.field("x", pa.float64()), pa.field("y", pa.float64())])),
        pa.field("seen", pa.timestamp("us", tz="UTC")),
    ])
    table = catalog.create_table("d.p", schema=schema, location=f"s3://{lake.bucket}/p")
    now = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)
    table.append(pa.Table.from_pylist([
        {"Id": 1, "city": "Rome", "tags": ["a", "b"], "pos": {"x": 1.5, "y": 2.5}, "seen": now},
        {"Id": 2, "city": None, "tags": [], "pos": None, "seen": None},
    ], schema=schema))
    rows = lake.ask("SELECT id, city, cardinality(tags), pos.y FROM p ORDER BY id").rows()
    assert rows == [(1, "Rome", 2, 2.5), (2, None, 0, None)]

    lake.ask("INSERT INTO p (id, city, tags, pos) VALUES (3, 'Oslo', ARRAY['z'], ROW(7e0, 8e0))")
    lake.ask("DELETE FROM p WHERE id = 2")
    table.refresh()
    read = table.scan().to_arrow().sort_by("Id").to_pylist()
    assert [(row["Id"], row["city"], row["tags"], row["pos"]) for row in read] == [
        (1, "Rome", ["a", "b"], {"x": 1.5, "y": 2.5}), (3, "Oslo", ["z"], {"x": 7.0, "y": 8.0}),
    ]

    # Columns are known by their ids, whoever renames them, parts of columns too.
    with table.update_schema() as update:
        update.rename_column("city", "town")
        update.update_column("Id", LongType())
        update.rename_column("pos.x", "lon")
        update.add_column(("pos", "z"), IntegerType())
        update.move_first("seen")
    with table.update_spec() as update:
        update.add_field("Id", BucketTransform(4), "id_bucket")
    lake.ask("INSERT INTO p (id, town, pos) VALUES (5000000000, 'Kiev', ROW(1e0, 2e0, 3))")
    rows = lake.ask("SELECT id, town, pos.lon, pos.z FROM p ORDER BY id").rows()
    assert rows == [(1, "Rome", 1.5, None), (3, "Oslo", 7.0, None), (5000000000, "Kiev", 1.0, 3)]
    lake.ask("UPDATE p SET town = 'all'")
    table.refresh()
    read = table.scan().to_arrow()
    assert sorted(read.column("Id").to_pylist()) == [1, 3, 5000000000]
    assert set(read.column("town").to_pylist()) == {"all"}
    assert sorted({spec for (spec,) in lake.ask('SELECT spec_id FROM "p$files"').rows()}) == [0, 1]


@behaviour("ATH-55", "GLUE-14")
def test_writers_take_turns_through_glue(lake, catalog):
    create(lake)
    lake.ask("INSERT INTO t (id) VALUES (1)")
    stale = catalog.load_table("d.t")
    lake.ask("INSERT INTO t (id) VALUES (2)")
    # By itself it would try again.
    held = AssertRefSnapshotId(ref="main", snapshot_id=stale.metadata.current_snapshot_id)
    change = SetPropertiesUpdate(updates={"owner": "ada"})
    with pytest.raises(CommitFailedException):
        catalog.commit_table(stale, (held,), (change,))
    rows = pa.Table.from_pylist([{"id": 3}], schema=pa.schema([pa.field("id", pa.int64())]))
    stale.append(rows)
    assert count(lake) == 3
    glue = lake.glue
    table = glue.get_table(DatabaseName="d", Name="t")["Table"]
    kept = ("Name", "StorageDescriptor", "Parameters", "TableType")
    given = {name: table[name] for name in kept}
    with pytest.raises(glue.exceptions.ConcurrentModificationException):
        glue.update_table(DatabaseName="d", TableInput=given, VersionId="0")
    assert table["Parameters"]["previous_metadata_location"]


@behaviour("ATH-55")
def test_parts_of_columns_and_partitions_by_others_are_read(lake, catalog):
    schema = Schema(
        NestedField(1, "id", LongType(), required=False),
        NestedField(2, "kind", StringType(), required=False),
        NestedField(3, "s", StructType(NestedField(4, "n", LongType(), required=False)),
                    required=False),
    )
    spec = PartitionSpec(
        PartitionField(source_id=2, field_id=1000, transform=IdentityTransform(), name="kind")
    )
    table = catalog.create_table(
        "d.e", schema=schema, partition_spec=spec, location=f"s3://{lake.bucket}/e"
    )
    table.append(pa.Table.from_pylist(
        [{"id": n, "kind": "ab"[n % 2], "s": {"n": n}} for n in range(6)],
        schema=table.schema().as_arrow(),
    ))
    assert lake.ask("SELECT kind, sum(s.n) FROM e GROUP BY 1 ORDER BY 1").rows() == [
        ("a", 6), ("b", 9),
    ]
    assert lake.ask("SELECT count(id) FROM e WHERE kind = 'a'").rows() == [(3,)]
