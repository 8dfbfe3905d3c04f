"""Replication: versions copied to other buckets by rules, asynchronously."""

import time

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.clients import Aws
from harness.replication import (
    in_region,
    keys,
    new_bucket,
    refusal,
    replicate,
    rule,
    status,
)

pytestmark = pytest.mark.clock


@behaviour("S3-41")
def test_versioning_is_needed_on_both_sides(s3, account):
    plain, kept, to = new_bucket(s3, versioned=False), new_bucket(s3), new_bucket(s3)
    assert refusal(s3, account, plain, rule(to)) == (
        "InvalidRequest", 400,
        "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
    )  # fmt: skip
    assert refusal(s3, account, kept, rule(plain)) == (
        "InvalidRequest", 400, "Destination bucket must have versioning enabled.",
    )  # fmt: skip
    assert refusal(s3, account, kept, rule("absent-for-certain"))[:2] == ("InvalidRequest", 400)
    replicate(s3, account, kept, rule(to))
    with pytest.raises(ClientError) as raised:
        s3.put_bucket_versioning(Bucket=kept, VersioningConfiguration={"Status": "Suspended"})
    assert error(raised)[:2] == ("InvalidBucketState", 409)


@behaviour("S3-42")
def test_new_objects_go_to_another_region_with_all_they_have(aws, s3, account, clock):
    far = in_region(aws, "eu-west-1")
    source, to = new_bucket(s3), new_bucket(far)
    replicate(s3, account, source, rule(to, StorageClass="STANDARD_IA"))
    put = s3.put_object(
        Bucket=source, Key="a/b", Body=b"hello", ContentType="text/x", Metadata={"m": "1"},
        Tagging="t=1", ChecksumAlgorithm="SHA256",
    )  # fmt: skip
    assert status(s3, source, "a/b") == "PENDING"
    assert keys(far, to) == []
    clock.advance(seconds=60)
    assert status(s3, source, "a/b") == "COMPLETED"
    there = far.get_object(Bucket=to, Key="a/b", ChecksumMode="ENABLED")
    here = s3.get_object(Bucket=source, Key="a/b", ChecksumMode="ENABLED")
    assert there["Body"].read() == here["Body"].read() == b"hello"
    assert there["ReplicationStatus"] == "REPLICA"
    assert there["VersionId"] == put["VersionId"]
    for what in ("ContentType", "Metadata", "ETag", "ChecksumSHA256", "LastModified", "TagCount"):
        assert there[what] == here[what], what
    assert there["StorageClass"] == "STANDARD_IA"
    assert far.get_object_tagging(Bucket=to, Key="a/b")["TagSet"] == [{"Key": "t", "Value": "1"}]


@behaviour("S3-42")
def test_large_objects_and_parts_arrive_whole(s3, account, clock):
    source, to = new_bucket(s3), new_bucket(s3)
    replicate(s3, account, source, rule(to))
    part = bytes(range(256)) * (5 << 12)
    upload = s3.create_multipart_upload(Bucket=source, Key="big")["UploadId"]
    parts = []
    for number in (1, 2):
        sent = s3.upload_part(
            Bucket=source, Key="big", UploadId=upload, PartNumber=number, Body=part
        )
        parts.append({"PartNumber": number, "ETag": sent["ETag"]})
    s3.complete_multipart_upload(
        Bucket=source, Key="big", UploadId=upload, MultipartUpload={"Parts": parts}
    )
    s3.copy_object(Bucket=source, Key="copy", CopySource=f"{source}/big")
    clock.advance(seconds=60)
    for key in ("big", "copy"):
        there = s3.get_object(Bucket=to, Key=key)
        assert there["Body"].read() == part * 2
        assert there["ETag"] == s3.head_object(Bucket=source, Key=key)["ETag"]
    assert s3.head_object(Bucket=to, Key="big", PartNumber=1)["PartsCount"] == 2


@behaviour("S3-42")
def test_versions_keep_their_order_and_later_tags_follow(s3, account, clock):
    source, to = new_bucket(s3), new_bucket(s3)
    replicate(s3, account, source, rule(to))
    ids = [s3.put_object(Bucket=source, Key="k", Body=b"%d" % n)["VersionId"] for n in range(5)]
    clock.advance(seconds=60)
    listed = s3.list_object_versions(Bucket=to, Prefix="k")["Versions"]
    assert [version["VersionId"] for version in listed] == ids[::-1]
    assert listed[0]["IsLatest"] and s3.get_object(Bucket=to, Key="k")["Body"].read() == b"4"
    tags = {"TagSet": [{"Key": "later", "Value": "x"}]}
    s3.put_object_tagging(Bucket=source, Key="k", VersionId=ids[1], Tagging=tags)
    clock.advance(seconds=60)
    there = s3.get_object_tagging(Bucket=to, Key="k", VersionId=ids[1])
    assert there["TagSet"] == tags["TagSet"]
    s3.delete_object_tagging(Bucket=source, Key="k", VersionId=ids[1])
    clock.advance(seconds=60)
    assert s3.get_object_tagging(Bucket=to, Key="k", VersionId=ids[1])["TagSet"] == []


@behaviour("S3-42")
def test_filters_choose_by_prefix_and_tags(s3, account, clock):
    source, by_prefix, by_tag, by_both = new_bucket(s3), *(new_bucket(s3) for _ in range(3))
    tag = {"Key": "copy", "Value": "yes"}
    replicate(
        s3, account, source,
        rule(by_prefix, 1, filter={"Prefix": "logs/"}),
        rule(by_tag, 2, filter={"Tag": tag}),
        rule(by_both, 3, filter={"And": {"Prefix": "logs/", "Tags": [tag]}}),
    )  # fmt: skip
    s3.put_object(Bucket=source, Key="logs/1", Body=b"")
    s3.put_object(Bucket=source, Key="logs/2", Body=b"", Tagging="copy=yes")
    s3.put_object(Bucket=source, Key="x", Body=b"", Tagging="copy=yes&more=1")
    s3.put_object(Bucket=source, Key="y", Body=b"", Tagging="copy=no")
    clock.advance(seconds=60)
    assert keys(s3, by_prefix) == ["logs/1", "logs/2"]
    assert keys(s3, by_tag) == ["logs/2", "x"]
    assert keys(s3, by_both) == ["logs/2"]
    assert status(s3, source, "y") is None


@behaviour("S3-43")
def test_two_buckets_of_a_region_are_gathered_in_one(s3, account, clock):
    first, second, logs = new_bucket(s3), new_bucket(s3), new_bucket(s3)
    for source in (first, second):
        replicate(s3, account, source, rule(logs, filter={"Prefix": "log/"}))
    s3.put_object(Bucket=first, Key="log/1", Body=b"1")
    s3.put_object(Bucket=second, Key="log/2", Body=b"2")
    s3.put_object(Bucket=second, Key="other", Body=b"2")
    clock.advance(seconds=60)
    assert keys(s3, logs) == ["log/1", "log/2"]


@behaviour("S3-43")
def test_a_copy_in_another_account_may_belong_to_that_account(aws, s3, account, clock):
    other = f"{int(account) + 7_000_000_000:012}"
    theirs = Aws(aws.url, other, watcher=aws.watcher).client("s3")
    source, taken = new_bucket(s3), new_bucket(theirs)
    override = {"Account": other, "AccessControlTranslation": {"Owner": "Destination"}}
    replicate(s3, account, source, rule(taken, **override))
    s3.put_object(Bucket=source, Key="k", Body=b"x")
    clock.advance(seconds=60)
    assert status(s3, source, "k") == "COMPLETED"

    def owner(client, bucket):
        listed = client.list_objects_v2(Bucket=bucket, FetchOwner=True)
        return listed["Contents"][0]["Owner"]["ID"]

    assert owner(theirs, taken) != owner(s3, source)
    theirs.put_object(Bucket=taken, Key="own", Body=b"x")
    listed = theirs.list_objects_v2(Bucket=taken, FetchOwner=True)["Contents"]
    assert len({item["Owner"]["ID"] for item in listed}) == 1


@behaviour("S3-44")
def test_replicas_are_not_replicated_onward(s3, account, clock):
    a, b, c = new_bucket(s3), new_bucket(s3), new_bucket(s3)
    replicate(s3, account, a, rule(b))
    replicate(s3, account, b, rule(c))
    s3.put_object(Bucket=a, Key="of-a", Body=b"x")
    s3.put_object(Bucket=b, Key="of-b", Body=b"x")
    clock.advance(minutes=20)
    assert keys(s3, b) == ["of-a", "of-b"]
    assert keys(s3, c) == ["of-b"]
    assert status(s3, b, "of-a") == "REPLICA"


@behaviour("S3-46")
def test_delete_markers_go_along_where_asked_and_deletions_never(s3, account, clock):
    source, asked, unasked = new_bucket(s3), new_bucket(s3), new_bucket(s3)
    replicate(s3, account, source, rule(asked, 1, markers=True), rule(unasked, 2))
    put = s3.put_object(Bucket=source, Key="k", Body=b"x")["VersionId"]
    gone = s3.put_object(Bucket=source, Key="gone", Body=b"x")["VersionId"]
    clock.advance(seconds=60)
    marker = s3.delete_object(Bucket=source, Key="k")["VersionId"]
    s3.delete_object(Bucket=source, Key="gone", VersionId=gone)
    clock.advance(seconds=60)
    assert keys(s3, asked) == ["gone"] and keys(s3, unasked) == ["gone", "k"]
    markers = s3.list_object_versions(Bucket=asked)["DeleteMarkers"]
    assert [(item["Key"], item["VersionId"]) for item in markers] == [("k", marker)]
    assert s3.head_object(Bucket=asked, Key="gone", VersionId=gone)["VersionId"] == gone
    # The marker's removal, and the object's, stay where they happen.
    s3.delete_object(Bucket=source, Key="k", VersionId=marker)
    s3.delete_object(Bucket=source, Key="k", VersionId=put)
    clock.advance(seconds=60)
    assert keys(s3, asked) == ["gone"]
    assert s3.head_object(Bucket=asked, Key="k", VersionId=put)["VersionId"] == put


@behaviour("S3-46")
def test_the_older_form_of_rules_copies_delete_markers(s3, account, clock):
    source, to = new_bucket(s3), new_bucket(s3)
    older = {
        "Prefix": "", "Status": "Enabled", "Destination": {"Bucket": f"arn:aws:s3:::{to}"},
    }  # fmt: skip
    replicate(s3, account, source, older)
    s3.put_object(Bucket=source, Key="k", Body=b"x")
    s3.delete_object(Bucket=source, Key="k")
    clock.advance(seconds=60)
    assert keys(s3, to) == []
    assert len(s3.list_object_versions(Bucket=to)["Versions"]) == 1


def test_what_cannot_be_replicated_fails_and_says_so(s3, account, clock):
    source, to = new_bucket(s3), new_bucket(s3)
    replicate(s3, account, source, rule(to))
    s3.put_bucket_versioning(Bucket=to, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=source, Key="k", Body=b"x")
    clock.advance(seconds=60)
    assert status(s3, source, "k") == "FAILED"
    assert keys(s3, to) == []


def test_rules_are_read_back_and_removed(s3, account):
    source, to = new_bucket(s3), new_bucket(s3)
    with pytest.raises(ClientError) as raised:
        s3.get_bucket_replication(Bucket=source)
    assert error(raised)[:2] == ("ReplicationConfigurationNotFoundError", 404)
    given = rule(to, 3, filter={"And": {"Prefix": "p", "Tags": [{"Key": "k", "Value": "v"}]}})
    given["Destination"]["Metrics"] = {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}
    given["Destination"]["ReplicationTime"] = {"Status": "Enabled", "Time": {"Minutes": 15}}
    replicate(s3, account, source, given)
    read = s3.get_bucket_replication(Bucket=source)["ReplicationConfiguration"]
    assert read["Role"] == f"arn:aws:iam::{account}:role/replication"
    assert read["Rules"] == [given]
    s3.delete_bucket_replication(Bucket=source)
    with pytest.raises(ClientError):
        s3.get_bucket_replication(Bucket=source)
    s3.put_object(Bucket=source, Key="k", Body=b"x")
    assert status(s3, source, "k") is None


def test_configurations_that_make_no_sense_are_refused(s3, account):
    source, to = new_bucket(s3), new_bucket(s3)

    def refused(change=None, *more):
        return refusal(s3, account, source, {**rule(to), **(change or {})}, *more)[0]

    without = rule(to)
    del without["Priority"]
    assert "Priority must be specified" in refusal(s3, account, source, without)[2]
    without = rule(to)
    del without["DeleteMarkerReplication"]
    assert "DeleteMarkerReplication must be" in refusal(s3, account, source, without)[2]
    assert refused({"Prefix": "x"}) == "MalformedXML"
    assert refused(None, {**rule(to, 1), "ID": "other"}) == "InvalidRequest"
    assert refused(None, {**rule(to, 2), "ID": "rule-1"}) == "InvalidArgument"
    assert refused({"Destination": {"Bucket": to}}) == "InvalidArgument"
    assert refused({"Destination": {"Bucket": f"arn:aws:s3:::{source}"}}) == "InvalidRequest"
    asked = {
        "Filter": {"Tag": {"Key": "k", "Value": "v"}},
        "DeleteMarkerReplication": {"Status": "Enabled"},
    }
    assert refused(asked) == "InvalidRequest"
    # As AWS answers since Batch Operations do it.
    assert refused({"ExistingObjectReplication": {"Status": "Enabled"}}) == "MalformedXML"
    owner = {"Bucket": f"arn:aws:s3:::{to}", "AccessControlTranslation": {"Owner": "Destination"}}
    assert refused({"Destination": owner}) == "InvalidRequest"
    with pytest.raises(ClientError) as raised:
        s3.put_bucket_replication(
            Bucket=source, ReplicationConfiguration={"Role": "nobody", "Rules": [rule(to)]}
        )
    assert error(raised)[0] == "InvalidArgument"


def test_what_waits_survives_the_end_of_the_server(durable_server, durable, account):
    s3 = durable().client("s3")
    source, to = new_bucket(s3), new_bucket(s3)
    replicate(s3, account, source, rule(to))
    for n in range(20):
        s3.put_object(Bucket=source, Key=f"k{n:02}", Body=b"x" * 5000)
    durable_server.kill()
    durable_server.restart()
    s3 = durable().client("s3")
    deadline = time.monotonic() + 20
    while len(keys(s3, to)) < 20 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(keys(s3, to)) == 20
