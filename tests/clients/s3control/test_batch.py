"""Batch Operations: an operation done to every object of a list, with a report."""

import time

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.batch import ENDED, counts, manifest, new_bucket, read_report, report_in, tags_of
from harness.replication import replicate, rule, status


@behaviour("S3-70")
def test_objects_of_a_list_are_copied_and_told_of(s3, create, job):
    source, to = new_bucket(s3), new_bucket(s3)
    for key in ("a", "with space/ü+,", "c"):
        s3.put_object(Bucket=source, Key=key, Body=key.encode(), Metadata={"old": "1"})
    listed = manifest(
        s3, to,
        [f"{source},a\n", f"{source},with%20space/%C3%BC%2B%2C\n", f"{source},absent\n"],
    )  # fmt: skip
    copy = {
        "TargetResource": f"arn:aws:s3:::{to}", "TargetKeyPrefix": "copies/",
        "StorageClass": "STANDARD_IA", "NewObjectTagging": [{"Key": "by", "Value": "batch job"}],
    }  # fmt: skip
    job_id = create({"S3PutObjectCopy": copy}, report_in(to), Manifest=listed)
    described = job(job_id)
    assert described["Status"] == "Complete", described
    assert counts(described) == (3, 2, 1)
    assert described["TerminationDate"] and described["JobArn"].endswith(f":job/{job_id}")
    copied = s3.get_object(Bucket=to, Key="copies/with space/ü+,")
    assert copied["Body"].read() == "with space/ü+,".encode()
    assert copied["StorageClass"] == "STANDARD_IA" and copied["Metadata"] == {"old": "1"}
    assert tags_of(s3, to, "copies/a") == {"by": "batch job"}
    told, rows = read_report(s3, to, job_id)
    assert told["Format"] == "Report_CSV_20180820"
    assert told["ReportSchema"].split(", ")[:4] == ["Bucket", "Key", "VersionId", "TaskStatus"]
    assert sorted(row[:5] for row in rows) == [
        [source, "a", "", "succeeded", "200"],
        [source, "absent", "", "failed", "404"],
        [source, "with%20space/%C3%BC%2B%2C", "", "succeeded", "200"],
    ]
    assert [row[5] for row in rows if row[3] == "failed"] == ["NoSuchKey"]


@behaviour("S3-70")
def test_versions_of_a_list_are_tagged_and_untagged(s3, create, job):
    bucket = new_bucket(s3, versioned=True)
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    s3.put_object(Bucket=bucket, Key="k", Body=b"2")
    listed = manifest(s3, bucket, [f"{bucket},k,{first}\n"], ("Bucket", "Key", "VersionId"))
    tagging = {"S3PutObjectTagging": {"TagSet": [{"Key": "t", "Value": "v"}]}}
    done = job(create(tagging, report_in(bucket, "FailedTasksOnly"), Manifest=listed))
    assert (done["Status"], counts(done)) == ("Complete", (1, 1, 0))
    assert read_report(s3, bucket, done["JobId"])[1] == []
    old = s3.get_object_tagging(Bucket=bucket, Key="k", VersionId=first)["TagSet"]
    assert old == [{"Key": "t", "Value": "v"}]
    assert tags_of(s3, bucket, "k") == {}
    job(create({"S3DeleteObjectTagging": {}}, Manifest=listed))
    assert s3.get_object_tagging(Bucket=bucket, Key="k", VersionId=first)["TagSet"] == []


def test_lists_are_made_by_filters(s3, create, job):
    bucket = new_bucket(s3)
    for key, size in (("logs/a.csv", 10), ("logs/b.txt", 10), ("logs/c.csv", 999), ("x.csv", 10)):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x" * size)
    names = {"MatchAnyPrefix": ["logs/"], "MatchAnySuffix": [".csv", ".json"]}
    generator = {
        "SourceBucket": f"arn:aws:s3:::{bucket}", "EnableManifestOutput": False,
        "Filter": {"KeyNameConstraint": names, "ObjectSizeLessThanBytes": 100},
    }  # fmt: skip
    tagging = {"S3PutObjectTagging": {"TagSet": [{"Key": "t", "Value": "v"}]}}
    done = job(create(tagging, ManifestGenerator={"S3JobManifestGenerator": generator}))
    assert counts(done) == (1, 1, 0)
    assert tags_of(s3, bucket, "logs/a.csv") == {"t": "v"}
    generator["Filter"] = {"KeyNameConstraint": {"MatchAnyPrefix": ["none/"]}}
    done = job(create(tagging, ManifestGenerator={"S3JobManifestGenerator": generator}))
    assert done["Status"] == "Failed"
    assert "no keys matching" in done["FailureReasons"][0]["FailureReason"]


@behaviour("S3-45")
def test_objects_from_before_the_rule_replicate_by_a_job(s3, account, create, job):
    source, to = new_bucket(s3, versioned=True), new_bucket(s3, versioned=True)
    old = [s3.put_object(Bucket=source, Key="old", Body=b"%d" % n)["VersionId"] for n in (1, 2)]
    s3.put_bucket_replication(
        Bucket=source,
        ReplicationConfiguration={
            "Role": f"arn:aws:iam::{account}:role/replication",
            "Rules": [{
                "ID": "r", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""},
                "DeleteMarkerReplication": {"Status": "Disabled"},
                "Destination": {"Bucket": f"arn:aws:s3:::{to}"},
            }],
        },
    )  # fmt: skip
    s3.put_object(Bucket=source, Key="new", Body=b"x")
    deadline = time.monotonic() + 20
    while s3.list_objects_v2(Bucket=to)["KeyCount"] < 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=to)["Contents"]] == ["new"]
    assert "ReplicationStatus" not in s3.head_object(Bucket=source, Key="old")
    generator = {
        "SourceBucket": f"arn:aws:s3:::{source}", "EnableManifestOutput": False,
        "Filter": {"EligibleForReplication": True, "ObjectReplicationStatuses": ["NONE", "FAILED"]},
    }  # fmt: skip
    made = {"S3JobManifestGenerator": generator}
    done = job(create({"S3ReplicateObject": {}}, report_in(source), ManifestGenerator=made))
    assert (done["Status"], counts(done)) == ("Complete", (2, 2, 0))
    listed = s3.list_object_versions(Bucket=to, Prefix="old")["Versions"]
    assert [version["VersionId"] for version in listed] == old[::-1]
    assert s3.head_object(Bucket=to, Key="old")["ReplicationStatus"] == "REPLICA"
    assert s3.head_object(Bucket=source, Key="old")["ReplicationStatus"] == "COMPLETED"


@behaviour("S3-45")
@pytest.mark.clock
def test_objects_that_failed_replicate_by_a_job(s3, account, create, job, clock):
    source, to = new_bucket(s3, versioned=True), new_bucket(s3, versioned=True)
    replicate(s3, account, source, rule(to))
    suspended, enabled = ({"Status": status} for status in ("Suspended", "Enabled"))
    s3.put_bucket_versioning(Bucket=to, VersioningConfiguration=suspended)
    s3.put_object(Bucket=source, Key="failed", Body=b"x")
    clock.advance(seconds=60)
    assert status(s3, source, "failed") == "FAILED"
    generator = {
        "SourceBucket": f"arn:aws:s3:::{source}", "EnableManifestOutput": False,
        "Filter": {"EligibleForReplication": True, "ObjectReplicationStatuses": ["FAILED"]},
    }  # fmt: skip
    made = {"ManifestGenerator": {"S3JobManifestGenerator": generator}}

    def run():
        ended = job(create({"S3ReplicateObject": {}}, report_in(source), **made))
        return counts(ended), read_report(s3, source, ended["JobId"])[1]

    count, ((*_, message),) = run()
    assert count == (1, 0, 1) and message.startswith("DstBucketUnversioned: ")
    s3.put_bucket_versioning(Bucket=to, VersioningConfiguration=enabled)
    assert run()[0] == (1, 1, 0)
    assert status(s3, source, "failed") == "COMPLETED"
    assert status(s3, to, "failed") == "REPLICA"


@pytest.mark.clock
def test_a_job_waits_until_it_is_confirmed(s3, s3control, account, create, job, clock):
    bucket = new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    listed = manifest(s3, bucket, [f"{bucket},k\n"])
    tagging = {"S3PutObjectTagging": {"TagSet": [{"Key": "t", "Value": "v"}]}}
    asked = {"Manifest": listed, "ConfirmationRequired": True}
    first, second, third = (create(tagging, **asked) for _ in range(3))
    for job_id in (first, second, third):
        assert job(job_id, "Suspended")["ProgressSummary"]["TotalNumberOfTasks"] == 1
    s3control.update_job_status(AccountId=account, JobId=first, RequestedJobStatus="Ready")
    assert job(first)["Status"] == "Complete"
    assert tags_of(s3, bucket, "k") == {"t": "v"}
    told = s3control.update_job_status(
        AccountId=account, JobId=second, RequestedJobStatus="Cancelled",
        StatusUpdateReason="not needed",
    )  # fmt: skip
    assert (told["Status"], told["StatusUpdateReason"]) == ("Cancelled", "not needed")
    with pytest.raises(ClientError) as raised:
        s3control.update_job_status(AccountId=account, JobId=first, RequestedJobStatus="Ready")
    assert error(raised)[:2] == ("JobStatusException", 400)
    clock.advance(days=31)
    assert job(third)["Status"] == "Failed"
    listed = s3control.list_jobs(AccountId=account, JobStatuses=["Complete"])["Jobs"]
    assert [item["JobId"] for item in listed] == [first]
    assert listed[0]["Operation"] == "S3PutObjectTagging"
    clock.advance(days=91)
    assert s3control.list_jobs(AccountId=account)["Jobs"] == []


def test_priorities_tags_and_tokens(s3, s3control, account, create, job):
    bucket = new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    listed = manifest(s3, bucket, [f"{bucket},k\n"])
    given = {
        "Manifest": listed, "ConfirmationRequired": True, "ClientRequestToken": "once",
        "Tags": [{"Key": "a", "Value": "1"}],
    }  # fmt: skip
    job_id = create({"S3DeleteObjectTagging": {}}, **given)
    assert create({"S3DeleteObjectTagging": {}}, **given) == job_id
    with pytest.raises(ClientError) as raised:
        create({"S3DeleteObjectTagging": {}}, **{**given, "Description": "other"})
    assert error(raised)[0] == "IdempotencyException"
    s3control.update_job_priority(AccountId=account, JobId=job_id, Priority=77)
    assert job(job_id, "Suspended")["Priority"] == 77
    which = {"AccountId": account, "JobId": job_id}
    assert s3control.get_job_tagging(**which)["Tags"] == [{"Key": "a", "Value": "1"}]
    s3control.put_job_tagging(**which, Tags=[{"Key": "b", "Value": "2"}])
    assert s3control.get_job_tagging(**which)["Tags"] == [{"Key": "b", "Value": "2"}]
    s3control.delete_job_tagging(**which)
    assert s3control.get_job_tagging(**which).get("Tags", []) == []


def test_lists_that_cannot_be_read_fail_the_job(s3, create, job):
    bucket = new_bucket(s3)
    tagging = {"S3PutObjectTagging": {"TagSet": [{"Key": "t", "Value": "v"}]}}
    bad = manifest(s3, bucket, ["one-field-only\n"])
    assert job(create(tagging, Manifest=bad))["Status"] == "Failed"
    other = manifest(s3, bucket, [f"{bucket},k\n"])
    other["Location"]["ETag"] = "0" * 32
    done = job(create(tagging, Manifest=other))
    assert "ETag" in done["FailureReasons"][0]["FailureReason"]
    absent = manifest(s3, bucket, [f"{bucket},k\n"])
    absent["Location"]["ObjectArn"] += "x"
    assert job(create(tagging, Manifest=absent))["FailureReasons"][0]["FailureCode"] == "NoSuchKey"


def test_a_job_of_which_most_tasks_fail_is_given_up(s3, create, job):
    bucket = new_bucket(s3)
    listed = manifest(s3, bucket, [f"{bucket},absent-{n}\n" for n in range(1700)])
    tagging = {"S3PutObjectTagging": {"TagSet": [{"Key": "t", "Value": "v"}]}}
    done = job(create(tagging, report_in(bucket), Manifest=listed))
    assert (done["Status"], counts(done)) == ("Failed", (1700, 0, 1000))
    assert len(read_report(s3, bucket, done["JobId"])[1]) == 1000


def test_what_cannot_be_done_is_refused(s3, create):
    bucket = new_bucket(s3)
    listed = manifest(s3, bucket, [f"{bucket},k\n"])
    tagging = {"S3PutObjectTagging": {"TagSet": [{"Key": "t", "Value": "v"}]}}

    def refused(operation, report=None, **more):
        with pytest.raises(ClientError) as raised:
            create(operation, report, **more)
        return error(raised)[:2]

    both = {**tagging, "S3DeleteObjectTagging": {}}
    assert refused(both, Manifest=listed) == ("InvalidRequest", 400)
    assert refused(tagging) == ("InvalidRequest", 400)
    assert refused(tagging, {"Enabled": True}, Manifest=listed) == ("InvalidRequest", 400)
    without = {**listed, "Spec": {**listed["Spec"], "Fields": ["Bucket"]}}
    assert refused(tagging, Manifest=without) == ("InvalidRequest", 400)


def test_a_job_goes_on_after_a_crash(durable_server, durable, account):
    aws = durable()
    s3, control = aws.client("s3"), aws.s3control()
    bucket = new_bucket(s3)
    names = [f"k{n:04}" for n in range(1200)]
    for name in names[:100]:
        s3.put_object(Bucket=bucket, Key=name, Body=b"x")
    listed = manifest(s3, bucket, [f"{bucket},{names[n % 100]}\n" for n in range(1200)])
    job_id = control.create_job(
        AccountId=account, Priority=1, RoleArn=f"arn:aws:iam::{account}:role/batch",
        Operation={"S3PutObjectTagging": {"TagSet": [{"Key": "t", "Value": "v"}]}},
        Report=report_in(bucket), Manifest=listed, ClientRequestToken="t",
    )["JobId"]  # fmt: skip
    durable_server.kill()
    durable_server.restart()
    aws = durable()
    s3, control = aws.client("s3"), aws.s3control()
    deadline = time.monotonic() + 30
    while True:
        done = control.describe_job(AccountId=account, JobId=job_id)["Job"]
        if done["Status"] in ENDED or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert (done["Status"], counts(done)) == ("Complete", (1200, 1200, 0))
    assert len(read_report(s3, bucket, job_id)[1]) == 1200
