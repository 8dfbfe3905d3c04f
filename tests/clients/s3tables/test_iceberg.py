"""Tables as PyIceberg uses them, through the Iceberg REST endpoint."""

import datetime as dt

import pyarrow as pa
import pytest
from harness import behaviour
from pyiceberg.exceptions import (
    BadRequestError,
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import DayTransform, IdentityTransform
from pyiceberg.types import (
    DoubleType,
    IntegerType,
    ListType,
    NestedField,
    StringType,
    TimestamptzType,
)

ROWS = pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("city", pa.string())])


def rows(*pairs):
    return pa.Table.from_pylist([{"id": id, "city": city} for id, city in pairs], schema=ROWS)


def ids(table):
    return sorted(table.scan().to_arrow().column("id").to_pylist())


@behaviour("S3-71")
def test_rows_are_appended_and_read_back(catalog, s3tables, lake):
    catalog.create_namespace("sales")
    table = catalog.create_table("sales.orders", schema=ROWS)
    before = s3tables.get_table_metadata_location(
        tableBucketARN=lake, namespace="sales", name="orders"
    )
    table.append(rows((1, "Rome"), (2, "Oslo")))
    table.append(rows((3, None)))
    assert ids(catalog.load_table("sales.orders")) == [1, 2, 3]
    after = s3tables.get_table_metadata_location(
        tableBucketARN=lake, namespace="sales", name="orders"
    )
    assert after["versionToken"] != before["versionToken"]
    assert after["metadataLocation"].startswith(after["warehouseLocation"] + "/metadata/00002-")
    assert after["warehouseLocation"].endswith("--table-s3")
    assert len(table.metadata.snapshots) == 2


@behaviour("S3-71")
def test_who_commits_second_starts_anew(catalog, aws, lake):
    catalog.create_namespace("n")
    catalog.create_table("n.t", schema=ROWS)
    one, other = catalog.load_table("n.t"), catalog.load_table("n.t")
    one.append(rows((1, "a")))
    # The server refuses what rests on the table as it was; the client reads it anew and tries again.
    other.append(rows((2, "b")))
    assert ids(catalog.load_table("n.t")) == [1, 2]
    # Without trying again it is told.
    stale = catalog.load_table("n.t").transaction().set_properties({"commit.retry.num-retries": "0"})
    stale.commit_transaction()
    one, other = catalog.load_table("n.t"), catalog.load_table("n.t")
    one.append(rows((3, "c")))
    with pytest.raises(CommitFailedException, match="branch or tag main has changed"):
        other.append(rows((4, "d")))
    assert ids(catalog.load_table("n.t")) == [1, 2, 3]
    # What does not rest on the same is done after the other.
    late = one.transaction().set_properties({"a": "1"})
    catalog.load_table("n.t").append(rows((5, "e")))
    late.commit_transaction()
    assert catalog.load_table("n.t").properties["a"] == "1"
    assert ids(catalog.load_table("n.t")) == [1, 2, 3, 5]


@behaviour("S3-71")
def test_columns_change_and_old_rows_are_read(catalog):
    catalog.create_namespace("n")
    table = catalog.create_table("n.t", schema=ROWS)
    table.append(rows((1, "a")))
    with table.update_schema() as change:
        change.add_column("price", DoubleType())
        change.rename_column("city", "town")
    table.append(pa.Table.from_pylist([{"id": 2, "town": "b", "price": 1.5}], schema=pa.schema([
        pa.field("id", pa.int64(), nullable=False), ("town", pa.string()), ("price", pa.float64()),
    ])))
    found = catalog.load_table("n.t").scan().to_arrow().sort_by("id").to_pylist()
    assert found == [
        {"id": 1, "town": "a", "price": None}, {"id": 2, "town": "b", "price": 1.5},
    ]
    with table.update_schema() as change:
        change.delete_column("price")
    assert [field.name for field in catalog.load_table("n.t").schema().fields] == ["id", "town"]


@behaviour("S3-71")
def test_tables_are_partitioned_deleted_from_and_overwritten(catalog):
    catalog.create_namespace("n")
    schema = Schema(
        NestedField(10, "at", TimestamptzType()),
        NestedField(20, "kind", StringType(), required=True),
        NestedField(30, "n", IntegerType()),
        NestedField(40, "tags", ListType(50, StringType(), element_required=False)),
    )
    spec = PartitionSpec(
        PartitionField(10, 1000, DayTransform(), "at_day"),
        PartitionField(20, 1001, IdentityTransform(), "kind"),
    )
    table = catalog.create_table("n.t", schema=schema, partition_spec=spec)
    assert [field.name for field in table.spec().fields] == ["at_day", "kind"]
    assert [field.source_id for field in table.spec().fields] == [1, 2]
    at = dt.datetime(2026, 1, 2, 3, tzinfo=dt.timezone.utc)
    data = [
        {"at": at + dt.timedelta(days=i % 2), "kind": "ab"[i % 2], "n": i, "tags": [str(i)]}
        for i in range(8)
    ]
    table.append(pa.Table.from_pylist(data, schema=table.schema().as_arrow()))
    table.delete("kind = 'a'")
    assert sorted(table.scan().to_arrow().column("n").to_pylist()) == [1, 3, 5, 7]
    table.delete("n = 3")
    assert sorted(catalog.load_table("n.t").scan().to_arrow().column("n").to_pylist()) == [1, 5, 7]


@behaviour("S3-71")
def test_names_are_listed_renamed_and_dropped(catalog):
    catalog.create_namespace("one")
    with pytest.raises(NamespaceAlreadyExistsError):
        catalog.create_namespace("one")
    with pytest.raises(NoSuchNamespaceError):
        catalog.create_table("other.t", schema=ROWS)
    catalog.create_namespace("two")
    assert sorted(catalog.list_namespaces()) == [("one",), ("two",)]
    catalog.create_table("one.t", schema=ROWS).append(rows((1, "a")))
    with pytest.raises(TableAlreadyExistsError):
        catalog.create_table("one.t", schema=ROWS)
    assert catalog.table_exists("one.t") and not catalog.table_exists("one.u")
    catalog.rename_table("one.t", "two.u")
    assert catalog.list_tables("two") == [("two", "u")] and catalog.list_tables("one") == []
    assert ids(catalog.load_table("two.u")) == [1]
    with pytest.raises(NoSuchTableError):
        catalog.load_table("one.t")
    with pytest.raises(NamespaceNotEmptyError):
        catalog.drop_namespace("two")
    with pytest.raises(BadRequestError, match="purge"):
        catalog.drop_table("two.u")
    catalog.purge_table("two.u")
    catalog.drop_namespace("two")
    assert catalog.list_namespaces() == [("one",)]


@behaviour("S3-71")
def test_what_aws_refuses_is_refused(catalog):
    catalog.create_namespace("n")
    with pytest.raises(BadRequestError, match="stage-create"):
        catalog.create_table_transaction("n.t", schema=ROWS)
    with pytest.raises(BadRequestError, match="location"):
        catalog.create_table("n.t", schema=ROWS, location="s3://elsewhere/t")
    with pytest.raises(Exception, match="table name is not valid"):
        catalog.create_table("n.Upper", schema=ROWS)
    with pytest.raises(Exception, match="version 3 is not supported"):
        catalog.create_table("n.t", schema=ROWS, properties={"format-version": "3"})
    assert catalog.list_tables("n") == []
