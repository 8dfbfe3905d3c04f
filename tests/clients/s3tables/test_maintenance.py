"""Tables that are kept tidy as time goes by."""

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError
from harness import behaviour
from pyiceberg.types import IntegerType

ROWS = pa.schema([pa.field("id", pa.int64()), pa.field("city", pa.string())])


def rows(*ids):
    return pa.Table.from_pylist([{"id": id, "city": f"c{id}"} for id in ids], schema=ROWS)


def many(catalog, commits=8):
    """A table of many small commits."""
    catalog.create_namespace("n")
    table = catalog.create_table("n.t", schema=ROWS)
    for at in range(commits):
        table.append(rows(2 * at, 2 * at + 1))
    return table


def files(table):
    return table.inspect.files().num_rows


def status(s3tables, lake):
    return s3tables.get_table_maintenance_job_status(
        tableBucketARN=lake, namespace="n", name="t"
    )["status"]


@pytest.mark.clock
@behaviour("S3-72")
def test_small_files_become_one_with_the_same_rows(catalog, s3tables, lake, clock):
    table = many(catalog)
    assert files(table) == 8
    assert status(s3tables, lake)["icebergCompaction"]["status"] == "Not_Yet_Run"
    before = table.scan().to_arrow().sort_by("id")
    clock.advance(days=1)
    table = catalog.load_table("n.t")
    assert files(table) == 1
    assert table.scan().to_arrow().sort_by("id") == before
    assert table.scan("id >= 14").to_arrow().num_rows == 2, "its bounds are those of its rows"
    assert table.scan("id > 15").to_arrow().num_rows == 0
    assert table.current_snapshot().summary.operation.value == "replace"
    assert table.current_snapshot().summary["total-records"] == "16"
    for kind, found in status(s3tables, lake).items():
        assert found["status"] == "Successful", (kind, found)
        assert found["lastRunTimestamp"]
    # Clients go on from there, and read what was.
    table.append(rows(100))
    assert sorted(catalog.load_table("n.t").scan().to_arrow()["id"].to_pylist()) == [*range(16), 100]
    first = table.snapshots()[0].snapshot_id
    assert table.scan(snapshot_id=first).to_arrow().num_rows == 2


@pytest.mark.clock
@behaviour("S3-72")
def test_files_of_other_columns_stay_apart_and_rows_are_the_same(catalog, clock):
    table = many(catalog, 5)
    with table.update_schema() as change:
        change.rename_column("city", "town")
        change.add_column("more", IntegerType())
    wider = pa.schema([("id", pa.int64()), ("town", pa.string()), ("more", pa.int32())])
    for at in range(5):
        table.append(pa.Table.from_pylist([{"id": 50 + at, "town": "x", "more": at}], schema=wider))
    before = table.scan().to_arrow().sort_by("id")
    clock.advance(days=1)
    table = catalog.load_table("n.t")
    assert files(table) == 2
    assert table.scan().to_arrow().sort_by("id") == before


@pytest.mark.clock
@behaviour("S3-72")
def test_old_snapshots_go_and_then_their_files(catalog, s3tables, s3, lake, clock):
    table = many(catalog, 6)
    bucket = table.location().removeprefix("s3://")
    s3.put_object(Bucket=bucket, Key="data/stray", Body=b"x")
    paths = table.inspect.files()["file_path"].to_pylist()
    old = paths[0].removeprefix(f"s3://{bucket}/")
    clock.advance(days=4)
    assert len(catalog.load_table("n.t").snapshots()) == 7
    clock.advance(days=2)
    table = catalog.load_table("n.t")
    assert len(table.snapshots()) == 1 and table.scan().to_arrow().num_rows == 12
    assert s3.head_object(Bucket=bucket, Key=old)
    assert s3.head_object(Bucket=bucket, Key="data/stray")
    clock.advance(days=8)
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket=bucket, Key="data/stray")
    clock.advance(days=4)
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket=bucket, Key=old)
    assert catalog.load_table("n.t").scan().to_arrow().num_rows == 12


@pytest.mark.clock
@behaviour("S3-72")
def test_what_is_switched_off_is_not_done(catalog, s3tables, lake, clock):
    table = many(catalog, 6)
    names = {"tableBucketARN": lake, "namespace": "n", "name": "t"}
    for kind in ("icebergCompaction", "icebergSnapshotManagement"):
        s3tables.put_table_maintenance_configuration(
            **names, type=kind, value={"status": "disabled"}
        )
    clock.advance(days=7)
    table = catalog.load_table("n.t")
    assert files(table) == 6 and len(table.snapshots()) == 6
    found = status(s3tables, lake)
    assert found["icebergCompaction"]["status"] == "Disabled"
    assert found["icebergUnreferencedFileRemoval"]["status"] == "Successful"


@pytest.mark.clock
@behaviour("S3-72")
def test_files_of_each_partition_become_one(catalog, clock):
    catalog.create_namespace("n")
    table = catalog.create_table("n.t", schema=ROWS)
    with table.update_spec() as change:
        change.add_identity("city")
    for at in range(6):
        table.append(pa.Table.from_pylist(
            [{"id": at, "city": "Rome"}, {"id": 100 + at, "city": "Oslo"}, {"id": 200 + at}],
            schema=ROWS,
        ))
    clock.advance(days=1)
    table = catalog.load_table("n.t")
    assert files(table) == 3
    # Manifests and files that cannot have such rows are passed over; the others are read.
    for city, first in (("Rome", 0), ("Oslo", 100)):
        found = table.scan(f"city = '{city}'").to_arrow()["id"].to_pylist()
        assert sorted(found) == [*range(first, first + 6)]
        assert len(list(table.scan(f"city = '{city}'").plan_files())) == 1
    assert table.scan("city is null").to_arrow().num_rows == 6
    assert {row["partition"]["city"]: row["record_count"]
            for row in table.inspect.partitions().to_pylist()} == {"Rome": 6, "Oslo": 6, None: 6}
    with table.update_spec() as change:
        change.remove_field("city")
    table.append(rows(1000))
    assert catalog.load_table("n.t").scan().to_arrow().num_rows == 19
