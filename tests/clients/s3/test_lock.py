"""Object Lock: retentions, holds, defaults, and who may end them early."""

import datetime
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

UTC = datetime.UTC
PROTECTED = "Access Denied because object protected by object lock."


def at(*when) -> datetime.datetime:
    return datetime.datetime(*when, tzinfo=UTC)


def make(s3) -> str:
    name = f"lock-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


@pytest.fixture
def locked(s3):
    """A new bucket with a lock."""
    return make(s3)


def put(s3, bucket, key="k", **more) -> str:
    return s3.put_object(Bucket=bucket, Key=key, Body=b"kept", **more)["VersionId"]


def retain(s3, bucket, mode, until, key="k", **more) -> None:
    retention = {"Mode": mode, "RetainUntilDate": until} if mode else {}
    s3.put_object_retention(Bucket=bucket, Key=key, Retention=retention, **more)


def refused(call, *args, **more) -> tuple:
    with pytest.raises(ClientError) as raised:
        call(*args, **more)
    return error(raised)[:2]


@behaviour("S3-40")
@pytest.mark.clock
def test_a_governed_version_is_deleted_only_by_who_says_so(s3, clock):
    clock.set("2031-05-01T12:00:00Z")
    bucket = make(s3)
    version = put(s3, bucket)
    retain(s3, bucket, "GOVERNANCE", at(2031, 5, 3))
    with pytest.raises(ClientError) as raised:
        s3.delete_object(Bucket=bucket, Key="k", VersionId=version)
    assert error(raised)[:2] == ("AccessDenied", 403)
    assert error(raised).message == PROTECTED
    # A marker hides it, and keeps it.
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"kept"
    s3.delete_object(Bucket=bucket, Key="k", VersionId=version, BypassGovernanceRetention=True)
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)


@behaviour("S3-40")
@pytest.mark.clock
def test_compliance_ends_with_its_time_and_no_sooner(s3, clock):
    clock.set("2031-05-01T12:00:00Z")
    bucket = make(s3)
    version = put(
        s3, bucket, ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=at(2031, 5, 31)
    )
    head = s3.head_object(Bucket=bucket, Key="k")
    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert head["ObjectLockRetainUntilDate"] == at(2031, 5, 31)
    delete = {"Bucket": bucket, "Key": "k", "VersionId": version}
    for bypass in ({}, {"BypassGovernanceRetention": True}):
        assert refused(s3.delete_object, **delete, **bypass) == ("AccessDenied", 403)
    batch = s3.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": "k", "VersionId": version}]}
    )
    assert [item["Code"] for item in batch["Errors"]] == ["AccessDenied"]
    for mode, until in [("COMPLIANCE", at(2031, 5, 30)), ("GOVERNANCE", at(2032, 1, 1)), (None, None)]:
        more = {"BypassGovernanceRetention": True}
        assert refused(retain, s3, bucket, mode, until, **more) == ("AccessDenied", 403)
    retain(s3, bucket, "COMPLIANCE", at(2031, 6, 2))
    clock.advance(days=31)
    assert refused(s3.delete_object, **delete) == ("AccessDenied", 403)
    clock.advance(days=1)
    s3.delete_object(**delete)
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)


@behaviour("S3-40")
def test_a_hold_keeps_until_it_is_lifted(s3, locked):
    version = put(s3, locked, ObjectLockLegalHoldStatus="ON")
    delete = {"Bucket": locked, "Key": "k", "VersionId": version, "BypassGovernanceRetention": True}
    assert refused(s3.delete_object, **delete) == ("AccessDenied", 403)
    hold = s3.get_object_legal_hold(Bucket=locked, Key="k")["LegalHold"]
    assert hold == {"Status": "ON"}
    assert s3.get_object(Bucket=locked, Key="k")["ObjectLockLegalHoldStatus"] == "ON"
    s3.put_object_legal_hold(Bucket=locked, Key="k", LegalHold={"Status": "OFF"})
    assert s3.get_object_legal_hold(Bucket=locked, Key="k")["LegalHold"] == {"Status": "OFF"}
    s3.delete_object(**delete)


@behaviour("S3-40")
@pytest.mark.clock
def test_a_default_keeps_what_says_nothing(s3, clock):
    clock.set("2031-05-01T12:00:00Z")
    bucket = make(s3)
    default = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 10}}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": default}
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=configuration)
    found = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    assert found == configuration
    put(s3, bucket)
    retention = s3.get_object_retention(Bucket=bucket, Key="k")["Retention"]
    assert retention["Mode"] == "GOVERNANCE"
    late = retention["RetainUntilDate"] - at(2031, 5, 11, 12)
    assert datetime.timedelta() <= late < datetime.timedelta(minutes=1)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="large", ObjectLockLegalHoldStatus="ON")
    part = {"Bucket": bucket, "Key": "large", "UploadId": upload["UploadId"]}
    etag = s3.upload_part(**part, PartNumber=1, Body=b"part")["ETag"]
    s3.complete_multipart_upload(
        **part, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}
    )
    head = s3.head_object(Bucket=bucket, Key="large")
    assert (head["ObjectLockMode"], head["ObjectLockLegalHoldStatus"]) == ("GOVERNANCE", "ON")
    source = {"Bucket": bucket, "Key": "k"}
    s3.copy_object(
        Bucket=bucket, Key="copy", CopySource=source,
        ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=at(2031, 5, 2),
    )  # fmt: skip
    retention = s3.get_object_retention(Bucket=bucket, Key="copy")["Retention"]
    assert retention == {"Mode": "COMPLIANCE", "RetainUntilDate": at(2031, 5, 2)}


@behaviour("S3-40")
@pytest.mark.clock
def test_a_lifecycle_passes_over_what_is_kept(s3, clock):
    clock.set("2031-05-01T12:00:00Z")
    bucket = make(s3)
    put(s3, bucket, ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=at(2031, 5, 20))
    put(s3, bucket)
    rule = {
        "ID": "old", "Status": "Enabled", "Filter": {},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }  # fmt: skip
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}
    )
    clock.advance(days=10)
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 2
    clock.advance(days=12)
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 1


def test_what_is_wrong_is_refused(s3, bucket, locked):
    put(s3, locked)
    missing = ("InvalidRequest", 400)
    until = at(2099, 1, 1)
    mode = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}
    assert refused(s3.put_object, Bucket=bucket, Key="k", **mode) == missing
    s3.put_object(Bucket=bucket, Key="k")
    assert refused(retain, s3, bucket, "GOVERNANCE", until) == missing
    assert refused(s3.get_object_retention, Bucket=bucket, Key="k") == missing
    assert refused(s3.get_object_legal_hold, Bucket=bucket, Key="k") == missing
    none = ("NoSuchObjectLockConfiguration", 404)
    assert refused(s3.get_object_retention, Bucket=locked, Key="k") == none
    assert refused(s3.get_object_legal_hold, Bucket=locked, Key="k") == none
    not_found = ("ObjectLockConfigurationNotFoundError", 404)
    assert refused(s3.get_object_lock_configuration, Bucket=bucket) == not_found
    state = ("InvalidBucketState", 409)
    configuration = {"ObjectLockEnabled": "Enabled"}
    put_configuration = s3.put_object_lock_configuration
    more = {"ObjectLockConfiguration": configuration}
    assert refused(put_configuration, Bucket=bucket, **more) == state
    suspended = {"Status": "Suspended"}
    suspend = {"Bucket": locked, "VersioningConfiguration": suspended}
    assert refused(s3.put_bucket_versioning, **suspend) == state
    half = {"ObjectLockMode": "GOVERNANCE"}
    assert refused(s3.put_object, Bucket=locked, Key="k", **half) == ("InvalidArgument", 400)
    past = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": at(2001, 1, 1)}
    assert refused(s3.put_object, Bucket=locked, Key="k", **past) == ("InvalidArgument", 400)
    both = {"Mode": "GOVERNANCE", "Days": 1, "Years": 1}
    for rule, code in [(both, "MalformedXML"), ({"Mode": "GOVERNANCE", "Days": 0}, "InvalidArgument")]:
        wrong = {**configuration, "Rule": {"DefaultRetention": rule}}
        answer = refused(put_configuration, Bucket=locked, ObjectLockConfiguration=wrong)
        assert answer == (code, 400)


@behaviour("S3-40")
def test_passing_a_retention_takes_a_right(root, user):
    s3 = root.client("s3")
    bucket = make(s3)
    version = put(s3, bucket)
    retain(s3, bucket, "GOVERNANCE", at(2099, 1, 1))

    def allow(*actions):
        return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}

    delete = {"Bucket": bucket, "Key": "k", "VersionId": version, "BypassGovernanceRetention": True}
    ann = user("ann", allow("s3:DeleteObjectVersion", "s3:PutObject")).client("s3")
    assert refused(ann.delete_object, **delete) == ("AccessDenied", 403)
    hold = {"Bucket": bucket, "Key": "new", "ObjectLockLegalHoldStatus": "ON"}
    assert refused(ann.put_object, **hold) == ("AccessDenied", 403)
    bob = user("bob", allow("s3:DeleteObjectVersion", "s3:BypassGovernanceRetention")).client("s3")
    bob.delete_object(**delete)
    assert "Versions" not in s3.list_object_versions(Bucket=bucket)
