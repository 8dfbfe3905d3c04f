"""Conditional requests: readers save a transfer, writers do not run over each other."""

import datetime
import hashlib
import threading

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import signed

LONG_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)
OTHER = '"ffffffffffffffffffffffffffffffff"'


@pytest.fixture
def there(s3, bucket):
    """An object, its ETag and the time of its last change."""
    tag = s3.put_object(Bucket=bucket, Key="k", Body=b"there")["ETag"]
    return tag, s3.head_object(Bucket=bucket, Key="k")["LastModified"]


def refused(call, **given) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        call(**given)
    return error(raised)[:2]


# What is asked, and whether it is answered 200, 304 or 412. Tags decide over times.
READS = [
    ({"IfMatch": "tag"}, 200),
    ({"IfMatch": OTHER}, 412),
    ({"IfMatch": "*"}, 200),
    ({"IfNoneMatch": "tag"}, 304),
    ({"IfNoneMatch": OTHER}, 200),
    ({"IfNoneMatch": "*"}, 304),
    ({"IfModifiedSince": "before"}, 200),
    ({"IfModifiedSince": "same"}, 304),
    ({"IfUnmodifiedSince": "before"}, 412),
    ({"IfUnmodifiedSince": "same"}, 200),
    ({"IfMatch": "tag", "IfUnmodifiedSince": "before"}, 200),
    ({"IfMatch": OTHER, "IfUnmodifiedSince": "same"}, 412),
    ({"IfNoneMatch": "tag", "IfModifiedSince": "before"}, 304),
    ({"IfNoneMatch": OTHER, "IfModifiedSince": "same"}, 200),
    ({"IfMatch": "tag", "IfNoneMatch": "tag"}, 304),
]


def meant(given: dict, tag: str, modified) -> dict:
    words = {"tag": tag, "same": modified, "before": modified - datetime.timedelta(seconds=60)}
    return {name: words.get(value, value) for name, value in given.items()}


@behaviour("S3-9")
@pytest.mark.parametrize("given, status", READS, ids=lambda value: str(value))
def test_reads(s3, bucket, there, given, status):
    tag, modified = there
    given = meant(given, tag, modified)
    for call in (s3.get_object, s3.head_object):
        if status == 200:
            assert call(Bucket=bucket, Key="k", **given)["ETag"] == tag
            continue
        with pytest.raises(ClientError) as raised:
            call(Bucket=bucket, Key="k", **given)
        assert error(raised).status == status
        headers = raised.value.response["ResponseMetadata"]["HTTPHeaders"]
        if status == 304:
            assert headers["etag"] == tag and headers["last-modified"]
        elif call is s3.get_object:
            assert error(raised).code == "PreconditionFailed"
            condition = raised.value.response["Error"]["Condition"]
            assert condition in ("If-Match", "If-Unmodified-Since")


@behaviour("S3-9")
def test_not_modified_has_no_body(aws, bucket, there):
    for method in ("GET", "HEAD"):
        answer = signed(
            aws, "s3", method, f"/{bucket}/k", headers={"If-None-Match": there[0]}
        ).send()
        assert (answer.status, answer.body) == (304, b"")


@behaviour("S3-9")
def test_lists_of_tags_and_tags_without_quotes_are_read(aws, bucket, there):
    bare = there[0].strip('"')
    for tags in (bare, f'{OTHER}, "{bare}"', f'W/"{bare}"'):
        answer = signed(
            aws, "s3", "GET", f"/{bucket}/k", headers={"If-None-Match": tags}
        ).send()
        assert answer.status == 304, tags


@behaviour("S3-9")
def test_a_write_where_nothing_is(s3, bucket, there):
    put = lambda **given: s3.put_object(Bucket=bucket, Body=b"new", **given)  # noqa: E731
    assert refused(put, Key="k", IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"there"
    put(Key="fresh", IfNoneMatch="*")
    assert refused(put, Key="fresh", IfNoneMatch="*") == ("PreconditionFailed", 412)
    s3.delete_object(Bucket=bucket, Key="fresh")
    put(Key="fresh", IfNoneMatch="*")


@behaviour("S3-9")
def test_a_write_over_what_was_read(s3, bucket, there):
    put = lambda **given: s3.put_object(Bucket=bucket, Body=b"new", **given)  # noqa: E731
    assert refused(put, Key="k", IfMatch=OTHER) == ("PreconditionFailed", 412)
    assert refused(put, Key="absent", IfMatch=there[0]) == ("NoSuchKey", 404)
    new = put(Key="k", IfMatch=there[0])["ETag"]
    assert new == f'"{hashlib.md5(b"new").hexdigest()}"'
    # The tag that was read before is stale now.
    assert refused(put, Key="k", IfMatch=there[0]) == ("PreconditionFailed", 412)


@behaviour("S3-9")
def test_only_the_star_may_be_absent(s3, bucket, there):
    code = refused(s3.put_object, Bucket=bucket, Key="k", Body=b"", IfNoneMatch=there[0])
    assert code == ("NotImplemented", 501)


@behaviour("S3-9")
def test_a_delete_of_what_was_read(s3, bucket, there):
    gone = lambda **given: s3.delete_object(Bucket=bucket, **given)  # noqa: E731
    assert refused(gone, Key="k", IfMatch=OTHER) == ("PreconditionFailed", 412)
    assert s3.head_object(Bucket=bucket, Key="k")["ETag"] == there[0]
    gone(Key="k", IfMatch=there[0])
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert refused(gone, Key="k", IfMatch=there[0])[1] in (404, 412)


@behaviour("S3-9")
def test_a_delete_marker_is_nothing(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    tag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    s3.delete_object(Bucket=bucket, Key="k")
    put = lambda **given: s3.put_object(Bucket=bucket, Key="k", Body=b"y", **given)  # noqa: E731
    assert refused(put, IfMatch=tag) == ("NoSuchKey", 404)
    put(IfNoneMatch="*")
    assert refused(put, IfNoneMatch="*") == ("PreconditionFailed", 412)


def race(aws, writers: int, call) -> list[tuple[str, int] | None]:
    """Runs `call(client, n)` at once from several clients; each refusal, or None."""
    gate, answers = threading.Barrier(writers), [("never", 0)] * writers

    def run(me: int, client) -> None:
        gate.wait()
        try:
            call(client, me)
            answers[me] = None
        except ClientError as failure:
            answers[me] = error(failure)[:2]

    threads = [
        threading.Thread(target=run, args=(me, aws.client("s3"))) for me in range(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


LOST = {("PreconditionFailed", 412), ("ConditionalRequestConflict", 409)}


@behaviour("S3-9")
@pytest.mark.parametrize("size", [10, 300_000])
def test_of_writers_at_once_one_wins(aws, s3, bucket, size):
    for turn in range(5):
        def write(client, me, key=f"k{turn}"):
            client.put_object(Bucket=bucket, Key=key, Body=b"%d" % me * size, IfNoneMatch="*")

        answers = race(aws, 6, write)
        assert answers.count(None) == 1
        assert set(answers) - {None} <= LOST
        winner = answers.index(None)
        body = s3.get_object(Bucket=bucket, Key=f"k{turn}")["Body"].read()
        assert body == b"%d" % winner * size


@behaviour("S3-9")
def test_no_update_is_lost(aws, s3, bucket):
    """Six clients count up in one object, each by compare and swap."""
    s3.put_object(Bucket=bucket, Key="count", Body=b"0")

    def count(client, _):
        for _ in range(5):
            while True:
                got = client.get_object(Bucket=bucket, Key="count")
                more = b"%d" % (int(got["Body"].read()) + 1)
                try:
                    client.put_object(Bucket=bucket, Key="count", Body=more, IfMatch=got["ETag"])
                    break
                except ClientError as failure:
                    assert error(failure)[:2] in LOST

    assert race(aws, 6, count) == [None] * 6
    assert s3.get_object(Bucket=bucket, Key="count")["Body"].read() == b"30"


@behaviour("S3-9")
def test_of_deleters_of_one_tag_one_wins(aws, s3, bucket, there):
    answers = race(
        aws, 4, lambda client, _: client.delete_object(Bucket=bucket, Key="k", IfMatch=there[0])
    )
    assert answers.count(None) == 1
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
