"""What tests of replication say again and again: buckets, rules, what is where."""

import uuid

import pytest
from botocore.exceptions import ClientError

from harness import error
from harness.clients import Aws


def new_bucket(s3, versioned=True) -> str:
    name = f"r-{uuid.uuid4().hex}"
    region = s3.meta.region_name
    where = {} if region == "us-east-1" else {
        "CreateBucketConfiguration": {"LocationConstraint": region}
    }  # fmt: skip
    s3.create_bucket(Bucket=name, **where)
    if versioned:
        enable(s3, name)
    return name


def enable(s3, name):
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def rule(to: str, priority=1, markers=False, filter=None, **destination) -> dict:
    return {
        "ID": f"rule-{priority}", "Priority": priority, "Status": "Enabled",
        "Filter": {"Prefix": ""} if filter is None else filter,
        "DeleteMarkerReplication": {"Status": "Enabled" if markers else "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{to}", **destination},
    }  # fmt: skip


def replicate(s3, account, source, *rules):
    role = f"arn:aws:iam::{account}:role/replication"
    s3.put_bucket_replication(
        Bucket=source, ReplicationConfiguration={"Role": role, "Rules": list(rules)}
    )


def refusal(s3, account, source, *rules):
    with pytest.raises(ClientError) as raised:
        replicate(s3, account, source, *rules)
    return error(raised)


def in_region(aws, region):
    return Aws(aws.url, aws.access_key, region=region, watcher=aws.watcher).client("s3")


def keys(s3, bucket) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def status(s3, bucket, key, **which):
    return s3.head_object(Bucket=bucket, Key=key, **which).get("ReplicationStatus")
