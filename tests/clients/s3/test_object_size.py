"""The largest object there may be, with the limit lowered: nobody wants to send 50 TB."""

import subprocess

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.server import binary

MIB = 2**20
LIMIT = 11 * MIB
SENTENCE = "Your proposed upload exceeds the maximum allowed size"

lowered = pytest.mark.serve("--limit", f"s3.object-bytes={LIMIT}")


def refused(call) -> dict:
    with pytest.raises(ClientError) as raised:
        call()
    assert error(raised) == ("EntityTooLarge", 400, SENTENCE)
    return raised.value.response["Error"]


@behaviour("S3-3")
@lowered
def test_parts_of_more_than_the_largest_object_are_not_completed(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"before")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    at = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    sizes = [5 * MIB, 6 * MIB, 1]
    parts = [
        {"PartNumber": n, "ETag": s3.upload_part(**at, PartNumber=n, Body=b"x" * size)["ETag"]}
        for n, size in enumerate(sizes, 1)
    ]

    def complete(parts):
        return s3.complete_multipart_upload(**at, MultipartUpload={"Parts": parts})

    detail = refused(lambda: complete(parts))
    assert (detail["ProposedSize"], detail["MaxSizeAllowed"]) == (str(LIMIT + 1), str(LIMIT))
    # Nothing was changed: the object is as before, and the upload can still be completed with less.
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"before"
    assert [part["Size"] for part in s3.list_parts(**at)["Parts"]] == sizes
    complete(parts[:2])
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == LIMIT


@behaviour("S3-3")
@pytest.mark.serve("--limit", "s3.object-bytes=100000")
def test_neither_puts_nor_copies_make_larger_objects(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x" * 100_000)
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    refused(lambda: s3.put_object(Bucket=bucket, Key="larger", Body=b"x" * 100_001))
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [item["Key"] for item in listed] == ["copy", "k"]


@behaviour("S3-3")
def test_the_limit_stays_what_is_documented_unless_it_is_lowered(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x" * (LIMIT + 1))
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == LIMIT + 1


def test_a_limit_that_nobody_has_is_refused():
    command = [binary(), "serve", "--port", "0", "--ephemeral", "--limit", "s3.objekt-bytes=1"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "s3.objekt-bytes" in ended.stderr and "s3.object-bytes" in ended.stderr
