"""Functions that are called with the messages of queues."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually

# Keeps what it is called with in an object; fails messages that say so.
KEEPER = """
    import boto3, json, os, uuid

    def handler(event, context):
        boto3.client("s3").put_object(
            Bucket=os.environ["KEPT"], Key=uuid.uuid4().hex, Body=json.dumps(event).encode(),
        )
        bodies = [record["body"] for record in event["Records"]]
        if "fail" in bodies:
            raise ValueError("no good")
        failed = [r["messageId"] for r in event["Records"] if r["body"] == "part"]
        return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}
"""


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised)


class Queue:
    def __init__(self, sqs, name, **attributes):
        self.sqs = sqs
        made = sqs.create_queue(QueueName=name, Attributes=attributes)
        self.url = made["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = found["Attributes"]["QueueArn"]

    def send(self, *bodies, **more):
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **more)

    def count(self):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return sum(int(value) for value in found["Attributes"].values())


@pytest.fixture
def queue(sqs):
    return lambda name="q", **attributes: Queue(sqs, name, **attributes)


@pytest.fixture
def kept(s3, account, functions):
    """`kept()`: the batches that the keeper was called with so far, which are then forgotten."""
    bucket = f"kept-{account}"
    s3.create_bucket(Bucket=bucket)
    functions.make("f", KEEPER, Environment={"Variables": {"KEPT": bucket}}, Timeout=30)

    def look():
        listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        listed.sort(key=lambda one: one["LastModified"])
        batches = []
        for one in listed:
            batches.append(json.loads(s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()))
            s3.delete_object(Bucket=bucket, Key=one["Key"])
        return batches

    return look


@pytest.fixture
def mapped(lambdas):
    """`mapped(queue, **more)`: a mapping of the queue to the keeper."""
    return lambda queue, **more: lambdas.create_event_source_mapping(
        FunctionName="f", EventSourceArn=queue.arn, **more
    )


@behaviour("LAMBDA-27")
def test_a_function_is_called_with_messages_which_are_then_gone(queue, kept, mapped, lambdas):
    source = queue()
    made = mapped(source)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert (made["State"], made["BatchSize"]) == ("Creating", 10)
    assert made["FunctionArn"].endswith(":function:f")
    assert lambdas.get_event_source_mapping(UUID=made["UUID"])["State"] == "Enabled"
    attribute = {"colour": {"DataType": "String", "StringValue": "red"}}
    source.send("hello", MessageAttributes=attribute)
    (batch,) = eventually(kept)
    (record,) = batch["Records"]
    assert record["body"] == "hello" and record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == source.arn and record["awsRegion"] == "us-east-1"
    assert record["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"]["colour"] == {
        "dataType": "String", "stringValue": "red", "stringListValues": [], "binaryListValues": [],
    }
    eventually(lambda: source.count() == 0)
    result = lambda: lambdas.get_event_source_mapping(UUID=made["UUID"])["LastProcessingResult"]
    eventually(lambda: result() == "OK")
    # Disabled it is not polled, and enabled again it is.
    lambdas.update_event_source_mapping(UUID=made["UUID"], Enabled=False)
    assert lambdas.get_event_source_mapping(UUID=made["UUID"])["State"] == "Disabled"
    source.send("later")
    assert source.count() == 1 and kept() == []
    lambdas.update_event_source_mapping(UUID=made["UUID"], Enabled=True)
    assert eventually(kept)[0]["Records"][0]["body"] == "later"
    lambdas.delete_event_source_mapping(UUID=made["UUID"])
    assert refused(lambdas.get_event_source_mapping, UUID=made["UUID"])[:2] == (
        "ResourceNotFoundException", 404,
    )


@behaviour("LAMBDA-27")
@pytest.mark.clock
def test_five_failures_make_a_dead_letter(queue, kept, mapped, clock):
    dead = queue("dead")
    redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5})
    source = queue(RedrivePolicy=redrive, VisibilityTimeout="60")
    mapped(source)
    source.send("fail")
    for receive in range(1, 6):
        (batch,) = eventually(kept)
        count = batch["Records"][0]["attributes"]["ApproximateReceiveCount"]
        assert count == str(receive)
        clock.advance(seconds=61)
    eventually(lambda: dead.count() == 1)
    assert source.count() == 0 and kept() == []


@behaviour("LAMBDA-27")
@pytest.mark.clock
def test_what_failed_of_a_batch_comes_again_alone(queue, kept, mapped, clock):
    source = queue(VisibilityTimeout="60")
    source.send("good", "part", "fine")
    mapped(
        source, FunctionResponseTypes=["ReportBatchItemFailures"], BatchSize=3,
        MaximumBatchingWindowInSeconds=1,
    )
    seen = []

    def all_seen():
        seen.extend(record["body"] for batch in kept() for record in batch["Records"])
        return len(seen) >= 3

    eventually(all_seen)
    assert sorted(seen) == ["fine", "good", "part"]
    eventually(lambda: source.count() == 1)
    clock.advance(seconds=61)
    (batch,) = eventually(kept)
    assert [record["body"] for record in batch["Records"]] == ["part"]


@behaviour("LAMBDA-27")
def test_groups_of_a_queue_in_order_keep_it(queue, kept, mapped):
    source = queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    mapped(source, BatchSize=2)
    source.send(*[f"{at}" for at in range(6)], MessageGroupId="g")
    seen = []

    def all_seen():
        for batch in kept():
            seen.append([record["body"] for record in batch["Records"]])
        return sum(map(len, seen)) >= 6

    eventually(all_seen)
    assert [body for batch in seen for body in batch] == ["0", "1", "2", "3", "4", "5"]
    assert max(map(len, seen)) <= 2


def test_filters_remove_what_is_not_wanted(queue, kept, mapped):
    source = queue()
    pattern = json.dumps({"body": {"kind": ["wanted"], "size": [{"numeric": [">", 5]}]}})
    mapped(source, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    for size, kind in ((7, "other"), (3, "wanted"), (9, "wanted")):
        source.send(json.dumps({"kind": kind, "size": size}))
    (batch,) = eventually(kept)
    assert [json.loads(record["body"])["size"] for record in batch["Records"]] == [9]
    eventually(lambda: source.count() == 0)
    assert kept() == []


def test_what_mappings_are_refused(queue, kept, mapped, lambdas):
    source, ordered = queue(), queue("q.fifo", FifoQueue="true")
    invalid = ("InvalidParameterValueException", 400)
    for wrong in (
        {"BatchSize": 11}, {"ParallelizationFactor": 2}, {"StartingPosition": "LATEST"},
        {"FilterCriteria": {"Filters": [{"Pattern": "{wrong"}]}},
    ):  # fmt: skip
        assert refused(mapped, source, **wrong)[:2] == invalid
    assert refused(mapped, ordered, MaximumBatchingWindowInSeconds=1)[:2] == invalid
    short = queue("short", VisibilityTimeout="29")
    assert refused(mapped, short) == (
        *invalid,
        "Queue visibility timeout: 29 seconds is less than Function timeout: 30 seconds",
    )
    made = mapped(source)
    assert refused(mapped, source)[:2] == ("ResourceConflictException", 409)
    for given in ({"FunctionName": "f"}, {"EventSourceArn": source.arn}, {}):
        listed = lambdas.list_event_source_mappings(**given)["EventSourceMappings"]
        assert [one["UUID"] for one in listed] == [made["UUID"]]
    assert lambdas.list_event_source_mappings(EventSourceArn=ordered.arn)["EventSourceMappings"] == []


def test_mappings_outlive_the_server(durable_server, durable, account):
    from harness.functions import Functions

    functions, sqs = Functions(durable(), account), durable().client("sqs")
    functions.make("f", "def handler(event, context):\n    pass\n")
    source = Queue(sqs, "q")
    functions.client.create_event_source_mapping(FunctionName="f", EventSourceArn=source.arn)
    durable_server.kill()
    durable_server.start()
    source.sqs = durable().client("sqs")
    url = source.sqs.get_queue_url(QueueName="q")["QueueUrl"]
    source.url = url
    source.send("hello")
    eventually(lambda: source.count() == 0)
