"""Versions: every write is kept, deletes are markers, and what `null` is."""

import base64
import hashlib

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import signed


def versioning(s3, bucket, status) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


@pytest.fixture
def kept(s3, bucket):
    """A bucket that keeps versions."""
    versioning(s3, bucket, "Enabled")
    return bucket


def put(s3, bucket, key, *bodies) -> list[str]:
    return [s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"] for body in bodies]


def body_of(s3, bucket, key, version=None) -> bytes:
    which = {"VersionId": version} if version else {}
    return s3.get_object(Bucket=bucket, Key=key, **which)["Body"].read()


def listed(s3, bucket, **given) -> list[tuple]:
    """Versions and markers of a page, each by key, id, latest or not."""
    answer = s3.list_object_versions(Bucket=bucket, **given)
    rows = [(v["Key"], v["VersionId"], v["IsLatest"]) for v in answer.get("Versions", [])]
    rows += [(m["Key"], m["VersionId"], m["IsLatest"]) for m in answer.get("DeleteMarkers", [])]
    return sorted(rows)


@behaviour("S3-39")
def test_versioning_is_absent_then_enabled_then_suspended(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    for status in ("Enabled", "Suspended", "Enabled"):
        versioning(s3, bucket, status)
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == status


@behaviour("S3-39")
@pytest.mark.parametrize("status", ["<Status>Off</Status>", "<Status/>", ""])
def test_versioning_cannot_be_turned_off(aws, s3, kept, status):
    body = f"<VersioningConfiguration>{status}</VersioningConfiguration>".encode()
    digest = {"Content-MD5": base64.b64encode(hashlib.md5(body).digest()).decode()}
    answer = signed(aws, "s3", "PUT", f"/{kept}?versioning", body, digest).send()
    assert answer.status == 400
    assert s3.get_bucket_versioning(Bucket=kept)["Status"] == "Enabled"


@behaviour("S3-36")
def test_every_write_is_a_version_and_older_ones_stay(s3, kept):
    ids = put(s3, kept, "k", b"one", b"two", b"three")
    assert len(set(ids)) == 3 and "null" not in ids
    assert body_of(s3, kept, "k") == b"three"
    assert [body_of(s3, kept, "k", id) for id in ids] == [b"one", b"two", b"three"]
    got = s3.get_object(Bucket=kept, Key="k")
    assert got["VersionId"] == ids[2]
    assert s3.head_object(Bucket=kept, Key="k", VersionId=ids[0])["ContentLength"] == 3
    versions = s3.list_object_versions(Bucket=kept)["Versions"]
    # Newest first.
    assert [(v["VersionId"], v["IsLatest"]) for v in versions] == [
        (ids[2], True), (ids[1], False), (ids[0], False),
    ]  # fmt: skip
    assert versions[0]["ETag"] == got["ETag"] and versions[0]["Size"] == 5
    assert [item["Size"] for item in s3.list_objects_v2(Bucket=kept)["Contents"]] == [5]


@behaviour("S3-37")
def test_what_was_there_before_is_the_null_version(s3, bucket):
    before = s3.put_object(Bucket=bucket, Key="k", Body=b"before")
    assert "VersionId" not in before
    versioning(s3, bucket, "Enabled")
    assert s3.get_object(Bucket=bucket, Key="k")["VersionId"] == "null"
    (after,) = put(s3, bucket, "k", b"after")
    assert body_of(s3, bucket, "k", "null") == b"before"
    assert body_of(s3, bucket, "k") == b"after"
    assert listed(s3, bucket) == sorted([("k", "null", False), ("k", after, True)])


@behaviour("S3-37")
def test_an_unversioned_object_is_null_to_who_asks(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"plain")
    assert body_of(s3, bucket, "k", "null") == b"plain"
    assert listed(s3, bucket) == [("k", "null", True)]
    s3.delete_object(Bucket=bucket, Key="k", VersionId="null")
    assert listed(s3, bucket) == []


@behaviour("S3-38")
def test_a_delete_is_a_marker_and_removing_it_brings_the_object_back(s3, kept):
    (id,) = put(s3, kept, "k", b"body")
    deleted = s3.delete_object(Bucket=kept, Key="k")
    marker = deleted["VersionId"]
    assert deleted["DeleteMarker"] is True and marker != id
    with pytest.raises(s3.exceptions.NoSuchKey) as raised:
        s3.get_object(Bucket=kept, Key="k")
    headers = raised.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amz-delete-marker"] == "true" and headers["x-amz-version-id"] == marker
    with pytest.raises(ClientError) as raised:
        s3.head_object(Bucket=kept, Key="k")
    assert error(raised).status == 404
    assert s3.list_objects_v2(Bucket=kept)["KeyCount"] == 0
    assert body_of(s3, kept, "k", id) == b"body"
    answer = s3.list_object_versions(Bucket=kept)
    (found,) = answer["DeleteMarkers"]
    assert (found["VersionId"], found["IsLatest"]) == (marker, True)
    assert answer["Versions"][0]["IsLatest"] is False

    restored = s3.delete_object(Bucket=kept, Key="k", VersionId=marker)
    assert (restored["DeleteMarker"], restored["VersionId"]) == (True, marker)
    assert body_of(s3, kept, "k") == b"body"
    assert listed(s3, kept) == [("k", id, True)]


@behaviour("S3-38")
def test_a_marker_cannot_be_read(s3, kept):
    put(s3, kept, "k", b"body")
    marker = s3.delete_object(Bucket=kept, Key="k")["VersionId"]
    for call in (s3.get_object, s3.head_object):
        with pytest.raises(ClientError) as raised:
            call(Bucket=kept, Key="k", VersionId=marker)
        assert error(raised).status == 405
        headers = raised.value.response["ResponseMetadata"]["HTTPHeaders"]
        assert headers["x-amz-delete-marker"] == "true" and headers["allow"] == "DELETE"
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=kept, Key="k", VersionId=marker)
    assert error(raised).code == "MethodNotAllowed"


@behaviour("S3-38")
def test_deleting_a_version_is_for_good_and_the_next_newest_takes_its_place(s3, kept):
    one, two, three = put(s3, kept, "k", b"one", b"two", b"three")
    gone = s3.delete_object(Bucket=kept, Key="k", VersionId=three)
    assert gone["VersionId"] == three and "DeleteMarker" not in gone
    assert body_of(s3, kept, "k") == b"two"
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=kept, Key="k", VersionId=three)
    assert error(raised)[:2] == ("NoSuchVersion", 404)
    s3.delete_object(Bucket=kept, Key="k", VersionId=one)
    assert listed(s3, kept) == [("k", two, True)]
    # A version that is not there is deleted without a word.
    assert s3.delete_object(Bucket=kept, Key="k", VersionId=one)["VersionId"] == one
    s3.delete_object(Bucket=kept, Key="k", VersionId=two)
    assert listed(s3, kept) == []
    (again,) = put(s3, kept, "k", b"again")
    assert listed(s3, kept) == [("k", again, True)]


@behaviour("S3-38")
def test_markers_pile_up_and_versions_below_come_up(s3, kept):
    (id,) = put(s3, kept, "k", b"body")
    markers = [s3.delete_object(Bucket=kept, Key="k")["VersionId"] for _ in range(3)]
    assert len(set(markers)) == 3
    absent = s3.delete_object(Bucket=kept, Key="never there")
    assert absent["DeleteMarker"] is True
    s3.delete_object(Bucket=kept, Key="k", VersionId=markers[2])
    with pytest.raises(ClientError):
        body_of(s3, kept, "k")
    for marker in markers[:2]:
        s3.delete_object(Bucket=kept, Key="k", VersionId=marker)
    assert body_of(s3, kept, "k", id) == body_of(s3, kept, "k") == b"body"


@behaviour("S3-39")
def test_suspended_writes_take_the_null_place(s3, kept):
    (old,) = put(s3, kept, "k", b"old")
    versioning(s3, kept, "Suspended")
    assert put(s3, kept, "k", b"first", b"second") == ["null", "null"]
    assert body_of(s3, kept, "k") == b"second"
    assert listed(s3, kept) == sorted([("k", "null", True), ("k", old, False)])
    deleted = s3.delete_object(Bucket=kept, Key="k")
    # The marker takes the place of the null version, whose bytes are gone.
    assert (deleted["DeleteMarker"], deleted["VersionId"]) == (True, "null")
    assert listed(s3, kept) == sorted([("k", "null", True), ("k", old, False)])
    with pytest.raises(ClientError) as raised:
        body_of(s3, kept, "k", "null")
    assert error(raised)[:2] == ("MethodNotAllowed", 405)
    assert body_of(s3, kept, "k", old) == b"old"

    versioning(s3, kept, "Enabled")
    (new,) = put(s3, kept, "k", b"new")
    assert listed(s3, kept) == sorted(
        [("k", "null", False), ("k", new, True), ("k", old, False)]
    )
    versioning(s3, kept, "Suspended")
    # The null version below is replaced from on top.
    assert put(s3, kept, "k", b"top") == ["null"]
    assert listed(s3, kept) == sorted(
        [("k", "null", True), ("k", new, False), ("k", old, False)]
    )
    versions = s3.list_object_versions(Bucket=kept)["Versions"]
    assert [v["VersionId"] for v in versions] == ["null", new, old]


@behaviour("S3-36")
@pytest.mark.parametrize("id", ["made-up", "0" * 32, "null", "é", "ffffffffffffffff" + "0" * 16])
def test_a_version_that_is_not_there(s3, kept, id):
    put(s3, kept, "k", b"x")
    for call in (s3.get_object, s3.get_object_tagging):
        with pytest.raises(ClientError) as raised:
            call(Bucket=kept, Key="k", VersionId=id)
        # Ids of the right form are not there, others are none.
        known = id in ("null", "0" * 32, "ffffffffffffffff" + "0" * 16)
        expected = ("NoSuchVersion", 404) if known else ("InvalidArgument", 400)
        assert error(raised)[:2] == expected
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=kept, Key="absent", VersionId="0" * 32)
    assert error(raised)[:2] == ("NoSuchVersion", 404)


@behaviour("S3-36")
@pytest.mark.parametrize("gone", [0, 1, 2, 3])
def test_a_listing_goes_on_where_a_version_was(s3, bucket, gone):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0")
    versioning(s3, bucket, "Enabled")
    put(s3, bucket, "k", b"1", b"2", b"3")
    versions = s3.list_object_versions(Bucket=bucket)["Versions"]
    page = s3.list_object_versions(Bucket=bucket, MaxKeys=gone + 1)
    s3.delete_object(Bucket=bucket, Key="k", VersionId=versions[gone]["VersionId"])
    if not page["IsTruncated"]:
        # What is called null tells no place: after it is gone, nothing is left out.
        rest = s3.list_object_versions(Bucket=bucket, KeyMarker="k", VersionIdMarker="null")
        assert len(rest["Versions"]) == 3
        return
    rest = s3.list_object_versions(
        Bucket=bucket, KeyMarker="k", VersionIdMarker=page["NextVersionIdMarker"]
    )
    ids = [v["VersionId"] for v in rest.get("Versions", [])]
    assert ids == [v["VersionId"] for v in versions[gone + 1 :]]


@behaviour("S3-36")
def test_a_listing_goes_on_where_the_null_version_was(s3, bucket):
    versioning(s3, bucket, "Enabled")
    old = put(s3, bucket, "k", b"1", b"2")
    versioning(s3, bucket, "Suspended")
    s3.put_object(Bucket=bucket, Key="k", Body=b"null")
    page = s3.list_object_versions(Bucket=bucket, MaxKeys=1)
    assert page["Versions"][0]["VersionId"] == "null"
    s3.delete_object(Bucket=bucket, Key="k", VersionId="null")
    rest = s3.list_object_versions(
        Bucket=bucket, KeyMarker="k", VersionIdMarker=page["NextVersionIdMarker"]
    )
    assert [v["VersionId"] for v in rest["Versions"]] == old[::-1]


@behaviour("S3-36")
def test_an_empty_version_id_is_refused(aws, s3, kept):
    put(s3, kept, "k", b"x")
    answer = signed(aws, "s3", "GET", f"/{kept}/k?versionId=").send()
    assert (answer.status, answer.code()) == (400, "InvalidArgument")
    assert answer.message() == "Version id cannot be the empty string"


@behaviour("S3-36")
def test_versions_of_batches(s3, kept):
    one, two = put(s3, kept, "k", b"one", b"two")
    done = s3.delete_objects(
        Bucket=kept, Delete={"Objects": [{"Key": "k", "VersionId": one}, {"Key": "k"}]}
    )["Deleted"]
    assert {"Key": "k", "VersionId": one} in done
    (marker,) = [item for item in done if item.get("DeleteMarker")]
    assert marker["DeleteMarkerVersionId"] and "VersionId" not in marker
    removed = s3.delete_objects(
        Bucket=kept,
        Delete={"Objects": [{"Key": "k", "VersionId": marker["DeleteMarkerVersionId"]}]},
    )["Deleted"]
    assert removed == [
        {
            "Key": "k", "VersionId": marker["DeleteMarkerVersionId"], "DeleteMarker": True,
            "DeleteMarkerVersionId": marker["DeleteMarkerVersionId"],
        }
    ]  # fmt: skip
    assert listed(s3, kept) == [("k", two, True)]


def walk(s3, bucket, size, **given) -> list[tuple]:
    rows = []
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": size}, **given
    )
    for page in pages:
        here = [(v["Key"], v["VersionId"]) for v in page.get("Versions", [])]
        here += [(m["Key"], m["VersionId"]) for m in page.get("DeleteMarkers", [])]
        here += [(p["Prefix"], "") for p in page.get("CommonPrefixes", [])]
        assert 0 < len(here) <= size
        rows += here
    return rows


@behaviour("S3-36")
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_versions_are_listed_in_pages(s3, bucket, size):
    s3.put_object(Bucket=bucket, Key="b", Body=b"null")
    versioning(s3, bucket, "Enabled")
    wrote = [("b", "null")]
    for key in ("a", "b", "c/d", "c/e", "ü +"):
        wrote += [(key, id) for id in put(s3, bucket, key, b"1", b"2", b"3")]
    wrote.append(("b", s3.delete_object(Bucket=bucket, Key="b")["VersionId"]))
    assert sorted(walk(s3, bucket, size)) == sorted(wrote)
    assert sorted(walk(s3, bucket, size, Prefix="c/")) == sorted(
        row for row in wrote if row[0].startswith("c/")
    )
    folded = walk(s3, bucket, size, Delimiter="/")
    assert sorted(folded) == sorted([r for r in wrote if "/" not in r[0]] + [("c/", "")])


@behaviour("S3-36")
def test_a_bucket_is_emptied_page_by_page(s3, kept):
    """As every cleaning script does: the markers of a page are gone when the next is asked for."""
    for key in ("a", "b"):
        put(s3, kept, key, *[b"x"] * 7)
    s3.delete_object(Bucket=kept, Key="a")
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=kept, PaginationConfig={"PageSize": 4}
    )
    for page in pages:
        found = page.get("Versions", []) + page.get("DeleteMarkers", [])
        assert found
        s3.delete_objects(
            Bucket=kept,
            Delete={"Objects": [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in found]},
        )
    assert listed(s3, kept) == []
    s3.delete_bucket(Bucket=kept)


@behaviour("S3-36")
def test_a_resource_empties_a_bucket(aws, s3, kept):
    for at in range(30):
        put(s3, kept, "same", b"x")
        put(s3, kept, f"k{at}", b"x")
    s3.delete_object(Bucket=kept, Key="same")
    aws.resource("s3").Bucket(kept).object_versions.page_size(7).delete()
    assert listed(s3, kept) == []


@behaviour("S3-36")
def test_an_id_marker_needs_a_key_marker(s3, kept):
    with pytest.raises(ClientError) as raised:
        s3.list_object_versions(Bucket=kept, KeyMarker="k", VersionIdMarker="made-up")
    assert error(raised)[:2] == ("InvalidArgument", 400)
    with pytest.raises(ClientError) as raised:
        s3.list_object_versions(Bucket=kept, VersionIdMarker="null")
    assert error(raised)[:2] == ("InvalidArgument", 400)
    assert error(raised).message == (
        "A version-id marker cannot be specified without a key marker."
    )


@behaviour("S3-36", "S3-15")
def test_an_old_version_is_restored_by_copying_it(s3, kept):
    one, _ = put(s3, kept, "k", b"one", b"two")
    copied = s3.copy_object(
        Bucket=kept, Key="k", CopySource={"Bucket": kept, "Key": "k", "VersionId": one}
    )
    assert copied["CopySourceVersionId"] == one and copied["VersionId"] not in (one, "null")
    assert body_of(s3, kept, "k") == b"one"
    assert len(listed(s3, kept)) == 3
    marker = s3.delete_object(Bucket=kept, Key="k")["VersionId"]
    with pytest.raises(ClientError) as raised:
        s3.copy_object(Bucket=kept, Key="l", CopySource=f"{kept}/k")
    assert error(raised)[:2] == ("NoSuchKey", 404)
    with pytest.raises(ClientError) as raised:
        s3.copy_object(
            Bucket=kept, Key="l", CopySource={"Bucket": kept, "Key": "k", "VersionId": marker}
        )
    assert error(raised) == (
        "InvalidRequest", 400,
        "The source of a copy request may not specifically refer to a delete marker by version "
        "id.",
    )  # fmt: skip


@behaviour("S3-8", "S3-36")
def test_versions_outlive_a_killed_process(durable_server, durable):
    s3 = durable().client("s3")
    s3.create_bucket(Bucket="b-versions")
    s3.put_object(Bucket="b-versions", Key="k", Body=b"null")
    versioning(s3, "b-versions", "Enabled")
    ids = put(s3, "b-versions", "k", b"one", b"two" * 100_000)
    marker = s3.delete_object(Bucket="b-versions", Key="k")["VersionId"]
    durable_server.restart()
    s3 = durable().client("s3")
    assert listed(s3, "b-versions") == sorted(
        [("k", marker, True), ("k", ids[1], False), ("k", ids[0], False), ("k", "null", False)]
    )
    assert body_of(s3, "b-versions", "k", "null") == b"null"
    assert body_of(s3, "b-versions", "k", ids[1]) == b"two" * 100_000
    (new,) = put(s3, "b-versions", "k", b"new")
    assert s3.list_object_versions(Bucket="b-versions")["Versions"][0]["VersionId"] == new
