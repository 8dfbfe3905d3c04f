"""Digests: what a client says of its bytes is checked, what is kept is told."""

import base64
import binascii
import hashlib
import zlib

import pytest
import xxhash
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import signed

BODY = b"123456789"


def b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def table(polynomial: int) -> list[int]:
    """The steps of a reflected CRC, byte by byte."""
    steps = []
    for step in range(256):
        for _ in range(8):
            step = (step >> 1) ^ (polynomial if step & 1 else 0)
        steps.append(step)
    return steps


def crc(body: bytes, steps: list[int], width: int) -> bytes:
    top = (1 << width) - 1
    value = top
    for byte in body:
        value = (value >> 8) ^ steps[(value ^ byte) & 0xFF]
    return (value ^ top).to_bytes(width // 8)


CRC32C = table(0x82F63B78)
CRC64NVME = table(0x9A6C9329AC4BC9B5)

# Independent of what is under test, and of what clients bring along.
HASH = {
    "CRC32": lambda body: zlib.crc32(body).to_bytes(4),
    "CRC32C": lambda body: crc(body, CRC32C, 32),
    "CRC64NVME": lambda body: crc(body, CRC64NVME, 64),
    "SHA1": lambda body: hashlib.sha1(body).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
    "SHA512": lambda body: hashlib.sha512(body).digest(),
    "MD5": lambda body: hashlib.md5(body).digest(),
    "XXHASH64": lambda body: xxhash.xxh64_digest(body),
    "XXHASH3": lambda body: xxhash.xxh3_64_digest(body),
    "XXHASH128": lambda body: xxhash.xxh3_128_digest(body),
}


def of(algorithm: str, body: bytes) -> str:
    return b64(HASH[algorithm](body))


def flipped(value: str) -> str:
    raw = base64.b64decode(value)
    return b64(bytes([raw[0] ^ 1]) + raw[1:])


def test_the_hashes_here_are_right():
    assert {name: binascii.hexlify(hash(BODY)) for name, hash in HASH.items()} == {
        "CRC32": b"cbf43926",
        "CRC32C": b"e3069283",
        "CRC64NVME": b"ae8b14860a799888",
        "SHA1": b"f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        "SHA256": b"15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
        "SHA512": b"d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274a"
                  b"d27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85",
        "MD5": b"25f9e794323b453885f5181f1b624d0b",
        "XXHASH64": b"8cb841db40e6ae83",
        "XXHASH3": b"%016x" % xxhash.xxh3_64_intdigest(BODY),
        "XXHASH128": b"%032x" % xxhash.xxh3_128_intdigest(BODY),
    }


@behaviour("S3-12")
@pytest.mark.parametrize("algorithm", HASH)
def test_a_checksum_is_checked_and_kept(s3, bucket, algorithm):
    member, value = f"Checksum{algorithm}", of(algorithm, BODY)
    put = s3.put_object(Bucket=bucket, Key="k", Body=BODY, **{member: value})
    assert (put[member], put["ChecksumType"]) == (value, "FULL_OBJECT")
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert (head[member], head["ChecksumType"]) == (value, "FULL_OBJECT")
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got[member] == value and got["Body"].read() == BODY
    silent = s3.head_object(Bucket=bucket, Key="k")
    assert member not in silent and "ChecksumType" not in silent
    facts = s3.get_object_attributes(
        Bucket=bucket, Key="k",
        ObjectAttributes=["ETag", "Checksum", "ObjectSize", "StorageClass", "ObjectParts"],
    )  # fmt: skip
    assert facts["Checksum"] == {member: value, "ChecksumType": "FULL_OBJECT"}
    assert facts["ETag"] == hashlib.md5(BODY).hexdigest()
    assert (facts["ObjectSize"], facts["StorageClass"]) == (9, "STANDARD")
    assert "ObjectParts" not in facts and facts["LastModified"] == head["LastModified"]
    (item,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert item["ChecksumAlgorithm"] == [algorithm]


@behaviour("S3-12")
@pytest.mark.parametrize("algorithm", HASH)
def test_a_wrong_checksum_is_refused_and_nothing_is_kept(s3, bucket, algorithm):
    member, header = f"Checksum{algorithm}", f"x-amz-checksum-{algorithm.lower()}"
    wrong = flipped(of(algorithm, BODY))
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=bucket, Key="k", Body=BODY, **{member: wrong})
    assert error(raised) == (
        "BadDigest", 400, f"The {algorithm} you specified did not match the calculated checksum.",
    )  # fmt: skip
    good = of(algorithm, BODY)
    for invalid in ("short===", "shrt", "^^^^^^==", good[:-4], good + good):
        with pytest.raises(ClientError) as raised:
            s3.put_object(Bucket=bucket, Key="k", Body=BODY, **{member: invalid})
        assert error(raised)[:2] == ("InvalidRequest", 400), invalid
        assert error(raised).message == f"Value for {header} header is invalid."
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-12")
@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_the_sdk_computes_what_it_is_asked_for(s3, bucket, algorithm):
    put = s3.put_object(Bucket=bucket, Key="k", Body=BODY, ChecksumAlgorithm=algorithm)
    assert put[f"Checksum{algorithm}"] == of(algorithm, BODY)


@behaviour("S3-12")
def test_who_says_nothing_gets_crc64nvme(aws, bucket):
    s3 = aws.client("s3", request_checksum_calculation="when_required")
    put = s3.put_object(Bucket=bucket, Key="k", Body=BODY)
    assert put["ChecksumCRC64NVME"] == "rosUhgp5mIg="
    facts = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["Checksum"])
    assert facts["Checksum"] == {
        "ChecksumCRC64NVME": "rosUhgp5mIg=", "ChecksumType": "FULL_OBJECT",
    }  # fmt: skip


@behaviour("S3-12")
def test_one_checksum_at_a_time(s3, bucket):
    with pytest.raises(ClientError) as raised:
        s3.put_object(
            Bucket=bucket, Key="k", Body=BODY, ChecksumCRC32=of("CRC32", BODY),
            ChecksumSHA1=of("SHA1", BODY),
        )  # fmt: skip
    assert error(raised)[:2] == ("InvalidRequest", 400)
    assert error(raised).message == (
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
    )
    with pytest.raises(ClientError) as raised:
        s3.put_object(
            Bucket=bucket, Key="k", Body=BODY, ChecksumAlgorithm="SHA1",
            ChecksumCRC32=of("CRC32", BODY),
        )  # fmt: skip
    assert error(raised) == (
        "InvalidRequest", 400, "Value for x-amz-sdk-checksum-algorithm header is invalid.",
    )  # fmt: skip


@behaviour("S3-12")
def test_an_algorithm_needs_its_checksum(aws, s3, bucket):
    headers = {"x-amz-sdk-checksum-algorithm": "SHA256"}
    answer = signed(aws, "s3", "PUT", f"/{bucket}/k", BODY, headers).send()
    assert (answer.status, answer.code()) == (400, "InvalidRequest")
    assert answer.message() == (
        "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
        "x-amz-trailer headers were found."
    )
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-12")
def test_content_md5_is_checked(s3, bucket):
    md5 = b64(hashlib.md5(BODY).digest())
    s3.put_object(Bucket=bucket, Key="k", Body=BODY, ContentMD5=md5)
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=bucket, Key="l", Body=BODY, ContentMD5=flipped(md5))
    assert error(raised) == (
        "BadDigest", 400, "The Content-MD5 you specified did not match what we received.",
    )  # fmt: skip
    for invalid in ("", "not base64", "c2hvcnQ=", md5 + md5):
        with pytest.raises(ClientError) as raised:
            s3.put_object(Bucket=bucket, Key="l", Body=BODY, ContentMD5=invalid)
        assert error(raised)[:2] == ("InvalidDigest", 400), invalid
    assert [i["Key"] for i in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k"]


@behaviour("S3-12")
@pytest.mark.parametrize(
    "header", ["Content-MD5", *(f"x-amz-checksum-{name.lower()}" for name in HASH)]
)
def test_digests_of_documents_are_checked_too(aws, s3, bucket, header):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    document = b"<Delete><Object><Key>k</Key></Object></Delete>"
    name = header.rpartition("-")[2].upper()
    right = of(name, document)
    call = lambda value: signed(  # noqa: E731
        aws, "s3", "POST", f"/{bucket}?delete", document, {header: value}
    ).send()
    answer = call(flipped(right))
    assert (answer.status, answer.code()) == (400, "BadDigest")
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == 1
    assert call(right).status == 200
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-12")
@pytest.mark.parametrize(
    "query, document",
    [
        ("delete", b"<Delete><Object><Key>k</Key></Object></Delete>"),
        ("tagging", b"<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"),
    ],
)
def test_some_documents_need_a_digest(aws, s3, bucket, query, document):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    method = "POST" if query == "delete" else "PUT"
    answer = signed(aws, "s3", method, f"/{bucket}?{query}", document).send()
    assert (answer.status, answer.code()) == (400, "InvalidRequest")
    assert answer.message() == (
        "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
    )
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    digest = {"Content-MD5": b64(hashlib.md5(document).digest())}
    answer = signed(aws, "s3", method, f"/{bucket}?{query}", document, digest).send()
    assert answer.status in (200, 204)


@behaviour("S3-12")
@pytest.mark.parametrize("path", ["{}?delete", "{}/k"], ids=["document", "object"])
@pytest.mark.parametrize(
    "given, status, message",
    [
        ({"x-amz-checksum-bad": "AAAAAA=="}, 400,
         "The algorithm type you specified in x-amz-checksum- header is invalid."),
        ({"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "AAAAAA=="}, 400,
         "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."),
        ({"x-amz-checksum-crc32": "AAAAAA==", "x-amz-trailer": "x-amz-checksum-crc32"}, 400,
         "Expecting a single x-amz-checksum- header"),
        ({"x-amz-sdk-checksum-algorithm": "CRC32"}, 400,
         "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
         "x-amz-trailer headers were found."),
        ({"x-amz-checksum-crc32": "AAAAAA==", "x-amz-sdk-checksum-algorithm": "SHA1"}, 400,
         "Value for x-amz-sdk-checksum-algorithm header is invalid."),
        ({"x-amz-checksum-crc32": "AAAA"}, 400,
         "Value for x-amz-checksum-crc32 header is invalid."),
        ({"x-amz-checksum-sha512": "AAAA"}, 400,
         "Value for x-amz-checksum-sha512 header is invalid."),
        ({"x-amz-trailer": "x-amz-checksum-sha265"}, 400,
         "The value specified in the x-amz-trailer header is not supported"),
        # Nothing can follow a body that is not in chunks.
        ({"x-amz-trailer": "x-amz-checksum-crc32"}, 400,
         "The request contained trailing data that was not well-formed or did not conform to our "
         "published schema."),
    ],
)  # fmt: skip
def test_a_checksum_is_said_in_one_way(aws, s3, bucket, path, given, status, message):
    document = b"<Delete><Object><Key>k</Key></Object></Delete>"
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    method = "POST" if "?" in path else "PUT"
    answer = signed(aws, "s3", method, "/" + path.format(bucket), document, given).send()
    assert (answer.status, answer.message()) == (status, message)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def framed(body: bytes, trailers: dict[str, str], size: int = 8192) -> bytes:
    out = bytearray()
    for at in range(0, len(body), size):
        chunk = body[at : at + size]
        out += b"%x\r\n%s\r\n" % (len(chunk), chunk)
    out += b"0\r\n"
    for name, value in trailers.items():
        out += f"{name}:{value}\r\n".encode()
    return bytes(out + b"\r\n")


def trailing(aws, path: str, body: bytes, trailers: dict[str, str], announced=None, **more):
    """An upload in unsigned chunks with a checksum behind it, as SDKs send over TLS."""
    headers = {
        "Content-Encoding": "aws-chunked",
        "X-Amz-Decoded-Content-Length": str(len(body)),
        "X-Amz-Trailer": ",".join(trailers) if announced is None else announced,
        **more,
    }
    payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    request = signed(aws, "s3", "PUT", path, headers=headers, payload=payload)
    request.body = framed(body, trailers)
    request.headers.pop("Content-Length", None)
    return request.send()


LARGE = bytes(range(256)) * 400


@behaviour("S3-12")
@pytest.mark.parametrize("body", [b"", BODY, LARGE], ids=len)
@pytest.mark.parametrize("algorithm", HASH)
def test_a_checksum_may_follow_the_body(aws, s3, bucket, algorithm, body):
    name, member = f"x-amz-checksum-{algorithm.lower()}", f"Checksum{algorithm}"
    right = of(algorithm, body)
    for given in ({}, {"x-amz-sdk-checksum-algorithm": algorithm}):
        answer = trailing(aws, f"/{bucket}/k", body, {name: right}, **given)
        assert answer.status == 200, answer.body
        assert answer.headers[name] == right
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == body and got[member] == right
    assert "ContentEncoding" not in got

    answer = trailing(aws, f"/{bucket}/bad", body, {name: flipped(right)})
    assert (answer.status, answer.code()) == (400, "BadDigest")
    assert [i["Key"] for i in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k"]


@behaviour("S3-12")
def test_a_trailer_that_was_announced_must_come(aws, s3, bucket):
    answer = trailing(aws, f"/{bucket}/k", BODY, {}, announced="x-amz-checksum-crc32")
    assert (answer.status, answer.code()) == (400, "MalformedTrailerError")
    answer = trailing(aws, f"/{bucket}/k", BODY, {"x-amz-checksum-crc32": "shrt"})
    assert (answer.status, answer.code()) == (400, "InvalidRequest")
    assert answer.message() == "Value for x-amz-checksum-crc32 trailing header is invalid."
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-12")
def test_a_trailer_that_comes_must_have_been_announced(aws, s3, bucket):
    right = {"x-amz-checksum-crc32": of("CRC32", BODY)}
    for announced in ("", "x-amz-checksum-sha1"):
        answer = trailing(aws, f"/{bucket}/k", BODY, right, announced=announced)
        assert (answer.status, answer.code()) == (400, "MalformedTrailerError"), announced
    answer = trailing(aws, f"/{bucket}/k", BODY, {"x-amz-checksum-sha512": "AAAA"})
    assert (answer.status, answer.code()) == (400, "InvalidRequest")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    # With neither there is nothing to check.
    answer = trailing(aws, f"/{bucket}/k", BODY, {}, announced="")
    assert answer.status == 200
    assert answer.headers["x-amz-checksum-crc64nvme"] == of("CRC64NVME", BODY)


@behaviour("S3-12")
def test_a_checksum_may_follow_a_document(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    document = b"<Delete><Object><Key>k</Key></Object></Delete>"
    right = of("CRC32", document)

    def delete(value: str):
        headers = {
            "Content-Encoding": "aws-chunked",
            "X-Amz-Decoded-Content-Length": str(len(document)),
            "X-Amz-Trailer": "x-amz-checksum-crc32",
        }
        payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        request = signed(aws, "s3", "POST", f"/{bucket}?delete", headers=headers, payload=payload)
        request.body = framed(document, {"x-amz-checksum-crc32": value})
        request.headers.pop("Content-Length", None)
        return request.send()

    answer = delete(flipped(right))
    assert (answer.status, answer.code()) == (400, "BadDigest")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    assert delete(right).status == 200
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-12")
def test_chunks_that_are_not_whole_are_refused(aws, s3, bucket):
    headers = {"Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": "9"}
    payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    for body in (b"", b"9\r\n1234", b"9\r\n123456789\r\n", b"5\r\n12345\r\n0\r\n\r\n", b"zz\r\n", b"f" * 50):
        request = signed(aws, "s3", "PUT", f"/{bucket}/k", headers=headers, payload=payload)
        request.body = body
        request.headers.pop("Content-Length", None)
        answer = request.send()
        assert answer.status == 400, body
        assert answer.code() in ("IncompleteBody", "InvalidRequest"), body
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-1", "S3-12")
def test_an_encoding_besides_the_chunks_stays(aws, s3, bucket):
    right = {"x-amz-checksum-crc32": of("CRC32", BODY)}
    encoding = {"Content-Encoding": "gzip,aws-chunked"}
    assert trailing(aws, f"/{bucket}/k", BODY, right, **encoding).status == 200
    assert s3.head_object(Bucket=bucket, Key="k")["ContentEncoding"] == "gzip"


@behaviour("S3-12")
def test_what_a_read_says_of_its_body_is_passed_over(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=BODY)
    wrong = {"Content-MD5": b64(bytes(16)), "x-amz-checksum-crc32": "AAAA"}
    for method in ("GET", "HEAD"):
        assert signed(aws, "s3", method, f"/{bucket}/k", headers=wrong).send().status == 200


@behaviour("S3-12")
def test_a_range_has_no_checksum_of_the_whole(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=BODY)
    part = s3.get_object(Bucket=bucket, Key="k", Range="bytes=0-3", ChecksumMode="ENABLED")
    assert not [name for name in part if name.startswith("Checksum")]
    assert part["Body"].read() == BODY[:4]


# Uploads in parts.

PARTS = [b"a" * (5 * 2**20), b"b" * (5 * 2**20), b"tail"]
# A CRC of these in Python takes its time.
SUMS = {
    name: [of(name, body) for body in PARTS]
    for name in HASH if name not in ("CRC32C", "CRC64NVME")
}


def upload(s3, bucket, given, parts=PARTS, listing=None, each=None, **ending):
    """An upload of PARTS; `each` are members for every part, `listing` those when it is completed."""
    at = {"Bucket": bucket, "Key": "whole"}
    at["UploadId"] = s3.create_multipart_upload(**at, **given)["UploadId"]
    listed = []
    for number, body in enumerate(parts, 1):
        more = {member: sums[number - 1] for member, sums in (each or {}).items()}
        sent = s3.upload_part(**at, PartNumber=number, Body=body, **more)
        row = {"PartNumber": number, "ETag": sent["ETag"]}
        for member, sums in (listing or {}).items():
            row[member] = sums[number - 1]
        listed.append(row)
    return s3.complete_multipart_upload(**at, MultipartUpload={"Parts": listed}, **ending)


@behaviour("S3-12")
@pytest.mark.parametrize("algorithm", SUMS)
def test_a_composite_checksum_is_over_those_of_the_parts(s3, bucket, algorithm):
    member, sums = f"Checksum{algorithm}", SUMS[algorithm]
    done = upload(
        s3, bucket, {"ChecksumAlgorithm": algorithm}, each={member: sums}, listing={member: sums}
    )
    over = of(algorithm, b"".join(base64.b64decode(value) for value in sums))
    assert (done[member], done["ChecksumType"]) == (f"{over}-3", "COMPOSITE")
    head = s3.head_object(Bucket=bucket, Key="whole", ChecksumMode="ENABLED")
    assert (head[member], head["ChecksumType"]) == (f"{over}-3", "COMPOSITE")
    facts = s3.get_object_attributes(
        Bucket=bucket, Key="whole", ObjectAttributes=["Checksum", "ObjectParts"]
    )
    # Here AWS leaves the number of parts out.
    assert facts["Checksum"] == {member: over, "ChecksumType": "COMPOSITE"}
    parts = facts["ObjectParts"]
    assert (parts["TotalPartsCount"], parts["IsTruncated"]) == (3, False)
    assert [(p["PartNumber"], p["Size"], p[member]) for p in parts["Parts"]] == [
        (number, len(body), sums[number - 1]) for number, body in enumerate(PARTS, 1)
    ]
    page = s3.get_object_attributes(
        Bucket=bucket, Key="whole", ObjectAttributes=["ObjectParts"], MaxParts=1,
        PartNumberMarker=1,
    )["ObjectParts"]  # fmt: skip
    assert [p["PartNumber"] for p in page["Parts"]] == [2]
    assert (page["IsTruncated"], page["NextPartNumberMarker"]) == (True, 2)


@behaviour("S3-12")
def test_a_crc_of_the_whole_is_told_from_those_of_the_parts(s3, bucket):
    whole = of("CRC32", b"".join(PARTS))
    given = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
    done = upload(s3, bucket, given, ChecksumCRC32=whole)
    assert (done["ChecksumCRC32"], done["ChecksumType"]) == (whole, "FULL_OBJECT")
    got = s3.get_object(Bucket=bucket, Key="whole", ChecksumMode="ENABLED")
    assert got["ChecksumCRC32"] == whole
    # The client compares it with what it read.
    assert got["Body"].read() == b"".join(PARTS)
    with pytest.raises(ClientError) as raised:
        upload(s3, bucket, given, ChecksumCRC32=flipped(whole))
    assert error(raised)[:2] == ("BadDigest", 400)


@behaviour("S3-12")
def test_an_upload_that_names_none_has_crc64nvme(s3, bucket):
    """The client sends a CRC32 with each part all the same."""
    done = upload(s3, bucket, {}, parts=[BODY])
    assert (done["ChecksumCRC64NVME"], done["ChecksumType"]) == ("rosUhgp5mIg=", "FULL_OBJECT")
    facts = s3.get_object_attributes(Bucket=bucket, Key="whole", ObjectAttributes=["Checksum"])
    assert facts["Checksum"]["ChecksumCRC64NVME"] == "rosUhgp5mIg="
    whole = upload(s3, bucket, {"ChecksumAlgorithm": "CRC64NVME"}, parts=[BODY], each={
        "ChecksumCRC64NVME": ["rosUhgp5mIg="]
    })  # fmt: skip
    assert whole["ChecksumCRC64NVME"] == "rosUhgp5mIg="


@behaviour("S3-12")
def test_a_parts_own_checksum_may_be_listed(s3, bucket):
    sums = {"ChecksumCRC32": [of("CRC32", BODY)]}
    done = upload(s3, bucket, {}, parts=[BODY], each=sums, listing=sums)
    assert done["ChecksumCRC64NVME"] == of("CRC64NVME", BODY)
    wrong = {"ChecksumCRC32": [flipped(of("CRC32", BODY))]}
    with pytest.raises(ClientError) as raised:
        upload(s3, bucket, {}, parts=[BODY], each=sums, listing=wrong)
    assert error(raised)[:2] == ("InvalidPart", 400)
    with pytest.raises(ClientError) as raised:
        upload(s3, bucket, {}, parts=[BODY], listing={"ChecksumSHA512": ["AAAA"]})
    assert error(raised)[:2] == ("InvalidPart", 400)


@behaviour("S3-12")
def test_uploads_are_listed_with_what_their_checksum_is_over(s3, bucket):
    given = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
    s3.create_multipart_upload(Bucket=bucket, Key="a", **given)
    s3.create_multipart_upload(Bucket=bucket, Key="b", ChecksumAlgorithm="SHA1")
    s3.create_multipart_upload(Bucket=bucket, Key="c")
    found = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [(u.get("ChecksumAlgorithm"), u.get("ChecksumType")) for u in found] == [
        ("CRC32", "FULL_OBJECT"), ("SHA1", "COMPOSITE"), (None, None),
    ]  # fmt: skip


@behaviour("S3-12")
def test_parts_carry_the_uploads_algorithm(aws, s3, bucket):
    with pytest.raises(ClientError) as raised:
        upload(
            s3, bucket, {"ChecksumAlgorithm": "SHA256"}, parts=[BODY],
            each={"ChecksumCRC32": [of("CRC32", BODY)]},
        )  # fmt: skip
    assert error(raised) == (
        "InvalidRequest", 400,
        "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: "
        "crc32",
    )  # fmt: skip
    silent = aws.client("s3", request_checksum_calculation="when_required")
    with pytest.raises(ClientError) as raised:
        upload(silent, bucket, {"ChecksumAlgorithm": "SHA256"}, parts=[BODY])
    assert error(raised).message.endswith("sha256, actual checksum Type: null")
    # One of the whole needs none of its parts.
    given = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
    assert upload(silent, bucket, given, parts=[BODY])["ChecksumCRC32"] == of("CRC32", BODY)


@behaviour("S3-12")
def test_completing_names_the_checksums_of_the_parts(s3, bucket):
    given, sums = {"ChecksumAlgorithm": "SHA256"}, [of("SHA256", BODY)]
    with pytest.raises(ClientError) as raised:
        upload(s3, bucket, given, parts=[BODY], each={"ChecksumSHA256": sums})
    assert error(raised) == (
        "InvalidRequest", 400,
        "The upload was created using a sha256 checksum. The complete request must include the "
        "checksum for each part. It was missing for part 1 in the request.",
    )  # fmt: skip
    with pytest.raises(ClientError) as raised:
        upload(
            s3, bucket, given, parts=[BODY], each={"ChecksumSHA256": sums},
            listing={"ChecksumSHA256": [flipped(sums[0])]},
        )  # fmt: skip
    assert error(raised)[:2] == ("InvalidPart", 400)
    with pytest.raises(ClientError) as raised:
        upload(
            s3, bucket, given, parts=[BODY], each={"ChecksumSHA256": sums},
            listing={"ChecksumSHA256": sums}, ChecksumType="FULL_OBJECT",
        )  # fmt: skip
    assert error(raised) == (
        "InvalidRequest", 400,
        "The upload was created using the COMPOSITE checksum mode. The complete request must use "
        "the same checksum mode.",
    )  # fmt: skip


@behaviour("S3-12")
@pytest.mark.parametrize(
    "given, message",
    [
        ({"ChecksumAlgorithm": "SHA256", "ChecksumType": "FULL_OBJECT"},
         "The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm."),
        ({"ChecksumAlgorithm": "SHA512", "ChecksumType": "FULL_OBJECT"},
         "The FULL_OBJECT checksum type cannot be used with the sha512 checksum algorithm."),
        ({"ChecksumAlgorithm": "XXHASH3", "ChecksumType": "FULL_OBJECT"},
         "The FULL_OBJECT checksum type cannot be used with the xxhash3 checksum algorithm."),
        ({"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "COMPOSITE"},
         "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm."),
        ({"ChecksumType": "COMPOSITE"},
         "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm "
         "header."),
    ],
)  # fmt: skip
def test_a_type_that_does_not_fit_is_refused(s3, bucket, given, message):
    with pytest.raises(ClientError) as raised:
        s3.create_multipart_upload(Bucket=bucket, Key="k", **given)
    assert error(raised) == ("InvalidRequest", 400, message)


@behaviour("S3-12")
def test_a_wrong_part_is_refused(s3, bucket):
    at = {"Bucket": bucket, "Key": "whole"}
    at["UploadId"] = s3.create_multipart_upload(**at, ChecksumAlgorithm="SHA1")["UploadId"]
    with pytest.raises(ClientError) as raised:
        s3.upload_part(**at, PartNumber=1, Body=BODY, ChecksumSHA1=flipped(of("SHA1", BODY)))
    assert error(raised)[:2] == ("BadDigest", 400)
    with pytest.raises(ClientError) as raised:
        s3.upload_part(
            **at, PartNumber=1, Body=BODY, ContentMD5=b64(bytes(16)),
            ChecksumSHA1=of("SHA1", BODY),
        )  # fmt: skip
    assert error(raised)[:2] == ("BadDigest", 400)
    s3.upload_part(**at, PartNumber=1, Body=BODY, ChecksumSHA1=of("SHA1", BODY))
    (sent,) = s3.list_parts(**at)["Parts"]
    assert sent["ChecksumSHA1"] == of("SHA1", BODY)
    assert s3.list_parts(**at)["ChecksumAlgorithm"] == "SHA1"


@behaviour("S3-12", "S3-15")
def test_a_copy_keeps_or_changes_the_algorithm(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=BODY, ChecksumSHA1=of("SHA1", BODY))
    there = {"Bucket": bucket, "CopySource": f"{bucket}/k"}
    kept = s3.copy_object(Key="kept", **there)["CopyObjectResult"]
    assert kept["ChecksumSHA1"] == of("SHA1", BODY)
    changed = s3.copy_object(Key="changed", ChecksumAlgorithm="SHA256", **there)
    assert changed["CopyObjectResult"]["ChecksumSHA256"] == of("SHA256", BODY)
    head = s3.head_object(Bucket=bucket, Key="changed", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == of("SHA256", BODY)


@behaviour("S3-12")
def test_the_hash_that_was_signed_is_checked(aws, s3, bucket):
    request = signed(aws, "s3", "PUT", f"/{bucket}/k", BODY)
    request.body = BODY[::-1]
    answer = request.send()
    assert (answer.status, answer.code()) == (400, "XAmzContentSHA256Mismatch")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
