"""Limits of keys and metadata."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import signed


@behaviour("S3-13")
@pytest.mark.parametrize("key", ["k" * 1024, "é" * 512, "🦀" * 256], ids=["ascii", "two", "four"])
def test_keys_of_1024_bytes_are_taken_and_longer_ones_refused(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"x"
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    longer = key + "x"
    for call in (
        lambda: s3.put_object(Bucket=bucket, Key=longer, Body=b"x"),
        lambda: s3.create_multipart_upload(Bucket=bucket, Key=longer),
        lambda: s3.copy_object(Bucket=bucket, Key=longer, CopySource={"Bucket": bucket, "Key": key}),
        lambda: s3.get_object(Bucket=bucket, Key=longer),
        lambda: s3.delete_object(Bucket=bucket, Key=longer),
    ):
        with pytest.raises(ClientError) as raised:
            call()
        assert error(raised)[:2] == ("KeyTooLongError", 400)
        assert error(raised).message == "Your key is too long"
    (failed,) = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": longer}]})["Errors"]
    assert failed["Code"] == "KeyTooLongError"
    detail = raised.value.response["Error"]
    assert (detail["Size"], detail["MaxSizeAllowed"]) == ("1025", "1024")


@behaviour("S3-13")
def test_two_kilobytes_of_metadata_are_taken_and_more_refused(s3, bucket):
    # Names count as values do.
    most = {"n": "v" * 2047}
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Metadata=most)
    assert s3.head_object(Bucket=bucket, Key="k")["Metadata"] == most
    more = {"n": "v" * 2048}
    for call in (
        lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"y", Metadata=more),
        lambda: s3.put_object(
            Bucket=bucket, Key="k", Body=b"y", Metadata={f"n{at:02}": "v" * 97 for at in range(21)}
        ),
        lambda: s3.create_multipart_upload(Bucket=bucket, Key="k", Metadata=more),
        lambda: s3.copy_object(
            Bucket=bucket, Key="k", CopySource=f"{bucket}/k", MetadataDirective="REPLACE",
            Metadata=more,
        ),
    ):  # fmt: skip
        with pytest.raises(ClientError) as raised:
            call()
        assert error(raised)[:2] == ("MetadataTooLarge", 400)
        assert error(raised).message == (
            "Your metadata headers exceed the maximum allowed metadata size"
        )
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


@behaviour("S3-13")
def test_metadata_of_many_names(s3, bucket):
    given = {f"name-{n}.x_{n}": f"value {n}; a=b, c" for n in range(60)}
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Metadata=given)
    assert s3.get_object(Bucket=bucket, Key="k")["Metadata"] == given


@behaviour("S3-13")
def test_metadata_beyond_ascii_is_no_accident(aws, s3, bucket):
    headers = {"x-amz-meta-name": "café 日本".encode().decode("latin-1")}
    answer = signed(aws, "s3", "PUT", f"/{bucket}/k", b"x", headers).send()
    # Kept as it came or refused, never dropped in silence.
    if answer.status == 200:
        assert s3.head_object(Bucket=bucket, Key="k")["Metadata"]["name"]
    else:
        assert answer.status == 400


@behaviour("S3-13")
def test_headers_beyond_all_measure_are_refused(aws, bucket):
    headers = {f"x-amz-meta-{n}": "v" * 1000 for n in range(100)}
    answer = signed(aws, "s3", "PUT", f"/{bucket}/k", b"x", headers).send()
    assert 400 <= answer.status < 500
