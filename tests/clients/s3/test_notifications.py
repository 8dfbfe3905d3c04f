"""Who is told of changes of objects, and what they are told."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually


@pytest.fixture
def sqs(aws):
    return aws.client("sqs")


def queue_for(sqs, bucket, name="told", condition=None):
    """The URL and ARN of a queue that S3 may send to for a bucket."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = arn["Attributes"]["QueueArn"]
    source = {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}}
    statement = {
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": arn, "Condition": condition or source,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, arn


def told(sqs, url, count=1):
    """What a queue was told: so many messages, and no more."""
    found = []

    def look():
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            found.append(json.loads(message["Body"]))
            # A clock that is turned would show it again.
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(found) >= count

    eventually(look)
    assert len(found) == count
    return found


def configure(s3, bucket, arn, *events, filters=(), **more):
    queue = {"QueueArn": arn, "Events": list(events), "Id": "mine"}
    if filters:
        rules = [{"Name": name, "Value": value} for name, value in filters]
        queue["Filter"] = {"Key": {"FilterRules": rules}}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [queue]}, **more,
    )


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised)


@behaviour("S3-68", "SQS-14")
def test_a_queue_is_told_of_new_objects_once_with_everything(aws, s3, sqs, bucket):
    url, arn = queue_for(sqs, bucket)
    configure(
        s3, bucket, arn, "s3:ObjectCreated:*", filters=[("prefix", "in/"), ("suffix", ".csv")],
    )
    (test,) = told(sqs, url)
    assert (test["Service"], test["Event"], test["Bucket"]) == ("Amazon S3", "s3:TestEvent", bucket)
    s3.put_object(Bucket=bucket, Key="in/a b+ü.csv", Body=b"12345")
    s3.put_object(Bucket=bucket, Key="in/a.json", Body=b"x")
    s3.put_object(Bucket=bucket, Key="out/a.csv", Body=b"x")
    ((record,),) = [message["Records"] for message in told(sqs, url)]
    assert record["eventVersion"] == "2.1"
    assert (record["eventSource"], record["eventName"]) == ("aws:s3", "ObjectCreated:Put")
    assert record["awsRegion"] == "us-east-1"
    assert record["eventTime"].endswith("Z") and len(record["eventTime"]) == 24
    assert record["userIdentity"]["principalId"].startswith("AWS:")
    assert record["requestParameters"] == {"sourceIPAddress": "127.0.0.1"}
    assert set(record["responseElements"]) == {"x-amz-request-id", "x-amz-id-2"}
    about = record["s3"]
    assert (about["s3SchemaVersion"], about["configurationId"]) == ("1.0", "mine")
    assert about["bucket"]["name"] == bucket
    assert about["bucket"]["arn"] == f"arn:aws:s3:::{bucket}"
    sequencer = about["object"].pop("sequencer")
    assert int(sequencer, 16) > 0
    assert about["object"] == {
        "key": "in/a+b%2B%C3%BC.csv", "size": 5, "eTag": "827ccb0eea8a706c4c34a16891f84e7b",
    }
    # What comes later has the greater sequencer.
    s3.put_object(Bucket=bucket, Key="in/a b+ü.csv", Body=b"1")
    ((record,),) = [message["Records"] for message in told(sqs, url)]
    assert record["s3"]["object"]["sequencer"] > sequencer


@behaviour("S3-68")
def test_every_kind_of_change_has_its_name(s3, sqs, bucket):
    url, arn = queue_for(sqs, bucket)
    kinds = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"]
    configure(s3, bucket, arn, *kinds, SkipDestinationValidation=True)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def name(change):
        change()
        ((record,),) = [message["Records"] for message in told(sqs, url)]
        about = record["s3"]["object"]
        return record["eventName"], record["eventVersion"], set(about) - {"key", "sequencer"}

    put = s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert told(sqs, url)[0]["Records"][0]["s3"]["object"]["versionId"] == put["VersionId"]
    whole = {"size", "eTag", "versionId"}
    source = {"Bucket": bucket, "Key": "a"}
    assert name(lambda: s3.copy_object(Bucket=bucket, Key="b", CopySource=source)) == (
        "ObjectCreated:Copy", "2.1", whole,
    )

    def in_parts():
        upload = s3.create_multipart_upload(Bucket=bucket, Key="c")["UploadId"]
        which = {"Bucket": bucket, "Key": "c", "UploadId": upload}
        part = s3.upload_part(**which, PartNumber=1, Body=b"x")
        parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
        s3.complete_multipart_upload(**which, MultipartUpload={"Parts": parts})

    assert name(in_parts)[0] == "ObjectCreated:CompleteMultipartUpload"
    tags = {"TagSet": [{"Key": "k", "Value": "v"}]}
    tagging = {"Bucket": bucket, "Key": "a"}
    assert name(lambda: s3.put_object_tagging(**tagging, Tagging=tags)) == (
        "ObjectTagging:Put", "2.3", whole,
    )
    assert name(lambda: s3.delete_object_tagging(**tagging))[0] == "ObjectTagging:Delete"
    assert name(lambda: s3.delete_object(Bucket=bucket, Key="b")) == (
        "ObjectRemoved:DeleteMarkerCreated", "2.1", {"eTag", "versionId"},
    )
    version = put["VersionId"]
    assert name(lambda: s3.delete_object(Bucket=bucket, Key="a", VersionId=version)) == (
        "ObjectRemoved:Delete", "2.1", {"versionId"},
    )


@behaviour("S3-68", "SQS-14")
def test_a_queue_that_does_not_let_s3_send_is_refused(s3, sqs, bucket):
    url = sqs.create_queue(QueueName="closed")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = arn["Attributes"]["QueueArn"]
    sentence = "Unable to validate the following destination configurations"
    event = "s3:ObjectCreated:*"
    for wrong in (arn, arn + "x"):
        assert refused(configure, s3, bucket, wrong, event) == ("InvalidArgument", 400, sentence)
    # Of another bucket's only.
    _, other = queue_for(sqs, "another-bucket")
    assert refused(configure, s3, bucket, other, event) == ("InvalidArgument", 400, sentence)
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    # Unchecked, it is set; what is then sent is refused, and nothing arrives.
    configure(s3, bucket, arn, event, SkipDestinationValidation=True)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)


@behaviour("S3-68")
def test_what_is_set_is_read_back_and_taken_away(s3, sqs, bucket):
    _, arn = queue_for(sqs, bucket)
    configure(s3, bucket, arn, "s3:ObjectCreated:Put", filters=[("prefix", "in/")])
    (found,) = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    assert found == {
        "Id": "mine", "QueueArn": arn, "Events": ["s3:ObjectCreated:Put"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}},
    }
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert set(found) == {"ResponseMetadata"}


@behaviour("S3-68")
def test_rules_that_overlap_and_destinations_that_are_not_there(s3, sqs, bucket):
    _, arn = queue_for(sqs, bucket)

    def put(*queues, **others):
        return refused(
            s3.put_bucket_notification_configuration, Bucket=bucket,
            NotificationConfiguration={"QueueConfigurations": list(queues), **others},
        )

    def rule(event, **filters):
        rules = [{"Name": name, "Value": value} for name, value in filters.items()]
        filtered = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
        return {"QueueArn": arn, "Events": [event], **filtered}

    assert put(rule("s3:ObjectCreated:*"), rule("s3:ObjectCreated:Put")) == (
        "InvalidArgument", 400,
        "Configurations overlap. Configurations on the same bucket cannot share a common event "
        "type.",
    )
    assert put(
        rule("s3:ObjectCreated:*", prefix="in/"), rule("s3:ObjectCreated:*", prefix="in/a"),
    )[:2] == ("InvalidArgument", 400)
    elsewhere = rule("s3:ObjectCreated:*") | {"QueueArn": arn.replace("us-east-1", "eu-west-1")}
    assert put(elsewhere)[:2] == ("InvalidArgument", 400)
    assert put(rule("s3:ObjectCreated:*") | {"QueueArn": "x"})[:2] == ("InvalidArgument", 400)
    topic = {"TopicArn": "arn:aws:sns:us-east-1:000000000000:t", "Events": ["s3:ObjectCreated:*"]}
    assert put(TopicConfigurations=[topic])[:2] == ("InvalidArgument", 400)
    fifo = topic | {"TopicArn": topic["TopicArn"] + ".fifo"}
    assert put(TopicConfigurations=[fifo]) == (
        "InvalidArgument", 400, "FIFO SNS topics are not supported.",
    )
    function = {
        "LambdaFunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
        "Events": ["s3:ObjectCreated:*"],
    }
    assert put(LambdaFunctionConfigurations=[function])[:2] == ("InvalidArgument", 400)
    assert put(rule("s3:Colour"))[:2] == ("InvalidArgument", 400)


@behaviour("S3-68")
def test_a_topic_is_told_and_tells_its_queues(aws, s3, sqs, bucket):
    sns = aws.client("sns")
    topic = sns.create_topic(Name="changes")["TopicArn"]
    wanted = {
        "Id": "mine", "TopicArn": topic, "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".csv"}]}},
    }

    def configure_topic():
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"TopicConfigurations": [wanted]}
        )

    # The topic lets nobody but its owner publish.
    assert refused(configure_topic)[:2] == ("InvalidArgument", 400)
    statement = {
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sns:Publish", "Resource": topic,
        "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    url = sqs.create_queue(QueueName="subscribed")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = found["Attributes"]["QueueArn"]
    allowed = {
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    configure_topic()
    s3.put_object(Bucket=bucket, Key="in/a b.csv", Body=b"x")
    s3.put_object(Bucket=bucket, Key="in/a.txt", Body=b"x")
    letters = []
    while len(letters) < 2:
        got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, MaxNumberOfMessages=10)
        assert got.get("Messages"), letters
        for message in got["Messages"]:
            letters.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert {letter["Subject"] for letter in letters} == {"Amazon S3 Notification"}
    greeting, told = [json.loads(letter["Message"]) for letter in letters]
    assert greeting["Event"] == "s3:TestEvent"
    (record,) = told["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["object"]["key"] == "in/a+b.csv"
    (found,) = s3.get_bucket_notification_configuration(Bucket=bucket)["TopicConfigurations"]
    assert found == wanted


def bridge_to(aws, sqs, bucket):
    """The URL of a queue that is sent what EventBridge is told of a bucket."""
    events = aws.client("events")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = arn["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}}
    events.put_rule(Name="r", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": arn}])
    return url


@behaviour("S3-68")
def test_eventbridge_is_told_of_everything(aws, s3, sqs, bucket):
    url = bridge_to(aws, sqs, bucket)
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}},
    )
    assert s3.get_bucket_notification_configuration(Bucket=bucket)["EventBridgeConfiguration"] == {}
    s3.put_object(Bucket=bucket, Key="a b", Body=b"12345")
    (event,) = told(sqs, url)
    assert (event["source"], event["detail-type"]) == ("aws.s3", "Object Created")
    assert event["resources"] == [f"arn:aws:s3:::{bucket}"]
    detail = event["detail"]
    assert int(detail["object"].pop("sequencer"), 16) > 0 and detail.pop("request-id")
    assert detail == {
        "version": "0", "bucket": {"name": bucket}, "reason": "PutObject",
        "object": {"key": "a b", "size": 5, "etag": "827ccb0eea8a706c4c34a16891f84e7b"},
        "requester": aws.account, "source-ip-address": "127.0.0.1",
    }
    s3.delete_object(Bucket=bucket, Key="a b")
    (event,) = told(sqs, url)
    assert event["detail-type"] == "Object Deleted"
    assert event["detail"]["deletion-type"] == "Permanently Deleted"


@pytest.fixture
def both(aws, s3, sqs, bucket):
    """`both(change)` is what a queue and what EventBridge is told of a change: what only its kind has
    to tell, and the names."""
    url, arn = queue_for(sqs, bucket)
    bridged = bridge_to(aws, sqs, bucket)
    kinds = [
        "s3:ObjectRestore:*", "s3:LifecycleTransition", "s3:LifecycleExpiration:*",
        "s3:IntelligentTiering", "s3:ObjectAcl:Put", "s3:ObjectTagging:*",
    ]  # fmt: skip
    queue = {"QueueArn": arn, "Events": kinds}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={
            "QueueConfigurations": [queue], "EventBridgeConfiguration": {},
        },
    )  # fmt: skip
    sqs.purge_queue(QueueUrl=url)
    usual = {
        "eventVersion", "eventSource", "awsRegion", "eventTime", "eventName", "userIdentity",
        "requestParameters", "responseElements", "s3",
    }  # fmt: skip
    common = {"version", "bucket", "object", "request-id", "requester", "source-ip-address"}

    def tell(change):
        change()
        ((record,),) = [message["Records"] for message in told(sqs, url)]
        (event,) = told(sqs, bridged)
        assert usual <= set(record) and record["s3"]["bucket"]["name"] == bucket
        own = {name: value for name, value in record.items() if name not in usual}
        more = {name: value for name, value in event["detail"].items() if name not in common}
        return (record["eventName"], record["eventVersion"], own), (event["detail-type"], more)

    def put(**given):
        s3.put_object(Bucket=bucket, **given)
        assert told(sqs, bridged)[0]["detail-type"] == "Object Created"

    tell.put = put
    return tell


@behaviour("S3-68")
@pytest.mark.clock
def test_what_happens_to_archives_is_told_with_its_details(s3, bucket, clock, both):
    clock.set("2031-05-01T03:00:00Z")
    both.put(Key="k", Body=b"frozen", StorageClass="GLACIER")
    restore = {"Days": 2, "GlacierJobParameters": {"Tier": "Expedited"}}
    asked = lambda: s3.restore_object(Bucket=bucket, Key="k", RestoreRequest=restore)  # noqa: E731
    assert both(asked) == (
        ("ObjectRestore:Post", "2.1", {}),
        ("Object Restore Initiated", {"source-storage-class": "GLACIER"}),
    )
    assert both(lambda: clock.advance(minutes=5)) == (
        ("ObjectRestore:Completed", "2.1", {"glacierEventData": {"restoreEventData": {
            "lifecycleRestorationExpiryTime": "2031-05-04T00:00:00.000Z",
            "lifecycleRestoreStorageClass": "GLACIER",
        }}}),
        ("Object Restore Completed", {
            "source-storage-class": "GLACIER", "restore-expiry-time": "2031-05-04T00:00:00Z",
        }),
    )  # fmt: skip
    assert both(lambda: clock.advance(days=3)) == (
        ("ObjectRestore:Delete", "2.3", {}), ("Object Restore Expired", {}),
    )


@behaviour("S3-68")
@pytest.mark.clock
def test_what_a_lifecycle_does_is_told_with_its_details(s3, bucket, clock, both):
    clock.set("2031-05-01T03:00:00Z")
    both.put(Key="k", Body=bytes(256 << 10))
    rule = {
        "ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 60},
        "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
    }  # fmt: skip
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}
    )
    assert both(lambda: clock.advance(days=32)) == (
        ("LifecycleTransition", "2.3", {"lifecycleEventData": {
            "transitionEventData": {"destinationStorageClass": "STANDARD_IA"},
        }}),
        ("Object Storage Class Changed", {"destination-storage-class": "STANDARD_IA"}),
    )  # fmt: skip
    assert both(lambda: clock.advance(days=31)) == (
        ("LifecycleExpiration:Delete", "2.3", {}),
        ("Object Deleted", {
            "reason": "Lifecycle Expiration", "deletion-type": "Permanently Deleted",
        }),
    )  # fmt: skip


@behaviour("S3-68")
@pytest.mark.clock
def test_what_intelligent_tiering_archives_is_told_with_its_tier(s3, bucket, clock, both):
    s3.put_bucket_intelligent_tiering_configuration(
        Bucket=bucket, Id="a",
        IntelligentTieringConfiguration={
            "Id": "a", "Status": "Enabled",
            "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}],
        },
    )  # fmt: skip
    both.put(Key="k", Body=bytes(256 << 10), StorageClass="INTELLIGENT_TIERING")
    assert both(lambda: clock.advance(days=92)) == (
        ("IntelligentTiering", "2.3", {
            "intelligentTieringEventData": {"destinationAccessTier": "ARCHIVE_ACCESS"},
        }),
        ("Object Access Tier Changed", {"destination-access-tier": "ARCHIVE_ACCESS"}),
    )  # fmt: skip
    both(lambda: s3.restore_object(Bucket=bucket, Key="k", RestoreRequest={}))
    # What comes back stays, so no time is told.
    assert both(lambda: clock.advance(hours=5)) == (
        ("ObjectRestore:Completed", "2.1", {"glacierEventData": {"restoreEventData": {
            "lifecycleRestoreStorageClass": "INTELLIGENT_TIERING",
        }}}),
        ("Object Restore Completed", {"source-storage-class": "INTELLIGENT_TIERING"}),
    )  # fmt: skip


@behaviour("S3-68")
def test_another_list_of_grants_is_told(s3, bucket, both):
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    both.put(Key="k", Body=b"x")
    put = lambda acl: s3.put_object_acl(Bucket=bucket, Key="k", ACL=acl)  # noqa: E731
    # A list that is as before is none of a change.
    put("private")
    s3.delete_public_access_block(Bucket=bucket)
    assert both(lambda: put("public-read")) == (
        ("ObjectAcl:Put", "2.3", {}), ("Object ACL Updated", {}),
    )
    put("public-read")
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    put_tags = lambda: s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tags)  # noqa: E731
    assert both(put_tags) == (("ObjectTagging:Put", "2.3", {}), ("Object Tags Added", {}))


def test_no_change_is_lost_in_a_crash(durable_server, durable):
    s3, sqs = durable().client("s3"), durable().client("sqs")
    bucket = "told-of-all"
    s3.create_bucket(Bucket=bucket)
    url, arn = queue_for(sqs, bucket)
    configure(s3, bucket, arn, "s3:ObjectCreated:*", SkipDestinationValidation=True)
    keys = {str(number) for number in range(20)}
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    durable_server.kill()
    durable_server.restart()
    sqs = durable().client("sqs")
    url = sqs.get_queue_url(QueueName="told")["QueueUrl"]
    found = set()

    def look():
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            (record,) = json.loads(message["Body"])["Records"]
            found.add(record["s3"]["object"]["key"])
        return found == keys

    eventually(look)
