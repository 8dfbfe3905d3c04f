"""Objects: any bytes come back as they went, whole or in ranges, at once and after a crash."""

import datetime
import hashlib
import http.client
import io
import os
import random
import socket
import struct
import threading
import urllib.parse
import wave

import pandas
import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually
from harness.raw import signed

MIB = 2**20


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack("<800h", *(at % 3000 for at in range(800))))
    return out.getvalue()


def parquet() -> bytes:
    return pandas.DataFrame({"a": range(1000), "b": [str(n) for n in range(1000)]}).to_parquet()


BODIES = {
    "nothing": b"",
    "one byte": b"\0",
    "csv": "id,name\r\n1,\"Ada, or Å\"\r\n".encode(),
    "every byte": bytes(range(256)) * 40,
    "a sound": sound(),
    "parquet": parquet(),
    "looks like chunks": b"5;chunk-signature=" + b"0" * 64 + b"\r\nhello\r\n0\r\n\r\n",
    "at a block's end": random.Random(1).randbytes(65_536),
    "past a block's end": random.Random(2).randbytes(65_537),
    "larger than is read at once": random.Random(3).randbytes(3 * MIB + 17),
}


@behaviour("S3-1")
@pytest.mark.parametrize("name", BODIES)
def test_bytes_come_back_as_they_went(s3, bucket, name):
    body = BODIES[name]
    put = s3.put_object(
        Bucket=bucket, Key=name, Body=body, ContentType="application/x-thing",
        Metadata={"source": "field 7", "UPPER": "Kept As Is"},
    )  # fmt: skip
    md5 = f'"{hashlib.md5(body).hexdigest()}"'
    assert put["ETag"] == md5
    head = s3.head_object(Bucket=bucket, Key=name)
    got = s3.get_object(Bucket=bucket, Key=name)
    assert got["Body"].read() == body
    for answer in (head, got):
        assert answer["ETag"] == md5
        assert answer["ContentLength"] == len(body)
        assert answer["ContentType"] == "application/x-thing"
        assert answer["AcceptRanges"] == "bytes"
        # Names of metadata are headers, whose case is lost.
        assert answer["Metadata"] == {"source": "field 7", "upper": "Kept As Is"}
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@behaviour("S3-1")
def test_a_large_object_streams_both_ways(s3, bucket):
    body = random.Random(5).randbytes(MIB) * 64
    s3.put_object(Bucket=bucket, Key="large", Body=io.BytesIO(body))
    digest = hashlib.md5()
    got = s3.get_object(Bucket=bucket, Key="large")
    for chunk in got["Body"].iter_chunks(MIB):
        digest.update(chunk)
    assert f'"{digest.hexdigest()}"' == got["ETag"]
    assert got["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'


@behaviour("S3-1")
def test_the_headers_of_content_come_back(s3, bucket):
    until = datetime.datetime(2031, 5, 6, 7, 8, 9, tzinfo=datetime.timezone.utc)
    headers = {
        "CacheControl": "max-age=60, must-revalidate",
        "ContentDisposition": 'attachment; filename="a b.txt"',
        "ContentEncoding": "gzip",
        "ContentLanguage": "de-AT",
        "ContentType": "text/plain; charset=utf-8",
        "WebsiteRedirectLocation": "/elsewhere",
    }
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Expires=until, **headers)
    for answer in (s3.head_object(Bucket=bucket, Key="k"), s3.get_object(Bucket=bucket, Key="k")):
        assert {name: answer.get(name) for name in headers} == headers
        assert answer["ExpiresString"] == "Tue, 06 May 2031 07:08:09 GMT"
        assert "VersionId" not in answer and "StorageClass" not in answer
    # An object put again starts from nothing.
    s3.put_object(Bucket=bucket, Key="k", Body=b"y")
    again = s3.head_object(Bucket=bucket, Key="k")
    assert not set(headers) - {"ContentType"} & set(again)
    assert again["ContentType"] == "binary/octet-stream"
    assert again["Metadata"] == {}


@behaviour("S3-1")
def test_a_reader_may_say_what_the_headers_shall_be(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentType="text/plain")
    until = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)
    for call in (s3.get_object, s3.head_object):
        got = call(
            Bucket=bucket, Key="k", ResponseCacheControl="no-store",
            ResponseContentDisposition="inline", ResponseContentEncoding="identity",
            ResponseContentLanguage="fr", ResponseContentType="image/png", ResponseExpires=until,
        )  # fmt: skip
        assert got["CacheControl"] == "no-store"
        assert got["ContentDisposition"] == "inline"
        assert got["ContentEncoding"] == "identity"
        assert got["ContentLanguage"] == "fr"
        assert got["ContentType"] == "image/png"
        assert got["ExpiresString"] == "Tue, 01 Jan 2030 00:00:00 GMT"
    assert s3.head_object(Bucket=bucket, Key="k")["ContentType"] == "text/plain"


@behaviour("S3-21")
@pytest.mark.parametrize("kind", ["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"])
def test_the_storage_class_is_kept_and_standard_is_not_named(s3, bucket, kind):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass=kind)
    s3.put_object(Bucket=bucket, Key="standard", Body=b"x", StorageClass="STANDARD")
    assert s3.head_object(Bucket=bucket, Key="k")["StorageClass"] == kind
    assert "StorageClass" not in s3.head_object(Bucket=bucket, Key="standard")
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert {item["Key"]: item["StorageClass"] for item in listed} == {
        "k": kind, "standard": "STANDARD",
    }  # fmt: skip
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


@behaviour("S3-1")
def test_what_cannot_be_honoured_is_refused_by_name(s3, bucket):
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", WriteOffsetBytes=1)
    assert error(raised)[:2] == ("NotImplemented", 501)
    assert raised.value.response["Error"]["Header"].startswith("x-amz-")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-1", "S3-11")
def test_conditions_of_a_batch_that_cannot_be_honoured_are_refused_by_name(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for given in ({"Size": 1}, {"LastModifiedTime": "2030-01-01T00:00:00Z"}):
        with pytest.raises(ClientError) as raised:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", **given}]})
        assert error(raised)[:2] == ("NotImplemented", 501)
        assert raised.value.response["Error"]["Header"] == next(iter(given))
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


@behaviour("S3-1", "S3-11")
def test_there_is_no_retention_to_bypass(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for call in (
        lambda **given: s3.delete_object(Bucket=bucket, Key="k", **given),
        lambda **given: s3.delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": "k"}]}, **given
        ),
    ):
        with pytest.raises(ClientError) as raised:
            call(BypassGovernanceRetention=True)
        assert error(raised) == (
            "InvalidArgument", 400,
            "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
        )  # fmt: skip
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


@behaviour("S3-1")
def test_a_storage_class_nobody_knows_is_refused(s3, bucket):
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", StorageClass="ATTIC")
    assert error(raised)[:2] == ("InvalidStorageClass", 400)


@behaviour("S3-58")
def test_acls_are_refused_where_they_say_anything(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="bucket-owner-full-control")
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=bucket, Key="k", Body=b"y", ACL="public-read")
    assert error(raised)[:2] == ("AccessControlListNotSupported", 400)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


SIZE = 1_000_000


@pytest.fixture
def million(s3, bucket):
    body = random.Random(7).randbytes(SIZE)
    s3.put_object(Bucket=bucket, Key="million", Body=body)
    return body


@behaviour("S3-10")
@pytest.mark.parametrize(
    "asked, first, end",
    [
        ("bytes=10-19", 10, 20),
        ("bytes=0-0", 0, 1),
        ("bytes=999990-", 999_990, SIZE),
        ("bytes=-7", 999_993, SIZE),
        ("bytes=-2000000", 0, SIZE),
        ("bytes=999999-5000000", 999_999, SIZE),
        ("bytes=65535-65536", 65_535, 65_537),
        ("bytes=1-700000", 1, 700_001),
        ("bytes=0-18446744073709551615", 0, SIZE),
    ],
)
def test_a_range_is_what_comes_back(s3, bucket, million, asked, first, end):
    got = s3.get_object(Bucket=bucket, Key="million", Range=asked)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["ContentRange"] == f"bytes {first}-{end - 1}/{SIZE}"
    assert got["ContentLength"] == end - first
    assert got["Body"].read() == million[first:end]
    head = s3.head_object(Bucket=bucket, Key="million", Range=asked)
    assert head["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert head["ContentLength"] == end - first


@behaviour("S3-10")
@pytest.mark.parametrize("asked", ["bytes=1000000-", "bytes=1000000-1000001", "bytes=-0"])
def test_a_range_past_the_end_is_refused(s3, bucket, million, asked):
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=bucket, Key="million", Range=asked)
    assert error(raised)[:2] == ("InvalidRange", 416)
    assert error(raised).message == "The requested range is not satisfiable"
    assert raised.value.response["Error"]["ActualObjectSize"] == str(SIZE)
    assert raised.value.response["Error"]["RangeRequested"] == asked


@behaviour("S3-10")
@pytest.mark.parametrize("asked", ["bytes=5-1", "bytes=a-b", "lines=1-2", "bytes", "bytes=0-1,5-6"])
def test_what_is_not_one_range_means_the_whole(s3, bucket, million, asked):
    got = s3.get_object(Bucket=bucket, Key="million", Range=asked)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert "ContentRange" not in got
    assert got["Body"].read() == million


@behaviour("S3-10")
def test_nothing_has_no_range(s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=bucket, Key="empty", Range="bytes=0-0")
    assert error(raised)[:2] == ("InvalidRange", 416)


@behaviour("S3-6")
def test_no_answer_is_ever_stale(aws, bucket):
    """Several clients write, read, list and delete keys of their own, and one they share."""
    failures: list[BaseException] = []

    def run(me: int, s3) -> None:
        try:
            for turn in range(25):
                body = f"{me}/{turn}".encode() * (1 + turn * 400)
                key = f"own/{me}"
                s3.put_object(Bucket=bucket, Key=key, Body=body)
                assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body
                assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(body)
                listed = s3.list_objects_v2(Bucket=bucket, Prefix=key)
                assert [(i["Key"], i["Size"]) for i in listed["Contents"]] == [(key, len(body))]
                s3.put_object(Bucket=bucket, Key="shared", Body=body)
                # Somebody's whole object, never a mixture and never nothing.
                got = s3.get_object(Bucket=bucket, Key="shared")
                read = got["Body"].read()
                assert f'"{hashlib.md5(read).hexdigest()}"' == got["ETag"]
                s3.delete_object(Bucket=bucket, Key=key)
                with pytest.raises(ClientError):
                    s3.head_object(Bucket=bucket, Key=key)
                assert s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"] == 0
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(me, aws.client("s3"))) for me in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


@behaviour("S3-6")
def test_a_read_under_way_is_not_torn_by_writers(aws, s3, bucket):
    """Large objects are read while they are replaced and deleted: each read is of one version."""
    bodies = [bytes([n]) * (2 * MIB + n) for n in range(4)]
    s3.put_object(Bucket=bucket, Key="k", Body=bodies[0])
    done, failures, writer = threading.Event(), [], aws.client("s3")

    def write() -> None:
        try:
            for turn in range(24):
                writer.put_object(Bucket=bucket, Key="k", Body=bodies[turn % 4])
        except BaseException as failure:
            failures.append(failure)
        finally:
            done.set()

    thread = threading.Thread(target=write)
    thread.start()
    reads = 0
    while not done.is_set():
        assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() in bodies
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
        assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() in bodies
        reads += 1
    thread.join()
    assert not failures and reads


@behaviour("S3-8")
def test_what_was_acknowledged_outlives_a_killed_process(durable_server, durable):
    """The process is killed while clients write; what it said it has, it has, and nothing torn."""
    aws = durable()
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="b-crash")
    kept: dict[str, bytes] = {}
    stop = threading.Event()

    def write(me: int, writer) -> None:
        turn = 0
        while not stop.is_set():
            body = os.urandom(random.choice((0, 10, 5_000, 70_000, 400_000, 2_000_000)))
            key = f"{me}/{turn}"
            try:
                writer.put_object(Bucket="b-crash", Key=key, Body=body)
            except Exception:
                # Not acknowledged: it may be there, but then as a whole.
                kept.setdefault(f"?{key}", body)
                return
            kept[key] = body
            turn += 1

    threads = [threading.Thread(target=write, args=(me, aws.client("s3"))) for me in range(3)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(kept) >= 30, 60)
    durable_server.kill()
    stop.set()
    for thread in threads:
        thread.join()

    durable_server.start()
    s3 = durable().client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="b-crash")
    found = {item["Key"]: item["Size"] for page in pages for item in page.get("Contents", [])}
    acknowledged = {key: body for key, body in kept.items() if not key.startswith("?")}
    assert len(acknowledged) >= 27
    assert set(acknowledged) <= set(found)
    for key, size in found.items():
        body = kept.get(key, kept.get(f"?{key}"))
        got = s3.get_object(Bucket="b-crash", Key=key)["Body"].read()
        assert got == body and size == len(body), key
    # And it goes on.
    s3.put_object(Bucket="b-crash", Key="after", Body=b"x")
    assert s3.get_object(Bucket="b-crash", Key="after")["Body"].read() == b"x"


@behaviour("S3-8")
def test_deletes_and_replacements_outlive_a_killed_process_too(durable_server, durable):
    s3 = durable().client("s3")
    s3.create_bucket(Bucket="b-crash")
    for key in ("stays", "goes", "changes"):
        s3.put_object(Bucket="b-crash", Key=key, Body=b"old" * 100_000)
    s3.delete_object(Bucket="b-crash", Key="goes")
    s3.put_object(Bucket="b-crash", Key="changes", Body=b"new")
    durable_server.restart()
    s3 = durable().client("s3")
    listed = s3.list_objects_v2(Bucket="b-crash")["Contents"]
    assert [(i["Key"], i["Size"]) for i in listed] == [("changes", 3), ("stays", 300_000)]
    assert s3.get_object(Bucket="b-crash", Key="stays")["Body"].read() == b"old" * 100_000


@behaviour("S3-8")
def test_an_upload_cut_short_leaves_nothing(aws, s3, bucket):
    request = signed(aws, "s3", "PUT", f"/{bucket}/cut", b"x" * 3_000_000)
    request.send(close_after=1_500_000)
    s3.put_object(Bucket=bucket, Key="next", Body=b"")
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [item["Key"] for item in listed] == ["next"]


@behaviour("S3-11")
def test_a_thousand_keys_go_at_once(s3, bucket):
    keys = [f"k{at:04}" for at in range(1000)]
    for key in keys[:50]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.put_object(Bucket=bucket, Key="stays", Body=b"x")
    done = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    # Keys that were not there count as deleted.
    assert [item["Key"] for item in done["Deleted"]] == keys
    assert "Errors" not in done
    left = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [item["Key"] for item in left] == ["stays"]


@behaviour("S3-11")
@pytest.mark.parametrize("count", [0, 1001])
def test_more_than_a_thousand_keys_are_refused(s3, bucket, count):
    s3.put_object(Bucket=bucket, Key="k0", Body=b"x")
    objects = [{"Key": f"k{at}"} for at in range(count)]
    with pytest.raises(ClientError) as raised:
        s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert error(raised)[:2] == ("MalformedXML", 400)
    assert s3.head_object(Bucket=bucket, Key="k0")["ContentLength"] == 1


@behaviour("S3-11")
def test_each_key_of_a_batch_is_reported(s3, bucket):
    tag = s3.put_object(Bucket=bucket, Key="a", Body=b"a")["ETag"]
    s3.put_object(Bucket=bucket, Key="b", Body=b"b")
    s3.put_object(Bucket=bucket, Key="c & <c>", Body=b"c")
    done = s3.delete_objects(
        Bucket=bucket,
        Delete={"Objects": [
            {"Key": "a", "ETag": tag}, {"Key": "b", "ETag": tag}, {"Key": "c & <c>"},
            {"Key": "x" * 1025}, {"Key": "d", "VersionId": "no-such"},
        ]},
    )  # fmt: skip
    assert {item["Key"] for item in done["Deleted"]} == {"a", "c & <c>"}
    failed = {item["Key"]: item["Code"] for item in done["Errors"]}
    assert failed["b"] == "PreconditionFailed"
    assert failed["x" * 1025] == "KeyTooLongError"
    assert failed["d"] == "InvalidArgument"
    assert [i["Key"] for i in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["b"]


@behaviour("S3-11")
def test_a_quiet_batch_reports_failures_only(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    done = s3.delete_objects(
        Bucket=bucket, Delete={"Quiet": True, "Objects": [{"Key": "a"}, {"Key": "x" * 1025}]}
    )
    assert "Deleted" not in done
    assert [item["Code"] for item in done["Errors"]] == ["KeyTooLongError"]


@behaviour("S3-1")
def test_a_client_that_waits_to_be_told_to_go_on_is_told(aws, s3, bucket):
    request = signed(aws, "s3", "PUT", f"/{bucket}/k", b"waited", {"Expect": "100-continue"})
    with connected(aws) as wire:
        wire.sendall(head_of(request))
        assert read_head(wire).startswith(b"HTTP/1.1 100")
        wire.sendall(request.body)
        assert read_head(wire).startswith(b"HTTP/1.1 200")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"waited"


@behaviour("S3-1")
def test_a_client_that_waits_is_refused_before_it_sends(aws, bucket):
    path = f"/{bucket}-absent/k"
    request = signed(aws, "s3", "PUT", path, b"x" * 1000, {"Expect": "100-continue"})
    with connected(aws) as wire:
        wire.sendall(head_of(request))
        assert read_head(wire).startswith(b"HTTP/1.1 404")


def connected(aws) -> socket.socket:
    at = urllib.parse.urlsplit(aws.url)
    return socket.create_connection((at.hostname, at.port), timeout=20)


def head_of(request) -> bytes:
    lines = [f"{request.method} {request.path} HTTP/1.1"]
    lines += [f"Host: {urllib.parse.urlsplit(request.url).netloc}"]
    lines += [f"Content-Length: {len(request.body)}"]
    lines += [f"{k}: {v}" for k, v in request.headers.items() if k.lower() != "content-length"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_head(wire: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = wire.recv(1)
        assert byte, head
        head += byte
    return head


@behaviour("S3-1")
def test_a_connection_serves_many_requests(aws, s3, bucket):
    at = urllib.parse.urlsplit(aws.url)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=20)
    # Answers with and without a body, refusals too, leave the connection in step.
    for turn in range(5):
        for method, path, body, status in (
            ("PUT", f"/{bucket}/k", b"x" * turn, 200),
            ("HEAD", f"/{bucket}/k", b"", 200),
            ("HEAD", f"/{bucket}/absent", b"", 404),
            ("GET", f"/{bucket}/absent", b"", 404),
            ("GET", f"/{bucket}/k", b"", 200),
            ("DELETE", f"/{bucket}/k", b"", 204),
        ):
            request = signed(aws, "s3", method, path, body)
            connection.request(method, path, body=body or None, headers=request.headers)
            answer = connection.getresponse()
            read = answer.read()
            assert answer.status == status
            if (method, status) == ("GET", 200):
                assert read == b"x" * turn
    connection.close()


@behaviour("S3-1")
@pytest.mark.parametrize("tool", ["cp", "sync"])
def test_the_command_line_copies_bytes_and_types(aws, s3, bucket, tmp_path, tool):
    source, back = tmp_path / "source", tmp_path / "back"
    source.mkdir()
    (source / "a.json").write_text("{}")
    (source / "b.bin").write_bytes(BODIES["every byte"])
    more = ["--recursive"] if tool == "cp" else []
    aws.cli("s3", tool, str(source), f"s3://{bucket}/at/", *more, "--metadata", "who=me")
    head = s3.head_object(Bucket=bucket, Key="at/a.json")
    assert (head["ContentType"], head["Metadata"]) == ("application/json", {"who": "me"})
    aws.cli("s3", tool, f"s3://{bucket}/at/", str(back), *more)
    assert (back / "b.bin").read_bytes() == BODIES["every byte"]
    assert "PRE at/" in aws.cli("s3", "ls", f"s3://{bucket}").stdout
    aws.cli("s3", "rm", f"s3://{bucket}/at/a.json")
    assert "a.json" not in aws.cli("s3", "ls", f"s3://{bucket}/at/").stdout
