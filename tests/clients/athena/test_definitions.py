"""Every form of data definition that Athena documents."""

import pytest
from harness import behaviour


@pytest.fixture
def columns(lake):
    """The names and types of a table's columns."""

    def read(name="t"):
        table = lake.glue.get_table(DatabaseName="d", Name=name)["Table"]
        return [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]]

    return read


@behaviour("ATH-38")
def test_columns_are_added_replaced_and_changed(lake, columns):
    lake.put("t/p=1/a.csv", "1,x\n")
    lake.ask(
        "CREATE EXTERNAL TABLE IF NOT EXISTS d.t (`a` int COMMENT 'first', b string) COMMENT 'a table' "
        "PARTITIONED BY (p int COMMENT 'part') ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "STORED AS TEXTFILE LOCATION 's3://{bucket}/t/' TBLPROPERTIES ('team'='blue')"
    )
    lake.ask("MSCK REPAIR TABLE t")
    lake.ask("ALTER TABLE t ADD COLUMNS (c double, d array<string>)")
    assert columns() == [("a", "int"), ("b", "string"), ("c", "double"), ("d", "array<string>")]
    lake.ask("ALTER TABLE t ADD COLUMNS (e string) CASCADE")
    lake.ask("ALTER TABLE t CHANGE COLUMN b bee varchar(10) COMMENT 'renamed' AFTER c")
    lake.ask("ALTER TABLE t CHANGE c c bigint FIRST")
    assert columns()[:3] == [("c", "bigint"), ("a", "int"), ("bee", "varchar(10)")]
    lake.ask("ALTER TABLE t REPLACE COLUMNS (a int, b string)")
    assert columns() == [("a", "int"), ("b", "string")]
    lake.ask("ALTER TABLE t PARTITION (p = 1) ADD COLUMNS (x int)")
    assert lake.ask("SELECT a, b, p FROM t").rows() == [(1, "x", 1)]
    for wrong in (
        "ALTER TABLE t ADD COLUMNS (a int)", "ALTER TABLE t CHANGE COLUMN z y int",
        "ALTER TABLE absent ADD COLUMNS (a int)", "ALTER TABLE t RENAME TO u", "ALTER TABLE t DROP COLUMN a",
    ):
        query = lake.run(wrong)
        assert query.state == "FAILED", wrong


@behaviour("ATH-38")
def test_places_and_properties_are_set(lake):
    lake.put("other/a.csv", "7\n")
    lake.ask("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://{bucket}/t/'")
    lake.ask("ALTER TABLE t SET LOCATION 's3://{bucket}/other/'")
    assert lake.ask("SELECT a FROM t").rows() == [(7,)]
    assert lake.run("ALTER TABLE t SET LOCATION 'hdfs://x/y'").state == "FAILED"
    lake.ask("ALTER TABLE t SET TBLPROPERTIES ('comment'='seven', 'k'='v')")
    lake.ask("ALTER TABLE t UNSET TBLPROPERTIES ('k')")
    assert lake.ask("SHOW TBLPROPERTIES t('comment')").lines() == ["seven"]
    assert "does not have property: k" in lake.ask("SHOW TBLPROPERTIES t('k')").lines()[0]
    lake.ask("ALTER DATABASE d SET DBPROPERTIES ('creator'='ada')")
    assert lake.glue.get_database(Name="d")["Database"]["Parameters"] == {"creator": "ada"}
    lake.ask("CREATE SCHEMA IF NOT EXISTS e LOCATION 's3://{bucket}/e/' WITH DBPROPERTIES ('a'='b')")
    database = lake.glue.get_database(Name="e")["Database"]
    assert (database["LocationUri"], database["Parameters"]) == (f"s3://{lake.bucket}/e/", {"a": "b"})
    lake.ask("DROP SCHEMA IF EXISTS e RESTRICT")
    lake.ask("DROP DATABASE IF EXISTS e")
    assert lake.run("DROP DATABASE e").state == "FAILED"


@behaviour("ATH-48", "ATH-38")
def test_views_are_made_shown_and_dropped(orders):
    orders.ask("CREATE VIEW v AS SELECT id, name FROM orders WHERE paid")
    assert orders.run("CREATE VIEW v AS SELECT 1 AS a").state == "FAILED"
    orders.ask("CREATE OR REPLACE VIEW v AS SELECT id AS one, amount FROM orders")
    assert orders.ask("SHOW VIEWS").lines() == ["v"]
    assert orders.ask("SHOW VIEWS IN d LIKE 'v*'").lines() == ["v"]
    assert [line.split("\t")[0].strip() for line in orders.ask("DESCRIBE v").lines()][:2] == ["one", "amount"]
    assert "SELECT" in "\n".join(orders.ask("SHOW CREATE VIEW v").lines())
    assert [line.strip() for line in orders.ask("SHOW COLUMNS FROM v").lines()] == ["one", "amount"]
    table = orders.glue.get_table(DatabaseName="d", Name="v")["Table"]
    assert table["TableType"] == "VIRTUAL_VIEW"
    assert orders.run("ALTER TABLE v ADD COLUMNS (x int)").state == "FAILED"
    orders.ask("DROP VIEW v")
    orders.ask("DROP VIEW IF EXISTS v")
    assert orders.run("DROP VIEW v").state == "FAILED"


@behaviour("ATH-38")
def test_what_there_is_is_shown(orders):
    orders.ask("CREATE EXTERNAL TABLE other (a int) STORED AS ORC LOCATION 's3://{bucket}/o/'")
    assert orders.ask("SHOW TABLES IN d").lines() == ["orders", "other"]
    assert orders.ask("SHOW TABLES 'or*|x*'").lines() == ["orders"]
    assert orders.ask("SHOW SCHEMAS LIKE 'd'").lines() == ["d"]
    assert orders.ask("SHOW PARTITIONS orders").lines() == ["month=2026-01", "month=2026-02"]
    assert [line.strip() for line in orders.ask("SHOW COLUMNS IN orders IN d").lines()][-1] == "month"
    formatted = "\n".join(orders.ask("DESCRIBE FORMATTED orders").lines())
    assert "# Partition Information" in formatted and "LazySimpleSerDe" in formatted
    assert "OrcInputFormat" in "\n".join(orders.ask("DESCRIBE EXTENDED other").lines())
    assert "OrcSerde" in "\n".join(orders.ask("SHOW CREATE TABLE other").lines())
    described = orders.ask("DESCRIBE orders PARTITION (month = '2026-01')").lines()
    assert described[0].split("\t")[0].strip() == "id"
    assert orders.run("DESCRIBE orders PARTITION (month = 'x')").state == "FAILED"
    assert orders.run("SHOW PARTITIONS other").state == "FAILED"
    assert orders.ask("DESCRIBE orders name").lines()[0].startswith("name")


@behaviour("ATH-38")
@pytest.mark.parametrize(
    "clause",
    [
        "STORED AS SEQUENCEFILE", "STORED AS RCFILE", "STORED AS ION", "STORED AS AVRO", "STORED AS JSONFILE",
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY ':' "
        "MAP KEYS TERMINATED BY '=' LINES TERMINATED BY '\\n' NULL DEFINED AS '-'",
        "CLUSTERED BY (a) INTO 8 BUCKETS STORED AS PARQUET",
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ('separatorChar'='|')",
        "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' "
        "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
    ],
)
def test_tables_of_every_clause_are_made_and_made_again(lake, clause):
    lake.ask(f"CREATE EXTERNAL TABLE t (a int, b map<string,array<int>>) {clause} LOCATION 's3://{{bucket}}/t/'")
    first = lake.glue.get_table(DatabaseName="d", Name="t")["Table"]["StorageDescriptor"]
    shown = "\n".join(lake.ask("SHOW CREATE TABLE t").lines())
    lake.ask("DROP TABLE t")
    lake.ask(shown)
    again = lake.glue.get_table(DatabaseName="d", Name="t")["Table"]["StorageDescriptor"]
    typed = lambda storage: [(column["Name"], column["Type"]) for column in storage["Columns"]]
    assert typed(again) == typed(first)
    for field in ("InputFormat", "OutputFormat", "NumberOfBuckets", "BucketColumns"):
        assert again.get(field) == first.get(field), field
    assert again["SerdeInfo"]["SerializationLibrary"] == first["SerdeInfo"]["SerializationLibrary"]
    # What SHOW CREATE TABLE does not tell of is what was not asked for.
    own = first["SerdeInfo"].get("Parameters", {})
    assert {k: v for k, v in again["SerdeInfo"].get("Parameters", {}).items() if k in own} == own


@behaviour("ATH-38")
@pytest.mark.parametrize(
    "sql",
    [
        "ALTER INDEX i ON t REBUILD", "CREATE INDEX i ON TABLE t (a) AS 'COMPACT'", "CREATE ROLE r",
        "CREATE TABLE t LIKE u", "DESCRIBE DATABASE d", "EXPORT TABLE t TO 's3://b/x'", "IMPORT FROM 's3://b/x'",
        "LOAD DATA INPATH 's3://b/x' INTO TABLE t", "SHOW FUNCTIONX", "TRUNCATE TABLE t", "LOCK TABLE t SHARED",
        "ALTER TABLE t ARCHIVE PARTITION (p = 1)", "ALTER TABLE t CLUSTERED BY (a) INTO 2 BUCKETS",
        "ALTER TABLE t COMPACT 'major'", "ALTER TABLE t EXCHANGE PARTITION (p = 1) WITH TABLE u",
        "ALTER TABLE t SET FILEFORMAT ORC", "ALTER TABLE t SKEWED BY (a) ON (1)", "ALTER TABLE t TOUCH",
        "CREATE EXTERNAL TABLE t (a int) SKEWED BY (a) ON (1) LOCATION 's3://b/x/'",
    ],
)
def test_hives_statements_that_athena_lacks_are_refused(lake, sql):
    """<https://docs.aws.amazon.com/athena/latest/ug/unsupported-ddl.html>"""
    from botocore.exceptions import ClientError
    from harness import error

    try:
        query = lake.run(sql)
    except ClientError as refused:
        assert error(refused).code == "InvalidRequestException"
    else:
        assert query.state == "FAILED"
