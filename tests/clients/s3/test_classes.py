"""Storage classes: what they hold, what can be read, and what they come to on the bill."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

GB = 2**30
GB_MONTH = GB * 730
KB = 1024


@pytest.fixture
def bill(server):
    """The bill of S3 of the last days by usage type, in billed units."""

    def lines(days: int = 0) -> dict[str, float]:
        found = server.admin("GET", "bill", params={"days": days} if days else {}).json()
        return {line["usage_type"]: line["quantity"] for line in found if line["service"] == "s3"}

    return lines


@pytest.fixture
def prices(server):
    """The price of a unit of each line on the bill."""

    def lines() -> dict[str, float]:
        found = server.admin("GET", "bill").json()
        return {
            line["usage_type"]: line["unit_price"] for line in found if line["service"] == "s3"
        }

    return lines


def byte_days(quantity: float) -> float:
    """Bytes times days of a quantity of GB-months."""
    return quantity * GB_MONTH / 24


@behaviour("S3-21")
@pytest.mark.parametrize(
    "storage_class",
    [
        "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
        "DEEP_ARCHIVE", "GLACIER_IR",
    ],
)  # fmt: skip
def test_every_class_is_kept_and_listed(s3, bucket, storage_class):
    s3.put_object(Bucket=bucket, Key="plain", Body=b"x")
    s3.put_object(Bucket=bucket, Key="put", Body=b"abc", StorageClass=storage_class)
    s3.copy_object(
        Bucket=bucket, Key="copied", CopySource={"Bucket": bucket, "Key": "plain"},
        StorageClass=storage_class,
    )  # fmt: skip
    at = {"Bucket": bucket, "Key": "parts"}
    created = s3.create_multipart_upload(**at, StorageClass=storage_class)
    at["UploadId"] = created["UploadId"]
    assert s3.list_parts(**at)["StorageClass"] == storage_class
    tag = s3.upload_part(**at, PartNumber=1, Body=b"abc")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": tag}]}
    s3.complete_multipart_upload(**at, MultipartUpload=parts)
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    classes = {entry["Key"]: entry["StorageClass"] for entry in listed}
    assert classes.pop("plain") == "STANDARD"
    assert classes == dict.fromkeys(["copied", "parts", "put"], storage_class)
    versions = s3.list_object_versions(Bucket=bucket, Prefix="put")["Versions"]
    assert versions[0]["StorageClass"] == storage_class
    assert s3.head_object(Bucket=bucket, Key="put")["StorageClass"] == storage_class
    assert "StorageClass" not in s3.head_object(Bucket=bucket, Key="plain")


@pytest.mark.parametrize("storage_class", ["OUTPOSTS", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS"])
def test_classes_of_other_places_are_refused_by_name(s3, bucket, storage_class):
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=bucket, Key="k", Body=b"", StorageClass=storage_class)
    assert error(raised).code == "NotImplemented"
    assert raised.value.response["Error"]["Header"].endswith(storage_class)


@behaviour("S3-28")
@pytest.mark.parametrize("storage_class", ["STANDARD_IA", "ONEZONE_IA", "GLACIER_IR"])
def test_infrequent_classes_answer_at_once(s3, bucket, storage_class):
    s3.put_object(Bucket=bucket, Key="k", Body=b"at once", StorageClass=storage_class)
    got = s3.get_object(Bucket=bucket, Key="k")
    assert (got["Body"].read(), got["StorageClass"]) == (b"at once", storage_class)
    with pytest.raises(ClientError) as raised:
        s3.restore_object(Bucket=bucket, Key="k", RestoreRequest={"Days": 1})
    refusal = error(raised)
    assert (refusal.code, refusal.status) == ("InvalidObjectState", 403)


@behaviour("S3-25", "S3-26")
@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_archived_objects_are_not_read_nor_copied(s3, bucket, storage_class):
    s3.put_object(Bucket=bucket, Key="k", Body=b"frozen", StorageClass=storage_class)
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=bucket, Key="k")
    refusal = error(raised)
    assert (refusal.code, refusal.status) == ("InvalidObjectState", 403)
    assert refusal.message == "The operation is not valid for the object's storage class"
    assert raised.value.response["Error"]["StorageClass"] == storage_class
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == 6
    source = {"Bucket": bucket, "Key": "k"}
    with pytest.raises(ClientError) as raised:
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    assert error(raised)[:2] == ("InvalidObjectState", 403)
    at = {"Bucket": bucket, "Key": "parts"}
    at["UploadId"] = s3.create_multipart_upload(**at)["UploadId"]
    with pytest.raises(ClientError) as raised:
        s3.upload_part_copy(**at, PartNumber=1, CopySource=source)
    assert error(raised).code == "InvalidObjectState"
    # What says nothing of the bytes goes on.
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.delete_object(Bucket=bucket, Key="k")


@behaviour("S3-22", "S3-49")
@pytest.mark.clock
def test_a_small_infrequent_object_is_billed_as_128_kb_for_30_days(s3, bucket, clock, bill, prices):
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(KB), StorageClass="STANDARD_IA")
    s3.get_object(Bucket=bucket, Key="k")["Body"].read()
    clock.advance(days=1)
    s3.delete_object(Bucket=bucket, Key="k")
    clock.advance(days=60)
    used = bill()
    assert used["Retrieval-SIA"] * GB == KB
    assert byte_days(used["TimedStorage-SIA-ByteHrs"]) == pytest.approx(KB, rel=0.01)
    assert byte_days(used["TimedStorage-SIA-SmObjects"]) == pytest.approx(127 * KB, rel=0.01)
    assert byte_days(used["EarlyDelete-SIA"]) == pytest.approx(29 * 128 * KB, rel=0.01)
    whole = ["TimedStorage-SIA-ByteHrs", "TimedStorage-SIA-SmObjects", "EarlyDelete-SIA"]
    assert byte_days(sum(used[line] for line in whole)) == pytest.approx(30 * 128 * KB)
    assert {prices()[line] for line in whole} == {0.0125}
    assert prices()["Retrieval-SIA"] == 0.01
    assert used["Requests-SIA-Tier1"] == used["Requests-SIA-Tier2"] == 1 / 1000


@behaviour("S3-24", "S3-49")
@pytest.mark.clock
def test_instant_retrieval_is_billed_to_day_90(s3, bucket, clock, bill, prices):
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(256 * KB), StorageClass="GLACIER_IR")
    clock.advance(days=30)
    assert len(s3.get_object(Bucket=bucket, Key="k")["Body"].read()) == 256 * KB
    # Overwriting ends it as deleting does.
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    used = bill()
    assert byte_days(used["TimedStorage-GIR-ByteHrs"]) == pytest.approx(30 * 256 * KB, rel=0.01)
    assert byte_days(used["EarlyDelete-GIR"]) == pytest.approx(60 * 256 * KB, rel=0.01)
    assert "TimedStorage-GIR-SmObjects" not in used
    assert used["Retrieval-GIR"] * GB == 256 * KB
    assert prices()["Requests-GIR-Tier1"] == 0.02


@behaviour("S3-26", "S3-49")
@pytest.mark.clock
def test_deep_archive_is_cheapest_and_billed_to_day_180(s3, bucket, clock, bill, prices):
    classes = ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"]
    for name in classes:
        s3.put_object(Bucket=bucket, Key=name, Body=bytes(200 * KB), StorageClass=name)
    clock.advance(days=10)
    s3.delete_object(Bucket=bucket, Key="DEEP_ARCHIVE")
    s3.delete_object(Bucket=bucket, Key="GLACIER")
    used, price = bill(), prices()
    stored = {line: price[line] for line in used if line.startswith("TimedStorage")}
    assert min(stored, key=stored.get) == "TimedStorage-GDA-ByteHrs"
    # An archived object's index is 32 KB in its class and 8 KB of STANDARD.
    kept = byte_days(used["TimedStorage-GDA-ByteHrs"])
    assert kept == pytest.approx(10 * 232 * KB, rel=0.01)
    assert byte_days(used["EarlyDelete-GDA"]) == pytest.approx(170 * 232 * KB, rel=0.01)
    assert byte_days(used["EarlyDelete-ByteHrs"]) == pytest.approx(80 * 232 * KB, rel=0.01)
    standard = byte_days(used["TimedStorage-ByteHrs"])
    assert standard == pytest.approx(10 * (200 + 8 + 8) * KB, rel=0.01)


@behaviour("S3-28")
@pytest.mark.clock
def test_reading_on_the_first_day_only_changes_the_bill(s3, bucket, clock, bill):
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(256 * KB), StorageClass="ONEZONE_IA")
    assert "Retrieval-ZIA" not in bill()
    got = s3.get_object(Bucket=bucket, Key="k", Range="bytes=0-1023")["Body"].read()
    assert len(got) == KB
    assert bill()["Retrieval-ZIA"] * GB == KB
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})
    assert bill()["Retrieval-ZIA"] * GB == 257 * KB
    clock.advance(days=40)
    s3.delete_object(Bucket=bucket, Key="k")
    used = bill()
    assert "EarlyDelete-ZIA" not in used
    assert byte_days(used["TimedStorage-ZIA-ByteHrs"]) == pytest.approx(40 * 256 * KB, rel=0.01)


@behaviour("S3-49")
@pytest.mark.clock
def test_a_workload_is_metered_to_the_request(s3, bucket, clock, bill):
    before = bill().get("Requests-Tier1", 0)
    for at in range(3):
        s3.put_object(Bucket=bucket, Key=f"s{at}", Body=bytes(KB))
        s3.put_object(Bucket=bucket, Key=f"i{at}", Body=bytes(KB), StorageClass="STANDARD_IA")
        s3.get_object(Bucket=bucket, Key=f"i{at}")["Body"].read()
        s3.head_object(Bucket=bucket, Key=f"i{at}")
    s3.list_objects_v2(Bucket=bucket)
    s3.get_object(Bucket=bucket, Key="s0")["Body"].read()
    clock.advance(days=73)
    used = bill()
    assert used["Requests-Tier1"] - before == pytest.approx(4 / 1000)
    assert used["Requests-SIA-Tier1"] == pytest.approx(3 / 1000)
    assert used["Requests-SIA-Tier2"] == pytest.approx(6 / 1000)
    assert used["Retrieval-SIA"] * GB == 3 * KB
    assert byte_days(used["TimedStorage-ByteHrs"]) == pytest.approx(73 * 3 * KB, rel=0.01)
    assert byte_days(used["TimedStorage-SIA-ByteHrs"]) == pytest.approx(73 * 3 * KB, rel=0.01)
    assert byte_days(used["TimedStorage-SIA-SmObjects"]) == pytest.approx(73 * 3 * 127 * KB, rel=0.01)
    assert used["DataTransfer-Out-Bytes"] * GB == 4 * KB
