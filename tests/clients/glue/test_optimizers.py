"""Table optimizers: Iceberg tables that are looked after by themselves, by the clock."""

import uuid

import pyarrow as pa
import pytest
from harness import behaviour
from pyiceberg.catalog import load_catalog

ROWS = pa.schema([pa.field("id", pa.int64()), pa.field("city", pa.string())])


@pytest.fixture
def glue(aws):
    return aws.client("glue")


@pytest.fixture
def table(aws, glue, monkeypatch):
    """A table of PyIceberg's, in a bucket of its own."""
    env = aws.env()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, env[name])
    bucket = f"b-{uuid.uuid4().hex}"
    aws.client("s3").create_bucket(Bucket=bucket)
    catalog = load_catalog("glue", **{
        "type": "glue",
        "glue.endpoint": aws.url,
        "glue.region": env["AWS_DEFAULT_REGION"],
        "glue.access-key-id": env["AWS_ACCESS_KEY_ID"],
        "glue.secret-access-key": env["AWS_SECRET_ACCESS_KEY"],
        "s3.endpoint": aws.url,
        "s3.access-key-id": env["AWS_ACCESS_KEY_ID"],
        "s3.secret-access-key": env["AWS_SECRET_ACCESS_KEY"],
        "s3.region": env["AWS_DEFAULT_REGION"],
        "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
    })
    glue.create_database(DatabaseInput={"Name": "d"})
    return catalog.create_table("d.t", schema=ROWS, location=f"s3://{bucket}/t")


@pytest.fixture
def of(aws):
    """What names the optimizer of a type."""
    account = aws.client("sts").get_caller_identity()["Account"]
    return lambda kind: {
        "CatalogId": account, "DatabaseName": "d", "TableName": "t", "Type": kind,
    }


def role(aws):
    account = aws.client("sts").get_caller_identity()["Account"]
    return f"arn:aws:iam::{account}:role/optimizer"


def fill(table, times=6):
    for n in range(times):
        rows = [{"id": n * 10 + m, "city": "ab"[m % 2]} for m in range(10)]
        table.append(pa.Table.from_pylist(rows, schema=ROWS))


def ids(table):
    table.refresh()
    return sorted(table.scan().to_arrow().column("id").to_pylist())


def keys(aws, table):
    bucket = table.location().split("/")[2]
    pages = aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {entry["Key"] for page in pages for entry in page.get("Contents", [])}


@behaviour("GLUE-14")
def test_an_optimizer_is_described_and_removed(aws, glue, table, of):
    which = of("compaction")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_table_optimizer(**which)
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.create_table_optimizer(**which, TableOptimizerConfiguration={"enabled": True})
    given = {"roleArn": role(aws), "enabled": True}
    glue.create_table_optimizer(**which, TableOptimizerConfiguration=given)
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_table_optimizer(**which, TableOptimizerConfiguration=given)
    told = glue.get_table_optimizer(**which)["TableOptimizer"]
    assert (told["type"], told["configuration"]) == ("compaction", given)
    glue.update_table_optimizer(**which, TableOptimizerConfiguration={"enabled": False})
    told = glue.get_table_optimizer(**which)["TableOptimizer"]
    assert told["configuration"] == {"roleArn": role(aws), "enabled": False}
    entry = {"catalogId": which["CatalogId"], "databaseName": "d", "tableName": "t"}
    both = glue.batch_get_table_optimizer(Entries=[
        {**entry, "type": "compaction"}, {**entry, "type": "retention"},
    ])
    assert [one["tableOptimizer"]["type"] for one in both["TableOptimizers"]] == ["compaction"]
    assert both["Failures"][0]["error"]["ErrorCode"] == "EntityNotFoundException"
    glue.delete_table_optimizer(**which)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.list_table_optimizer_runs(**which)
    glue.create_table(DatabaseName="d", TableInput={"Name": "hive"})
    with pytest.raises(glue.exceptions.InvalidInputException, match="Iceberg"):
        glue.create_table_optimizer(
            **{**which, "TableName": "hive"}, TableOptimizerConfiguration=given
        )


@behaviour("GLUE-14")
@pytest.mark.clock
def test_small_files_become_one(aws, glue, table, of, clock):
    fill(table)
    glue.create_table_optimizer(**of("compaction"), TableOptimizerConfiguration={
        "roleArn": role(aws), "enabled": True,
        "compactionConfiguration": {
            "icebergConfiguration": {"strategy": "binpack", "minInputFiles": 5},
        },
    })
    before = ids(table)
    clock.advance(hours=1)
    assert ids(table) == before
    assert len(list(table.scan().plan_files())) == 1
    assert table.current_snapshot().summary.operation.value == "replace"
    run = glue.get_table_optimizer(**of("compaction"))["TableOptimizer"]["lastRun"]
    assert run["eventType"] == "completed", run
    assert run["compactionMetrics"]["IcebergMetrics"]["NumberOfFilesCompacted"] == 6
    clock.advance(hours=5)
    runs = glue.list_table_optimizer_runs(**of("compaction"))["TableOptimizerRuns"]
    assert len(runs) == 1, "there was nothing more to do"


@behaviour("GLUE-14")
@pytest.mark.clock
def test_old_snapshots_go_with_what_only_they_need(aws, glue, table, of, clock):
    fill(table, 3)
    table.overwrite(pa.Table.from_pylist([{"id": 1, "city": "z"}], schema=ROWS))
    glue.create_table_optimizer(**of("retention"), TableOptimizerConfiguration={
        "roleArn": role(aws), "enabled": True,
        "retentionConfiguration": {"icebergConfiguration": {
            "snapshotRetentionPeriodInDays": 2, "numberOfSnapshotsToRetain": 1,
            "cleanExpiredFiles": True,
        }},
    })
    clock.advance(days=1)
    table.refresh()
    assert len(table.snapshots()) > 1
    before = keys(aws, table)
    clock.advance(days=3)
    table.refresh()
    assert len(table.snapshots()) == 1
    assert ids(table) == [1]
    assert len(keys(aws, table)) < len(before)
    run = glue.get_table_optimizer(**of("retention"))["TableOptimizer"]["lastRun"]
    assert run["retentionMetrics"]["IcebergMetrics"]["NumberOfDataFilesDeleted"] == 3


@behaviour("GLUE-14")
@pytest.mark.clock
def test_orphans_go_when_they_are_old(aws, glue, table, of, clock):
    fill(table, 1)
    bucket = table.location().split("/")[2]
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="t/data/orphan.parquet", Body=b"x")
    s3.put_object(Bucket=bucket, Key="other/orphan.parquet", Body=b"x")
    glue.create_table_optimizer(**of("orphan_file_deletion"), TableOptimizerConfiguration={
        "roleArn": role(aws), "enabled": True,
    })
    clock.advance(days=2)
    assert "t/data/orphan.parquet" in keys(aws, table)
    clock.advance(days=2)
    left = keys(aws, table)
    assert "t/data/orphan.parquet" not in left and "other/orphan.parquet" in left
    assert ids(table) == list(range(10))
    run = glue.get_table_optimizer(**of("orphan_file_deletion"))["TableOptimizer"]["lastRun"]
    assert run["orphanFileDeletionMetrics"]["IcebergMetrics"]["NumberOfOrphanFilesDeleted"] == 1
