"""Who signed what: header, presigned, chunked, trailer, session tokens, and what tampering gives."""

import base64
import json
import urllib.parse
import urllib.request
import zlib

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import Request, chunked_put, json_call, query_call, signed


@pytest.fixture
def known(aws):
    """A caller whose secret the server knows, so that its signatures are verified."""
    iam = aws.client("iam")
    iam.create_user(UserName="signer")
    key = iam.create_access_key(UserName="signer")["AccessKey"]
    return aws.with_key(key["AccessKeyId"], key["SecretAccessKey"])


def flipped(text: str) -> str:
    """The same length, one character off."""
    last = "0" if text[-1] != "0" else "1"
    return text[:-1] + last


def split(presigned: str, aws) -> tuple[str, str]:
    url = urllib.parse.urlsplit(presigned)
    return aws.url, f"{url.path}?{url.query}"


@behaviour("PLAT-9")
def test_the_caller_is_who_signed(known, aws):
    identity = known.client("sts").get_caller_identity()
    assert identity["Account"] == aws.account
    assert identity["Arn"] == f"arn:aws:iam::{aws.account}:user/signer"


@behaviour("PLAT-9")
@pytest.mark.parametrize("protocol", ["json", "query", "s3"])
def test_one_flipped_byte_in_a_header_signature_is_refused(known, bucket, protocol):
    request = {
        "json": lambda: json_call(known, "glue", "AWSGlue.GetDatabases"),
        "query": lambda: query_call(
            known, "sts", Action="GetCallerIdentity", Version="2011-06-15"
        ),
        "s3": lambda: signed(known, "s3", "GET", f"/{bucket}"),
    }[protocol]()
    assert request.send().status == 200
    request.headers["Authorization"] = flipped(request.headers["Authorization"])
    answer = request.send()
    # The JSON services call it by another name.
    code = "InvalidSignatureException" if protocol == "json" else "SignatureDoesNotMatch"
    assert (answer.status, answer.code()) == (403, code)


@behaviour("PLAT-9")
def test_what_was_signed_cannot_be_changed(known, bucket):
    path = f"/{bucket}/key"
    assert signed(known, "s3", "PUT", path, b"body").send().status == 200

    other_path = signed(known, "s3", "PUT", path, b"body")
    other_path.path = f"/{bucket}/kez"
    other_method = signed(known, "s3", "PUT", path)
    other_method.method = "DELETE"
    other_header = signed(known, "s3", "PUT", path, b"body", {"x-amz-meta-a": "1"})
    other_header.headers["x-amz-meta-a"] = "2"
    for request in (other_path, other_method, other_header):
        answer = request.send()
        assert (answer.status, answer.code()) == (403, "SignatureDoesNotMatch")

    other_body = signed(known, "s3", "PUT", path, b"body")
    other_body.body = b"bodz"
    answer = other_body.send()
    assert (answer.status, answer.code()) == (400, "XAmzContentSHA256Mismatch")
    got = known.client("s3").get_object(Bucket=bucket, Key="key")
    assert got["Body"].read() == b"body"


@behaviour("PLAT-9")
def test_an_unknown_key_is_refused_when_policies_are_asked(enforce_server, aws):
    stranger = aws.with_key("AKIAIOSFODNN7EXAMPLE", "secret")
    stranger.url = enforce_server.url
    with pytest.raises(ClientError) as raised:
        stranger.client("s3").list_buckets()
    assert error(raised)[:2] == ("InvalidAccessKeyId", 403)
    with pytest.raises(ClientError) as raised:
        stranger.client("glue").get_databases()
    assert error(raised)[:2] == ("UnrecognizedClientException", 400)
    with pytest.raises(ClientError) as raised:
        stranger.client("sts").get_caller_identity()
    assert error(raised)[:2] == ("InvalidClientTokenId", 403)


@behaviour("PLAT-9")
def test_a_presigned_url_is_enough_until_it_is_touched_or_expires(known, bucket):
    s3 = known.client("s3", signature_version="s3v4", s3={"addressing_style": "path"})
    put = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    url, path = split(put, known)
    assert Request(url, "PUT", path, body=b"by link").send().status == 200

    get = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    url, path = split(get, known)
    answer = Request(url, "GET", path).send()
    assert (answer.status, answer.body) == (200, b"by link")

    touched = Request(url, "GET", path.replace("/k?", "/l?")).send()
    assert (touched.status, touched.code()) == (403, "SignatureDoesNotMatch")
    touched = Request(url, "GET", flipped(path)).send()
    assert (touched.status, touched.code()) == (403, "SignatureDoesNotMatch")
    longer = Request(url, "GET", path.replace("Expires=60", "Expires=61")).send()
    assert (longer.status, longer.code()) == (403, "SignatureDoesNotMatch")


@behaviour("PLAT-9")
def test_a_link_to_an_object_is_worth_nothing_at_another_service(known, bucket):
    s3 = known.client("s3", signature_version="s3v4", s3={"addressing_style": "path"})
    link = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    url, path = split(link, known)
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
        "X-Amz-Target": "AWSGlue.CreateDatabase",
    }
    body = b'{"DatabaseInput": {"Name": "stolen"}}'
    answer = Request(url, "GET", path, headers, body).send()
    assert (answer.status, answer.code()) == (403, "InvalidSignatureException")
    assert answer.message() == "Credential should be scoped to correct service: 'glue'."
    assert known.client("glue").get_databases()["DatabaseList"] == []


@behaviour("PLAT-9")
def test_a_signature_for_one_service_is_refused_by_another(known):
    body = b'{"DatabaseInput": {"Name": "stolen"}}'
    headers = {
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSGlue.CreateDatabase",
    }
    for service in ("s3", "athena", "iam"):
        answer = signed(known, service, body=body, headers=headers).send()
        assert (answer.status, answer.code()) == (403, "InvalidSignatureException"), service
        assert answer.message() == "Credential should be scoped to correct service: 'glue'."
    assert known.client("glue").get_databases()["DatabaseList"] == []


@behaviour("PLAT-9")
def test_a_header_that_names_the_operation_must_be_signed(known):
    request = signed(known, "glue", body=b"{}")
    request.headers["X-Amz-Target"] = "AWSGlue.GetDatabases"
    answer = request.send()
    assert (answer.status, answer.code()) == (403, "InvalidSignatureException")
    assert "x-amz-target" in answer.message()


@behaviour("PLAT-9", "PLAT-12")
@pytest.mark.clock
def test_a_presigned_url_expires_by_the_clock(aws, clock):
    s3 = aws.client("s3", signature_version="s3v4", s3={"addressing_style": "path"})
    s3.create_bucket(Bucket="b-expiring")
    s3.put_object(Bucket="b-expiring", Key="k", Body=b"x")
    link = s3.generate_presigned_url(
        "get_object", {"Bucket": "b-expiring", "Key": "k"}, ExpiresIn=3600
    )
    url, path = split(link, aws)
    assert Request(url, "GET", path).send().status == 200
    clock.advance(hours=2)
    answer = Request(url, "GET", path).send()
    assert (answer.status, answer.code()) == (403, "AccessDenied")
    assert answer.message() == "Request has expired"


@behaviour("PLAT-9")
def test_signed_chunks_are_taken_and_a_flipped_byte_in_one_is_refused(known, bucket):
    chunks = [b"a" * 8192, b"b" * 8192, b"c" * 100]
    path = f"/{bucket}/chunked"
    assert chunked_put(known, path, chunks).send().status == 200
    s3 = known.client("s3")
    assert s3.get_object(Bucket=bucket, Key="chunked")["Body"].read() == b"".join(chunks)
    assert "aws-chunked" not in s3.head_object(Bucket=bucket, Key="chunked").get(
        "ContentEncoding", ""
    )

    bad = chunked_put(known, f"/{bucket}/bad", chunks)
    bad.body = bad.body.replace(b"bbbbbbbb", b"bbbbbbbc", 1)
    answer = bad.send()
    assert (answer.status, answer.code()) == (403, "SignatureDoesNotMatch")
    with pytest.raises(ClientError):
        s3.head_object(Bucket=bucket, Key="bad")


@behaviour("PLAT-9")
def test_a_signed_trailer_is_checked(known, bucket):
    chunks = [b"a" * 8192, b"tail"]
    crc = zlib.crc32(b"".join(chunks)).to_bytes(4)
    trailer = {"x-amz-checksum-crc32": base64.b64encode(crc).decode()}
    path = f"/{bucket}/trailed"
    assert chunked_put(known, path, chunks, trailer).send().status == 200
    got = known.client("s3").get_object(Bucket=bucket, Key="trailed", ChecksumMode="ENABLED")
    assert got["ChecksumCRC32"] == trailer["x-amz-checksum-crc32"]
    assert got["Body"].read() == b"".join(chunks)

    wrong = {"x-amz-checksum-crc32": base64.b64encode(b"\0\0\0\0").decode()}
    answer = chunked_put(known, f"/{bucket}/wrong", chunks, wrong).send()
    assert (answer.status, answer.code()) == (400, "BadDigest")

    tampered = chunked_put(known, f"/{bucket}/tampered", chunks, trailer)
    tampered.body = tampered.body.replace(b"x-amz-trailer-signature:", b"x-amz-trailer-signature:0")
    assert tampered.send().status in (400, 403)


@behaviour("PLAT-9")
def test_a_cut_upload_leaves_nothing(known, bucket):
    request = signed(known, "s3", "PUT", f"/{bucket}/cut", b"x" * 100_000)
    request.send(close_after=50_000)
    cut = chunked_put(known, f"/{bucket}/cut", [b"y" * 70_000])
    cut.send(close_after=30_000)
    # The next request of the same account is answered after the connection's end was noticed.
    assert known.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("PLAT-9")
def test_a_session_token_is_part_of_the_credentials(aws):
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{aws.account}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = aws.client("iam").create_role(
        RoleName="reader", AssumeRolePolicyDocument=json.dumps(trust)
    )["Role"]
    given = aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="one")
    session = given["Credentials"]
    inside = aws.with_key(
        session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
    )
    identity = inside.client("sts").get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{aws.account}:assumed-role/reader/one"
    assert identity["Account"] == aws.account

    for token in (None, flipped(session["SessionToken"])):
        outside = aws.with_key(session["AccessKeyId"], session["SecretAccessKey"], token)
        with pytest.raises(ClientError) as raised:
            outside.client("sts").get_caller_identity()
        assert error(raised)[:2] == ("InvalidClientTokenId", 403)


@behaviour("PLAT-9")
@pytest.mark.parametrize(
    "header",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=, Signature=",
        "Bearer token",
        "\u00e9" * 8,
    ],
)
def test_a_malformed_authorization_is_refused(known, bucket, header):
    request = signed(known, "s3", "GET", f"/{bucket}")
    request.headers["Authorization"] = header.encode("utf-8").decode("latin-1")
    answer = request.send()
    assert answer.status in (400, 403)
    assert answer.code()
