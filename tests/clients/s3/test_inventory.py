"""Inventories: lists of what is in a bucket, made every day or week."""

import gzip
import hashlib
import io
import json
import uuid

import pyarrow.parquet
import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

FIELDS = ["Size", "LastModifiedDate", "ETag", "StorageClass", "IsMultipartUploaded"]


def new_bucket(s3, versioned=False) -> str:
    name = f"i-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def configuration(to, id="all", format="CSV", versions="Current", frequency="Daily", **more):
    destination = {"Bucket": f"arn:aws:s3:::{to}", "Format": format, "Prefix": "lists"}
    return {
        "Destination": {"S3BucketDestination": destination},
        "Id": id, "IsEnabled": True, "IncludedObjectVersions": versions,
        "OptionalFields": FIELDS, "Schedule": {"Frequency": frequency}, **more,
    }  # fmt: skip


def put(s3, bucket, given):
    s3.put_bucket_inventory_configuration(
        Bucket=bucket, Id=given["Id"], InventoryConfiguration=given
    )


def keys(s3, bucket, prefix="") -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def read(s3, bucket, key) -> bytes:
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def manifests(s3, to, source, id="all") -> list[dict]:
    """The manifests of a configuration, each checked against its checksum and its files."""
    found = []
    for key in keys(s3, to, f"lists/{source}/{id}/2"):
        if key.endswith("/manifest.json"):
            text = read(s3, to, key)
            checksum = read(s3, to, key.replace(".json", ".checksum")).decode()
            assert hashlib.md5(text).hexdigest() == checksum
            manifest = json.loads(text)
            for file in manifest["files"]:
                body = read(s3, to, file["key"])
                assert (len(body), hashlib.md5(body).hexdigest()) == (
                    file["size"], file["MD5checksum"],
                )  # fmt: skip
            found.append(manifest)
    return found


@behaviour("S3-69")
@pytest.mark.clock
def test_a_list_is_made_every_day(s3, clock):
    source, to = new_bucket(s3), new_bucket(s3)
    s3.put_object(Bucket=source, Key="a b/ü,\"", Body=b"12345")
    s3.put_object(Bucket=source, Key="c", Body=b"", StorageClass="STANDARD_IA")
    put(s3, source, configuration(to))
    assert keys(s3, to) == []
    clock.advance(days=1)
    [manifest] = manifests(s3, to, source)
    assert manifest["sourceBucket"] == source
    assert manifest["destinationBucket"] == f"arn:aws:s3:::{to}"
    assert (manifest["version"], manifest["fileFormat"]) == ("2016-11-30", "CSV")
    assert manifest["fileSchema"] == (
        "Bucket, Key, Size, LastModifiedDate, ETag, StorageClass, IsMultipartUploaded"
    )
    [file] = manifest["files"]
    assert file["key"].startswith(f"lists/{source}/all/data/")
    lines = gzip.decompress(read(s3, to, file["key"])).decode().splitlines()
    first, second = ([field.strip('"') for field in line.split('","')] for line in lines)
    assert first[:3] == [source, "a%20b/%C3%BC%2C%22", "5"]
    assert first[3].endswith(".000Z") and first[4] == hashlib.md5(b"12345").hexdigest()
    assert second[1:3] + second[5:] == ["c", "0", "STANDARD_IA", "false"]
    [link] = keys(s3, to, f"lists/{source}/all/hive/dt=")
    assert link.endswith("/symlink.txt")
    assert read(s3, to, link).decode() == f"s3://{to}/{file['key']}"
    clock.advance(days=2)
    assert len(manifests(s3, to, source)) == 3


@behaviour("S3-69")
@pytest.mark.clock
def test_all_versions_in_parquet(s3, clock):
    source, to = new_bucket(s3, versioned=True), new_bucket(s3)
    for n in range(3):
        s3.put_object(Bucket=source, Key="k", Body=b"x" * n)
    s3.delete_object(Bucket=source, Key="k")
    s3.put_object(Bucket=source, Key="p/ü", Body=b"x")
    put(s3, source, configuration(to, format="Parquet", versions="All"))
    put(s3, source, configuration(to, id="p", format="Parquet", Filter={"Prefix": "p/"}))
    clock.advance(days=1)
    [manifest] = manifests(s3, to, source)
    assert manifest["fileSchema"].startswith("message s3.inventory {")
    table = pyarrow.parquet.read_table(io.BytesIO(read(s3, to, manifest["files"][0]["key"])))
    rows = table.to_pylist()
    listed = s3.list_object_versions(Bucket=source)
    versions = {item["VersionId"] for item in listed["Versions"] + listed["DeleteMarkers"]}
    assert {row["version_id"] for row in rows} == versions
    names = ("key", "is_latest", "is_delete_marker", "size")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("k", True, True, None), ("k", False, False, 2), ("k", False, False, 1),
        ("k", False, False, 0), ("p/ü", True, False, 1),
    ]  # fmt: skip
    [manifest] = manifests(s3, to, source, "p")
    table = pyarrow.parquet.read_table(io.BytesIO(read(s3, to, manifest["files"][0]["key"])))
    assert table["key"].to_pylist() == ["p/ü"]


@behaviour("S3-29")
@pytest.mark.clock
@pytest.mark.parametrize("format", ["CSV", "Parquet"])
def test_lists_tell_where_intelligent_tiering_keeps_an_object(s3, clock, format):
    source, to = new_bucket(s3), new_bucket(s3)
    for key, kind in (("k", "INTELLIGENT_TIERING"), ("other", "STANDARD")):
        s3.put_object(Bucket=source, Key=key, Body=bytes(256 << 10), StorageClass=kind)
    s3.put_object(Bucket=source, Key="a/k", Body=bytes(256 << 10), StorageClass="INTELLIGENT_TIERING")
    s3.put_bucket_intelligent_tiering_configuration(
        Bucket=source, Id="a",
        IntelligentTieringConfiguration={
            "Id": "a", "Status": "Enabled", "Filter": {"Prefix": "a/"},
            "Tierings": [
                {"AccessTier": "ARCHIVE_ACCESS", "Days": 90},
                {"AccessTier": "DEEP_ARCHIVE_ACCESS", "Days": 180},
            ],
        },
    )  # fmt: skip
    put(s3, source, configuration(
        to, format=format, OptionalFields=["StorageClass", "IntelligentTieringAccessTier"]
    ))  # fmt: skip

    def listed() -> dict:
        """The tier of each key in the newest list."""
        manifest = manifests(s3, to, source)[-1]
        body = read(s3, to, manifest["files"][0]["key"])
        if format == "Parquet":
            assert "binary intelligent_tiering_access_tier (UTF8)" in manifest["fileSchema"]
            rows = pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist()
            return {row["key"]: row["intelligent_tiering_access_tier"] or "" for row in rows}
        assert manifest["fileSchema"] == "Bucket, Key, StorageClass, IntelligentTieringAccessTier"
        lines = gzip.decompress(body).decode().splitlines()
        rows = [[field.strip('"') for field in line.split(",")] for line in lines]
        return {key: tier for _, key, _, tier in rows}

    clock.advance(days=1)
    assert listed() == {"a/k": "FREQUENT", "k": "FREQUENT", "other": ""}
    clock.advance(days=31)
    assert listed() == {"a/k": "INFREQUENT", "k": "INFREQUENT", "other": ""}
    clock.advance(days=61)
    assert listed() == {"a/k": "ARCHIVE", "k": "ARCHIVE_INSTANT_ACCESS", "other": ""}
    s3.get_object(Bucket=source, Key="k")["Body"].read()
    clock.advance(days=1)
    assert listed() == {"a/k": "ARCHIVE", "k": "FREQUENT", "other": ""}
    clock.advance(days=90)
    assert listed()["a/k"] == "DEEP_ARCHIVE"


@behaviour("S3-69")
@pytest.mark.clock
def test_lists_tell_how_objects_are_encrypted(s3, aws, clock):
    source, to = new_bucket(s3, versioned=True), new_bucket(s3)
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    by_kms = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    for name, given in (
        ("a", {}), ("b", by_kms), ("c", {**by_kms, "BucketKeyEnabled": True}),
        ("d", {**by_kms, "ServerSideEncryption": "aws:kms:dsse"}),
    ):  # fmt: skip
        s3.put_object(Bucket=source, Key=name, Body=b"x", **given)
    s3.delete_object(Bucket=source, Key="gone")
    fields = ["EncryptionStatus", "BucketKeyStatus"]
    put(s3, source, configuration(to, versions="All", OptionalFields=fields))
    clock.advance(days=1)
    [manifest] = manifests(s3, to, source)
    assert manifest["fileSchema"].endswith("IsDeleteMarker, EncryptionStatus, BucketKeyStatus")
    lines = gzip.decompress(read(s3, to, manifest["files"][0]["key"])).decode().splitlines()
    rows = [[field.strip('"') for field in line.split(",")] for line in lines]
    assert [(row[1], *row[-2:]) for row in rows] == [
        ("a", "SSE-S3", "DISABLED"), ("b", "SSE-KMS", "DISABLED"), ("c", "SSE-KMS", "ENABLED"),
        ("d", "DSSE-KMS", "DISABLED"), ("gone", "", ""),
    ]  # fmt: skip


@pytest.mark.clock
def test_more_keys_than_a_page(s3, clock):
    source, to = new_bucket(s3), new_bucket(s3)
    names = [f"k{n:05}" for n in range(2_300)]
    for name in names:
        s3.put_object(Bucket=source, Key=name, Body=b"")
    put(s3, source, configuration(to, OptionalFields=["Size"]))
    clock.advance(days=1)
    [manifest] = manifests(s3, to, source)
    lines = gzip.decompress(read(s3, to, manifest["files"][0]["key"])).decode().splitlines()
    assert [line.split(",")[1].strip('"') for line in lines] == names


@behaviour("S3-69")
@pytest.mark.clock
def test_athena_reads_a_list(s3, clock, query):
    source, to = new_bucket(s3), new_bucket(s3)
    for n in range(5):
        s3.put_object(Bucket=source, Key=f"k{n}", Body=b"x" * n)
    put(s3, source, configuration(to, format="Parquet"))
    clock.advance(days=1)
    query(f"""
        CREATE EXTERNAL TABLE inventory (bucket string, key string, size bigint,
            last_modified_date timestamp, e_tag string, storage_class string,
            is_multipart_uploaded boolean)
        STORED AS PARQUET LOCATION 's3://{to}/lists/{source}/all/data/'""")
    rows = query(f"SELECT count(*), sum(size), max(key) FROM inventory WHERE bucket = '{source}'")
    assert rows == [["5", "10", "k4"]]


@pytest.fixture
def query(s3, athena, glue):
    """Runs a query in a database of the test's own; the answer is its rows."""
    results = new_bucket(s3)
    glue.create_database(DatabaseInput={"Name": "logs"})

    def run(text):
        started = athena.start_query_execution(
            QueryString=text, QueryExecutionContext={"Database": "logs"},
            ResultConfiguration={"OutputLocation": f"s3://{results}/"},
        )  # fmt: skip
        which = {"QueryExecutionId": started["QueryExecutionId"]}
        while True:
            told = athena.get_query_execution(**which)["QueryExecution"]["Status"]
            if told["State"] not in ("QUEUED", "RUNNING"):
                break
        assert told["State"] == "SUCCEEDED", told
        rows = athena.get_query_results(**which)["ResultSet"]["Rows"]
        values = [[field.get("VarCharValue") for field in row["Data"]] for row in rows]
        return values[1:]

    return run


def test_configurations_are_kept_by_their_ids(s3):
    source, to = new_bucket(s3), new_bucket(s3)
    first, second = configuration(to, "one"), configuration(to, "two", frequency="Weekly")
    put(s3, source, second)
    put(s3, source, first)
    listed = s3.list_bucket_inventory_configurations(Bucket=source)
    assert listed["InventoryConfigurationList"] == [first, second]
    assert listed["IsTruncated"] is False
    got = s3.get_bucket_inventory_configuration(Bucket=source, Id="two")
    assert got["InventoryConfiguration"] == second
    s3.delete_bucket_inventory_configuration(Bucket=source, Id="two")
    for call in (s3.get_bucket_inventory_configuration, s3.delete_bucket_inventory_configuration):
        with pytest.raises(ClientError) as raised:
            call(Bucket=source, Id="two")
        assert error(raised)[:2] == ("NoSuchConfiguration", 404)
    for n in range(120):
        put(s3, source, configuration(to, f"many-{n:03}"))
    found, token = [], {}
    while True:
        page = s3.list_bucket_inventory_configurations(Bucket=source, **token)
        found += [item["Id"] for item in page["InventoryConfigurationList"]]
        if not page["IsTruncated"]:
            break
        token = {"ContinuationToken": page["NextContinuationToken"]}
    assert found == sorted(["one", *(f"many-{n:03}" for n in range(120))])


def test_configurations_that_cannot_be_are_refused(s3):
    source, to = new_bucket(s3), new_bucket(s3)

    def refused(given, id=None):
        with pytest.raises(ClientError) as raised:
            s3.put_bucket_inventory_configuration(
                Bucket=source, Id=id or given["Id"], InventoryConfiguration=given
            )
        return error(raised)[0]

    assert refused(configuration("absent-for-certain")) == "InvalidS3DestinationBucket"
    assert refused(configuration(to), "other") == "InvalidArgument"
    assert refused(configuration(to, "no/slash")) == "InvalidArgument"
    assert refused(configuration(to, format="ORC")) == "NotImplemented"
    assert refused(configuration(to, OptionalFields=["ObjectLockMode"])) == "NotImplemented"
