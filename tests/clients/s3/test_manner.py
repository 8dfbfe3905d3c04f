"""Conditions on how a request came and was signed: each refused and each let in."""

import json

import pytest
import requests
from botocore.exceptions import ClientError
from harness import error

BUCKET = "how-it-came"


@pytest.fixture
def bucket(root):
    """`bucket(condition)`: an object in a bucket that denies reads under a condition."""
    s3 = root.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"body")

    def deny(condition):
        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
            "Condition": condition,
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
        return s3

    yield deny
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.delete_object(Bucket=BUCKET, Key="k")
    s3.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def reader(user):
    """A user who may read, and do nothing else."""
    may = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    return user("reader", may)


def read(caller):
    return caller.client("s3").get_object(Bucket=BUCKET, Key="k")["Body"].read()


def presigned(caller, **config):
    s3 = caller.client("s3", **config) if config else caller.client("s3")
    return s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "k"})


def refused(caller):
    with pytest.raises(ClientError) as told:
        read(caller)
    assert error(told)[:2] == ("AccessDenied", 403)


def test_signatures_in_headers_only(bucket, reader):
    bucket({"StringNotEquals": {"s3:authType": "REST-HEADER"}})
    assert read(reader) == b"body"
    assert requests.get(presigned(reader)).status_code == 403


def test_signatures_in_queries_only(bucket, reader):
    bucket({"StringNotEquals": {"s3:authType": "REST-QUERY-STRING"}})
    refused(reader)
    assert requests.get(presigned(reader)).content == b"body"


def test_the_newer_signature_only(bucket, reader):
    bucket({"StringNotEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}})
    assert read(reader) == b"body"
    assert requests.get(presigned(reader, signature_version="s3v4")).content == b"body"
    assert requests.get(presigned(reader, signature_version="s3")).status_code == 403


def test_old_signatures_are_refused_by_age(bucket, reader):
    # No signature is younger than it is old; one of ten minutes at most is let in.
    bucket({"NumericGreaterThan": {"s3:signatureAge": "600000"}})
    url = presigned(reader, signature_version="s3v4")
    assert requests.get(url).content == b"body"
    bucket({"NumericGreaterThan": {"s3:signatureAge": "-1"}})
    assert requests.get(url).status_code == 403


def test_what_is_sent_must_be_signed(bucket, reader):
    bucket({"StringEquals": {"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"}})
    assert read(reader) == b"body"
    assert requests.get(presigned(reader, signature_version="s3v4")).status_code == 403
