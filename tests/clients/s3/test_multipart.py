"""Uploads in parts: any order, in parallel, the rules for parts, and what is there until the end."""

import concurrent.futures
import hashlib
import io
import random
import uuid

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import signed

MIB = 2**20
PART = 5 * MIB


def data(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(min(size, MIB)) * (size // MIB + 1) if size else b""


def part(number: int, size: int = PART) -> bytes:
    return data(size, number)[:size]


class Upload:
    """An upload under way, and the parts it was sent."""

    def __init__(self, s3, bucket: str, key: str = "whole", **given):
        self.s3 = s3
        self.at = {"Bucket": bucket, "Key": key}
        self.begun = s3.create_multipart_upload(**self.at, **given)
        self.at["UploadId"] = self.begun["UploadId"]
        self.parts: dict[int, dict] = {}

    def send(self, number: int, body: bytes, **given) -> dict:
        answer = self.s3.upload_part(**self.at, PartNumber=number, Body=body, **given)
        self.parts[number] = {"PartNumber": number, "ETag": answer["ETag"]}
        return answer

    def complete(self, parts: list[dict] | None = None, **given) -> dict:
        parts = [self.parts[number] for number in sorted(self.parts)] if parts is None else parts
        return self.s3.complete_multipart_upload(
            **self.at, MultipartUpload={"Parts": parts}, **given
        )


@pytest.fixture
def upload(s3, bucket):
    return Upload(s3, bucket)


@behaviour("S3-16")
@pytest.mark.parametrize("at_once", [1, 4])
def test_parts_come_in_any_order(s3, bucket, upload, at_once):
    bodies = {1: part(1), 2: part(2, PART + 7), 3: part(3), 9: b"the end"}
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda number: upload.send(number, bodies[number]), reversed(bodies)))
    done = upload.complete()
    whole = b"".join(bodies.values())
    md5s = b"".join(hashlib.md5(body).digest() for body in bodies.values())
    assert done["ETag"] == f'"{hashlib.md5(md5s).hexdigest()}-4"'
    assert (done["Bucket"], done["Key"]) == (bucket, "whole")
    got = s3.get_object(Bucket=bucket, Key="whole")
    assert got["Body"].read() == whole
    assert got["ETag"] == done["ETag"] and got["ContentLength"] == len(whole)
    assert s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


@behaviour("S3-16")
def test_the_transfer_manager_sends_and_fetches_in_parallel(s3, bucket, tmp_path):
    whole = data(64 * MIB)[: 64 * MIB + 12_345]
    config = TransferConfig(
        multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB, max_concurrency=8
    )
    s3.upload_fileobj(
        io.BytesIO(whole), bucket, "large", Config=config,
        ExtraArgs={"Metadata": {"a": "b"}, "ContentType": "video/mp4"},
    )  # fmt: skip
    head = s3.head_object(Bucket=bucket, Key="large")
    assert head["ETag"].endswith('-9"') and head["ContentLength"] == len(whole)
    assert (head["ContentType"], head["Metadata"]) == ("video/mp4", {"a": "b"})
    s3.download_file(bucket, "large", str(tmp_path / "back"), Config=config)
    assert (tmp_path / "back").read_bytes() == whole


@behaviour("S3-16")
def test_ranges_cross_parts_and_parts_can_be_read_alone(s3, bucket, upload):
    bodies = {1: part(1), 2: part(2), 3: b"tail"}
    for number, body in bodies.items():
        upload.send(number, body)
    upload.complete()
    whole = b"".join(bodies.values())
    for first, end in ((PART - 3, PART + 3), (PART, PART + 1), (2 * PART - 1, 2 * PART + 4), (1, 2 * PART + 1)):
        got = s3.get_object(Bucket=bucket, Key="whole", Range=f"bytes={first}-{end - 1}")
        assert got["Body"].read() == whole[first:end]
    start = 0
    for number, body in bodies.items():
        got = s3.get_object(Bucket=bucket, Key="whole", PartNumber=number)
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert got["Body"].read() == body and got["PartsCount"] == 3
        assert got["ContentRange"] == f"bytes {start}-{start + len(body) - 1}/{len(whole)}"
        head = s3.head_object(Bucket=bucket, Key="whole", PartNumber=number)
        assert (head["ContentLength"], head["PartsCount"]) == (len(body), 3)
        start += len(body)
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=bucket, Key="whole", PartNumber=4)
    assert error(raised)[:2] == ("InvalidPartNumber", 416)
    s3.put_object(Bucket=bucket, Key="plain", Body=b"one piece")
    got = s3.get_object(Bucket=bucket, Key="plain", PartNumber=1)
    assert got["Body"].read() == b"one piece" and "PartsCount" not in got


@behaviour("S3-16")
def test_what_was_said_at_the_beginning_is_the_objects(s3, bucket):
    upload = Upload(
        s3, bucket, Metadata={"a": "b"}, ContentType="text/x", CacheControl="no-store",
        ContentEncoding="gzip", Tagging="one=1&two=2", StorageClass="STANDARD_IA",
    )  # fmt: skip
    upload.send(1, b"small")
    upload.complete()
    head = s3.head_object(Bucket=bucket, Key="whole")
    assert head["Metadata"] == {"a": "b"}
    assert (head["ContentType"], head["CacheControl"]) == ("text/x", "no-store")
    assert (head["ContentEncoding"], head["StorageClass"]) == ("gzip", "STANDARD_IA")
    tags = s3.get_object_tagging(Bucket=bucket, Key="whole")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"one": "1", "two": "2"}


@behaviour("S3-16")
@pytest.mark.clock
def test_an_object_is_as_old_as_its_upload(s3, clock):
    s3.create_bucket(Bucket="b-aging")
    upload = Upload(s3, "b-aging")
    begun = clock.now().replace(microsecond=0)
    clock.advance(days=2)
    upload.send(1, b"late")
    (sent,) = s3.list_parts(**upload.at)["Parts"]
    assert (sent["LastModified"] - begun).days == 2
    upload.complete()
    modified = s3.head_object(Bucket="b-aging", Key="whole")["LastModified"]
    assert abs((modified - begun).total_seconds()) < 60


@behaviour("S3-16")
def test_a_part_sent_again_replaces_the_first_and_others_are_left_out(s3, bucket, upload):
    upload.send(1, part(7))
    stale = upload.parts[1]
    upload.send(1, part(8))
    upload.send(2, b"not wanted")
    upload.send(3, b"end")
    with pytest.raises(ClientError) as raised:
        upload.complete([stale, upload.parts[3]])
    assert error(raised)[:2] == ("InvalidPart", 400)
    upload.complete([upload.parts[1], upload.parts[3]])
    assert s3.get_object(Bucket=bucket, Key="whole")["Body"].read() == part(8) + b"end"


@behaviour("S3-18")
def test_a_small_part_in_the_middle_is_refused_when_completed(s3, bucket, upload):
    upload.send(1, part(1, PART - 1))
    upload.send(2, b"end")
    with pytest.raises(ClientError) as raised:
        upload.complete()
    assert error(raised)[:2] == ("EntityTooSmall", 400)
    assert error(raised).message == "Your proposed upload is smaller than the minimum allowed size"
    detail = raised.value.response["Error"]
    assert (detail["PartNumber"], detail["MinSizeAllowed"]) == ("1", str(PART))
    assert detail["ProposedSize"] == str(PART - 1)
    # It goes on as it was.
    upload.send(1, part(1))
    upload.complete()
    assert s3.head_object(Bucket=bucket, Key="whole")["ContentLength"] == PART + 3


@behaviour("S3-18")
@pytest.mark.parametrize("number", [0, -1, 10_001])
def test_part_numbers_go_from_one_to_ten_thousand(aws, upload, bucket, number):
    path = f"/{bucket}/whole?partNumber={number}&uploadId={upload.at['UploadId']}"
    answer = signed(aws, "s3", "PUT", path, b"x").send()
    assert (answer.status, answer.code()) == (400, "InvalidArgument")
    assert answer.message() == "Part number must be an integer between 1 and 10000, inclusive"
    upload.send(10_000, b"the last")
    upload.complete()


@behaviour("S3-18")
def test_parts_are_listed_as_they_were_sent_and_in_order(upload):
    for number in (1, 2, 3):
        upload.send(number, part(number) if number < 3 else b"end")
    one, two, three = (upload.parts[number] for number in (1, 2, 3))
    wrong = {"PartNumber": 2, "ETag": one["ETag"]}
    absent = {"PartNumber": 4, "ETag": one["ETag"]}
    for parts, code in (
        ([one, wrong, three], "InvalidPart"),
        ([one, absent], "InvalidPart"),
        ([two, one], "InvalidPartOrder"),
        ([one, one], "InvalidPartOrder"),
        ([], "MalformedXML"),
        ([{"PartNumber": 1}], "MalformedXML"),
    ):
        with pytest.raises(ClientError) as raised:
            upload.complete(parts)
        assert error(raised)[:2] == (code, 400), parts
    # ETags may come without their quotes.
    upload.complete([{**item, "ETag": item["ETag"].strip('"')} for item in (one, two, three)])


@behaviour("S3-18")
def test_the_size_that_is_said_must_be_so(s3, bucket, upload):
    upload.send(1, b"12345")
    with pytest.raises(ClientError) as raised:
        upload.complete(MpuObjectSize=6)
    assert error(raised)[:2] == ("InvalidRequest", 400)
    assert "x-amz-mp-object-size" in error(raised).message
    upload.complete(MpuObjectSize=5)


@behaviour("S3-17")
@pytest.mark.parametrize("query", ["", "?partNumber=1&uploadId={}"])
def test_one_request_carries_five_gigabytes_at_most(aws, s3, bucket, upload, query):
    path = f"/{bucket}/whole{query.format(upload.at['UploadId'])}"
    headers = {"Content-Length": str(5 * 2**30 + 1), "Expect": "100-continue"}
    request = signed(aws, "s3", "PUT", path, headers=headers, payload="UNSIGNED-PAYLOAD")
    # Refused by what it announces: no byte of it is sent.
    answer = request.send()
    assert (answer.status, answer.code()) == (400, "EntityTooLarge")
    assert answer.message() == "Your proposed upload exceeds the maximum allowed size"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-19")
def test_an_upload_is_listed_until_it_is_aborted_and_is_no_object(s3, bucket, upload):
    upload.send(2, b"two")
    upload.send(1, b"one")
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="whole")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    (listed,) = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert (listed["Key"], listed["UploadId"]) == ("whole", upload.at["UploadId"])
    assert listed["StorageClass"] == "STANDARD"
    parts = s3.list_parts(**upload.at)
    assert [(p["PartNumber"], p["Size"], p["ETag"]) for p in parts["Parts"]] == [
        (1, 3, upload.parts[1]["ETag"]), (2, 3, upload.parts[2]["ETag"]),
    ]  # fmt: skip
    gone = s3.abort_multipart_upload(**upload.at)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []
    for call in (
        lambda: s3.list_parts(**upload.at),
        lambda: s3.abort_multipart_upload(**upload.at),
        lambda: upload.send(3, b"x"),
        lambda: upload.complete(),
        lambda: s3.list_parts(**upload.at | {"Key": "other"}),
        lambda: s3.list_parts(**upload.at | {"UploadId": "made up"}),
    ):
        with pytest.raises(s3.exceptions.NoSuchUpload) as raised:
            call()
        assert error(raised).status == 404
        assert error(raised).message.startswith("The specified upload does not exist.")


@behaviour("S3-19")
def test_an_upload_is_its_own_keys(s3, bucket, upload):
    upload.send(1, b"x")
    with pytest.raises(s3.exceptions.NoSuchUpload):
        s3.complete_multipart_upload(
            **upload.at | {"Key": "other"}, MultipartUpload={"Parts": [upload.parts[1]]}
        )
    upload.complete()


@behaviour("S3-19")
def test_parts_are_listed_in_pages(s3, upload):
    for number in range(1, 8):
        upload.send(number * 3, b"x")
    pages = list(s3.get_paginator("list_parts").paginate(**upload.at, PaginationConfig={"PageSize": 3}))
    assert [[p["PartNumber"] for p in page["Parts"]] for page in pages] == [
        [3, 6, 9], [12, 15, 18], [21],
    ]  # fmt: skip
    assert [page["IsTruncated"] for page in pages] == [True, True, False]
    assert pages[0]["NextPartNumberMarker"] == 9 and pages[0]["MaxParts"] == 3
    assert s3.list_parts(**upload.at, PartNumberMarker=10)["Parts"][0]["PartNumber"] == 12


@behaviour("S3-19")
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_uploads_are_listed_in_pages_with_prefix_and_delimiter(s3, bucket, size):
    keys = ["a/1", "a/2", "b", "b", "b", "c/d/e", "c/f", "g h+é"]
    ids = [s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for key in keys]

    def listed(**given):
        uploads, prefixes = [], []
        pages = s3.get_paginator("list_multipart_uploads").paginate(
            Bucket=bucket, PaginationConfig={"PageSize": size}, **given
        )
        for page in pages:
            uploads += [(u["Key"], u["UploadId"]) for u in page.get("Uploads", [])]
            prefixes += [p["Prefix"] for p in page.get("CommonPrefixes", [])]
        return uploads, prefixes

    # Uploads of one key come in the order of their beginning.
    assert listed() == (list(zip(keys, ids)), [])
    assert listed(Prefix="c/") == ([("c/d/e", ids[5]), ("c/f", ids[6])], [])
    uploads, prefixes = listed(Delimiter="/")
    assert [key for key, _ in uploads] == ["b", "b", "b", "g h+é"]
    assert prefixes == ["a/", "c/"]
    assert listed(Delimiter="/", Prefix="c/") == ([("c/f", ids[6])], ["c/d/"])


@behaviour("S3-19")
def test_a_bucket_with_nothing_but_uploads_can_go(s3, bucket, upload):
    upload.send(1, b"x")
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    with pytest.raises(s3.exceptions.NoSuchUpload):
        upload.send(2, b"x")


@behaviour("S3-16")
def test_parts_are_copied_from_objects(s3, bucket, upload):
    source = part(4, PART + 1000)
    s3.put_object(Bucket=bucket, Key="the source/ä", Body=source)
    there = {"Bucket": bucket, "Key": "the source/ä"}
    first = s3.upload_part_copy(**upload.at, PartNumber=1, CopySource=there)
    second = s3.upload_part_copy(
        **upload.at, PartNumber=2, CopySource=there, CopySourceRange="bytes=10-109"
    )
    for number, body, answer in ((1, source, first), (2, source[10:110], second)):
        assert answer["CopyPartResult"]["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
        upload.parts[number] = {"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]}
    upload.send(3, b"end")
    upload.parts = {1: upload.parts[1], 3: upload.parts[3]}
    upload.complete()
    assert s3.get_object(Bucket=bucket, Key="whole")["Body"].read() == source + b"end"


@behaviour("S3-16")
@pytest.mark.parametrize(
    "asked", ["bytes=0-1000", "bytes=1000-1000", "bytes=5-", "bytes=-5", "bytes=9-3", "0-5"]
)
def test_a_part_is_copied_from_bytes_that_are_there(s3, bucket, upload, asked):
    s3.put_object(Bucket=bucket, Key="source", Body=b"x" * 1000)
    with pytest.raises(ClientError) as raised:
        s3.upload_part_copy(
            **upload.at, PartNumber=1, CopySource=f"{bucket}/source", CopySourceRange=asked
        )
    assert error(raised)[:2] == ("InvalidArgument", 400)
    with pytest.raises(ClientError) as raised:
        s3.upload_part_copy(**upload.at, PartNumber=1, CopySource=f"{bucket}/absent")
    assert error(raised)[:2] == ("NoSuchKey", 404)
    assert s3.list_parts(**upload.at).get("Parts", []) == []


@behaviour("S3-16")
def test_the_transfer_manager_copies_in_parts(s3, bucket):
    whole = data(20 * MIB)[: 20 * MIB + 5]
    s3.put_object(Bucket=bucket, Key="source", Body=whole)
    config = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB)
    s3.copy({"Bucket": bucket, "Key": "source"}, bucket, "copy", Config=config)
    got = s3.get_object(Bucket=bucket, Key="copy")
    assert got["Body"].read() == whole and got["ETag"].endswith('-3"')


@behaviour("S3-16", "S3-36")
def test_an_upload_makes_one_version(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=bucket, Key="whole", Body=b"old")["VersionId"]
    upload = Upload(s3, bucket)
    upload.send(1, b"new")
    version = upload.complete()["VersionId"]
    assert version != old
    assert s3.get_object(Bucket=bucket, Key="whole")["VersionId"] == version
    assert s3.get_object(Bucket=bucket, Key="whole", VersionId=old)["Body"].read() == b"old"


@behaviour("S3-8", "S3-19")
def test_an_upload_goes_on_after_a_crash(durable_server, durable):
    s3 = durable().client("s3")
    s3.create_bucket(Bucket="b-parts")
    upload = Upload(s3, "b-parts", Metadata={"a": "b"})
    upload.send(1, part(1))
    upload.send(2, part(2))
    durable_server.restart()
    upload.s3 = s3 = durable().client("s3")
    assert [p["PartNumber"] for p in s3.list_parts(**upload.at)["Parts"]] == [1, 2]
    upload.send(3, b"end")
    upload.complete()
    durable_server.restart()
    got = durable().client("s3").get_object(Bucket="b-parts", Key="whole")
    assert got["Body"].read() == part(1) + part(2) + b"end"
    assert got["Metadata"] == {"a": "b"}


@behaviour("S3-16")
def test_the_command_line_sends_large_files_in_parts(aws, s3, bucket, tmp_path):
    whole = data(17 * MIB)[: 17 * MIB]
    (tmp_path / "large").write_bytes(whole)
    aws.cli("s3", "cp", str(tmp_path / "large"), f"s3://{bucket}/large")
    assert s3.head_object(Bucket=bucket, Key="large")["ETag"].endswith('-3"')
    aws.cli("s3", "cp", f"s3://{bucket}/large", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == whole
    aws.cli("s3", "cp", f"s3://{bucket}/large", f"s3://{bucket}/copy")
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == whole


@behaviour("S3-19")
def test_uploads_of_anothers_bucket_are_closed(aws, bucket, upload):
    other = aws.elsewhere(account="999999999999").client("s3")
    for call in (
        lambda: other.create_multipart_upload(Bucket=bucket, Key="k"),
        lambda: other.list_multipart_uploads(Bucket=bucket),
        lambda: other.list_parts(**upload.at),
        lambda: other.upload_part(**upload.at, PartNumber=1, Body=b"x"),
        lambda: other.abort_multipart_upload(**upload.at),
    ):
        with pytest.raises(ClientError) as raised:
            call()
        assert error(raised)[:2] == ("AccessDenied", 403)


@behaviour("S3-9")
def test_completing_may_be_conditional(s3, bucket, upload):
    upload.send(1, b"new")
    there = s3.put_object(Bucket=bucket, Key="whole", Body=b"old")["ETag"]
    for condition in ({"IfNoneMatch": "*"}, {"IfMatch": f'"{uuid.uuid4().hex}"'}):
        with pytest.raises(ClientError) as raised:
            upload.complete(**condition)
        assert error(raised)[:2] == ("PreconditionFailed", 412)
    assert s3.get_object(Bucket=bucket, Key="whole")["Body"].read() == b"old"
    upload.complete(IfMatch=there)
    assert s3.get_object(Bucket=bucket, Key="whole")["Body"].read() == b"new"
