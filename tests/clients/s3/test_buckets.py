"""Buckets: names, regions, owners, and what keeps one from being deleted."""

import uuid
import xml.etree.ElementTree as ElementTree

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import Request, signed


def fresh() -> str:
    return f"b-{uuid.uuid4().hex}"


@behaviour("S3-4")
def test_a_bucket_comes_and_goes(s3, bucket):
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == [bucket]
    head = s3.head_bucket(Bucket=bucket)
    assert head["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert head["BucketRegion"] == "us-east-1"
    gone = s3.delete_bucket(Bucket=bucket)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert s3.list_buckets()["Buckets"] == []
    with pytest.raises(ClientError) as raised:
        s3.head_bucket(Bucket=bucket)
    assert error(raised)[:2] == ("404", 404)


@behaviour("S3-4")
@pytest.mark.parametrize("at", ["us-east-1", "eu-central-1"])
def test_the_name_of_anothers_bucket_is_taken(aws, bucket, at):
    other = aws.elsewhere(account="999999999999", region=at).client("s3")
    where = {} if at == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": at}}
    with pytest.raises(other.exceptions.BucketAlreadyExists) as raised:
        other.create_bucket(Bucket=bucket, **where)
    assert error(raised).status == 409
    assert raised.value.response["Error"]["BucketName"] == bucket


@behaviour("S3-4")
def test_ones_own_bucket_again_is_fine_in_the_classic_region_only(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="kept", Body=b"x")
    assert s3.create_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert s3.get_object(Bucket=bucket, Key="kept")["Body"].read() == b"x"

    dublin = aws.elsewhere(region="eu-west-1").client("s3")
    name, there = fresh(), {"LocationConstraint": "eu-west-1"}
    dublin.create_bucket(Bucket=name, CreateBucketConfiguration=there)
    with pytest.raises(dublin.exceptions.BucketAlreadyOwnedByYou) as raised:
        dublin.create_bucket(Bucket=name, CreateBucketConfiguration=there)
    assert error(raised).status == 409


@behaviour("S3-4")
@pytest.mark.parametrize(
    "name",
    [
        "ab", "A_b", "under_score", "-dash", "dash-", "dot.", ".dot", "a..b", "192.168.5.4",
        "xn--punycode", "sthree-x", "amzn-s3-demo-x", "x-s3alias", "x--ol-s3", "x.mrap",
        "x--x-s3", "x--table-s3", "a" * 64, "sp%20ace", "%C3%BCmlaut",
    ],
)  # fmt: skip
def test_names_that_break_the_rules_are_refused(aws, name):
    answer = signed(aws, "s3", "PUT", f"/{name}").send()
    assert (answer.status, answer.code()) == (400, "InvalidBucketName")
    assert answer.message() == "The specified bucket is not valid."


@behaviour("S3-4")
@pytest.mark.parametrize("shape", ["{}", "a.{}.z", "0{}", "{}" + "x" * 29])
def test_names_that_keep_the_rules_are_taken(s3, shape):
    name = shape.format(uuid.uuid4().hex)
    assert s3.create_bucket(Bucket=name)["Location"] == f"/{name}"
    s3.put_object(Bucket=name, Key="k", Body=b"v")
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"v"


@behaviour("S3-4")
@pytest.mark.parametrize(
    "region, constraint",
    [
        ("us-east-1", None), ("us-east-1", "eu-west-1"), ("eu-west-1", "eu-west-1"),
        ("us-east-1", "EU"), ("ap-southeast-2", "ap-southeast-2"),
    ],
)  # fmt: skip
def test_a_bucket_is_where_it_was_asked_for(aws, region, constraint):
    s3, name = aws.elsewhere(region=region).client("s3"), fresh()
    where = {"CreateBucketConfiguration": {"LocationConstraint": constraint}} if constraint else {}
    s3.create_bucket(Bucket=name, **where)
    place = {"EU": "eu-west-1"}.get(constraint, constraint)
    # The first region of all has no name of its own here.
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == place
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == place or region


@behaviour("S3-4")
def test_a_location_is_the_root_of_its_answer(aws, bucket):
    answer = signed(aws, "s3", "GET", f"/{bucket}?location").send()
    root = ElementTree.fromstring(answer.body)
    assert root.tag.rpartition("}")[2] == "LocationConstraint"
    assert root.text is None and len(root) == 0


@behaviour("S3-4")
@pytest.mark.parametrize(
    "region, constraint, code",
    [
        ("eu-west-1", None, "IllegalLocationConstraintException"),
        ("eu-west-1", "us-west-2", "IllegalLocationConstraintException"),
        ("us-east-1", "us-east-1", "InvalidLocationConstraint"),
        ("us-east-1", "xx-nowhere-1", "InvalidLocationConstraint"),
    ],
)
def test_a_constraint_that_does_not_fit_is_refused(aws, region, constraint, code):
    s3, name = aws.elsewhere(region=region).client("s3"), fresh()
    where = {"CreateBucketConfiguration": {"LocationConstraint": constraint}} if constraint else {}
    with pytest.raises(ClientError) as raised:
        s3.create_bucket(Bucket=name, **where)
    assert error(raised)[:2] == (code, 400)
    assert s3.list_buckets()["Buckets"] == []


@behaviour("S3-5")
def test_a_bucket_with_anything_in_it_stays(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    with pytest.raises(ClientError) as raised:
        s3.delete_bucket(Bucket=bucket)
    assert error(raised)[:2] == ("BucketNotEmpty", 409)
    assert error(raised).message == "The bucket you tried to delete is not empty"
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)


@behaviour("S3-5")
def test_a_bucket_with_a_delete_marker_or_an_old_version_stays(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    for left in (version, marker):
        with pytest.raises(ClientError) as raised:
            s3.delete_bucket(Bucket=bucket)
        assert error(raised)[:2] == ("BucketNotEmpty", 409)
        s3.delete_object(Bucket=bucket, Key="k", VersionId=left)
    s3.delete_bucket(Bucket=bucket)


@behaviour("S3-5")
def test_what_is_not_there_is_said_by_its_own_code(s3, bucket):
    with pytest.raises(s3.exceptions.NoSuchKey) as raised:
        s3.get_object(Bucket=bucket, Key="absent")
    assert error(raised)[:2] == ("NoSuchKey", 404)
    assert error(raised).message == "The specified key does not exist."
    assert raised.value.response["Error"]["Key"] == "absent"
    with pytest.raises(ClientError) as raised:
        s3.head_object(Bucket=bucket, Key="absent")
    assert error(raised)[:2] == ("404", 404)
    gone = fresh()
    for call in (
        lambda: s3.get_object(Bucket=gone, Key="k"),
        lambda: s3.put_object(Bucket=gone, Key="k", Body=b"x"),
        lambda: s3.delete_object(Bucket=gone, Key="k"),
        lambda: s3.list_objects_v2(Bucket=gone),
        lambda: s3.delete_bucket(Bucket=gone),
        lambda: s3.create_multipart_upload(Bucket=gone, Key="k"),
    ):
        with pytest.raises(s3.exceptions.NoSuchBucket) as raised:
            call()
        assert error(raised).message == "The specified bucket does not exist"
    # Deleting a key that is not there succeeds.
    done = s3.delete_object(Bucket=bucket, Key="absent")
    assert done["ResponseMetadata"]["HTTPStatusCode"] == 204


@behaviour("S3-5")
def test_an_error_is_one_document_with_the_request_in_it(aws, bucket):
    answer = signed(aws, "s3", "GET", f"/{bucket}/absent").send()
    assert answer.headers["content-type"] == "application/xml"
    root = ElementTree.fromstring(answer.body)
    # S3's errors have no namespace.
    assert root.tag == "Error"
    assert root.findtext("RequestId") == answer.headers["x-amz-request-id"]


@behaviour("S3-5")
@pytest.mark.parametrize("path", ["/{bucket}/absent", "/{bucket}-absent", "/{bucket}-absent/k"])
def test_errors_of_head_have_no_body(aws, bucket, path):
    answer = signed(aws, "s3", "HEAD", path.format(bucket=bucket)).send()
    assert (answer.status, answer.body) == (404, b"")
    assert answer.headers["x-amz-request-id"]


@behaviour("S3-4")
def test_a_bucket_of_another_account_is_closed(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"mine")
    other = aws.elsewhere(account="999999999999").client("s3")
    for call in (
        lambda: other.get_object(Bucket=bucket, Key="k"),
        lambda: other.put_object(Bucket=bucket, Key="k", Body=b"theirs"),
        lambda: other.delete_object(Bucket=bucket, Key="k"),
        lambda: other.list_objects_v2(Bucket=bucket),
        lambda: other.delete_bucket(Bucket=bucket),
        lambda: other.copy_object(Bucket=bucket, Key="l", CopySource=f"{bucket}/k"),
    ):
        with pytest.raises(ClientError) as raised:
            call()
        assert error(raised)[:2] == ("AccessDenied", 403)
    with pytest.raises(ClientError) as raised:
        other.head_bucket(Bucket=bucket)
    assert error(raised)[:2] == ("403", 403)
    assert bucket not in [b["Name"] for b in other.list_buckets()["Buckets"]]
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"mine"


@behaviour("S3-4")
def test_nobody_may_read_a_bucket_without_a_signature(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"mine")
    for method, path in (("GET", f"/{bucket}/k"), ("GET", f"/{bucket}"), ("PUT", f"/{bucket}/l")):
        answer = Request(aws.url, method, path).send()
        assert (answer.status, answer.code()) == (403, "AccessDenied")


@behaviour("S3-4")
def test_the_owner_a_caller_expects_is_asked(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ExpectedBucketOwner=aws.account)
    for call in (
        lambda **who: s3.get_object(Bucket=bucket, Key="k", **who),
        lambda **who: s3.put_object(Bucket=bucket, Key="k", Body=b"y", **who),
        lambda **who: s3.list_objects_v2(Bucket=bucket, **who),
        lambda **who: s3.delete_object(Bucket=bucket, Key="k", **who),
    ):
        with pytest.raises(ClientError) as raised:
            call(ExpectedBucketOwner="111111111111")
        assert error(raised)[:2] == ("AccessDenied", 403)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


@behaviour("S3-4")
def test_buckets_are_listed_in_pages_by_prefix_and_region(aws, s3):
    tag = uuid.uuid4().hex[:8]
    names = [f"{tag}-{kind}-{at}" for kind in ("x", "y") for at in range(4)]
    for name in names:
        s3.create_bucket(Bucket=name)
    aws.elsewhere(region="eu-west-1").client("s3").create_bucket(
        Bucket=f"{tag}-z", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )

    pages = list(s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Buckets"]) for page in pages] == [2, 2, 2, 2, 1]
    assert [b["Name"] for page in pages for b in page["Buckets"]] == [*names, f"{tag}-z"]
    ys = s3.list_buckets(Prefix=f"{tag}-y")
    assert [b["Name"] for b in ys["Buckets"]] == names[4:]
    assert ys["Prefix"] == f"{tag}-y"
    far = s3.list_buckets(BucketRegion="eu-west-1")["Buckets"]
    assert [(b["Name"], b["BucketRegion"]) for b in far] == [(f"{tag}-z", "eu-west-1")]
    with pytest.raises(ClientError) as raised:
        s3.list_buckets(ContinuationToken="garbage", MaxBuckets=1)
    assert error(raised)[:2] == ("InvalidArgument", 400)


@behaviour("S3-4")
def test_the_command_line_makes_lists_and_removes_buckets(aws, tmp_path):
    name = fresh()
    assert aws.cli("s3", "mb", f"s3://{name}").stdout.strip() == f"make_bucket: {name}"
    assert name in aws.cli("s3", "ls").stdout
    (tmp_path / "f").write_text("x")
    aws.cli("s3", "cp", str(tmp_path / "f"), f"s3://{name}/f")
    refused = aws.cli("s3", "rb", f"s3://{name}", check=False)
    assert refused.returncode == 1 and "BucketNotEmpty" in refused.stderr
    assert "remove_bucket" in aws.cli("s3", "rb", f"s3://{name}", "--force").stdout
    assert name not in aws.cli("s3", "ls").stdout


@behaviour("S3-4")
def test_what_cannot_be_honoured_is_refused_when_a_bucket_is_made(s3):
    with pytest.raises(ClientError) as raised:
        s3.create_bucket(Bucket=fresh(), ACL="public-read")
    assert error(raised)[:2] == ("InvalidBucketAclWithObjectOwnership", 400)
    assert s3.list_buckets()["Buckets"] == []
