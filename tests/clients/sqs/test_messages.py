"""Messages: sent, received, hidden, deleted, delayed and forgotten."""

import hashlib
import threading
import time

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

MIB = 1024 * 1024


def bodies(sqs, url, **how):
    """What one call receives."""
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **how)
    return [message["Body"] for message in answer.get("Messages", [])]


def one(sqs, url, **how):
    """The message that one call receives; there must be one."""
    (message,) = sqs.receive_message(QueueUrl=url, **how)["Messages"]
    return message


def count(sqs, url, what="ApproximateNumberOfMessages"):
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[what])["Attributes"][what])


def refused(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised)


@behaviour("SQS-1")
def test_a_message_comes_back_whole_and_is_gone_when_deleted(sqs, queue):
    attributes = {
        "Kind": {"DataType": "String", "StringValue": "büro"},
        "Size": {"DataType": "Number.int", "StringValue": "7"},
        "Raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    # boto3 checks the digest of the body itself, of what it sends and what it receives.
    sent = sqs.send_message(QueueUrl=queue, MessageBody="grüße", MessageAttributes=attributes)
    assert sent["MD5OfMessageBody"] == hashlib.md5("grüße".encode()).hexdigest()
    found = one(
        sqs, queue, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"],
    )
    assert (found["MessageId"], found["Body"]) == (sent["MessageId"], "grüße")
    assert found["MessageAttributes"] == attributes
    assert found["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    system = found["Attributes"]
    assert system["ApproximateReceiveCount"] == "1"
    assert system["SentTimestamp"].isdigit() and system["SenderId"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=found["ReceiptHandle"])
    assert count(sqs, queue, "ApproximateNumberOfMessagesNotVisible") == 0
    # Deleting what is gone is no error.
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=found["ReceiptHandle"])


@behaviour("SQS-1")
def test_digests_of_attributes_are_those_of_aws(sqs, queue):
    text = lambda value: {"DataType": "String", "StringValue": value}  # noqa: E731
    sent = sqs.send_message(
        QueueUrl=queue, MessageBody="msg",
        MessageAttributes={
            "Help.Me": text("Me"), "Hello": text("There"), "General": text("Kenobi"),
        },
    )
    # As AWS answered for this message.
    assert sent["MD5OfMessageAttributes"] == "4c360f3fdafd970e05fae2f149d997f5"
    for names, digest in {
        ("Absent",): None,
        ("Hel.*",): "83fee93c1bcd8b9a5a923ffacdc636c7",
        ("Hello", "Help.*"): "83fee93c1bcd8b9a5a923ffacdc636c7",
        ("Hello", "Absent"): "a311262e065454b75da111d535b8dacd",
        (".*",): "4c360f3fdafd970e05fae2f149d997f5",
    }.items():
        found = one(sqs, queue, MessageAttributeNames=list(names), VisibilityTimeout=0)
        assert found.get("MD5OfMessageAttributes") == digest, names


@behaviour("SQS-1")
def test_a_backlog_of_a_hundred_thousand_is_counted_and_received(aws, queue):
    def send(part):
        client = aws.client("sqs")
        for start in range(part * 25_000, (part + 1) * 25_000, 10):
            entries = [
                {"Id": str(n), "MessageBody": str(start + n)} for n in range(10)
            ]
            answer = client.send_message_batch(QueueUrl=queue, Entries=entries)
            assert len(answer["Successful"]) == 10

    senders = [threading.Thread(target=send, args=(part,)) for part in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    sqs = aws.client("sqs")
    assert count(sqs, queue) == 100_000
    seen = set()
    for _ in range(20):
        seen.update(bodies(sqs, queue))
    assert len(seen) == 200
    assert count(sqs, queue) == 99_800
    assert count(sqs, queue, "ApproximateNumberOfMessagesNotVisible") == 200


@behaviour("SQS-2")
def test_messages_and_batches_have_a_mebibyte(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x" * MIB)
    assert refused(sqs.send_message, QueueUrl=queue, MessageBody="x" * (MIB + 1)) == (
        "InvalidParameterValue", 400,
        "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
    )
    # Attributes count.
    attributes = {"a": {"DataType": "String", "StringValue": "b"}}
    big = {"MessageBody": "x" * (MIB - 7), "MessageAttributes": attributes}
    assert refused(sqs.send_message, QueueUrl=queue, **big)[0] == "InvalidParameterValue"
    halves = [{"Id": name, "MessageBody": "x" * (MIB // 2)} for name in "ab"]
    assert len(sqs.send_message_batch(QueueUrl=queue, Entries=halves)["Successful"]) == 2
    halves[1]["MessageBody"] += "x"
    assert refused(sqs.send_message_batch, QueueUrl=queue, Entries=halves) == (
        "AWS.SimpleQueueService.BatchRequestTooLong", 400,
        "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
    )


@behaviour("SQS-2")
def test_a_batch_has_one_to_ten_entries_told_apart(sqs, queue):
    def entries(*ids):
        return [{"Id": name, "MessageBody": "x"} for name in ids]

    def send(*ids):
        return refused(sqs.send_message_batch, QueueUrl=queue, Entries=entries(*ids))

    prefix = "AWS.SimpleQueueService."
    assert send(*"abcdefghijk") == (
        prefix + "TooManyEntriesInBatchRequest", 400,
        "Maximum number of entries per request are 10. You have sent 11.",
    )
    assert send("a", "a") == (prefix + "BatchEntryIdsNotDistinct", 400, "Id a repeated.")
    assert send("a b")[0] == prefix + "InvalidBatchEntryId"
    assert send() == (
        prefix + "EmptyBatchRequest", 400,
        "There should be at least one SendMessageBatchRequestEntry in the request.",
    )
    mixed = entries("good", "bad")
    mixed[1]["DelaySeconds"] = 901
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=mixed)
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    (failed,) = answer["Failed"]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == (
        "bad", "InvalidParameterValue", True,
    )
    assert bodies(sqs, queue) == ["x"]


@behaviour("SQS-2")
def test_what_a_message_may_not_be(sqs, queue):
    def send(**message):
        return refused(sqs.send_message, QueueUrl=queue, **{"MessageBody": "x"} | message)

    assert send(MessageBody="") == (
        "MissingParameter", 400, "The request must contain the parameter MessageBody.",
    )
    assert send(MessageBody="a\x0bb")[0] == "InvalidMessageContents"
    number = {"n": {"DataType": "Number", "StringValue": "x"}}
    assert send(MessageAttributes=number)[0] == "InvalidParameterValue"
    many = {f"a{n}": {"DataType": "String", "StringValue": "x"} for n in range(11)}
    assert send(MessageAttributes=many)[:2] == ("InvalidParameterValue", 400)
    assert send(MessageDeduplicationId="x")[0] == "InvalidParameterValue"
    assert count(sqs, queue) == 0


@behaviour("SQS-3")
@pytest.mark.clock
def test_a_received_message_is_hidden_for_its_time(sqs, queue, clock):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    first = one(sqs, queue)
    assert bodies(sqs, queue) == []
    clock.advance(seconds=29)
    assert bodies(sqs, queue) == []
    clock.advance(seconds=1)
    second = one(sqs, queue, AttributeNames=["ApproximateReceiveCount"])
    assert second["Attributes"] == {"ApproximateReceiveCount": "2"}
    assert second["ReceiptHandle"] != first["ReceiptHandle"]

    change = {"QueueUrl": queue, "ReceiptHandle": second["ReceiptHandle"]}
    sqs.change_message_visibility(**change, VisibilityTimeout=100)
    clock.advance(seconds=99)
    assert bodies(sqs, queue) == []
    sqs.change_message_visibility(**change, VisibilityTimeout=0)
    third = one(sqs, queue, VisibilityTimeout=43_200)
    change["ReceiptHandle"] = third["ReceiptHandle"]
    clock.advance(seconds=1)
    # Twelve hours from when it was received, whatever is asked for.
    assert refused(sqs.change_message_visibility, **change, VisibilityTimeout=43_200) == (
        "InvalidParameterValue", 400,
        "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout "
        "for the message is beyond the limit [43200 seconds]",
    )
    bad = refused(sqs.receive_message, QueueUrl=queue, VisibilityTimeout=43_201)
    assert bad[0] == "InvalidParameterValue"
    bad = refused(
        sqs.set_queue_attributes, QueueUrl=queue, Attributes={"VisibilityTimeout": "43201"},
    )
    assert bad == (
        "InvalidAttributeValue", 400, "Invalid value for the parameter VisibilityTimeout.",
    )


@behaviour("SQS-3")
def test_a_batch_changes_and_deletes_one_by_one(sqs, queue):
    for body in "abc":
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    handles = [{"Id": m["Body"], "ReceiptHandle": m["ReceiptHandle"]} for m in found]
    changes = [handle | {"VisibilityTimeout": 0} for handle in handles[:2]]
    changes.append({"Id": "x", "ReceiptHandle": "garbage", "VisibilityTimeout": 0})
    answer = sqs.change_message_visibility_batch(QueueUrl=queue, Entries=changes)
    assert [entry["Id"] for entry in answer["Successful"]] == ["a", "b"]
    assert [(f["Id"], f["Code"]) for f in answer["Failed"]] == [("x", "ReceiptHandleIsInvalid")]
    assert bodies(sqs, queue) == ["a", "b"]
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=[handles[2]])
    assert answer["Successful"] == [{"Id": "c"}]


@behaviour("SQS-4")
@pytest.mark.clock
def test_old_handles(sqs, queue, clock):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    old = one(sqs, queue)["ReceiptHandle"]
    assert refused(sqs.delete_message, QueueUrl=queue, ReceiptHandle="garbage") == (
        "ReceiptHandleIsInvalid", 400,
        'The input receipt handle "garbage" is not a valid receipt handle.',
    )
    change = {"QueueUrl": queue, "VisibilityTimeout": 5}
    clock.advance(seconds=30)
    with pytest.raises(sqs.exceptions.MessageNotInflight) as raised:
        sqs.change_message_visibility(**change, ReceiptHandle=old)
    assert error(raised)[:2] == ("AWS.SimpleQueueService.MessageNotInflight", 400)
    # Received again since: the old handle deletes nothing.
    new = one(sqs, queue)["ReceiptHandle"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=old)
    assert count(sqs, queue, "ApproximateNumberOfMessagesNotVisible") == 1
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=new)
    assert refused(sqs.change_message_visibility, **change, ReceiptHandle=new) == (
        "InvalidParameterValue", 400,
        f"Value {new} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is "
        "not available for visibility timeout change.",
    )


@behaviour("SQS-5")
@pytest.mark.clock
def test_messages_are_kept_for_their_time(sqs, queue, clock):
    short = sqs.create_queue(
        QueueName="short", Attributes={"MessageRetentionPeriod": "60"},
    )["QueueUrl"]
    for url in (short, queue):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    clock.advance(seconds=59)
    assert (count(sqs, short), count(sqs, queue)) == (1, 1)
    clock.advance(seconds=2)
    assert (count(sqs, short), count(sqs, queue)) == (0, 1)
    assert bodies(sqs, short) == []
    clock.advance(days=3, hours=23)
    assert count(sqs, queue) == 1
    clock.advance(hours=1)
    assert bodies(sqs, queue) == []
    for seconds in ("59", "1209601"):
        assert refused(
            sqs.create_queue, QueueName="bad", Attributes={"MessageRetentionPeriod": seconds},
        ) == (
            "InvalidAttributeValue", 400,
            "Invalid value for the parameter MessageRetentionPeriod.",
        )


@behaviour("SQS-6")
def test_long_polling_ends_when_a_message_comes(aws, sqs, queue):
    found = []
    poller = threading.Thread(
        target=lambda: found.extend(bodies(aws.client("sqs"), queue, WaitTimeSeconds=20))
    )
    poller.start()
    time.sleep(0.3)
    assert found == []
    began = time.monotonic()
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    poller.join(10)
    assert found == ["x"] and time.monotonic() - began < 5
    assert refused(sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=21) == (
        "InvalidParameterValue", 400,
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if "
        "provided.",
    )


@behaviour("SQS-6")
@pytest.mark.clock
def test_long_polling_waits_on_the_virtual_clock(aws, sqs, queue, clock):
    """Until a message is visible again, or until the wait is over."""
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"ReceiveMessageWaitTimeSeconds": "20"})
    sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=10)
    answers = []

    def poll():
        answers.append(bodies(aws.client("sqs"), queue))

    for expected in (["x"], []):
        poller = threading.Thread(target=poll)
        poller.start()
        time.sleep(0.3)
        began = time.monotonic()
        clock.advance(seconds=20)
        poller.join(10)
        assert answers.pop() == expected and time.monotonic() - began < 5


@behaviour("SQS-7")
@pytest.mark.clock
def test_delays_of_queues_and_of_messages(sqs, queue, clock):
    slow = sqs.create_queue(QueueName="slow", Attributes={"DelaySeconds": "900"})["QueueUrl"]
    sqs.send_message(QueueUrl=slow, MessageBody="by queue")
    sqs.send_message(QueueUrl=queue, MessageBody="by message", DelaySeconds=900)
    sqs.send_message(QueueUrl=slow, MessageBody="at once", DelaySeconds=0)
    assert bodies(sqs, slow) == ["at once"]
    assert count(sqs, slow, "ApproximateNumberOfMessagesDelayed") == 1
    clock.advance(seconds=899)
    assert bodies(sqs, queue) == []
    clock.advance(seconds=1)
    assert bodies(sqs, queue) == ["by message"]
    assert sorted(bodies(sqs, slow)) == ["at once", "by queue"]
    assert refused(sqs.send_message, QueueUrl=queue, MessageBody="x", DelaySeconds=901) == (
        "InvalidParameterValue", 400,
        "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and "
        "<= 900.",
    )


@behaviour("SQS-7")
def test_messages_of_fifo_queues_have_no_delay_of_their_own(sqs, fifo):
    assert refused(
        sqs.send_message, QueueUrl=fifo, MessageBody="x", MessageGroupId="g", DelaySeconds=2,
    ) == (
        "InvalidParameterValue", 400,
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that "
        "is not valid for this queue type.",
    )


def test_what_was_acknowledged_survives_a_kill(durable_server, durable):
    sqs = durable().client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    for number in range(20):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    gone = one(sqs, url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=gone["ReceiptHandle"])
    durable_server.kill()
    durable_server.restart()
    sqs = durable().client("sqs")
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    found = []
    while batch := bodies(sqs, url):
        found.extend(batch)
    assert sorted(found, key=int) == [str(n) for n in range(20) if str(n) != gone["Body"]]
