"""What Batch Operations can do to each object of a list, as the completion report counts it."""

import base64
import datetime
import gzip
import hashlib
import json
import uuid
import zlib

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.batch import counts, manifest, new_bucket, read_report, report_in, tags_of

DAY = datetime.timedelta(days=1)
TAGGING = {"S3PutObjectTagging": {"TagSet": [{"Key": "t", "Value": "v"}]}}


def locked_bucket(s3) -> str:
    name = f"b-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


def put(s3, bucket, *keys, **more) -> None:
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), **more)


@pytest.fixture
def done(s3, create, job):
    """`done(operation, bucket, keys)` does it to each; the job, and its report by key."""

    def run(operation, bucket, keys, status="Complete"):
        to = new_bucket(s3)
        listed = manifest(s3, to, [f"{bucket},{key}\n" for key in keys])
        ended = job(create(operation, report_in(to), Manifest=listed))
        assert ended["Status"] == status, ended
        rows = {row[1]: row for row in read_report(s3, to, ended["JobId"])[1]}
        assert counts(ended)[0] == len(rows) == len(keys)
        return counts(ended), rows

    return run


@behaviour("S3-70")
@pytest.mark.clock
def test_archived_objects_are_restored(s3, done, clock):
    bucket = new_bucket(s3)
    put(s3, bucket, "a", "b", StorageClass="GLACIER")
    put(s3, bucket, "plain")
    asked = {"S3InitiateRestoreObject": {"ExpirationInDays": 2, "GlacierJobTier": "BULK"}}
    count, rows = done(asked, bucket, ["a", "b", "plain", "absent"])
    assert count == (4, 2, 2)
    assert {key: row[3:6] for key, row in rows.items()} == {
        "a": ["succeeded", "200", ""], "b": ["succeeded", "200", ""],
        "plain": ["failed", "403", "InvalidObjectState"],
        "absent": ["failed", "404", "NoSuchKey"],
    }  # fmt: skip
    assert s3.head_object(Bucket=bucket, Key="a")["Restore"] == 'ongoing-request="true"'
    clock.advance(hours=12)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"a"
    # Those that wait already, and tiers that batches do not have.
    put(s3, bucket, "c", StorageClass="DEEP_ARCHIVE")
    count, rows = done({"S3InitiateRestoreObject": {"ExpirationInDays": 1}}, bucket, ["c"])
    assert count == (1, 1, 0)
    count, rows = done({"S3InitiateRestoreObject": {"ExpirationInDays": 1}}, bucket, ["c"])
    assert rows["c"][3:6] == ["failed", "409", "RestoreAlreadyInProgress"]


@behaviour("S3-70")
def test_lists_of_grants_are_put(s3, done):
    bucket = new_bucket(s3)
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    put(s3, bucket, "a", "b")
    acl = s3.get_object_acl(Bucket=bucket, Key="a")
    canned = {"CannedAccessControlList": "bucket-owner-read"}
    assert done({"S3PutObjectAcl": {"AccessControlPolicy": canned}}, bucket, ["a"])[0][1] == 1
    logs = "http://acs.amazonaws.com/groups/s3/LogDelivery"
    grants = [
        {"Grantee": {"TypeIdentifier": "uri", "Identifier": logs}, "Permission": "READ"},
        {
            "Grantee": {"TypeIdentifier": "id", "Identifier": acl["Owner"]["ID"]},
            "Permission": "FULL_CONTROL",
        },
    ]
    listed = {"AccessControlList": {"Owner": {"ID": acl["Owner"]["ID"]}, "Grants": grants}}
    asked = {"S3PutObjectAcl": {"AccessControlPolicy": listed}}
    count, rows = done(asked, bucket, ["a", "b", "absent"])
    assert count == (3, 2, 1) and rows["absent"][5] == "NoSuchKey"
    for key in ("a", "b"):
        there = s3.get_object_acl(Bucket=bucket, Key=key)["Grants"]
        assert [grant["Permission"] for grant in there] == ["READ", "FULL_CONTROL"]
        assert there[0]["Grantee"]["URI"] == logs
    # Where lists do not count, none can be put.
    enforced = new_bucket(s3)
    put(s3, enforced, "k")
    count, rows = done(asked, enforced, ["k"])
    assert count == (1, 0, 1) and rows["k"][5] == "AccessControlListNotSupported"


@behaviour("S3-70")
def test_holds_are_put_and_lifted(s3, done):
    bucket = locked_bucket(s3)
    put(s3, bucket, "a", "b")
    for status in ("ON", "OFF"):
        asked = {"S3PutObjectLegalHold": {"LegalHold": {"Status": status}}}
        count, rows = done(asked, bucket, ["a", "b", "absent"])
        assert count == (3, 2, 1) and rows["absent"][3] == "failed"
        for key in ("a", "b"):
            hold = s3.get_object_legal_hold(Bucket=bucket, Key=key)["LegalHold"]
            assert hold == {"Status": status}
    plain = new_bucket(s3)
    put(s3, plain, "k")
    assert done(asked, plain, ["k"])[1]["k"][4:6] == ["400", "InvalidRequest"]


@behaviour("S3-70")
def test_retentions_grow_and_are_cut_by_who_says_so(s3, done):
    bucket = locked_bucket(s3)
    put(s3, bucket, "a", "b")
    soon = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + 10 * DAY

    def retain(until, mode="GOVERNANCE", **more):
        retention = {"Mode": mode, "RetainUntilDate": until} if until else {}
        asked = {"S3PutObjectRetention": {"Retention": retention, **more}}
        return done(asked, bucket, ["a", "b"])

    assert retain(soon)[0] == (2, 2, 0)
    kept = s3.get_object_retention(Bucket=bucket, Key="b")["Retention"]
    assert kept == {"Mode": "GOVERNANCE", "RetainUntilDate": soon}
    count, rows = retain(soon - 5 * DAY)
    assert count == (2, 0, 2) and rows["a"][4:6] == ["403", "AccessDenied"]
    assert retain(soon - 5 * DAY, BypassGovernanceRetention=True)[0] == (2, 2, 0)
    assert retain(None, BypassGovernanceRetention=True)[0] == (2, 2, 0)
    assert retain(soon, "COMPLIANCE")[0] == (2, 2, 0)
    assert retain(soon - 5 * DAY, "COMPLIANCE", BypassGovernanceRetention=True)[0] == (2, 0, 2)


@behaviour("S3-70")
def test_checksums_are_computed_of_what_is_stored(s3, done):
    bucket = new_bucket(s3)
    bodies = {"small": b"123456789", "empty": b"", "frozen": b"cold" * 50_000}
    for key, body in bodies.items():
        more = {"StorageClass": "DEEP_ARCHIVE"} if key == "frozen" else {}
        s3.put_object(Bucket=bucket, Key=key, Body=body, **more)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts", ChecksumAlgorithm="SHA256")
    which = {"Bucket": bucket, "Key": "parts", "UploadId": upload["UploadId"]}
    parts, pieces = [], [b"x" * (5 << 20), b"rest"]
    for number, piece in enumerate(pieces, 1):
        sent = s3.upload_part(
            **which, PartNumber=number, Body=piece, ChecksumAlgorithm="SHA256"
        )
        part = {"ETag": sent["ETag"], "ChecksumSHA256": sent["ChecksumSHA256"]}
        parts.append({"PartNumber": number, **part})
    whole = s3.complete_multipart_upload(**which, MultipartUpload={"Parts": parts})
    bodies["parts"] = b"".join(pieces)

    def compute(**how):
        count, rows = done({"S3ComputeObjectChecksum": how}, bucket, [*bodies, "absent"])
        assert count == (len(bodies) + 1, len(bodies), 1)
        assert rows["absent"][4:6] == ["404", "NoSuchKey"]
        return {key: json.loads(row[6]) for key, row in rows.items() if row[3] == "succeeded"}

    for name, of in (
        ("CRC32", lambda body: zlib.crc32(body).to_bytes(4)),
        ("MD5", lambda body: hashlib.md5(body).digest()),
        ("SHA1", lambda body: hashlib.sha1(body).digest()),
        ("SHA256", lambda body: hashlib.sha256(body).digest()),
        ("SHA512", lambda body: hashlib.sha512(body).digest()),
    ):
        told = compute(ChecksumAlgorithm=name, ChecksumType="FULL_OBJECT")
        for key, body in bodies.items():
            assert told[key] == {
                "checksum_base64": base64.b64encode(of(body)).decode(),
                "checksum_hex": of(body).hex().upper(),
                "checksumAlgorithm": name, "checksumType": "FULL_OBJECT",
                "etag": s3.head_object(Bucket=bucket, Key=key)["ETag"].strip('"'),
            }  # fmt: skip
    plain = compute()
    assert plain["small"]["checksumAlgorithm"] == "CRC64NVME"
    assert plain["small"]["checksum_hex"] == "AE8B14860A799888"
    composite = compute(ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE")
    assert composite["parts"]["checksum_base64"] == whole["ChecksumSHA256"]
    assert composite["small"]["checksum_base64"].endswith("-1")


@behaviour("S3-70")
def test_objects_are_put_under_another_key(s3, aws, account, done):
    bucket, kms = new_bucket(s3), aws.client("kms")
    body = b"a line that is sealed twice\n" * 9_000
    s3.put_object(
        Bucket=bucket, Key="k", Body=body, Metadata={"m": "1"}, Tagging="t=1",
        ContentType="text/x", StorageClass="GLACIER", ChecksumAlgorithm="SHA1",
    )  # fmt: skip
    before = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    put(s3, bucket, "plain")
    key = kms.create_key()["KeyMetadata"]["Arn"]

    def update(arn, keys, **more):
        to = {"SSEKMS": {"KMSKeyArn": arn, **more}}
        return done({"S3UpdateObjectEncryption": {"ObjectEncryption": to}}, bucket, keys)

    count, rows = update(key, ["k", "plain", "absent"], BucketKeyEnabled=True)
    assert count == (3, 2, 1) and rows["absent"][5] == "NoSuchKey"
    after = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert (after["ServerSideEncryption"], after["SSEKMSKeyId"]) == ("aws:kms", key)
    assert after["BucketKeyEnabled"] is True
    for what in ("ETag", "LastModified", "Metadata", "ContentType", "StorageClass", "ChecksumSHA1"):
        assert after[what] == before[what], what
    assert tags_of(s3, bucket, "k") == {"t": "1"}
    got = s3.get_object(Bucket=bucket, Key="plain")
    assert (got["Body"].read(), got["SSEKMSKeyId"]) == (b"plain", key)
    # Under a new key once more; the old one is needed for it, and not after it.
    other = kms.create_key()["KeyMetadata"]["Arn"]
    assert update(other, ["plain"])[0] == (1, 1, 0)
    kms.disable_key(KeyId=key)
    assert s3.get_object(Bucket=bucket, Key="plain")["Body"].read() == b"plain"
    count, rows = update(other, ["k"])
    assert rows["k"][3:6] == ["failed", "400", "KMS.DisabledException"]
    # Keys are of the bucket's account.
    theirs = key.replace(account, "000000000001")
    assert update(theirs, ["plain"])[1]["plain"][4:6] == ["403", "AccessDenied"]


def test_what_has_no_other_key_is_refused(s3, aws):
    bucket, kms = locked_bucket(s3), aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]

    def update(name, to):
        s3.update_object_encryption(Bucket=bucket, Key=name, ObjectEncryption=to)

    def refused(name, to):
        with pytest.raises(ClientError) as raised:
            update(name, to)
        return error(raised)[:2]

    put(s3, bucket, "dual", ServerSideEncryption="aws:kms:dsse", SSEKMSKeyId=key)
    put(s3, bucket, "held", ObjectLockLegalHoldStatus="ON")
    to = {"SSEKMS": {"KMSKeyArn": key}}
    assert refused("dual", to) == ("InvalidRequest", 400)
    assert refused("held", to) == ("AccessDenied", 403)
    assert refused("absent", to) == ("NoSuchKey", 404)
    assert refused("held", {"SSEKMS": {"KMSKeyArn": "alias/a-name-and-no-arn"}})[1] == 400
    s3.put_object_legal_hold(Bucket=bucket, Key="held", LegalHold={"Status": "OFF"})
    update("held", to)
    assert s3.get_object(Bucket=bucket, Key="held")["Body"].read() == b"held"


@behaviour("S3-70")
def test_a_generated_list_is_kept_and_taken_again(s3, aws, create, job):
    bucket, to = new_bucket(s3, versioned=True), new_bucket(s3)
    put(s3, bucket, "a b", "c,d", "e")
    generator = {
        "SourceBucket": f"arn:aws:s3:::{bucket}", "EnableManifestOutput": True,
        "ManifestOutputLocation": {
            "Bucket": f"arn:aws:s3:::{to}", "ManifestPrefix": "lists/",
            "ManifestFormat": "S3InventoryReport_CSV_20211130", "ManifestEncryption": {"SSES3": {}},
        },
        "Filter": {"KeyNameConstraint": {"MatchAnySubstring": [" ", ","]}},
    }  # fmt: skip
    made = {"ManifestGenerator": {"S3JobManifestGenerator": generator}}
    ended = job(create(TAGGING, **made))
    assert counts(ended) == (2, 2, 0)
    kept = ended["GeneratedManifestDescriptor"]
    assert kept["Format"] == "S3InventoryReport_CSV_20211130"
    arn = kept["Location"]["ObjectArn"]
    assert arn.startswith(f"arn:aws:s3:::{to}/lists/")
    told = s3.get_object(Bucket=to, Key=arn.split("/", 1)[1])
    assert told["ETag"].strip('"') == kept["Location"]["ETag"]
    told = json.loads(told["Body"].read())
    assert (told["sourceBucket"], told["fileSchema"]) == (bucket, "Bucket, Key, VersionId")
    packed = s3.get_object(Bucket=to, Key=told["files"][0]["key"])["Body"].read()
    assert hashlib.md5(packed).hexdigest() == told["files"][0]["MD5checksum"]
    lines = gzip.decompress(packed).decode().splitlines()
    assert [line.split(",")[:2] for line in lines] == [[bucket, "a%20b"], [bucket, "c%2Cd"]]
    # Another job takes it as it takes an inventory.
    again = {
        "Spec": {"Format": "S3InventoryReport_CSV_20161130"},
        "Location": {"ObjectArn": arn, "ETag": kept["Location"]["ETag"]},
    }
    ended = job(create({"S3DeleteObjectTagging": {}}, Manifest=again))
    assert counts(ended) == (2, 2, 0)
    assert tags_of(s3, bucket, "a b") == {}
    del generator["ManifestOutputLocation"]
    with pytest.raises(ClientError) as raised:
        create(TAGGING, **made)
    assert error(raised)[:2] == ("InvalidRequest", 400)


def test_lists_are_made_by_encryption(s3, aws, create, job):
    bucket, kms = new_bucket(s3), aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    put(s3, bucket, "house")
    put(s3, bucket, "kms", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    put(s3, bucket, "managed", ServerSideEncryption="aws:kms", BucketKeyEnabled=True)

    def chosen(wanted):
        generator = {
            "SourceBucket": f"arn:aws:s3:::{bucket}", "EnableManifestOutput": False,
            "Filter": {"MatchAnyObjectEncryption": [wanted]},
        }  # fmt: skip
        to = new_bucket(s3)
        made = {"ManifestGenerator": {"S3JobManifestGenerator": generator}}
        ended = job(create(TAGGING, report_in(to), **made))
        return sorted(row[1] for row in read_report(s3, to, ended["JobId"])[1])

    assert chosen({"SSES3": {}}) == ["house"]
    assert chosen({"SSEKMS": {}}) == ["kms", "managed"]
    assert chosen({"SSEKMS": {"KmsKeyArn": key}}) == ["kms"]
    assert chosen({"SSEKMS": {"BucketKeyEnabled": True}}) == ["managed"]


def test_copies_take_grants(s3, create, job):
    source, to = new_bucket(s3), new_bucket(s3)
    s3.put_bucket_ownership_controls(
        Bucket=to, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    put(s3, source, "k")
    logs = "http://acs.amazonaws.com/groups/s3/LogDelivery"
    grant = {"Grantee": {"TypeIdentifier": "uri", "Identifier": logs}, "Permission": "READ"}
    copy = {"TargetResource": f"arn:aws:s3:::{to}", "AccessControlGrants": [grant]}
    listed = manifest(s3, to, [f"{source},k\n"])
    ended = job(create({"S3PutObjectCopy": copy}, Manifest=listed))
    assert counts(ended) == (1, 1, 0)
    there = s3.get_object_acl(Bucket=to, Key="k")["Grants"]
    assert [(item["Grantee"].get("URI"), item["Permission"]) for item in there] == [(logs, "READ")]


def test_jobs_that_make_no_sense_are_refused(s3, create):
    bucket = new_bucket(s3)
    listed = manifest(s3, bucket, [f"{bucket},k\n"])

    def refused(operation, report=None):
        with pytest.raises(ClientError) as raised:
            create(operation, report, Manifest=listed)
        return error(raised)[:2]

    bad = ("InvalidRequest", 400)
    assert refused({"S3InitiateRestoreObject": {"ExpirationInDays": 0}})[1] == 400
    assert refused({"S3PutObjectAcl": {}}) == bad
    assert refused({"S3PutObjectRetention": {"Retention": {"Mode": "GOVERNANCE"}}}) == bad
    assert refused({"S3UpdateObjectEncryption": {"ObjectEncryption": {}}}) == bad
    sums = {"S3ComputeObjectChecksum": {"ChecksumAlgorithm": "CRC64NVME"}}
    assert refused(sums) == bad
    sums["S3ComputeObjectChecksum"]["ChecksumType"] = "COMPOSITE"
    assert refused(sums, report_in(bucket)) == bad
    sums = {"S3ComputeObjectChecksum": {"ChecksumAlgorithm": "XXHASH64"}}
    assert refused(sums, report_in(bucket)) == ("NotImplemented", 501)
