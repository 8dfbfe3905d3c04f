"""Encryption of objects where they are kept: by keys of the house, of KMS, of the client."""

import hashlib

import pytest
from botocore.exceptions import ClientError

from harness import behaviour, error
from harness.raw import signed

LINE = b"a line that is easily found on a disk\n"
SIZES = {"inline": 60, "packed": 50_000, "file": 3 << 20}


def on_disk(data, text: bytes) -> list[str]:
    """The files of a data directory in which a text stands."""
    files = (path for path in data.rglob("*") if path.is_file())
    return [path.name for path in files if text in path.read_bytes()]


def lines(size: int) -> bytes:
    return (LINE * (size // len(LINE) + 1))[:size]


@behaviour("S3-50")
def test_a_new_bucket_encrypts_by_itself_and_says_so(s3, bucket):
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"] == {
        "Rules": [{
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BucketKeyEnabled": False,
            "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
        }]
    }  # fmt: skip
    for given in ({}, {"ServerSideEncryption": "AES256"}):
        put = s3.put_object(Bucket=bucket, Key="k", Body=b"body", **given)
        assert put["ServerSideEncryption"] == "AES256"
        assert put["ETag"] == f'"{hashlib.md5(b"body").hexdigest()}"'
        for call in (s3.head_object, s3.get_object):
            answer = call(Bucket=bucket, Key="k")
            assert answer["ServerSideEncryption"] == "AES256"
            assert "SSEKMSKeyId" not in answer and "BucketKeyEnabled" not in answer


@behaviour("S3-50")
def test_a_disk_shows_no_line_of_any_object(durable, durable_server):
    s3 = durable().client("s3")
    s3.create_bucket(Bucket="kept")
    for name, size in SIZES.items():
        s3.put_object(Bucket="kept", Key=name, Body=lines(size))
    begun = s3.create_multipart_upload(Bucket="kept", Key="parts")["UploadId"]
    parts = []
    for number, size in ((1, 5 << 20), (2, 30_000), (3, 40)):
        body = lines(5 << 20) if number < 3 else lines(size)
        part = s3.upload_part(
            Bucket="kept", Key="parts", UploadId=begun, PartNumber=number, Body=body
        )
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    s3.complete_multipart_upload(
        Bucket="kept", Key="parts", UploadId=begun, MultipartUpload={"Parts": parts}
    )
    s3.copy_object(Bucket="kept", Key="copy", CopySource="kept/packed")
    # Metadata are not encrypted: they show that the search finds what is there.
    s3.put_object(Bucket="kept", Key="seen", Body=b"x", Metadata={"mark": "seen-on-the-disk"})
    assert durable_server.stop() == 0
    assert on_disk(durable_server.data, b"seen-on-the-disk")
    assert on_disk(durable_server.data, LINE) == []
    durable_server.start()

    s3 = durable().client("s3")
    for name, size in SIZES.items():
        assert s3.get_object(Bucket="kept", Key=name)["Body"].read() == lines(size)
    assert s3.get_object(Bucket="kept", Key="copy")["Body"].read() == lines(SIZES["packed"])
    whole = lines(5 << 20) * 2 + lines(40)
    assert s3.get_object(Bucket="kept", Key="parts")["Body"].read() == whole
    cut = s3.get_object(Bucket="kept", Key="parts", Range=f"bytes={(5 << 20) - 7}-{(5 << 20) + 9}")
    assert cut["Body"].read() == whole[(5 << 20) - 7 : (5 << 20) + 10]


@behaviour("S3-50")
def test_every_answer_of_an_upload_in_parts_tells_its_encryption(s3, bucket):
    s3.put_object(Bucket=bucket, Key="source", Body=b"source")
    begun = s3.create_multipart_upload(Bucket=bucket, Key="k", ServerSideEncryption="AES256")
    assert begun["ServerSideEncryption"] == "AES256"
    of = {"Bucket": bucket, "Key": "k", "UploadId": begun["UploadId"]}
    copied = s3.upload_part_copy(PartNumber=1, CopySource=f"{bucket}/source", **of)
    sent = s3.upload_part(PartNumber=1, Body=b"part", **of)
    assert copied["ServerSideEncryption"] == sent["ServerSideEncryption"] == "AES256"
    assert sent["ETag"] == f'"{hashlib.md5(b"part").hexdigest()}"'
    parts = [{"PartNumber": 1, "ETag": sent["ETag"]}]
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **of)
    assert done["ServerSideEncryption"] == "AES256"
    copy = s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    assert copy["ServerSideEncryption"] == "AES256"
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"part"


@behaviour("S3-50")
def test_the_documents_of_a_bucket_are_checked(s3, bucket):
    def put(*rules):
        s3.put_bucket_encryption(
            Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": list(rules)}
        )

    house = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    for rules in ((), (house, house)):
        with pytest.raises(ClientError) as raised:
            put(*rules)
        assert error(raised)[:2] == ("MalformedXML", 400)
    with pytest.raises(ClientError) as raised:
        put({
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "k"}
        })  # fmt: skip
    assert error(raised) == (
        "InvalidArgument", 400,
        "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or "
        "aws:kms:dsse",
    )  # fmt: skip
    put({**house, "BucketKeyEnabled": True})
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["BucketKeyEnabled"] is True
    for _ in range(2):
        s3.delete_bucket_encryption(Bucket=bucket)
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["BucketKeyEnabled"] is False
    for call in (s3.get_bucket_encryption, s3.delete_bucket_encryption):
        with pytest.raises(ClientError) as raised:
            call(Bucket=f"{bucket}-gone")
        assert error(raised)[:2] == ("NoSuchBucket", 404)


@behaviour("S3-50")
def test_what_is_said_of_encryption_goes_together_or_is_refused(s3, bucket):
    for given in (
        {"SSEKMSKeyId": "k"}, {"ServerSideEncryption": "AES256", "SSEKMSKeyId": "k"},
        {"SSEKMSEncryptionContext": "e30="},
    ):  # fmt: skip
        with pytest.raises(ClientError) as raised:
            s3.put_object(Bucket=bucket, Key="k", Body=b"x", **given)
        assert error(raised) == (
            "InvalidArgument", 400,
            "Server Side Encryption with AWS KMS managed key requires HTTP header "
            "x-amz-server-side-encryption : aws:kms",
        )  # fmt: skip
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:fsx")
    assert error(raised)[:2] == ("InvalidArgument", 400)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-53")
@pytest.mark.parametrize("name", ["algorithm", "key", "key-MD5"])
def test_a_key_of_ones_own_is_refused_over_plain_http(aws, s3, bucket, name):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    header = f"x-amz-server-side-encryption-customer-{name}"
    copied = {"x-amz-copy-source": f"/{bucket}/k"}
    begun = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    source = header.replace("x-amz-", "x-amz-copy-source-")
    for method, path, given, more in (
        ("GET", "k", header, {}), ("PUT", "k", header, {}), ("PUT", "copy", header, copied),
        ("PUT", "copy", source, copied), ("POST", "k?uploads", header, {}),
        ("GET", "k?attributes", header, {"x-amz-object-attributes": "ETag"}),
        ("PUT", f"k?partNumber=1&uploadId={begun}", header, {}),
        ("PUT", f"k?partNumber=1&uploadId={begun}", header, copied),
        ("PUT", f"k?partNumber=1&uploadId={begun}", source, copied),
        ("GET", f"k?uploadId={begun}", header, {}),
    ):  # fmt: skip
        headers = {given: "AES256", **more}
        answer = signed(aws, "s3", method, f"/{bucket}/{path}", headers=headers).send()
        assert (answer.status, answer.code()) == (400, "InvalidRequest"), (method, path)
        assert answer.message() == (
            "Requests specifying Server Side Encryption with Customer provided keys must be made "
            "over a secure connection."
        )
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
