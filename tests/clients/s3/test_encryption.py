"""Encryption of objects where they are kept: by keys of the house, of KMS, of the client."""

import base64
import hashlib
import json
import os
import uuid

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.ciphers import aead

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


@pytest.fixture
def secure(server, aws, tmp_path):
    """An S3 client that speaks TLS and trusts what the server's own certificate says."""
    trusted = tmp_path / "certificate.pem"
    trusted.write_bytes(server.admin("GET", "certificate.pem").content)
    url = server.url.replace("http://", "https://")
    return aws.session.client("s3", endpoint_url=url, verify=str(trusted))


def unblock(s3, bucket):
    """New buckets refuse keys that clients bring along until their owner wants them."""
    rule = {"BlockedEncryptionTypes": {"EncryptionType": ["NONE"]}}
    s3.put_bucket_encryption(
        Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


def of_ones_own(key: bytes) -> dict:
    return {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": key}


def in_text(key: bytes) -> dict:
    """The same for operations of which boto3 does not know that they take a key."""
    text = lambda raw: base64.b64encode(raw).decode()  # noqa: E731
    digest = text(hashlib.md5(key).digest())
    return {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": text(key),
            "SSECustomerKeyMD5": digest}  # fmt: skip


OWN, OTHER = b"o" * 32, b"x" * 32
WRONG = (
    "AccessDenied", 403,
    "Requests specifying Server Side Encryption with Customer provided keys must provide the "
    "correct secret key.",
)  # fmt: skip
MISSING = (
    "InvalidRequest", 400,
    "The object was stored using a form of Server Side Encryption. The correct parameters must be "
    "provided to retrieve the object.",
)  # fmt: skip


@behaviour("S3-53")
@pytest.mark.serve("--tls")
def test_a_key_of_ones_own_opens_what_it_sealed_and_nothing_else_does(secure, bucket):
    unblock(secure, bucket)
    for size in (5, 50_000, 3 << 20):
        body = lines(size)
        put = secure.put_object(Bucket=bucket, Key="k", Body=body, **of_ones_own(OWN))
        digest = base64.b64encode(hashlib.md5(OWN).digest()).decode()
        assert (put["SSECustomerAlgorithm"], put["SSECustomerKeyMD5"]) == ("AES256", digest)
        assert "ServerSideEncryption" not in put
        assert put["ETag"] != f'"{hashlib.md5(body).hexdigest()}"'
        got = secure.get_object(Bucket=bucket, Key="k", **of_ones_own(OWN))
        assert (got["Body"].read(), got["SSECustomerKeyMD5"]) == (body, digest)
        part = secure.get_object(Bucket=bucket, Key="k", Range="bytes=1-3", **of_ones_own(OWN))
        assert part["Body"].read() == body[1:4]
    head = secure.head_object(Bucket=bucket, Key="k", **of_ones_own(OWN))
    assert head["ETag"] == put["ETag"] and head["ContentLength"] == 3 << 20
    attributes = {"Bucket": bucket, "Key": "k", "ObjectAttributes": ["ETag"]}
    assert secure.get_object_attributes(**attributes, **in_text(OWN))["ETag"] in put["ETag"]

    for call in (
        lambda **given: secure.get_object(Bucket=bucket, Key="k", **given),
        lambda **given: secure.get_object_attributes(**attributes, **given),
        lambda **given: secure.copy_object(
            Bucket=bucket, Key="copy", CopySource=f"{bucket}/k",
            **{f"CopySource{name}": value for name, value in given.items()},
        ),
    ):  # fmt: skip
        for given, refusal in (({}, MISSING), (in_text(OTHER), WRONG)):
            with pytest.raises(ClientError) as raised:
                call(**given)
            assert error(raised) == refusal
    for given, status in (({}, 400), (of_ones_own(OTHER), 403)):
        with pytest.raises(ClientError) as raised:
            secure.head_object(Bucket=bucket, Key="k", **given)
        assert error(raised)[1] == status
    secure.put_object(Bucket=bucket, Key="plain", Body=b"x")
    with pytest.raises(ClientError) as raised:
        secure.get_object(Bucket=bucket, Key="plain", **of_ones_own(OWN))
    assert error(raised) == (
        "InvalidRequest", 400, "The encryption parameters are not applicable to this object.",
    )  # fmt: skip
    secure.delete_object(Bucket=bucket, Key="k")


@behaviour("S3-53")
@pytest.mark.serve("--tls")
def test_copies_change_keys_and_parts_take_the_uploads(secure, bucket):
    unblock(secure, bucket)
    secure.put_object(Bucket=bucket, Key="k", Body=b"body", **of_ones_own(OWN))
    source = {"CopySource": f"{bucket}/k", "CopySourceSSECustomerAlgorithm": "AES256",
              "CopySourceSSECustomerKey": OWN}  # fmt: skip
    copy = secure.copy_object(Bucket=bucket, Key="other", **source, **of_ones_own(OTHER))
    assert copy["SSECustomerAlgorithm"] == "AES256"
    got = secure.get_object(Bucket=bucket, Key="other", **of_ones_own(OTHER))
    assert got["Body"].read() == b"body"
    copy = secure.copy_object(Bucket=bucket, Key="house", **source)
    assert copy["ServerSideEncryption"] == "AES256"
    assert copy["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"body").hexdigest()}"'
    assert secure.get_object(Bucket=bucket, Key="house")["Body"].read() == b"body"

    begun = secure.create_multipart_upload(Bucket=bucket, Key="parts", **of_ones_own(OTHER))
    of = {"Bucket": bucket, "Key": "parts", "UploadId": begun["UploadId"]}
    for given, sentence in (
        ({}, "The multipart upload initiate requested encryption. Subsequent part requests must "
             "include the appropriate encryption parameters."),
        (of_ones_own(OWN),
         "The provided encryption parameters did not match the ones used originally."),
    ):  # fmt: skip
        with pytest.raises(ClientError) as raised:
            secure.upload_part(PartNumber=1, Body=b"x", **of, **given)
        assert error(raised) == ("InvalidRequest", 400, sentence)
    first = secure.upload_part(PartNumber=1, Body=lines(5 << 20), **of, **of_ones_own(OTHER))
    second = secure.upload_part_copy(PartNumber=2, **of, **source, **of_ones_own(OTHER))
    assert first["SSECustomerAlgorithm"] == second["SSECustomerAlgorithm"] == "AES256"
    parts = [
        {"PartNumber": 1, "ETag": first["ETag"]},
        {"PartNumber": 2, "ETag": second["CopyPartResult"]["ETag"]},
    ]
    secure.complete_multipart_upload(MultipartUpload={"Parts": parts}, **of)
    whole = secure.get_object(Bucket=bucket, Key="parts", **of_ones_own(OTHER))["Body"].read()
    assert whole == lines(5 << 20) + b"body"
    with pytest.raises(ClientError) as raised:
        secure.get_object(Bucket=bucket, Key="parts")
    assert error(raised) == MISSING


@behaviour("S3-53")
@pytest.mark.serve("--tls")
def test_what_is_wrong_with_a_key_of_ones_own_is_named(secure, bucket):
    unblock(secure, bucket)
    said = "Requests specifying Server Side Encryption with Customer provided keys must provide "
    wrong_md5 = base64.b64encode(b"0" * 16).decode()
    own = base64.b64encode(OWN).decode()
    short = base64.b64encode(b"short").decode()
    short_md5 = base64.b64encode(hashlib.md5(b"short").digest()).decode()
    for given, code, sentence in (
        ({"SSECustomerKey": OWN}, "InvalidArgument", said + "a valid encryption algorithm."),
        ({"SSECustomerAlgorithm": "DES", "SSECustomerKey": OWN}, "InvalidEncryptionAlgorithmError",
         "The Encryption request you specified is not valid. Supported value: AES256."),
        ({"SSECustomerAlgorithm": "AES256"}, "InvalidArgument",
         said + "an appropriate secret key."),
        ({"SSECustomerAlgorithm": "AES256", "SSECustomerKey": short, "SSECustomerKeyMD5": short_md5},
         "InvalidArgument", "The secret key was invalid for the specified algorithm."),
        ({"SSECustomerAlgorithm": "AES256", "SSECustomerKey": own, "SSECustomerKeyMD5": wrong_md5},
         "InvalidArgument",
         "The calculated MD5 hash of the key did not match the hash that was provided."),
        ({**of_ones_own(OWN), "ServerSideEncryption": "AES256"}, "InvalidArgument",
         "Server Side Encryption with Customer provided key is incompatible with the encryption "
         "method specified"),
    ):  # fmt: skip
        with pytest.raises(ClientError) as raised:
            secure.put_object(Bucket=bucket, Key="k", Body=b"x", **given)
        assert error(raised) == (code, 400, sentence)
    assert secure.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-53")
def test_a_disk_holds_no_key_of_ones_own(durable_server, durable, tmp_path):
    durable_server.args = ("--tls",)
    durable_server.restart()
    trusted = durable_server.data / "tls" / "certificate.pem"

    def client():
        url = durable_server.url.replace("http://", "https://")
        return durable().session.client("s3", endpoint_url=url, verify=str(trusted))

    s3 = client()
    s3.create_bucket(Bucket="kept")
    unblock(s3, "kept")
    for name, size in SIZES.items():
        s3.put_object(Bucket="kept", Key=name, Body=lines(size), **of_ones_own(OWN))
    assert durable_server.stop() == 0
    for text in (OWN, base64.b64encode(OWN), LINE):
        assert on_disk(durable_server.data, text) == []
    durable_server.start()
    for name, size in SIZES.items():
        got = client().get_object(Bucket="kept", Key=name, **of_ones_own(OWN))
        assert got["Body"].read() == lines(size)


@behaviour("S3-54")
@pytest.mark.serve("--tls")
def test_keys_of_ones_own_are_blocked_where_a_bucket_says_so(secure, bucket):
    def blocked():
        rules = secure.get_bucket_encryption(Bucket=bucket)
        return rules["ServerSideEncryptionConfiguration"]["Rules"][0]["BlockedEncryptionTypes"]

    def refused(call, **given):
        with pytest.raises(ClientError) as raised:
            call(Bucket=bucket, Key="k", **given, **of_ones_own(OWN))
        code, status, sentence = error(raised)
        assert (code, status) == ("AccessDenied", 403)
        assert "has blocked upload requests that specify Server Side Encryption with" in sentence

    assert blocked() == {"EncryptionType": ["SSE-C"]}
    refused(secure.put_object, Body=b"x")
    unblock(secure, bucket)
    assert blocked() == {"EncryptionType": ["NONE"]}
    secure.put_object(Bucket=bucket, Key="k", Body=b"kept", **of_ones_own(OWN))
    begun = secure.create_multipart_upload(Bucket=bucket, Key="k", **of_ones_own(OWN))["UploadId"]

    house = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    put = {"Bucket": bucket, "ServerSideEncryptionConfiguration": {"Rules": [house]}}
    secure.put_bucket_encryption(**put)
    assert blocked() == {"EncryptionType": ["NONE"]}, "not said, so as it was"
    house["BlockedEncryptionTypes"] = {"EncryptionType": ["SSE-C"]}
    secure.put_bucket_encryption(**put)
    refused(secure.put_object, Body=b"x")
    refused(secure.copy_object, CopySource=f"{bucket}/k")
    refused(secure.create_multipart_upload)
    refused(secure.upload_part, PartNumber=1, UploadId=begun, Body=b"x")
    got = secure.get_object(Bucket=bucket, Key="k", **of_ones_own(OWN))
    assert got["Body"].read() == b"kept", "what is there is read on"


@pytest.fixture
def kms(aws):
    return aws.client("kms")


@pytest.fixture
def key(kms):
    """The ARN of a new key of KMS."""
    return kms.create_key()["KeyMetadata"]["Arn"]


def calls(server, account, operation: str) -> list[dict]:
    """What the record of calls has of an operation of KMS."""
    events = server.admin("GET", "events").json()
    wanted = (account, "kms", operation)
    return [e for e in events if (e["account"], e["service"], e["operation"]) == wanted]


@behaviour("S3-51")
@pytest.mark.parametrize("method", ["aws:kms", "aws:kms:dsse"])
def test_a_key_of_kms_seals_an_object(s3, bucket, key, kms, server, account, method):
    context = base64.b64encode(b'{"team":"data"}').decode()
    asked = {"ServerSideEncryption": method, "SSEKMSKeyId": key.rpartition("/")[2]}
    for size, more in ((5, {}), (50_000, {"SSEKMSEncryptionContext": context}), (3 << 20, {})):
        body = lines(size)
        put = s3.put_object(Bucket=bucket, Key="k", Body=body, **asked, **more)
        assert (put["ServerSideEncryption"], put["SSEKMSKeyId"]) == (method, key)
        assert put.get("SSEKMSEncryptionContext") == more.get("SSEKMSEncryptionContext")
        assert put["ETag"] != f'"{hashlib.md5(body).hexdigest()}"'
        got = s3.get_object(Bucket=bucket, Key="k")
        assert (got["ServerSideEncryption"], got["SSEKMSKeyId"]) == (method, key)
        assert "BucketKeyEnabled" not in got and "SSEKMSEncryptionContext" not in got
        assert got["Body"].read() == body
    assert len(calls(server, account, "GenerateDataKey")) == 3
    assert len(calls(server, account, "Decrypt")) == 3
    s3.head_object(Bucket=bucket, Key="k")
    assert len(calls(server, account, "Decrypt")) == 3, "the object's key is for its bytes"

    s3.copy_object(Bucket=bucket, Key="house", CopySource=f"{bucket}/k")
    assert s3.head_object(Bucket=bucket, Key="house")["ServerSideEncryption"] == "AES256"
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/house", **asked)
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == body
    begun = s3.create_multipart_upload(Bucket=bucket, Key="parts", **asked)
    assert begun["SSEKMSKeyId"] == key
    of = {"Bucket": bucket, "Key": "parts", "UploadId": begun["UploadId"]}
    first = s3.upload_part(PartNumber=1, Body=lines(5 << 20), **of)
    second = s3.upload_part_copy(PartNumber=2, CopySource=f"{bucket}/copy", **of)
    parts = [
        {"PartNumber": 1, "ETag": first["ETag"]},
        {"PartNumber": 2, "ETag": second["CopyPartResult"]["ETag"]},
    ]
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **of)
    assert (done["ServerSideEncryption"], done["SSEKMSKeyId"]) == (method, key)
    whole = s3.get_object(Bucket=bucket, Key="parts")["Body"].read()
    assert whole == lines(5 << 20) + body

    kms.disable_key(KeyId=key)
    for call in (
        lambda: s3.get_object(Bucket=bucket, Key="k"),
        lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"x", **asked),
    ):
        with pytest.raises(ClientError) as raised:
            call()
        assert error(raised) == ("KMS.DisabledException", 400, f"{key} is disabled.")
    kms.enable_key(KeyId=key)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == body
    kms.schedule_key_deletion(KeyId=key)
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=bucket, Key="k")
    assert error(raised) == (
        "KMS.KMSInvalidStateException", 400, f"{key} is pending deletion.",
    )  # fmt: skip


@behaviour("S3-51")
def test_keys_that_are_not_there_are_named(s3, bucket):
    gone = str(uuid.uuid4())
    for call, given in ((s3.put_object, {"Body": b"x"}), (s3.create_multipart_upload, {})):
        with pytest.raises(ClientError) as raised:
            call(Bucket=bucket, Key="k", ServerSideEncryption="aws:kms", SSEKMSKeyId=gone, **given)
        code, status, sentence = error(raised)
        assert (code, status) == ("KMS.NotFoundException", 400)
        assert gone in sentence and sentence.endswith("does not exist")
    with pytest.raises(ClientError) as raised:
        s3.put_object(
            Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:kms",
            SSEKMSEncryptionContext="not base64",
        )  # fmt: skip
    assert error(raised)[:2] == ("InvalidArgument", 400)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("KMS-8")
def test_the_key_that_aws_manages_appears_on_first_use(s3, bucket, kms):
    names = lambda: [alias["AliasName"] for alias in kms.list_aliases()["Aliases"]]  # noqa: E731
    assert "alias/aws/s3" not in names()
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:kms")
    assert "alias/aws/s3" in names()
    managed = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert (managed["Arn"], managed["KeyManager"]) == (put["SSEKMSKeyId"], "AWS")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


@behaviour("S3-50", "S3-51")
def test_a_bucket_encrypts_with_a_key_of_kms_by_itself(s3, bucket, key):
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default}]
        },
    )
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == default
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"x")["SSEKMSKeyId"] == key
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    said = s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="AES256")
    assert said["ServerSideEncryption"] == "AES256" and "SSEKMSKeyId" not in said
    s3.delete_bucket_encryption(Bucket=bucket)
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ServerSideEncryption"] == "AES256"


@behaviour("S3-51")
def test_who_may_not_use_the_key_may_not_read_the_object(root, user):
    s3, kms = root.client("s3"), root.client("kms")
    s3.create_bucket(Bucket="of-the-root")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    asked = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    s3.put_object(Bucket="of-the-root", Key="k", Body=b"x", **asked)
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    without = user("without", everything).client("s3")
    for call, action in (
        (lambda: without.get_object(Bucket="of-the-root", Key="k"), "kms:Decrypt"),
        (lambda: without.put_object(Bucket="of-the-root", Key="k", Body=b"y", **asked),
         "kms:GenerateDataKey"),
    ):  # fmt: skip
        with pytest.raises(ClientError) as raised:
            call()
        code, status, sentence = error(raised)
        assert (code, status) == ("AccessDenied", 403)
        assert f"is not authorized to perform: {action} on resource: {key}" in sentence
    use = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key}
    within = user("within", everything, use).client("s3")
    assert within.get_object(Bucket="of-the-root", Key="k")["Body"].read() == b"x"
    within.put_object(Bucket="of-the-root", Key="k", Body=b"y", **asked)


def turned_down(server, per_second: int):
    """Lowers what an account may ask of KMS in a second, for all that counts as the same."""
    rate = {"service": "kms", "operation": "Decrypt", "per_second": per_second}
    answer = server.admin("POST", "limits", json=rate)
    assert answer.status_code == 200
    rates = {(r["service"], r["operation"]): r["burst"] for r in answer.json()["rates"]}
    assert rates["kms", "GenerateDataKey"] == per_second and rates["kms", "CreateKey"] == 5


@behaviour("S3-51", "KMS-9")
@pytest.mark.clock
@pytest.mark.serve("--limits")
def test_s3_shares_the_quota_of_kms_and_a_bucket_key_relieves_it(s3, bucket, key, kms, clock, server):
    turned_down(server, 10)
    asked = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    put = lambda name, **more: s3.put_object(  # noqa: E731
        Bucket=bucket, Key=name, Body=b"x", **asked, **more
    )
    put("k")
    # Time does not go on by itself while the quota is used up.
    clock.advance(seconds=10)
    throttled = 0
    for n in range(200):
        try:
            # What is asked of KMS directly is taken from the same quota as what S3 asks.
            (kms.encrypt(KeyId=key, Plaintext=b"x") if n % 2 else put(f"k{n}"))
        except ClientError as refused:
            code, status = refused.response["Error"]["Code"], refused.response["ResponseMetadata"]
            throttled += (code, status["HTTPStatusCode"]) == (("SlowDown", 503), (
                "ThrottlingException", 400))[n % 2]
    assert throttled >= 100
    slow_down = ("SlowDown", 503,
                 "Please reduce your request rate for operations involving AWS KMS.")  # fmt: skip
    for call in (lambda: put("k"), lambda: s3.get_object(Bucket=bucket, Key="k")):
        with pytest.raises(ClientError) as raised:
            for _ in range(50):
                call()
        assert error(raised) == slow_down
    # What takes no key of KMS goes on, and so does what uses the bucket's.
    s3.put_object(Bucket=bucket, Key="house", Body=b"x")
    clock.advance(seconds=10)
    for n in range(100):
        put("k", BucketKeyEnabled=True)
        assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


@behaviour("S3-51")
@pytest.mark.serve()
def test_without_limits_kms_answers_as_often_as_s3_asks(s3, bucket, key, server):
    turned_down(server, 1)
    for _ in range(20):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:kms")


@behaviour("S3-52")
@pytest.mark.clock
def test_a_bucket_key_saves_calls_to_kms(s3, bucket, key, server, account, clock):
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
            "BucketKeyEnabled": True,
        }]},
    )  # fmt: skip
    for number in range(100):
        put = s3.put_object(Bucket=bucket, Key=f"{number}", Body=b"%d" % number)
        assert put["BucketKeyEnabled"] is True and put["SSEKMSKeyId"] == key
    for number in range(100):
        got = s3.get_object(Bucket=bucket, Key=f"{number}")
        assert (got["Body"].read(), got["BucketKeyEnabled"]) == (b"%d" % number, True)
    made, opened = (len(calls(server, account, op)) for op in ("GenerateDataKey", "Decrypt"))
    assert (made, opened) == (1, 1)
    clock.advance(minutes=10)
    s3.put_object(Bucket=bucket, Key="later", Body=b"x")
    assert len(calls(server, account, "GenerateDataKey")) == 2, "a bucket key serves for a while"
    own = s3.put_object(Bucket=bucket, Key="own", Body=b"x", BucketKeyEnabled=False)
    assert "BucketKeyEnabled" not in own
    assert len(calls(server, account, "GenerateDataKey")) == 3


@behaviour("S3-55")
def test_what_clients_seal_passes_through_untouched(s3, bucket, key, kms):
    """An envelope as the S3 Encryption Client writes it: AES-GCM under a data key of KMS, or under
    one that a key of the client's own wraps."""
    data_key = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext={"for": "s3"})
    own = os.urandom(32)
    plain, wrapped = data_key["Plaintext"], data_key["CiphertextBlob"]
    text = lambda raw: base64.b64encode(raw).decode()  # noqa: E731
    for name, wrap, how in (
        ("by-kms", wrapped, "kms+context"),
        ("by-own", keywrap.aes_key_wrap(own, plain), "AESWrap"),
    ):
        nonce = os.urandom(12)
        sealed = aead.AESGCM(plain).encrypt(nonce, LINE, None)
        metadata = {
            "x-amz-key-v2": text(wrap), "x-amz-iv": text(nonce), "x-amz-tag-len": "128",
            "x-amz-cek-alg": "AES/GCM/NoPadding", "x-amz-wrap-alg": how,
            "x-amz-matdesc": json.dumps({"for": "s3"}),
        }  # fmt: skip
        s3.put_object(Bucket=bucket, Key=name, Body=sealed, Metadata=metadata)
        got = s3.get_object(Bucket=bucket, Key=name)
        assert got["Metadata"] == metadata
        raw = got["Body"].read()
        assert raw == sealed and LINE not in raw
        given = base64.b64decode(got["Metadata"]["x-amz-key-v2"])
        if how == "kms+context":
            context = json.loads(got["Metadata"]["x-amz-matdesc"])
            opened = kms.decrypt(CiphertextBlob=given, EncryptionContext=context)["Plaintext"]
        else:
            opened = keywrap.aes_key_unwrap(own, given)
        iv = base64.b64decode(got["Metadata"]["x-amz-iv"])
        assert aead.AESGCM(opened).decrypt(iv, raw, None) == LINE
