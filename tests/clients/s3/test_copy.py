"""Copies made by the server."""

import datetime
import hashlib

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import signed

FULL = {
    "ContentType": "text/x-source",
    "CacheControl": "max-age=5",
    "ContentLanguage": "de",
    "ContentDisposition": "inline",
    "Metadata": {"from": "source"},
}


@pytest.fixture
def source(s3, bucket):
    s3.put_object(Bucket=bucket, Key="source", Body=b"the bytes", Tagging="a=1", **FULL)
    return {"Bucket": bucket, "Key": "source"}


def described(s3, bucket, key) -> dict:
    head = s3.head_object(Bucket=bucket, Key=key)
    return {name: head[name] for name in FULL if name in head}


@behaviour("S3-15")
@pytest.mark.parametrize("size", [0, 9, 100_000, 2_000_000])
def test_the_bytes_are_the_same(s3, bucket, size):
    body = bytes(n % 251 for n in range(size))
    s3.put_object(Bucket=bucket, Key="source", Body=body)
    copied = s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/source")
    assert copied["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == body
    head = s3.head_object(Bucket=bucket, Key="copy")
    result = copied["CopyObjectResult"]
    assert head["LastModified"] == result["LastModified"].replace(microsecond=0)
    # The copy is its own: the source may go.
    s3.delete_object(Bucket=bucket, Key="source")
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == body


@behaviour("S3-15")
def test_what_is_said_of_the_source_goes_along(s3, bucket, source):
    # What the request says is passed over unless it is to replace.
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=source, Metadata={"not": "taken"})
    assert described(s3, bucket, "copy") == FULL
    tags = s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"]
    assert tags == [{"Key": "a", "Value": "1"}]


@behaviour("S3-15")
def test_where_a_source_leads_does_not_go_along(s3, bucket, source):
    s3.put_object(Bucket=bucket, Key="leads", Body=b"x", WebsiteRedirectLocation="/there")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/leads")
    assert "WebsiteRedirectLocation" not in s3.head_object(Bucket=bucket, Key="copy")
    s3.copy_object(
        Bucket=bucket, Key="copy", CopySource=source, WebsiteRedirectLocation="/here"
    )
    assert s3.head_object(Bucket=bucket, Key="copy")["WebsiteRedirectLocation"] == "/here"
    assert described(s3, bucket, "copy") == FULL


@behaviour("S3-15")
def test_what_is_said_of_the_source_is_replaced_as_a_whole(s3, bucket, source):
    s3.copy_object(
        Bucket=bucket, Key="copy", CopySource=source, MetadataDirective="REPLACE",
        Metadata={"from": "copy"}, ContentType="text/x-copy",
    )  # fmt: skip
    assert described(s3, bucket, "copy") == {
        "ContentType": "text/x-copy", "Metadata": {"from": "copy"},
    }  # fmt: skip
    # Tags have a directive of their own.
    assert len(s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"]) == 1
    s3.copy_object(
        Bucket=bucket, Key="copy", CopySource=source, TaggingDirective="REPLACE", Tagging="b=2"
    )
    tags = s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"]
    assert tags == [{"Key": "b", "Value": "2"}]
    assert described(s3, bucket, "copy") == FULL


@behaviour("S3-15")
def test_onto_itself_only_where_something_changes(s3, bucket, source):
    onto = {"Bucket": bucket, "Key": "source", "CopySource": source}
    with pytest.raises(ClientError) as raised:
        s3.copy_object(**onto)
    assert error(raised)[:2] == ("InvalidRequest", 400)
    assert error(raised).message == (
        "This copy request is illegal because it is trying to copy an object to itself without "
        "changing the object's metadata, storage class, website redirect location or encryption "
        "attributes."
    )
    s3.copy_object(**onto, MetadataDirective="REPLACE", Metadata={"new": "1"})
    assert described(s3, bucket, "source")["Metadata"] == {"new": "1"}
    s3.copy_object(**onto, StorageClass="STANDARD_IA")
    assert s3.head_object(Bucket=bucket, Key="source")["StorageClass"] == "STANDARD_IA"
    assert s3.get_object(Bucket=bucket, Key="source")["Body"].read() == b"the bytes"


@behaviour("S3-15")
def test_to_another_bucket_and_over_what_is_there(s3, bucket, source):
    other = f"{bucket}-2"
    s3.create_bucket(Bucket=other)
    s3.put_object(Bucket=other, Key="source", Body=b"in the way")
    s3.copy_object(Bucket=other, Key="source", CopySource=source)
    assert s3.get_object(Bucket=other, Key="source")["Body"].read() == b"the bytes"


@behaviour("S3-15")
@pytest.mark.parametrize("key", ["a b/ü+%2F?&=#", "//x//", "100%", "..", "🦀", "?versionId=x"])
def test_sources_of_any_name(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == key.encode()


@behaviour("S3-15")
@pytest.mark.parametrize("text", ["", "nothing", "/", "bucket/", "%ff/%fe", "/bucket"])
def test_a_source_must_name_a_bucket_and_a_key(aws, bucket, text):
    headers = {"x-amz-copy-source": text}
    answer = signed(aws, "s3", "PUT", f"/{bucket}/copy", headers=headers).send()
    assert (answer.status, answer.code()) == (400, "InvalidArgument")


@behaviour("S3-15")
def test_sources_that_are_not_there(s3, bucket, source):
    for there, code in (
        ({"Bucket": bucket, "Key": "absent"}, "NoSuchKey"),
        ({"Bucket": f"{bucket}-absent", "Key": "source"}, "NoSuchBucket"),
    ):
        with pytest.raises(ClientError) as raised:
            s3.copy_object(Bucket=bucket, Key="copy", CopySource=there)
        assert error(raised)[:2] == (code, 404)
    with pytest.raises(ClientError) as raised:
        s3.copy_object(Bucket=f"{bucket}-absent", Key="copy", CopySource=source)
    assert error(raised)[:2] == ("NoSuchBucket", 404)


@behaviour("S3-15", "S3-9")
def test_copies_may_be_conditional(s3, bucket, source):
    head = s3.head_object(Bucket=bucket, Key="source")
    tag, at = head["ETag"], head["LastModified"]
    before, other = at - datetime.timedelta(days=1), '"other"'

    def status(**given) -> int:
        try:
            s3.copy_object(Bucket=bucket, Key="copy", CopySource=source, **given)
            return 200
        except ClientError as failure:
            assert error(failure).code == "PreconditionFailed"
            return error(failure).status

    # Where a read would answer "not modified", a copy fails.
    assert status(CopySourceIfMatch=tag) == 200
    assert status(CopySourceIfMatch=other) == 412
    assert status(CopySourceIfNoneMatch=tag) == 412
    assert status(CopySourceIfNoneMatch=other) == 200
    assert status(CopySourceIfModifiedSince=before) == 200
    assert status(CopySourceIfModifiedSince=at) == 412
    assert status(CopySourceIfUnmodifiedSince=at) == 200
    assert status(CopySourceIfUnmodifiedSince=before) == 412
    assert status(CopySourceIfMatch=tag, CopySourceIfUnmodifiedSince=before) == 200
    assert status(CopySourceIfNoneMatch=tag, CopySourceIfModifiedSince=before) == 412
    assert status(IfNoneMatch="*") == 412
    assert status(IfMatch=other) == 412
    assert status(IfMatch=tag) == 200


@behaviour("S3-15")
def test_a_copy_of_an_upload_in_parts_is_one_piece(s3, bucket):
    at = {"Bucket": bucket, "Key": "parts"}
    at["UploadId"] = s3.create_multipart_upload(**at)["UploadId"]
    part = s3.upload_part(**at, PartNumber=1, Body=b"only part")
    s3.complete_multipart_upload(
        **at, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )
    copied = s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/parts")
    tag = copied["CopyObjectResult"]["ETag"]
    assert tag == f'"{hashlib.md5(b"only part").hexdigest()}"'


@behaviour("S3-15")
def test_the_command_line_copies_and_moves_within(aws, s3, bucket, source):
    aws.cli("s3", "cp", f"s3://{bucket}/source", f"s3://{bucket}/copy")
    aws.cli("s3", "mv", f"s3://{bucket}/source", f"s3://{bucket}/moved")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["copy", "moved"]
    assert described(s3, bucket, "moved") == FULL
