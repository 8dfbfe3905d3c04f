"""Intelligent-Tiering: objects sink while nobody reads them, and come back when somebody does."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

KB = 1024
BIG = 256 * KB
GB_MONTH = 2**30 * 730


@pytest.fixture
def stored(server):
    """Byte-days of each tier on the bill."""

    def tiers():
        lines = server.admin("GET", "bill").json()
        start = "TimedStorage-INT-"
        return {
            line["usage_type"].removeprefix(start).removesuffix("-ByteHrs"):
            (line["quantity"] * GB_MONTH / 24, line["unit_price"])
            for line in lines if line["usage_type"].startswith(start)
        }  # fmt: skip

    return tiers


def put(s3, bucket, key="k", body=bytes(BIG), **more):
    s3.put_object(
        Bucket=bucket, Key=key, Body=body, StorageClass="INTELLIGENT_TIERING", **more
    )


def configure(s3, bucket, *tierings, id="archive", **filter):
    s3.put_bucket_intelligent_tiering_configuration(
        Bucket=bucket, Id=id,
        IntelligentTieringConfiguration={
            "Id": id, "Status": "Enabled",
            "Tierings": [{"AccessTier": tier, "Days": days} for tier, days in tierings],
            **({"Filter": filter} if filter else {}),
        },
    )  # fmt: skip


@behaviour("S3-29")
@pytest.mark.clock
def test_untouched_objects_get_cheaper_and_reading_brings_them_back(s3, bucket, clock, stored):
    clock.set("2031-05-01T00:00:01Z")
    put(s3, bucket)
    clock.advance(days=30)
    assert set(stored()) == {"FA"}
    clock.advance(days=2)
    frequent, infrequent = stored()["FA"], stored()["IA"]
    assert frequent[0] == pytest.approx(31 * BIG, rel=0.01)
    assert infrequent[0] == pytest.approx(BIG, rel=0.01)
    assert (frequent[1], infrequent[1]) == (0.023, 0.0125)
    clock.advance(days=60)
    instant = stored()["AIA"]
    assert instant[0] == pytest.approx(BIG, rel=0.01) and instant[1] == 0.004
    assert stored()["IA"][0] == pytest.approx(60 * BIG, rel=0.01)
    # A look is no access.
    assert "ArchiveStatus" not in s3.head_object(Bucket=bucket, Key="k")
    clock.advance(days=1)
    assert stored()["AIA"][0] == pytest.approx(2 * BIG, rel=0.01)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == bytes(BIG)
    clock.advance(days=30)
    assert stored()["AIA"][0] == pytest.approx(2 * BIG, rel=0.01)
    assert stored()["FA"][0] == pytest.approx((31 + 30) * BIG, rel=0.01)


@behaviour("S3-29")
@pytest.mark.clock
def test_reads_cost_nothing_and_keep_objects_where_they_are(s3, server, bucket, clock, stored):
    put(s3, bucket)
    for _ in range(4):
        clock.advance(days=20)
        s3.get_object(Bucket=bucket, Key="k", Range="bytes=0-9")["Body"].read()
    assert set(stored()) == {"FA"}
    lines = {line["usage_type"]: line for line in server.admin("GET", "bill").json()}
    assert not [line for line in lines if line.startswith("Retrieval")]
    watched = lines["Monitoring-Automation-INT"]
    assert watched["unit_price"] == 0.0025
    # One object of a thousand for 80 days of months of 730 hours.
    assert watched["quantity"] == pytest.approx(80 * 24 / 730 / 1000, rel=0.01)


@behaviour("S3-29")
@pytest.mark.clock
def test_small_objects_stay_where_they_are(s3, server, bucket, clock, stored):
    put(s3, bucket, body=bytes(KB))
    clock.advance(days=200)
    assert set(stored()) == {"FA"}
    lines = {line["usage_type"] for line in server.admin("GET", "bill").json()}
    assert "Monitoring-Automation-INT" not in lines


@behaviour("S3-30")
@pytest.mark.clock
def test_archives_are_asked_for_and_need_a_restore(s3, bucket, clock, stored):
    configure(s3, bucket, ("ARCHIVE_ACCESS", 90), ("DEEP_ARCHIVE_ACCESS", 180), Prefix="cold/")
    put(s3, bucket, "cold/k")
    put(s3, bucket, "k")
    clock.advance(days=91)
    head = s3.head_object(Bucket=bucket, Key="cold/k")
    assert head["ArchiveStatus"] == "ARCHIVE_ACCESS"
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=bucket, Key="cold/k")
    assert error(raised)[:2] == ("InvalidObjectState", 403)
    assert raised.value.response["Error"]["StorageClass"] == "INTELLIGENT_TIERING"
    assert raised.value.response["Error"]["AccessTier"] == "ARCHIVE_ACCESS"
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == bytes(BIG)
    clock.advance(days=90)
    assert s3.head_object(Bucket=bucket, Key="cold/k")["ArchiveStatus"] == "DEEP_ARCHIVE_ACCESS"
    assert {"AA", "DAA"} <= set(stored())
    at = {"Bucket": bucket, "Key": "cold/k"}
    with pytest.raises(ClientError) as raised:
        s3.restore_object(**at, RestoreRequest={"Days": 1})
    assert error(raised).message == (
        "INTELLIGENT_TIERING objects are not subject to restore expiry. Do not specify Days when "
        "restoring this object"
    )
    s3.restore_object(**at, RestoreRequest={"GlacierJobParameters": {"Tier": "Standard"}})
    assert s3.head_object(**at)["Restore"] == 'ongoing-request="true"'
    with pytest.raises(ClientError) as raised:
        s3.restore_object(**at, RestoreRequest={})
    assert error(raised).code == "RestoreAlreadyInProgress"
    clock.advance(hours=12)
    assert s3.get_object(**at)["Body"].read() == bytes(BIG)
    assert "ArchiveStatus" not in s3.head_object(**at)
    clock.advance(days=40)
    assert s3.get_object(**at)["Body"].read() == bytes(BIG)
    with pytest.raises(ClientError) as raised:
        s3.restore_object(**at, RestoreRequest={})
    assert error(raised)[:2] == ("ObjectAlreadyInActiveTierError", 403)


@behaviour("S3-30")
def test_configurations_are_kept_by_id(s3, bucket):
    for at in range(3):
        configure(s3, bucket, ("ARCHIVE_ACCESS", 90 + at), id=f"c{at}")
    got = s3.get_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="c1")
    assert got["IntelligentTieringConfiguration"] == {
        "Id": "c1", "Status": "Enabled",
        "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 91}],
    }  # fmt: skip
    s3.delete_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="c0")
    listed = s3.list_bucket_intelligent_tiering_configurations(Bucket=bucket)
    ids = [each["Id"] for each in listed["IntelligentTieringConfigurationList"]]
    assert ids == ["c1", "c2"] and not listed["IsTruncated"]
    for call in ["get", "delete"]:
        with pytest.raises(ClientError) as raised:
            ask = getattr(s3, f"{call}_bucket_intelligent_tiering_configuration")
            ask(Bucket=bucket, Id="c0")
        refusal = error(raised)
        assert (refusal.code, refusal.status) == ("NoSuchConfiguration", 404)
    for tier, days in [("ARCHIVE_ACCESS", 89), ("DEEP_ARCHIVE_ACCESS", 179)]:
        with pytest.raises(ClientError) as raised:
            configure(s3, bucket, (tier, days))
        assert error(raised)[:2] == ("InvalidArgument", 400)


@behaviour("S3-29", "S3-31")
@pytest.mark.clock
def test_a_lifecycle_moves_objects_into_the_class(s3, bucket, clock, stored):
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(BIG))
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={"Rules": [{
            "Status": "Enabled", "Filter": {},
            "Transitions": [{"Days": 0, "StorageClass": "INTELLIGENT_TIERING"}],
        }]},
    )  # fmt: skip
    clock.advance(days=2)
    assert s3.head_object(Bucket=bucket, Key="k")["StorageClass"] == "INTELLIGENT_TIERING"
    s3.delete_bucket_lifecycle(Bucket=bucket)
    clock.advance(days=40)
    assert {"FA", "IA"} == set(stored())
