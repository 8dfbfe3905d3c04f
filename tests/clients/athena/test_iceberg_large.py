"""Iceberg tables of more rows than fit one page, batch or group: places of rows stay right."""

import pyarrow as pa
import pytest
from harness import behaviour

ROWS = 300_000


@pytest.fixture
def large(lake):
    lake.ask(
        "CREATE TABLE l WITH (table_type='ICEBERG', is_external=false, "
        "location='s3://{bucket}/l/') AS "
        "SELECT a.n * 1000 + b.n AS id, cast(a.n * 1000 + b.n AS varchar) AS name, 0 AS v "
        "FROM UNNEST(sequence(0, 299)) AS a (n) CROSS JOIN UNNEST(sequence(0, 999)) AS b (n)"
    )
    return lake


@behaviour("ATH-52")
def test_places_are_right_wherever_readers_begin(large):
    lake = large
    assert lake.ask("SELECT count(*), count(DISTINCT id) FROM l").rows() == [(ROWS, ROWS)]
    lake.ask("UPDATE l SET v = 1 WHERE id IN (7, 123456, 299999)")
    lake.ask("DELETE FROM l WHERE id BETWEEN 100000 AND 199999 AND id <> 123456")
    lake.ask("DELETE FROM l WHERE name = '250000'")
    assert lake.ask("SELECT id, v FROM l WHERE v = 1 ORDER BY id").rows() == [
        (7, 1), (123456, 1), (299999, 1),
    ]
    wanted = ROWS - 99_999 - 1
    assert lake.ask("SELECT count(*), count(DISTINCT id), sum(id) FROM l").rows() == [(
        wanted, wanted,
        sum(range(ROWS)) - sum(range(100_000, 200_000)) + 123_456 - 250_000,
    )]
    rows = lake.ask("SELECT id FROM l WHERE id > 99997 AND id < 200002 ORDER BY id").rows()
    assert rows == [(99998,), (99999,), (123456,), (200000,), (200001,)]
    lake.ask("MERGE INTO l USING (SELECT id, 5 AS v FROM l WHERE id % 1000 = 3) s ON l.id = s.id "
             "WHEN MATCHED THEN UPDATE SET v = s.v")
    assert lake.ask("SELECT count(*), min(id % 1000), max(id % 1000) FROM l WHERE v = 5").rows() == [
        (200, 3, 3),
    ]
    before = lake.ask("SELECT count(*), sum(id), sum(v) FROM l").rows()
    lake.ask("OPTIMIZE l REWRITE DATA USING BIN_PACK")
    assert lake.ask("SELECT count(*), sum(id), sum(v) FROM l").rows() == before
    assert lake.ask('SELECT DISTINCT content FROM "l$files"').rows() == [(0,)]


@behaviour("ATH-52", "ATH-55")
def test_groups_of_rows_are_counted_through(lake, catalog):
    """A file of many groups of rows, as other writers leave them."""
    schema = pa.schema([pa.field("id", pa.int64()), pa.field("v", pa.int32())])
    table = catalog.create_table(
        "d.g", schema=schema, location=f"s3://{lake.bucket}/g",
        properties={"write.parquet.row-group-limit": "100", "write.parquet.page-row-limit": "20"},
    )
    table.append(pa.table({"id": range(5000), "v": [0] * 5000}, schema=schema))
    lake.ask("UPDATE g SET v = 1 WHERE id IN (0, 99, 100, 2345, 4999)")
    lake.ask("DELETE FROM g WHERE id >= 1000 AND id < 4000 AND id % 2 = 0")
    table.refresh()
    read = table.scan().to_arrow().to_pylist()
    assert sorted(row["id"] for row in read if row["v"] == 1) == [0, 99, 100, 2345, 4999]
    assert len(read) == 3500
    mine = lake.ask("SELECT id, v FROM g").rows()
    assert sorted(mine) == sorted((row["id"], row["v"]) for row in read)
    assert lake.ask("SELECT count(*) FROM g WHERE id BETWEEN 2000 AND 2099").rows() == [(50,)]
