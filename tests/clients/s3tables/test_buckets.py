"""Table buckets, namespaces and tables, as boto3 manages them."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour

COLUMNS = {"iceberg": {"schema": {"fields": [
    {"name": "id", "type": "long", "required": True}, {"name": "price", "type": "decimal(9, 2)"},
]}}}




def code(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return raised.value.response["Error"]["Code"]


@pytest.fixture
def table(s3tables, lake):
    """What names a table with columns."""
    s3tables.create_namespace(tableBucketARN=lake, namespace=["sales"])
    names = {"tableBucketARN": lake, "namespace": "sales", "name": "orders"}
    s3tables.create_table(**names, format="ICEBERG", metadata=COLUMNS)
    return names


@behaviour("S3-71")
def test_buckets_are_made_listed_and_deleted(s3tables, aws):
    arn = s3tables.create_table_bucket(name="my-lake", tags={"team": "data"})["arn"]
    assert arn == f"arn:aws:s3tables:us-east-1:{aws.account}:bucket/my-lake"
    found = s3tables.get_table_bucket(tableBucketARN=arn)
    assert (found["name"], found["ownerAccountId"]) == ("my-lake", aws.account)
    assert s3tables.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "data"}
    assert code(s3tables.create_table_bucket, name="my-lake") == "ConflictException"
    for bad in ("-lake", "aws-lake", "lake--table-s3"):
        assert code(s3tables.create_table_bucket, name=bad) == "BadRequestException", bad
    for at in range(9):
        s3tables.create_table_bucket(name=f"other-{at}")
    assert code(s3tables.create_table_bucket, name="one-more") == "BadRequestException"
    pages = s3tables.get_paginator("list_table_buckets").paginate(
        prefix="other", PaginationConfig={"PageSize": 4}
    )
    pages = [[bucket["name"] for bucket in page["tableBuckets"]] for page in pages]
    assert [len(page) for page in pages] == [4, 4, 1]
    s3tables.delete_table_bucket(tableBucketARN=arn)
    assert code(s3tables.get_table_bucket, tableBucketARN=arn) == "NotFoundException"


@behaviour("S3-71")
def test_namespaces_are_made_listed_and_deleted(s3tables, lake):
    s3tables.create_namespace(tableBucketARN=lake, namespace=["sales"])
    at = {"tableBucketARN": lake, "namespace": "sales"}
    assert s3tables.get_namespace(**at)["namespace"] == ["sales"]
    assert code(
        s3tables.create_namespace, tableBucketARN=lake, namespace=["sales"]
    ) == "ConflictException"
    assert code(
        s3tables.create_namespace, tableBucketARN=lake, namespace=["aws_x"]
    ) == "BadRequestException"
    listed = s3tables.list_namespaces(tableBucketARN=lake, prefix="sa")["namespaces"]
    assert [summary["namespace"] for summary in listed] == [["sales"]]
    assert code(s3tables.delete_table_bucket, tableBucketARN=lake) == "ConflictException"
    s3tables.delete_namespace(**at)
    assert code(s3tables.get_namespace, **at) == "NotFoundException"


@behaviour("S3-71")
def test_a_table_has_its_columns_and_points_to_its_metadata(s3tables, s3, table):
    found = s3tables.get_table(**table)
    assert found == s3tables.get_table(tableArn=found["tableARN"]) | {
        "ResponseMetadata": found["ResponseMetadata"]
    }
    assert found["format"] == "ICEBERG" and found["type"] == "customer"
    bucket, _, key = found["metadataLocation"].removeprefix("s3://").partition("/")
    assert f"s3://{bucket}" == found["warehouseLocation"]
    metadata = json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])
    assert metadata["format-version"] == 2
    assert [field["type"] for field in metadata["schemas"][0]["fields"]] == [
        "long", "decimal(9, 2)",
    ]
    assert code(
        s3tables.create_table, **table, format="ICEBERG"
    ) == "ConflictException"
    bad = {"iceberg": {"schema": {"fields": [{"name": "x", "type": "varchar"}]}}}
    assert code(
        s3tables.create_table, **table | {"name": "bad"}, format="ICEBERG", metadata=bad
    ) == "BadRequestException"
    tables = s3tables.list_tables(tableBucketARN=table["tableBucketARN"])["tables"]
    assert [found["name"] for found in tables] == ["orders"]


@behaviour("S3-71")
def test_a_stale_version_token_is_a_conflict(s3tables, s3, table):
    before = s3tables.get_table_metadata_location(**table)
    warehouse = before["warehouseLocation"]
    bucket = warehouse.removeprefix("s3://")
    s3.put_object(Bucket=bucket, Key="metadata/00001-x.metadata.json", Body=b"{}")
    there = f"{warehouse}/metadata/00001-x.metadata.json"
    token = before["versionToken"]
    after = s3tables.update_table_metadata_location(
        **table, versionToken=token, metadataLocation=there
    )
    assert after["metadataLocation"] == there and after["versionToken"] != token
    stale = {"versionToken": token, "metadataLocation": there}
    assert code(s3tables.update_table_metadata_location, **table, **stale) == "ConflictException"
    elsewhere = {"versionToken": after["versionToken"], "metadataLocation": "s3://other/x.json"}
    assert code(
        s3tables.update_table_metadata_location, **table, **elsewhere
    ) == "BadRequestException"
    assert code(s3tables.delete_table, **table, versionToken=token) == "ConflictException"
    assert code(
        s3tables.rename_table, **table, newName="x", versionToken=token
    ) == "ConflictException"
    s3tables.rename_table(**table, newName="x", versionToken=after["versionToken"])
    moved = s3tables.get_table_metadata_location(**table | {"name": "x"})
    assert moved["metadataLocation"] == there
    s3tables.delete_table(**table | {"name": "x"}, versionToken=moved["versionToken"])
    assert code(s3tables.get_table, **table) == "NotFoundException"


@behaviour("S3-71")
def test_files_are_read_and_written_and_nothing_else(s3tables, s3, table):
    bucket = s3tables.get_table(**table)["warehouseLocation"].removeprefix("s3://")
    s3.put_object(Bucket=bucket, Key="data/x", Body=b"rows")
    assert s3.head_object(Bucket=bucket, Key="data/x")["ContentLength"] == 4
    upload = s3.create_multipart_upload(Bucket=bucket, Key="data/y")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="data/y", UploadId=upload, PartNumber=1, Body=b"y")
    s3.complete_multipart_upload(
        Bucket=bucket, Key="data/y", UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    assert s3.get_object(Bucket=bucket, Key="data/y")["Body"].read() == b"y"
    for call, arguments in (
        (s3.list_objects_v2, {}),
        (s3.delete_object, {"Key": "data/x"}),
        (s3.delete_objects, {"Delete": {"Objects": [{"Key": "data/x"}]}}),
        (s3.delete_bucket, {}),
        (s3.put_bucket_versioning, {"VersioningConfiguration": {"Status": "Enabled"}}),
    ):
        assert code(call, Bucket=bucket, **arguments) == "MethodNotAllowed", call
    assert bucket not in [found["Name"] for found in s3.list_buckets()["Buckets"]]
    assert code(s3.create_bucket, Bucket="mine--table-s3") == "InvalidBucketName"


def test_settings_are_kept_and_checked(s3tables, table):
    lake = table["tableBucketARN"]
    kept = s3tables.get_table_maintenance_configuration(**table)["configuration"]
    assert kept["icebergCompaction"]["settings"]["icebergCompaction"]["targetFileSizeMB"] == 512
    snapshots = kept["icebergSnapshotManagement"]["settings"]["icebergSnapshotManagement"]
    assert snapshots == {"minSnapshotsToKeep": 1, "maxSnapshotAgeHours": 120}
    put = s3tables.put_table_maintenance_configuration
    value = {"status": "enabled", "settings": {"icebergCompaction": {"targetFileSizeMB": 63}}}
    assert code(put, **table, type="icebergCompaction", value=value) == "BadRequestException"
    value["settings"]["icebergCompaction"]["targetFileSizeMB"] = 64
    put(**table, type="icebergCompaction", value=value)
    kept = s3tables.get_table_maintenance_configuration(**table)["configuration"]
    assert kept["icebergCompaction"]["settings"]["icebergCompaction"]["targetFileSizeMB"] == 64
    put(**table, type="icebergSnapshotManagement", value={"status": "disabled"})
    status = s3tables.get_table_maintenance_job_status(**table)["status"]
    assert status["icebergSnapshotManagement"]["status"] == "Disabled"
    assert status["icebergCompaction"]["status"] == "Not_Yet_Run"
    removal = s3tables.get_table_bucket_maintenance_configuration(tableBucketARN=lake)
    removal = removal["configuration"]["icebergUnreferencedFileRemoval"]
    assert removal["settings"]["icebergUnreferencedFileRemoval"] == {
        "unreferencedDays": 3, "nonCurrentDays": 10,
    }
    encryption = s3tables.get_table_encryption(**table)["encryptionConfiguration"]
    assert encryption == {"sseAlgorithm": "AES256"}
    assert code(
        s3tables.put_table_bucket_encryption, tableBucketARN=lake,
        encryptionConfiguration={"sseAlgorithm": "aws:kms"},
    ) == "BadRequestException"
    assert code(s3tables.get_table_policy, **table) == "NotFoundException"
    assert code(
        s3tables.put_table_policy, **table, resourcePolicy="{}"
    ) == "BadRequestException"


def test_what_is_not_here_is_refused_by_name(s3tables, lake):
    with pytest.raises(ClientError, match="GetTableBucketMetricsConfiguration is not implemented"):
        s3tables.get_table_bucket_metrics_configuration(tableBucketARN=lake)


def allow(*actions, resource="*"):
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


@behaviour("S3-71")
def test_who_may_read_a_table_reads_its_files(root, user, account):
    owner = root.client("s3tables")
    lake = owner.create_table_bucket(name="lake")["arn"]
    owner.create_namespace(tableBucketARN=lake, namespace=["sales"])
    names = {"tableBucketARN": lake, "namespace": "sales", "name": "orders"}
    arn = owner.create_table(**names, format="ICEBERG", metadata=COLUMNS)["tableARN"]
    found = owner.get_table(**names)
    bucket, _, key = found["metadataLocation"].removeprefix("s3://").partition("/")
    # Rights on objects of S3 are worth nothing here.
    other = user("ann", allow("s3:*"))
    assert code(other.client("s3").get_object, Bucket=bucket, Key=key) == "AccessDenied"
    assert code(other.client("s3tables").get_table, **names) == "AccessDeniedException"
    reader = user("bob", allow("s3tables:GetTableData", "s3tables:GetTable", resource=arn))
    assert reader.client("s3tables").get_table(**names)["name"] == "orders"
    assert reader.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert code(
        reader.client("s3").put_object, Bucket=bucket, Key="data/x", Body=b""
    ) == "AccessDenied"
    # A policy of the bucket counts for all its tables, and may name one.
    statement = {
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:user/bob"},
        "Action": "s3tables:PutTableData", "Resource": f"{lake}/table/*",
        "Condition": {"StringEquals": {"s3tables:tableName": "orders"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    owner.put_table_bucket_policy(tableBucketARN=lake, resourcePolicy=policy)
    reader.client("s3").put_object(Bucket=bucket, Key="data/x", Body=b"")
    owner.delete_table_bucket_policy(tableBucketARN=lake)
    assert code(
        reader.client("s3").put_object, Bucket=bucket, Key="data/x", Body=b""
    ) == "AccessDenied"
