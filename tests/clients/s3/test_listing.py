"""Listings: pages, prefixes, delimiters, starts, and the order of keys."""

import concurrent.futures
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import signed


def fill(s3, bucket, keys) -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=key, Body=b""), keys))


def keys_of(answer) -> list[str]:
    return [item["Key"] for item in answer.get("Contents", [])]


def prefixes_of(answer) -> list[str]:
    return [item["Prefix"] for item in answer.get("CommonPrefixes", [])]


@pytest.fixture(scope="module")
def many(shared_server):
    """A bucket of 2,500 keys: 2,000 in four folders, 500 outside."""
    from harness.clients import Aws

    s3 = Aws(shared_server.url, "777700000001").client("s3", max_pool_connections=4)
    name = f"b-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    keys = [f"folder-{n % 4}/part-{n:05}" for n in range(2000)] + [f"k{n:05}" for n in range(500)]
    fill(s3, name, keys)
    return s3, name, sorted(keys)


@behaviour("S3-2")
def test_a_page_holds_a_thousand_keys(many):
    s3, bucket, keys = many
    first = s3.list_objects_v2(Bucket=bucket)
    assert first["KeyCount"] == len(first["Contents"]) == 1000
    assert first["IsTruncated"] is True and first["MaxKeys"] == 1000
    second = s3.list_objects_v2(Bucket=bucket, ContinuationToken=first["NextContinuationToken"])
    assert second["ContinuationToken"] == first["NextContinuationToken"]
    third = s3.list_objects_v2(Bucket=bucket, ContinuationToken=second["NextContinuationToken"])
    assert third["KeyCount"] == 500 and third["IsTruncated"] is False
    assert "NextContinuationToken" not in third
    assert keys_of(first) + keys_of(second) + keys_of(third) == keys


@behaviour("S3-2")
@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2", "list_object_versions"])
def test_paginators_give_every_key_in_order(many, operation):
    s3, bucket, keys = many
    pages = list(s3.get_paginator(operation).paginate(Bucket=bucket))
    assert len(pages) == 3
    listed = "Versions" if operation == "list_object_versions" else "Contents"
    assert [item["Key"] for page in pages for item in page[listed]] == keys


@behaviour("S3-2")
def test_more_than_a_thousand_cannot_be_asked_for(many):
    s3, bucket, _ = many
    for operation in (s3.list_objects, s3.list_objects_v2):
        answer = operation(Bucket=bucket, MaxKeys=5000)
        assert len(answer["Contents"]) == 1000
        assert answer["MaxKeys"] == 1000


@behaviour("S3-2")
@pytest.mark.parametrize("size", [1, 3, 499, 1000])
@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
def test_a_delimiter_makes_folders_at_any_page_size(many, operation, size):
    s3, bucket, keys = many
    found, prefixes = [], []
    pages = s3.get_paginator(operation).paginate(
        Bucket=bucket, Delimiter="/", Prefix="", PaginationConfig={"PageSize": size}
    )
    for page in pages:
        assert len(page.get("Contents", [])) + len(page.get("CommonPrefixes", [])) <= size
        assert page["Delimiter"] == "/"
        found += keys_of(page)
        prefixes += prefixes_of(page)
    assert prefixes == [f"folder-{n}/" for n in range(4)]
    assert found == [key for key in keys if "/" not in key]


@behaviour("S3-2")
def test_a_prefix_narrows_and_counts(many):
    s3, bucket, keys = many
    answer = s3.list_objects_v2(Bucket=bucket, Prefix="folder-1/part-00")
    wanted = [key for key in keys if key.startswith("folder-1/part-00")]
    assert keys_of(answer) == wanted and answer["KeyCount"] == len(wanted)
    assert answer["Prefix"] == "folder-1/part-00"
    folders = s3.list_objects_v2(Bucket=bucket, Prefix="fold", Delimiter="/", MaxKeys=2)
    assert prefixes_of(folders) == ["folder-0/", "folder-1/"] and folders["IsTruncated"]
    assert folders["KeyCount"] == 2
    assert s3.list_objects_v2(Bucket=bucket, Prefix="nothing")["KeyCount"] == 0


@behaviour("S3-2")
def test_a_listing_may_start_anywhere(many):
    s3, bucket, keys = many
    after = s3.list_objects_v2(Bucket=bucket, StartAfter="k00250")
    assert keys_of(after) == [key for key in keys if key > "k00250"]
    assert after["StartAfter"] == "k00250"
    # Not a key, and among the keys of a folder.
    between = s3.list_objects_v2(Bucket=bucket, StartAfter="folder-2/part-01", MaxKeys=3)
    assert keys_of(between) == [key for key in keys if key > "folder-2/part-01"][:3]
    # A token goes before a start.
    token = s3.list_objects_v2(Bucket=bucket, MaxKeys=2)["NextContinuationToken"]
    both = s3.list_objects_v2(
        Bucket=bucket, StartAfter="k00250", ContinuationToken=token, MaxKeys=1
    )
    assert keys_of(both) == keys[2:3]
    assert s3.list_objects_v2(Bucket=bucket, StartAfter="z")["KeyCount"] == 0
    outside = s3.list_objects_v2(Bucket=bucket, Prefix="folder-1/", StartAfter="folder-0/x")
    assert keys_of(outside) == [key for key in keys if key.startswith("folder-1/")]
    beyond = s3.list_objects_v2(Bucket=bucket, Prefix="folder-1/", StartAfter="folder-2/")
    assert keys_of(beyond) == []


@behaviour("S3-2")
def test_the_older_form_goes_on_by_marker(many):
    s3, bucket, keys = many
    page = s3.list_objects(Bucket=bucket, MaxKeys=10)
    # Without a delimiter the last key is the marker, and is not repeated.
    assert page["IsTruncated"] and "NextMarker" not in page
    assert page["Marker"] == ""
    after = s3.list_objects(Bucket=bucket, MaxKeys=10, Marker=keys_of(page)[-1])
    assert keys_of(after) == keys[10:20]
    assert after["Marker"] == keys[9]
    folders = s3.list_objects(Bucket=bucket, Delimiter="/", MaxKeys=2)
    assert folders["NextMarker"] == "folder-1/"
    more = s3.list_objects(Bucket=bucket, Delimiter="/", MaxKeys=2, Marker="folder-1/")
    assert prefixes_of(more) == ["folder-2/", "folder-3/"]


@behaviour("S3-2")
def test_no_keys_and_none_asked_for(s3, bucket):
    empty = s3.list_objects_v2(Bucket=bucket)
    assert empty["KeyCount"] == 0 and empty["IsTruncated"] is False and "Contents" not in empty
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    none = s3.list_objects_v2(Bucket=bucket, MaxKeys=0)
    assert none["KeyCount"] == 0 and none["IsTruncated"] is False
    assert "NextContinuationToken" not in none


@behaviour("S3-2")
@pytest.mark.parametrize("asked", ["-1", "x", "1.5", "99999999999"])
def test_a_page_size_that_is_no_number_is_refused(aws, bucket, asked):
    for form in ("list-type=2&", ""):
        answer = signed(aws, "s3", "GET", f"/{bucket}?{form}max-keys={asked}").send()
        assert (answer.status, answer.code()) == (400, "InvalidArgument")


@behaviour("S3-2")
def test_a_token_is_its_own_lists(s3, bucket):
    fill(s3, bucket, "abc")
    token = s3.list_objects_v2(Bucket=bucket, MaxKeys=1)["NextContinuationToken"]
    other = f"b-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=other)
    for name, text in ((other, token), (bucket, token[:-1]), (bucket, token[:-1] + "0"), (bucket, "é")):
        if name == bucket and text == token:
            continue
        with pytest.raises(ClientError) as raised:
            s3.list_objects_v2(Bucket=name, ContinuationToken=text)
        assert error(raised)[:2] == ("InvalidArgument", 400)
        assert error(raised).message == "The continuation token provided is incorrect"


UNICODE = [
    "a", "Z", "z", "~", "é", "e\u0301", "ß", "ſ", "\u07ff", "\u0800", "日本", "\ud7ff", "\ue000",
    "\uffee", "\U00010000", "🦀", "🦀/a", "🦀/b", "\U0010ffff",
]  # fmt: skip


@behaviour("S3-2")
@pytest.mark.parametrize("size", [1000, 2])
def test_keys_come_in_the_order_of_their_bytes(s3, bucket, size):
    fill(s3, bucket, UNICODE)
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": size}
    )
    found = [key for page in pages for key in keys_of(page)]
    # Code points above U+FFFF sort after U+E000…U+FFFF, as in UTF-8, not as in UTF-16.
    assert found == sorted(UNICODE, key=str.encode)
    assert found.index("\uffee") < found.index("\U00010000")


@behaviour("S3-2")
@pytest.mark.parametrize("size", [1000, 1])
@pytest.mark.parametrize("delimiter", ["/", "🦀", "ab", "\U0010ffff"])
def test_delimiters_of_any_kind(s3, bucket, delimiter, size):
    keys = [
        f"a{delimiter}1", f"a{delimiter}2", f"a{delimiter}", "b", f"b{delimiter}{delimiter}c",
        delimiter, f"{delimiter}x", "c",
    ]  # fmt: skip
    fill(s3, bucket, keys)
    found, prefixes = [], []
    for page in s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Delimiter=delimiter, PaginationConfig={"PageSize": size}
    ):
        found += keys_of(page)
        prefixes += prefixes_of(page)
    whole = {key[: key.index(delimiter) + len(delimiter)] for key in keys if delimiter in key}
    assert prefixes == sorted(whole, key=str.encode)
    assert found == ["b", "c"]
    deeper = s3.list_objects_v2(Bucket=bucket, Delimiter=delimiter, Prefix=f"a{delimiter}")
    assert keys_of(deeper) == [f"a{delimiter}", f"a{delimiter}1", f"a{delimiter}2"]
    assert prefixes_of(deeper) == []


@behaviour("S3-2")
def test_what_is_listed_is_described(aws, s3, bucket):
    tag = s3.put_object(Bucket=bucket, Key="k", Body=b"12345")["ETag"]
    (item,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert (item["ETag"], item["Size"], item["StorageClass"]) == (tag, 5, "STANDARD")
    assert item["ChecksumType"] == "FULL_OBJECT" and item["ChecksumAlgorithm"] == ["CRC32"]
    head = s3.head_object(Bucket=bucket, Key="k")
    assert item["LastModified"].replace(microsecond=0) == head["LastModified"]
    assert "Owner" not in item
    (owned,) = s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"]
    (older,) = s3.list_objects(Bucket=bucket)["Contents"]
    assert owned["Owner"] == older["Owner"] == {"ID": s3.list_buckets()["Owner"]["ID"]}
    assert len(owned["Owner"]["ID"]) == 64


@behaviour("S3-2")
def test_a_listing_sees_what_changes_between_its_pages(s3, bucket):
    fill(s3, bucket, ["a", "c", "e", "g"])
    first = s3.list_objects_v2(Bucket=bucket, MaxKeys=2)
    assert keys_of(first) == ["a", "c"]
    s3.delete_object(Bucket=bucket, Key="c")
    s3.delete_object(Bucket=bucket, Key="e")
    fill(s3, bucket, ["b", "d"])
    second = s3.list_objects_v2(Bucket=bucket, ContinuationToken=first["NextContinuationToken"])
    assert keys_of(second) == ["d", "g"]
