"""What replicas are: their encryption, locks and grants, what follows later, and who is told."""

import datetime
import json

import pytest
from harness import behaviour, error, eventually
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
UTC = datetime.UTC
UNTIL = datetime.datetime(2040, 1, 1, tzinfo=UTC)
ACL = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"


def under_kms(to, key, priority=1, **destination) -> dict:
    encryption = {"ReplicaKmsKeyID": key}
    made = rule(to, priority, EncryptionConfiguration=encryption, **destination)
    made["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    return made


def both_ways(to) -> dict:
    made = rule(to)
    made["SourceSelectionCriteria"] = {"ReplicaModifications": {"Status": "Enabled"}}
    return made


def locked(s3, name) -> str:
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


@behaviour("S3-42")
def test_objects_under_kms_go_along_where_a_rule_names_their_new_key(aws, s3, account, clock):
    far = in_region(aws, "eu-west-1")
    kms = aws.client("kms")
    far_kms = Aws(aws.url, aws.access_key, region="eu-west-1", watcher=aws.watcher).client("kms")
    key, far_key = (client.create_key()["KeyMetadata"]["Arn"] for client in (kms, far_kms))
    source, without, to = new_bucket(s3), new_bucket(s3), new_bucket(far)
    replicate(s3, account, source, rule(without, 1), under_kms(to, far_key, 2))
    by = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    put = s3.put_object(Bucket=source, Key="kms", Body=b"sealed", **by)
    s3.put_object(
        Bucket=source, Key="dual", Body=b"twice", ServerSideEncryption="aws:kms:dsse",
        SSEKMSKeyId=key,
    )  # fmt: skip
    s3.put_object(Bucket=source, Key="house", Body=b"plain")
    assert status(s3, source, "kms") == "PENDING"
    clock.advance(seconds=60)
    for name in ("kms", "dual", "house"):
        assert status(s3, source, name) == "COMPLETED", name
    assert keys(s3, without) == ["house"]
    got = far.get_object(Bucket=to, Key="kms")
    assert (got["Body"].read(), got["VersionId"]) == (b"sealed", put["VersionId"])
    assert (got["ServerSideEncryption"], got["SSEKMSKeyId"]) == ("aws:kms", far_key)
    assert far.head_object(Bucket=to, Key="dual")["ServerSideEncryption"] == "aws:kms:dsse"
    assert far.head_object(Bucket=to, Key="house")["ServerSideEncryption"] == "AES256"
    # The source's key is not needed any more.
    kms.disable_key(KeyId=key)
    assert far.get_object(Bucket=to, Key="kms")["Body"].read() == b"sealed"


@behaviour("S3-42")
def test_objects_under_kms_stay_where_no_rule_asks_for_them(aws, s3, account, clock):
    source, to = new_bucket(s3), new_bucket(s3)
    replicate(s3, account, source, rule(to))
    s3.put_object(Bucket=source, Key="k", Body=b"x", ServerSideEncryption="aws:kms")
    clock.advance(seconds=60)
    assert status(s3, source, "k") is None and keys(s3, to) == []
    criteria = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    asked = {**rule(to), "SourceSelectionCriteria": criteria}
    assert refusal(s3, account, source, asked) == (
        "InvalidRequest", 400,
        "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.",
    )  # fmt: skip
    unasked = rule(to, EncryptionConfiguration={"ReplicaKmsKeyID": "alias/aws/s3"})
    assert refusal(s3, account, source, unasked)[:2] == ("InvalidRequest", 400)


def test_a_replica_is_encrypted_as_its_source_whatever_its_bucket_does(aws, s3, account, clock):
    source, to = new_bucket(s3), new_bucket(s3)
    by = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=to, ServerSideEncryptionConfiguration={"Rules": [by]})
    replicate(s3, account, source, rule(to))
    s3.put_object(Bucket=source, Key="k", Body=b"x")
    clock.advance(seconds=60)
    assert s3.head_object(Bucket=to, Key="k")["ServerSideEncryption"] == "AES256"


def test_a_key_that_cannot_be_used_fails_the_replication(aws, s3, account, clock):
    source, to = new_bucket(s3), new_bucket(s3)
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    replicate(s3, account, source, under_kms(to, key))
    kms.disable_key(KeyId=key)
    s3.put_object(Bucket=source, Key="k", Body=b"x", ServerSideEncryption="aws:kms")
    clock.advance(seconds=60)
    assert status(s3, source, "k") == "FAILED" and keys(s3, to) == []


@behaviour("S3-40", "S3-42")
def test_locks_go_along_and_what_changes_of_them(s3, account, clock):
    clock.set("2031-05-01T12:00:00Z")
    source, to = locked(s3, f"lock-{account}"), locked(s3, f"locked-{account}")
    plain = new_bucket(s3)
    assert refusal(s3, account, source, rule(plain))[:2] == ("InvalidRequest", 400)
    replicate(s3, account, source, rule(to))
    put = s3.put_object(
        Bucket=source, Key="k", Body=b"kept", ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=UNTIL, ObjectLockLegalHoldStatus="ON",
    )  # fmt: skip
    clock.advance(seconds=60)
    there = s3.head_object(Bucket=to, Key="k")
    assert there["ReplicationStatus"] == "REPLICA"
    assert there["ObjectLockMode"] == "GOVERNANCE"
    assert there["ObjectLockRetainUntilDate"] == UNTIL
    assert there["ObjectLockLegalHoldStatus"] == "ON"
    which = {"Bucket": to, "Key": "k", "VersionId": put["VersionId"]}
    with pytest.raises(s3.exceptions.ClientError) as raised:
        s3.delete_object(**which)
    assert error(raised)[:2] == ("AccessDenied", 403)
    s3.put_object_legal_hold(Bucket=source, Key="k", LegalHold={"Status": "OFF"})
    sooner = UNTIL - datetime.timedelta(days=365)
    s3.put_object_retention(
        Bucket=source, Key="k", BypassGovernanceRetention=True,
        Retention={"Mode": "GOVERNANCE", "RetainUntilDate": sooner},
    )  # fmt: skip
    clock.advance(seconds=60)
    assert s3.get_object_retention(Bucket=to, Key="k")["Retention"]["RetainUntilDate"] == sooner
    assert s3.get_object_legal_hold(Bucket=to, Key="k")["LegalHold"]["Status"] == "OFF"


def test_a_replica_without_a_lock_gets_that_of_its_bucket(s3, account, clock):
    clock.set("2031-05-01T12:00:00Z")
    source, to = new_bucket(s3), locked(s3, f"locked-{account}")
    default = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 3}}
    s3.put_object_lock_configuration(
        Bucket=to, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": default}
    )
    replicate(s3, account, source, rule(to))
    s3.put_object(Bucket=source, Key="k", Body=b"x")
    clock.advance(seconds=60)
    assert s3.head_object(Bucket=to, Key="k")["ObjectLockMode"] == "COMPLIANCE"


@behaviour("S3-42")
def test_grants_go_along_unless_the_replica_has_another_owner(aws, s3, account, clock):
    other = f"{int(account) + 7_000_000_000:012}"
    theirs = Aws(aws.url, other, watcher=aws.watcher).client("s3")
    source, to, taken = new_bucket(s3), new_bucket(s3), new_bucket(theirs)
    for client, bucket in ((s3, source), (s3, to), (theirs, taken)):
        client.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=ACL)
    statement = {
        "Effect": "Allow", "Principal": {"AWS": account}, "Resource": f"arn:aws:s3:::{taken}/*",
        "Action": ["s3:ReplicateObject", "s3:ObjectOwnerOverrideToBucketOwner"],
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    theirs.put_bucket_policy(Bucket=taken, Policy=policy)
    override = {"Account": other, "AccessControlTranslation": {"Owner": "Destination"}}
    replicate(s3, account, source, rule(to, 1), rule(taken, 2, **override))
    s3.put_object(Bucket=source, Key="k", Body=b"x", GrantRead=f'uri="{LOGS}"')
    clock.advance(seconds=60)

    def granted(client, bucket):
        acl = client.get_object_acl(Bucket=bucket, Key="k")
        owner = acl["Owner"]["ID"]
        to = [grant["Grantee"] for grant in acl["Grants"]]
        return ["owner" if one.get("ID") == owner else one.get("URI") for one in to]

    assert granted(s3, to) == [LOGS]
    assert granted(theirs, taken) == ["owner"]
    s3.put_object_acl(Bucket=source, Key="k", ACL="bucket-owner-full-control")
    clock.advance(seconds=60)
    assert granted(s3, to) == ["owner"] == granted(theirs, taken)


@behaviour("S3-42")
def test_changes_of_replicas_go_back_only_where_asked(s3, account, clock):
    a, b = (locked(s3, f"{name}-{account}") for name in ("a", "b"))
    for bucket in (a, b):
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=ACL)
    replicate(s3, account, a, rule(b))
    replicate(s3, account, b, rule(a))
    s3.put_object(Bucket=a, Key="k", Body=b"x", Tagging="t=0")
    clock.advance(seconds=60)

    def change(bucket, value):
        s3.put_object_tagging(
            Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "t", "Value": value}]}
        )
        s3.put_object_acl(Bucket=bucket, Key="k", GrantRead=f'uri="{LOGS}"')
        s3.put_object_legal_hold(Bucket=bucket, Key="k", LegalHold={"Status": "ON"})
        clock.advance(seconds=60)

    def seen(bucket):
        tags = s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]
        grants = s3.get_object_acl(Bucket=bucket, Key="k")["Grants"]
        hold = s3.head_object(Bucket=bucket, Key="k").get("ObjectLockLegalHoldStatus")
        return tags[0]["Value"], grants[0]["Grantee"].get("URI") == LOGS, hold

    change(b, "1")
    assert seen(b) == ("1", True, "ON") and seen(a) == ("0", False, None)
    replicate(s3, account, b, both_ways(a))
    change(b, "2")
    assert seen(a) == seen(b) == ("2", True, "ON")
    assert status(s3, b, "k") == "REPLICA"


def queue_for(sqs, source) -> str:
    """A queue that is told of all replications of a bucket."""
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = asked["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": arn,
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, arn


def told(sqs, url, count) -> list[dict]:
    found = []

    def look():
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
        return len(found) >= count

    eventually(look)
    assert len(found) == count
    return [message["Records"][0] for message in found if "Records" in message]


TIMED = {
    "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
    "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
}


@behaviour("S3-68")
def test_who_asks_is_told_of_replications_that_fail(aws, s3, account, clock):
    sqs, source = aws.client("sqs"), new_bucket(s3)
    to, unmeasured = new_bucket(s3), new_bucket(s3)
    url, arn = queue_for(sqs, source)
    queue = {"QueueArn": arn, "Events": ["s3:Replication:*"], "Id": "mine"}
    s3.put_bucket_notification_configuration(
        Bucket=source, NotificationConfiguration={"QueueConfigurations": [queue]}
    )
    assert told(sqs, url, 1) == []  # The test event.
    replicate(
        s3, account, source,
        rule(to, 1, Metrics={"Status": "Enabled"}), rule(unmeasured, 2),
    )  # fmt: skip
    for bucket in (to, unmeasured):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    put = s3.put_object(Bucket=source, Key="a b", Body=b"12345")
    clock.advance(seconds=60)
    (record,) = told(sqs, url, 1)
    assert record["eventVersion"] == "2.2"
    assert record["eventName"] == "Replication:OperationFailedReplication"
    assert record["userIdentity"] == {"principalId": "s3.amazonaws.com"}
    assert record["s3"]["bucket"]["name"] == source
    assert record["s3"]["object"]["key"] == "a+b"
    assert record["s3"]["object"]["versionId"] == put["VersionId"]
    about = record["replicationEventData"]
    assert about.pop("requestTime").endswith("Z")
    assert about == {
        "replicationRuleId": "rule-1", "destinationBucket": f"arn:aws:s3:::{to}",
        "s3Operation": "OBJECT_PUT", "failureReason": "DstBucketUnversioned",
    }  # fmt: skip


@behaviour("S3-68")
def test_who_asks_is_told_of_replications_that_are_late(aws, s3, server, account, clock):
    sqs, source, to = aws.client("sqs"), new_bucket(s3), new_bucket(s3)
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    url, arn = queue_for(sqs, source)
    queue = {"QueueArn": arn, "Events": ["s3:Replication:*"], "Id": "mine"}
    s3.put_bucket_notification_configuration(
        Bucket=source, NotificationConfiguration={"QueueConfigurations": [queue]}
    )
    told(sqs, url, 1)
    replicate(s3, account, source, under_kms(to, key, **TIMED))
    by = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    # In time: nobody is told.
    s3.put_object(Bucket=source, Key="soon", Body=b"x", **by)
    clock.advance(minutes=20)
    assert status(s3, source, "soon") == "COMPLETED"
    for name in ("late", "gone"):
        version = s3.put_object(Bucket=source, Key=name, Body=b"x", **by)["VersionId"]
    server.admin("POST", "faults", json={
        "service": "kms", "operation": "GenerateDataKey", "kind": "error", "status": 500,
        "code": "KMSInternalException", "message": "Not now",
    })  # fmt: skip
    clock.advance(minutes=14)
    assert status(s3, source, "late") == "PENDING"
    clock.advance(minutes=2)
    records = told(sqs, url, 2)
    assert {record["eventName"] for record in records} == {"Replication:OperationMissedThreshold"}
    assert {record["s3"]["object"]["key"] for record in records} == {"late", "gone"}
    s3.delete_object(Bucket=source, Key="gone", VersionId=version)
    server.admin("DELETE", "faults")
    clock.advance(hours=1)
    assert status(s3, source, "late") == "COMPLETED"
    named = {record["s3"]["object"]["key"]: record for record in told(sqs, url, 2)}
    assert named["late"]["eventName"] == "Replication:OperationReplicatedAfterThreshold"
    assert named["late"]["replicationEventData"]["replicationTime"].endswith("Z")
    assert named["gone"]["eventName"] == "Replication:OperationNotTracked"
    assert named["gone"]["s3"]["object"]["versionId"] == version
