"""Iceberg tables through the catalog's REST endpoint, as PyIceberg uses it."""

import pyarrow as pa
import pytest
from harness import behaviour
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import (
    BadRequestError,
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.table.update import AssertRefSnapshotId, SetPropertiesUpdate

ROWS = pa.schema([pa.field("id", pa.int64()), pa.field("city", pa.string())])


def rows(*pairs):
    return pa.Table.from_pylist([{"id": id, "city": city} for id, city in pairs], schema=ROWS)


def ids(table):
    return sorted(table.scan().to_arrow().column("id").to_pylist())


@pytest.fixture
def catalogs(aws, monkeypatch):
    """PyIceberg's REST and Glue catalogs of the account."""
    env = aws.env()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, env[name])
    s3 = {
        "s3.endpoint": aws.url,
        "s3.access-key-id": env["AWS_ACCESS_KEY_ID"],
        "s3.secret-access-key": env["AWS_SECRET_ACCESS_KEY"],
        "s3.region": env["AWS_DEFAULT_REGION"],
        "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
    }
    account = aws.client("sts").get_caller_identity()["Account"]
    rest = load_catalog("rest", **{
        "type": "rest",
        "uri": f"{aws.url}/iceberg",
        "warehouse": account,
        "rest.sigv4-enabled": "true",
        "rest.signing-name": "glue",
        "rest.signing-region": env["AWS_DEFAULT_REGION"],
        **s3,
    })
    glue = load_catalog("glue", **{
        "type": "glue",
        "glue.endpoint": aws.url,
        "glue.region": env["AWS_DEFAULT_REGION"],
        "glue.access-key-id": env["AWS_ACCESS_KEY_ID"],
        "glue.secret-access-key": env["AWS_SECRET_ACCESS_KEY"],
        **s3,
    })
    return rest, glue


@pytest.fixture
def bucket(aws):
    import uuid

    name = f"b-{uuid.uuid4().hex}"
    aws.client("s3").create_bucket(Bucket=name)
    return name


@behaviour("GLUE-14")
def test_both_catalogs_have_the_same_tables(catalogs, bucket, aws):
    rest, glue = catalogs
    rest.create_namespace("sales", {"location": f"s3://{bucket}/sales", "owner": "ada"})
    assert ("sales",) in rest.list_namespaces()
    assert glue.load_namespace_properties("sales")["owner"] == "ada"
    with pytest.raises(NamespaceAlreadyExistsError):
        rest.create_namespace("sales")
    table = rest.create_table("sales.orders", schema=ROWS)
    assert table.location() == f"s3://{bucket}/sales/orders"
    with pytest.raises(TableAlreadyExistsError):
        rest.create_table("sales.orders", schema=ROWS)
    table.append(rows((1, "Rome")))
    other = glue.load_table("sales.orders")
    other.append(rows((2, "Oslo")))
    table.refresh()
    table.append(rows((3, None)))
    assert ids(rest.load_table("sales.orders")) == ids(glue.load_table("sales.orders")) == [1, 2, 3]
    client = aws.client("glue")
    known = client.get_table(DatabaseName="sales", Name="orders")["Table"]
    assert known["Parameters"]["table_type"] == "ICEBERG"
    assert "/metadata/00003-" in known["Parameters"]["metadata_location"]
    assert [column["Name"] for column in known["StorageDescriptor"]["Columns"]] == ["id", "city"]
    client.create_table(DatabaseName="sales", TableInput={"Name": "hive"})
    assert rest.list_tables("sales") == [("sales", "orders")]
    with pytest.raises(NoSuchTableError):
        rest.load_table("sales.hive")
    with pytest.raises(NamespaceNotEmptyError):
        rest.drop_namespace("sales")
    client.delete_table(DatabaseName="sales", Name="hive")
    rest.purge_table("sales.orders")
    assert not rest.table_exists("sales.orders")
    assert aws.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    rest.drop_namespace("sales")
    with pytest.raises(NoSuchNamespaceError):
        rest.list_tables("sales")


@behaviour("GLUE-14")
def test_who_commits_second_is_told(catalogs, bucket):
    rest, glue = catalogs
    rest.create_namespace("d", {"location": f"s3://{bucket}/d"})
    table = rest.create_table("d.t", schema=ROWS)
    table.append(rows((1, "a")))
    stale = rest.load_table("d.t")
    glue.load_table("d.t").append(rows((2, "b")))
    held = AssertRefSnapshotId(ref="main", snapshot_id=stale.metadata.current_snapshot_id)
    with pytest.raises(CommitFailedException):
        rest.commit_table(stale, (held,), (SetPropertiesUpdate(updates={"a": "b"}),))
    stale.refresh()
    with stale.transaction() as both:
        both.set_properties({"a": "b"})
        both.append(rows((3, "c")))
    assert ids(glue.load_table("d.t")) == [1, 2, 3]
    assert glue.load_table("d.t").properties["a"] == "b"


@behaviour("GLUE-14")
def test_a_table_is_staged_and_registered(catalogs, bucket):
    rest, _ = catalogs
    rest.create_namespace("d", {"location": f"s3://{bucket}/d"})
    with rest.create_table_transaction("d.staged", schema=ROWS) as new:
        new.append(rows((1, "a")))
    assert ids(rest.load_table("d.staged")) == [1]
    place = rest.load_table("d.staged").metadata_location
    rest.drop_table("d.staged")
    assert not rest.table_exists("d.staged")
    assert ids(rest.register_table("d.again", place)) == [1]


@behaviour("GLUE-14")
def test_what_is_not_there_is_told_by_name(catalogs, bucket):
    rest, _ = catalogs
    rest.create_namespace("d")
    with pytest.raises(NoSuchTableError):
        rest.load_table("d.none")
    with pytest.raises(BadRequestError, match="location"):
        rest.create_table("d.t", schema=ROWS)
    with pytest.raises(NoSuchNamespaceError):
        rest.create_table("none.t", schema=ROWS, location=f"s3://{bucket}/t")
