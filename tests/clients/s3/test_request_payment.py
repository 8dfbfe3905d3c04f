"""Requester pays: others than the owner are served who say that they know."""

import uuid

import pytest
from botocore.exceptions import ClientError
from harness import error

# Where policies are not asked for, every account may use every bucket.
pytestmark = pytest.mark.serve("--auth", "off")


@pytest.fixture
def sold(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.put_bucket_request_payment(
        Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"}
    )
    return bucket


def test_the_owner_pays_unless_it_is_said(s3, bucket):
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    for payer in ("Requester", "BucketOwner"):
        s3.put_bucket_request_payment(
            Bucket=bucket, RequestPaymentConfiguration={"Payer": payer}
        )
        assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == payer
    with pytest.raises(ClientError) as raised:
        s3.put_bucket_request_payment(
            Bucket=bucket, RequestPaymentConfiguration={"Payer": "Nobody"}
        )
    assert error(raised).status == 400


def test_who_asks_says_that_they_pay(aws, s3, sold):
    other = aws.elsewhere(account="999988887777").client("s3")
    at = {"Bucket": sold, "Key": "k"}
    for ask in (
        lambda **more: other.get_object(**at, **more),
        lambda **more: other.head_object(**at, **more),
        lambda **more: other.put_object(Bucket=sold, Key=uuid.uuid4().hex, Body=b"y", **more),
        lambda **more: other.list_objects_v2(Bucket=sold, **more),
        lambda **more: other.create_multipart_upload(Bucket=sold, Key="m", **more),
        lambda **more: other.get_object_attributes(**at, ObjectAttributes=["ETag"], **more),
        lambda **more: other.delete_object(Bucket=sold, Key="none", **more),
    ):
        with pytest.raises(ClientError) as raised:
            ask()
        assert error(raised)[1] == 403
        assert ask(RequestPayer="requester")["RequestCharged"] == "requester"
    # The owner neither says so nor is told.
    assert "RequestCharged" not in s3.get_object(**at)
    assert "RequestCharged" not in s3.get_object(**at, RequestPayer="requester")
    s3.put_bucket_request_payment(
        Bucket=sold, RequestPaymentConfiguration={"Payer": "BucketOwner"}
    )
    assert "RequestCharged" not in other.get_object(**at)
