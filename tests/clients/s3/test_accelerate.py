"""Transfer acceleration: a host of its own for buckets that have it, and a line on the bill."""

import botocore.config
import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


@pytest.fixture
def fast(aws):
    """A client that goes by the accelerated host, which its proxy knows where to find."""
    return aws.session.client(
        "s3", region_name="us-east-1", use_ssl=False,
        config=botocore.config.Config(
            s3={"use_accelerate_endpoint": True, "addressing_style": "virtual"},
            proxies={"http": aws.url}, retries={"total_max_attempts": 1},
        ),
    )  # fmt: skip


def status(s3, bucket):
    return s3.get_bucket_accelerate_configuration(Bucket=bucket).get("Status")


def set_to(s3, bucket, status):
    s3.put_bucket_accelerate_configuration(
        Bucket=bucket, AccelerateConfiguration={"Status": status}
    )


@behaviour("S3-48")
def test_buckets_have_it_enabled(s3, bucket):
    assert status(s3, bucket) is None
    set_to(s3, bucket, "Suspended")
    assert status(s3, bucket) is None, "what never was enabled is not suspended"
    for state in ("Enabled", "Suspended", "Enabled"):
        set_to(s3, bucket, state)
        assert status(s3, bucket) == state
    dotted = f"{bucket[:40]}.with.dots"
    s3.create_bucket(Bucket=dotted)
    with pytest.raises(ClientError) as raised:
        set_to(s3, dotted, "Enabled")
    assert error(raised) == (
        "InvalidRequest", 400,
        "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names",
    )  # fmt: skip


@behaviour("S3-48")
def test_objects_come_and_go_by_the_accelerated_host(aws, fast, s3, bucket):
    def refused():
        with pytest.raises(ClientError) as raised:
            fast.put_object(Bucket=bucket, Key="k", Body=b"x")
        return error(raised)

    assert refused() == (
        "InvalidRequest", 400, "S3 Transfer Acceleration is not configured on this bucket",
    )  # fmt: skip
    set_to(s3, bucket, "Enabled")
    fast.put_object(Bucket=bucket, Key="k", Body=b"x" * 1000)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x" * 1000
    assert fast.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x" * 1000
    set_to(s3, bucket, "Suspended")
    assert refused()[2] == "S3 Transfer Acceleration is disabled on this bucket"


@behaviour("S3-48")
@pytest.mark.clock
def test_accelerated_bytes_are_on_the_bill(server, fast, s3, bucket):
    set_to(s3, bucket, "Enabled")
    s3.put_object(Bucket=bucket, Key="slow", Body=b"y" * 5000)
    fast.put_object(Bucket=bucket, Key="k", Body=b"x" * 3000)
    fast.get_object(Bucket=bucket, Key="k", Range="bytes=0-999")["Body"].read()
    lines = server.admin("GET", "bill").json()
    counted = {
        line["usage_type"]: round(line["quantity"] * 2**30) for line in lines if "ABytes" in line["usage_type"]
    }
    assert counted == {"AWS-In-ABytes": 3000, "AWS-Out-ABytes": 1000}
