"""Archived objects and the copies that restores make of them."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

KB = 1024
GB = 2**30


def put(s3, bucket, storage_class, key="k", body=b"frozen"):
    s3.put_object(Bucket=bucket, Key=key, Body=body, StorageClass=storage_class)


def restore(s3, bucket, tier=None, days=2, key="k"):
    request = {"Days": days}
    if tier:
        request["GlacierJobParameters"] = {"Tier": tier}
    answer = s3.restore_object(Bucket=bucket, Key=key, RestoreRequest=request)
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def told(s3, bucket, key="k"):
    return s3.head_object(Bucket=bucket, Key=key).get("Restore")


def is_readable(s3, bucket, key="k"):
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read() is not None
    except ClientError as refused:
        assert error(refused)[:2] == ("InvalidObjectState", 403)
        return False


@behaviour("S3-25")
@pytest.mark.clock
def test_a_flexible_archive_is_read_after_a_restore_and_archived_again(s3, bucket, clock):
    put(s3, bucket, "GLACIER")
    assert not is_readable(s3, bucket) and told(s3, bucket) is None
    clock.set("2031-05-01T03:00:00Z")
    assert restore(s3, bucket, "Bulk") == 202
    assert told(s3, bucket) == 'ongoing-request="true"'
    clock.advance(hours=11, minutes=59)
    assert not is_readable(s3, bucket)
    clock.advance(minutes=1)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"frozen"
    expiry = 'ongoing-request="false", expiry-date="Sun, 04 May 2031 00:00:00 GMT"'
    assert told(s3, bucket) == expiry
    got = s3.get_object(Bucket=bucket, Key="k")
    assert (got["Restore"], got["StorageClass"]) == (expiry, "GLACIER")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})
    clock.advance(days=2, hours=8, minutes=58)
    assert is_readable(s3, bucket)
    clock.advance(hours=1)
    assert not is_readable(s3, bucket)
    assert told(s3, bucket) is None
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"frozen"


@behaviour("S3-25", "S3-26")
@pytest.mark.clock
@pytest.mark.parametrize(
    ("storage_class", "tier", "minutes"),
    [
        ("GLACIER", "Expedited", 5), ("GLACIER", None, 300), ("GLACIER", "Standard", 300),
        ("DEEP_ARCHIVE", None, 720), ("DEEP_ARCHIVE", "Standard", 720),
        ("DEEP_ARCHIVE", "Bulk", 2880),
    ],
)  # fmt: skip
def test_tiers_take_their_time(s3, bucket, clock, storage_class, tier, minutes):
    put(s3, bucket, storage_class)
    assert restore(s3, bucket, tier) == 202
    clock.advance(minutes=minutes - 1)
    assert not is_readable(s3, bucket)
    clock.advance(minutes=1)
    assert is_readable(s3, bucket)


@behaviour("S3-26")
def test_deep_archives_know_no_haste(s3, bucket):
    put(s3, bucket, "DEEP_ARCHIVE")
    with pytest.raises(ClientError) as raised:
        restore(s3, bucket, "Expedited")
    refusal = error(raised)
    assert (refusal.code, refusal.status) == ("InvalidArgument", 400)
    assert refusal.message == "Retrieval option is not supported by this storage class"
    assert told(s3, bucket) is None


@behaviour("S3-27")
@pytest.mark.clock
def test_a_restore_is_not_repeated_but_extended(s3, bucket, clock):
    put(s3, bucket, "GLACIER")
    clock.set("2031-05-01T12:00:00Z")
    restore(s3, bucket, "Standard", days=1)
    with pytest.raises(ClientError) as raised:
        restore(s3, bucket, "Standard", days=1)
    refusal = error(raised)
    assert (refusal.code, refusal.status) == ("RestoreAlreadyInProgress", 409)
    assert refusal.message == "Object restore is already in progress"
    clock.advance(hours=6)
    assert "Sat, 03 May 2031" in told(s3, bucket)
    assert restore(s3, bucket, days=10) == 200
    assert "Mon, 12 May 2031" in told(s3, bucket)
    clock.advance(days=5)
    assert is_readable(s3, bucket)
    assert restore(s3, bucket, days=1) == 200
    assert "Thu, 08 May 2031" in told(s3, bucket)
    clock.advance(days=3)
    assert not is_readable(s3, bucket)


@pytest.mark.clock
def test_a_faster_restore_overtakes(s3, bucket, clock):
    put(s3, bucket, "GLACIER")
    restore(s3, bucket, "Bulk")
    assert restore(s3, bucket, "Expedited") == 202
    clock.advance(minutes=5)
    assert is_readable(s3, bucket)


@behaviour("S3-25")
def test_what_a_restore_must_say(s3, bucket):
    put(s3, bucket, "GLACIER")
    put(s3, bucket, "STANDARD", key="plain")
    for days, code in [(0, "InvalidArgument"), (-1, "InvalidArgument")]:
        with pytest.raises(ClientError) as raised:
            restore(s3, bucket, days=days)
        assert error(raised)[:2] == (code, 400)
    with pytest.raises(ClientError) as raised:
        s3.restore_object(Bucket=bucket, Key="k", RestoreRequest={})
    assert error(raised)[:2] == ("MalformedXML", 400)
    with pytest.raises(ClientError) as raised:
        restore(s3, bucket, key="plain")
    refusal = error(raised)
    assert refusal.message == "Restore is not allowed for the object's current storage class"
    with pytest.raises(ClientError) as raised:
        restore(s3, bucket, key="nothing")
    assert error(raised)[:2] == ("NoSuchKey", 404)


@behaviour("S3-25")
@pytest.mark.clock
def test_versions_are_restored_one_by_one_and_lists_tell(s3, bucket, clock):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put(s3, bucket, "GLACIER")
    old = s3.head_object(Bucket=bucket, Key="k")["VersionId"]
    put(s3, bucket, "GLACIER", body=b"new")
    request = {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}
    s3.restore_object(Bucket=bucket, Key="k", VersionId=old, RestoreRequest=request)
    clock.advance(minutes=5)
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=old)["Body"].read() == b"frozen"
    assert not is_readable(s3, bucket)
    asked = {"Bucket": bucket, "OptionalObjectAttributes": ["RestoreStatus"]}
    new, first = s3.list_object_versions(**asked)["Versions"]
    assert "RestoreStatus" not in new
    assert first["RestoreStatus"]["IsRestoreInProgress"] is False
    assert "RestoreStatus" not in s3.list_object_versions(Bucket=bucket)["Versions"][1]
    s3.restore_object(Bucket=bucket, Key="k", RestoreRequest=request)
    (listed,) = s3.list_objects_v2(**asked)["Contents"]
    assert listed["RestoreStatus"] == {"IsRestoreInProgress": True}
    # One that is gone meanwhile is gone.
    s3.delete_object(Bucket=bucket, Key="k", VersionId=old)
    clock.advance(days=3)
    assert not is_readable(s3, bucket)


@behaviour("S3-49")
@pytest.mark.clock
def test_restores_are_billed_by_tier_and_their_copies_as_standard(s3, server, bucket, clock):
    def bill(usage_type):
        lines = server.admin("GET", "bill").json()
        return sum(x["quantity"] for x in lines if x["usage_type"] == usage_type)

    put(s3, bucket, "GLACIER", body=bytes(512 * KB))
    put(s3, bucket, "DEEP_ARCHIVE", key="deep", body=bytes(256 * KB))
    clock.set("2031-05-01T19:00:00Z")
    before = bill("TimedStorage-ByteHrs")
    restore(s3, bucket, "Standard", days=1)
    restore(s3, bucket, "Bulk", days=1, key="deep")
    assert bill("Standard-Retrieval-Bytes") * GB == 512 * KB
    assert bill("Bulk-Retrieval-GDA") * GB == 256 * KB
    assert bill("Requests-GDA-Tier5") == 1 / 1000
    clock.set("2031-05-05T00:00:00Z")
    # One was there from the 2nd to the 4th, the other from the 3rd at 19:00 on; both are indexed.
    copies = 48 * 512 * KB + 29 * 256 * KB
    names = 2 * 8 * KB * (24 * 3 + 5)
    got = (bill("TimedStorage-ByteHrs") - before) * GB * 730
    assert got == pytest.approx(copies + names, rel=0.01)


@behaviour("S3-25")
def test_restores_survive_a_crash(durable_server, durable):
    s3 = durable().client("s3")
    s3.create_bucket(Bucket="archive")
    put(s3, "archive", "GLACIER")
    restore(s3, "archive", "Expedited")
    durable_server.restart()
    s3 = durable().client("s3")
    assert told(s3, "archive") == 'ongoing-request="true"'
    answer = durable_server.admin("POST", "clock", json={"advance": "PT5M"})
    assert answer.status_code == 200
    assert is_readable(s3, "archive")
