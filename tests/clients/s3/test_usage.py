"""What keeping and moving bytes comes to on the bill."""

import pytest
from harness import behaviour

# One GB-month of the price list, in byte-hours.
GB_MONTH = 2**30 * 730
SIZE = 1_000_000


@pytest.fixture
def used(server):
    """The quantity of a line of S3's bill, in billed units."""

    def quantity(usage_type: str) -> float:
        lines = server.admin("GET", "bill").json()
        found = [line for line in lines if line["service"] == "s3"]
        return sum(line["quantity"] for line in found if line["usage_type"] == usage_type)

    return quantity


def hours(byte_hours: float) -> float:
    """The hours that `SIZE` bytes were kept; seconds of real time come on top."""
    return byte_hours * GB_MONTH / SIZE


@behaviour("S3-21")
@pytest.mark.clock
def test_an_object_deleted_after_an_hour_is_billed_for_an_hour(s3, bucket, clock, used):
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(SIZE))
    clock.advance(hours=1)
    s3.delete_object(Bucket=bucket, Key="k")
    clock.advance(days=60)
    assert hours(used("TimedStorage-ByteHrs")) == pytest.approx(1, rel=0.02)


@behaviour("S3-21")
@pytest.mark.clock
def test_an_object_is_billed_as_long_as_it_is_kept(s3, server, bucket, clock, used):
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(SIZE // 2))
    clock.advance(days=10)
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(SIZE))
    clock.advance(days=90)
    assert hours(used("TimedStorage-ByteHrs")) == pytest.approx(24 * 95, rel=0.001)
    # Asking does not change the answer.
    assert hours(used("TimedStorage-ByteHrs")) == pytest.approx(24 * 95, rel=0.001)
    (line,) = [
        line for line in server.admin("GET", "bill").json()
        if line["usage_type"] == "TimedStorage-ByteHrs"
    ]  # fmt: skip
    assert line["unit_price"] == 0.023
    assert line["amount"] == pytest.approx(line["quantity"] * 0.023)


@behaviour("S3-19")
@pytest.mark.clock
def test_parts_of_an_upload_are_billed_until_it_is_aborted(s3, bucket, clock, used):
    at = {"Bucket": bucket, "Key": "whole"}
    at["UploadId"] = s3.create_multipart_upload(**at)["UploadId"]
    s3.upload_part(**at, PartNumber=1, Body=bytes(SIZE // 4))
    s3.upload_part(**at, PartNumber=1, Body=bytes(SIZE // 2))
    s3.upload_part(**at, PartNumber=2, Body=bytes(SIZE // 2))
    clock.advance(days=2)
    assert hours(used("TimedStorage-ByteHrs")) == pytest.approx(48, rel=0.02)
    s3.abort_multipart_upload(**at)
    clock.advance(days=30)
    assert hours(used("TimedStorage-ByteHrs")) == pytest.approx(48, rel=0.02)


@behaviour("S3-19")
@pytest.mark.clock
def test_a_completed_upload_is_billed_once_and_older_versions_too(s3, bucket, clock, used):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    at = {"Bucket": bucket, "Key": "whole"}
    at["UploadId"] = s3.create_multipart_upload(**at)["UploadId"]
    kept = s3.upload_part(**at, PartNumber=1, Body=bytes(SIZE // 2))["ETag"]
    s3.upload_part(**at, PartNumber=2, Body=bytes(SIZE))
    parts = {"Parts": [{"PartNumber": 1, "ETag": kept}]}
    first = s3.complete_multipart_upload(**at, MultipartUpload=parts)["VersionId"]
    s3.put_object(Bucket=bucket, Key="whole", Body=bytes(SIZE // 2))
    s3.delete_object(Bucket=bucket, Key="whole")
    clock.advance(hours=10)
    s3.delete_object(Bucket=bucket, Key="whole", VersionId=first)
    clock.advance(hours=10)
    assert hours(used("TimedStorage-ByteHrs")) == pytest.approx(15, rel=0.02)


@behaviour("S3-21")
@pytest.mark.clock
def test_what_a_deleted_bucket_kept_stays_on_the_bill(s3, bucket, clock, used):
    at = {"Bucket": bucket, "Key": "whole"}
    at["UploadId"] = s3.create_multipart_upload(**at)["UploadId"]
    s3.upload_part(**at, PartNumber=1, Body=bytes(SIZE))
    clock.advance(hours=5)
    s3.delete_bucket(Bucket=bucket)
    clock.advance(hours=5)
    assert hours(used("TimedStorage-ByteHrs")) == pytest.approx(5, rel=0.02)


@behaviour("S3-21")
@pytest.mark.clock
def test_bytes_that_come_in_and_go_out_are_counted(s3, bucket, used):
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(3 * SIZE))
    s3.get_object(Bucket=bucket, Key="k")["Body"].read()
    s3.get_object(Bucket=bucket, Key="k", Range="bytes=0-999")["Body"].read()
    s3.head_object(Bucket=bucket, Key="k")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})
    assert used("DataTransfer-In-Bytes") * 2**30 == pytest.approx(3 * SIZE)
    assert used("DataTransfer-Out-Bytes") * 2**30 == pytest.approx(3 * SIZE + 1_000)
