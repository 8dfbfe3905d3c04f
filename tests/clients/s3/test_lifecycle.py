"""What becomes of objects with time."""

import datetime

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

KB = 1024
BIG = 200 * KB


def put_rules(s3, bucket, *rules, **options):
    whole = [{"Status": "Enabled", "Filter": {}, **rule} for rule in rules]
    return s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": whole}, **options
    )


def classes(s3, bucket):
    listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {entry["Key"]: entry["StorageClass"] for entry in listed}


def keys(s3, bucket):
    return set(classes(s3, bucket))


def enable_versioning(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


@behaviour("S3-31")
@pytest.mark.clock
def test_objects_move_down_by_what_a_filter_selects(s3, bucket, clock):
    tagged = {"Bucket": bucket, "Tagging": "keep=cold"}
    for key in ["logs/a", "logs/b", "other"]:
        s3.put_object(Bucket=bucket, Key=key, Body=bytes(BIG))
    s3.put_object(Key="logs/tagged", Body=bytes(BIG), **tagged)
    s3.put_object(Key="tagged", Body=bytes(BIG), **tagged)
    s3.put_object(Bucket=bucket, Key="huge", Body=bytes(4 * BIG))
    both = {"And": {"Prefix": "logs/", "Tags": [{"Key": "keep", "Value": "cold"}]}}
    put_rules(
        s3, bucket,
        {
            "ID": "logs", "Filter": {"Prefix": "logs/"},
            "Transitions": [
                {"Days": 30, "StorageClass": "STANDARD_IA"},
                {"Days": 90, "StorageClass": "GLACIER"},
            ],
        },
        {
            "ID": "tagged", "Filter": both,
            "Transitions": [{"Days": 40, "StorageClass": "DEEP_ARCHIVE"}],
        },
        {
            "ID": "size", "Filter": {"ObjectSizeGreaterThan": 2 * BIG},
            "Transitions": [{"Days": 1, "StorageClass": "GLACIER_IR"}],
        },
    )  # fmt: skip
    clock.advance(days=29)
    assert set(classes(s3, bucket).values()) == {"STANDARD", "GLACIER_IR"}
    clock.advance(days=2)
    stay = {"other": "STANDARD", "tagged": "STANDARD", "huge": "GLACIER_IR"}
    warm = {"logs/a": "STANDARD_IA", "logs/b": "STANDARD_IA", "logs/tagged": "STANDARD_IA"}
    assert classes(s3, bucket) == stay | warm
    # Nothing but the class changes.
    assert s3.get_object(Bucket=bucket, Key="logs/a")["Body"].read() == bytes(BIG)
    clock.advance(days=60)
    cold = {"logs/a": "GLACIER", "logs/b": "GLACIER", "logs/tagged": "DEEP_ARCHIVE"}
    assert classes(s3, bucket) == stay | cold
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=bucket, Key="logs/a")
    assert error(raised).code == "InvalidObjectState"
    # What is written anew begins anew.
    s3.put_object(Bucket=bucket, Key="logs/a", Body=bytes(BIG))
    clock.advance(days=20)
    assert classes(s3, bucket)["logs/a"] == "STANDARD"


@behaviour("S3-32")
@pytest.mark.clock
def test_objects_expire_after_days_and_headers_tell_when(s3, bucket, clock):
    clock.set("2031-05-01T18:00:00Z")
    s3.put_object(Bucket=bucket, Key="before", Body=b"")
    put_rules(s3, bucket, {"ID": "one day", "Expiration": {"Days": 1}})
    told = 'expiry-date="Sat, 03 May 2031 00:00:00 GMT", rule-id="one%20day"'
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"x")["Expiration"] == told
    assert s3.head_object(Bucket=bucket, Key="before")["Expiration"] == told
    assert s3.get_object(Bucket=bucket, Key="k")["Expiration"] == told
    copied = s3.copy_object(Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "k"})
    assert copied["Expiration"] == told
    clock.advance(days=2)
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket=bucket, Key="k")
    assert error(raised)[:2] == ("NoSuchKey", 404)
    assert keys(s3, bucket) == set()


@behaviour("S3-32")
@pytest.mark.clock
def test_objects_expire_on_a_date(s3, bucket, clock):
    clock.set("2031-05-01T12:00:00Z")
    date = datetime.datetime(2031, 6, 1, tzinfo=datetime.UTC)
    put_rules(s3, bucket, {"ID": "june", "Expiration": {"Date": date}})
    told = s3.put_object(Bucket=bucket, Key="k", Body=b"")["Expiration"]
    assert told == 'expiry-date="Sun, 01 Jun 2031 00:00:00 GMT", rule-id="june"'
    clock.set("2031-05-31T23:59:00Z")
    assert keys(s3, bucket) == {"k"}
    clock.advance(minutes=2)
    assert keys(s3, bucket) == set()
    # The rule goes on for what comes after its date.
    s3.put_object(Bucket=bucket, Key="late", Body=b"")
    clock.advance(days=1)
    assert keys(s3, bucket) == set()
    s3.delete_bucket_lifecycle(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="free", Body=b"")
    clock.advance(days=3)
    assert keys(s3, bucket) == {"free"}


@behaviour("S3-33")
@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        (
            {"Transitions": [{"Days": 10, "StorageClass": "STANDARD_IA"}]}, "InvalidArgument",
            "'Days' in Transition action must be greater than or equal to 30 for storageClass "
            "'STANDARD_IA'",
        ),
        (
            {"Transitions": [
                {"Days": 30, "StorageClass": "GLACIER"},
                {"Days": 90, "StorageClass": "STANDARD_IA"},
            ]},
            "InvalidArgument",
            "'Days' in the 'Transition' action for StorageClass 'GLACIER' for filter '(prefix=)' "
            "must be 30 days more than 'Days' in the 'Transition' action for StorageClass "
            "'STANDARD_IA'",
        ),
        (
            {"Transitions": [
                {"Days": 30, "StorageClass": "STANDARD_IA"},
                {"Days": 50, "StorageClass": "GLACIER"},
            ]},
            "InvalidArgument", None,
        ),
        (
            {"Transitions": [
                {"Days": 30, "StorageClass": "GLACIER_IR"},
                {"Days": 60, "StorageClass": "ONEZONE_IA"},
            ]},
            "InvalidArgument", None,
        ),
        (
            {
                "Transitions": [{"Days": 60, "StorageClass": "GLACIER"}],
                "Expiration": {"Days": 60},
            },
            "InvalidArgument",
            "'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' "
            "in the Transition action",
        ),
        (
            {"NoncurrentVersionTransitions": [
                {"NoncurrentDays": 5, "StorageClass": "ONEZONE_IA"},
            ]},
            "InvalidArgument", None,
        ),
        ({}, "InvalidRequest", "At least one action needs to be specified in a rule"),
        (
            {"Expiration": {"Days": 0}}, "InvalidArgument",
            "'Days' for Expiration action must be a positive integer",
        ),
        (
            {"Expiration": {"Date": datetime.datetime(2031, 1, 1, 5, tzinfo=datetime.UTC)}},
            "InvalidArgument", "'Date' must be at midnight GMT",
        ),
        (
            {
                "Filter": {"Tag": {"Key": "a", "Value": "b"}},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
            },
            "InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags.",
        ),
        (
            {
                "Filter": {"And": {"Prefix": "a", "ObjectSizeGreaterThan": 5,
                                   "ObjectSizeLessThan": 5}},
                "Expiration": {"Days": 1},
            },
            "InvalidRequest", None,
        ),
        (
            {
                "Filter": {"And": {"Prefix": "a"}}, "Expiration": {"Days": 1},
            },
            "MalformedXML", None,
        ),
        (
            {"Expiration": {"Days": 1, "Date": datetime.datetime(2031, 1, 1)}},
            "MalformedXML", None,
        ),
        ({"ID": "x" * 256, "Expiration": {"Days": 1}}, "InvalidArgument",
         "ID length should not exceed allowed limit of 255"),
    ],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused(s3, bucket, rule, code, message):
    with pytest.raises(ClientError) as raised:
        put_rules(s3, bucket, rule)
    refusal = error(raised)
    assert (refusal.code, refusal.status) == (code, 400)
    if message:
        assert refusal.message == message
    with pytest.raises(ClientError) as raised:
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    refusal = error(raised)
    assert (refusal.code, refusal.status) == ("NoSuchLifecycleConfiguration", 404)
    assert refusal.message == "The lifecycle configuration does not exist"


@behaviour("S3-33")
def test_rules_come_back_as_they_were_put(s3, bucket):
    rule = {
        "ID": "all", "Status": "Enabled", "Filter": {"Prefix": "a/"},
        "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
        "Expiration": {"Days": 365},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 9, "NewerNoncurrentVersions": 3},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }  # fmt: skip
    put_rules(s3, bucket, rule, {"Expiration": {"Days": 3}})
    got = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert got["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    first, second = got["Rules"]
    assert first == rule
    assert second.pop("ID") and second["Expiration"] == {"Days": 3}
    with pytest.raises(ClientError) as raised:
        put_rules(s3, bucket, *[{"ID": "x", "Expiration": {"Days": 3}}] * 2)
    message = "Rule ID must be unique. Found same ID for more than one rule"
    assert error(raised).message == message
    s3.delete_bucket_lifecycle(Bucket=bucket)
    s3.delete_bucket_lifecycle(Bucket=bucket)
    with pytest.raises(ClientError):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)


@behaviour("S3-33")
@pytest.mark.clock
def test_nothing_moves_back_up(s3, bucket, clock):
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(BIG), StorageClass="GLACIER")
    put_rules(s3, bucket, {"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]})
    clock.advance(days=60)
    assert classes(s3, bucket) == {"k": "GLACIER"}


@behaviour("S3-34")
@pytest.mark.clock
def test_days_end_at_midnight(s3, bucket, clock):
    clock.set("2031-05-01T18:00:00Z")
    put_rules(s3, bucket, {"Expiration": {"Days": 1}})
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    clock.set("2031-05-02T23:59:00Z")
    assert keys(s3, bucket) == {"k"}
    clock.set("2031-05-03T00:00:00Z")
    assert keys(s3, bucket) == set()


@behaviour("S3-34")
@pytest.mark.clock
def test_small_objects_are_not_moved_unless_asked(s3, bucket, clock):
    s3.put_object(Bucket=bucket, Key="small", Body=bytes(KB))
    s3.put_object(Bucket=bucket, Key="big", Body=bytes(128 * KB))
    rule = {"Transitions": [{"Days": 0, "StorageClass": "GLACIER"}]}
    put_rules(s3, bucket, rule)
    clock.advance(days=3)
    assert classes(s3, bucket) == {"small": "STANDARD", "big": "GLACIER"}
    answer = put_rules(
        s3, bucket, rule, TransitionDefaultMinimumObjectSize="varies_by_storage_class"
    )
    assert answer["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    clock.advance(days=1)
    assert classes(s3, bucket) == {"small": "GLACIER", "big": "GLACIER"}


@behaviour("S3-35")
@pytest.mark.clock
def test_noncurrent_versions_go_but_the_newest(s3, bucket, clock):
    enable_versioning(s3, bucket)
    ids = [s3.put_object(Bucket=bucket, Key="k", Body=bytes([n]))["VersionId"] for n in range(6)]
    expiration = {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2}
    put_rules(s3, bucket, {"NoncurrentVersionExpiration": expiration})
    clock.advance(days=2)
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 6
    clock.advance(days=2)
    left = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert [version["VersionId"] for version in left] == ids[:2:-1]
    assert left[0]["IsLatest"]
    # When a version became noncurrent counts, not when it was written.
    s3.put_object(Bucket=bucket, Key="k", Body=b"new")
    put_rules(s3, bucket, {"NoncurrentVersionExpiration": {"NoncurrentDays": 10}})
    clock.advance(days=8)
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 2
    clock.advance(days=3)
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 1


@behaviour("S3-35")
@pytest.mark.clock
def test_noncurrent_versions_move(s3, bucket, clock):
    enable_versioning(s3, bucket)
    for _ in range(2):
        s3.put_object(Bucket=bucket, Key="k", Body=bytes(BIG))
    put_rules(
        s3, bucket,
        {"NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "STANDARD_IA"}]},
    )  # fmt: skip
    clock.advance(days=31)
    new, old = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert (new["StorageClass"], old["StorageClass"]) == ("STANDARD", "STANDARD_IA")


@behaviour("S3-35")
@pytest.mark.clock
def test_lone_delete_markers_go(s3, bucket, clock):
    enable_versioning(s3, bucket)
    lone = s3.delete_object(Bucket=bucket, Key="lone")["VersionId"]
    s3.put_object(Bucket=bucket, Key="covered", Body=b"")
    s3.delete_object(Bucket=bucket, Key="covered")
    markers = s3.list_object_versions(Bucket=bucket)["DeleteMarkers"]
    assert lone in [marker["VersionId"] for marker in markers]
    put_rules(s3, bucket, {"Expiration": {"ExpiredObjectDeleteMarker": True}})
    clock.advance(days=1)
    (left,) = s3.list_object_versions(Bucket=bucket)["DeleteMarkers"]
    assert left["Key"] == "covered"
    # With what it covers gone it is alone.
    put_rules(
        s3, bucket,
        {"Expiration": {"ExpiredObjectDeleteMarker": True}},
        {"ID": "n", "NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
    )  # fmt: skip
    clock.advance(days=4)
    listed = s3.list_object_versions(Bucket=bucket)
    assert "DeleteMarkers" not in listed and "Versions" not in listed


@behaviour("S3-35")
@pytest.mark.clock
def test_expiry_marks_where_versions_are_kept(s3, bucket, clock):
    enable_versioning(s3, bucket)
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"kept")["VersionId"]
    put_rules(s3, bucket, {"Expiration": {"Days": 1}})
    clock.advance(days=2)
    assert keys(s3, bucket) == set()
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=version)["Body"].read() == b"kept"
    listed = s3.list_object_versions(Bucket=bucket)
    assert len(listed["DeleteMarkers"]) == 1
    # A marker over a version is not marked again.
    clock.advance(days=10)
    assert len(s3.list_object_versions(Bucket=bucket)["DeleteMarkers"]) == 1


@behaviour("S3-20")
@pytest.mark.clock
def test_stale_uploads_are_aborted(s3, bucket, clock):
    abort = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}
    put_rules(s3, bucket, {"ID": "stale", "Filter": {"Prefix": "up/"}, **abort})
    at = {"Bucket": bucket, "Key": "up/k"}
    created = s3.create_multipart_upload(**at)
    assert created["AbortRuleId"] == "stale"
    assert created["AbortDate"] > clock.now() + datetime.timedelta(days=7)
    at["UploadId"] = created["UploadId"]
    s3.upload_part(**at, PartNumber=1, Body=b"part")
    kept = s3.create_multipart_upload(Bucket=bucket, Key="elsewhere")
    assert "AbortDate" not in kept
    clock.advance(days=6)
    assert len(s3.list_parts(**at)["Parts"]) == 1
    clock.advance(days=2)
    with pytest.raises(ClientError) as raised:
        s3.list_parts(**at)
    assert error(raised)[:2] == ("NoSuchUpload", 404)
    (left,) = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert left["UploadId"] == kept["UploadId"]


@behaviour("S3-31", "S3-49")
@pytest.mark.clock
def test_transitions_are_billed_as_requests_and_so_is_leaving_early(s3, server, bucket, clock):
    def bill(usage_type):
        lines = server.admin("GET", "bill").json()
        return sum(x["quantity"] for x in lines if x["usage_type"] == usage_type)

    for at in range(3):
        s3.put_object(Bucket=bucket, Key=f"k{at}", Body=bytes(BIG))
    put_rules(
        s3, bucket,
        {"Transitions": [
            {"Days": 0, "StorageClass": "GLACIER_IR"},
            {"Days": 45, "StorageClass": "DEEP_ARCHIVE"},
        ]},
    )  # fmt: skip
    clock.advance(days=2)
    assert bill("Requests-GIR-Tier4") == pytest.approx(3 / 1000)
    clock.advance(days=50)
    assert bill("Requests-GDA-Tier3") == pytest.approx(3 / 1000)
    # It was there for 45 days of the 90 that are billed.
    early = bill("EarlyDelete-GIR") * 2**30 * 730 / 24
    assert early == pytest.approx(45 * 3 * BIG, rel=0.01)
    assert bill("TimedStorage-GDA-ByteHrs") > 0


@behaviour("S3-32")
def test_rules_survive_a_crash(durable_server, durable):
    s3 = durable().client("s3")
    s3.create_bucket(Bucket="ages")
    put_rules(s3, "ages", {"Expiration": {"Days": 1}})
    s3.put_object(Bucket="ages", Key="k", Body=b"")
    durable_server.restart()
    answer = durable_server.admin("POST", "clock", json={"advance": "P3D"})
    assert answer.status_code == 200
    assert keys(durable().client("s3"), "ages") == set()


@behaviour("S3-32")
@pytest.mark.clock
def test_many_objects_expire_in_pages(s3, bucket, clock):
    from concurrent.futures import ThreadPoolExecutor

    def put(at):
        s3.put_object(Bucket=bucket, Key=f"{'old' if at % 2 else 'kept'}/{at:05}", Body=b"x")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(1500)))
    put_rules(s3, bucket, {"Filter": {"Prefix": "old/"}, "Expiration": {"Days": 1}})
    clock.advance(days=2)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    left = [entry["Key"] for page in pages for entry in page["Contents"]]
    assert len(left) == 750 and all(key.startswith("kept/") for key in left)
