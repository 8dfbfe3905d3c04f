"""FIFO queues: order within groups, and what is sent twice."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def send(sqs, url, body, group="g", **more):
    return sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, **more)


def receive(sqs, url, most=10, **how):
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, **how)
    return answer.get("Messages", [])


def refused(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised)


@behaviour("SQS-9")
@pytest.mark.clock
def test_what_is_sent_twice_within_five_minutes_is_one(sqs, fifo, clock):
    first = send(sqs, fifo, "a", MessageDeduplicationId="1")
    again = send(sqs, fifo, "b", MessageDeduplicationId="1")
    assert again["MessageId"] == first["MessageId"]
    assert again["SequenceNumber"] == first["SequenceNumber"]
    # By content, where no id is given.
    send(sqs, fifo, "c")
    send(sqs, fifo, "c", group="other")
    found = receive(sqs, fifo, AttributeNames=["All"])
    assert [message["Body"] for message in found] == ["a", "c"]
    assert found[0]["Attributes"]["MessageDeduplicationId"] == "1"
    assert found[0]["Attributes"]["SequenceNumber"] == first["SequenceNumber"]
    assert found[0]["Attributes"]["MessageGroupId"] == "g"
    for message in found:
        sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
    clock.advance(seconds=299)
    send(sqs, fifo, "c")
    assert receive(sqs, fifo) == []
    clock.advance(seconds=1)
    later = send(sqs, fifo, "c")
    assert int(later["SequenceNumber"]) > int(first["SequenceNumber"])
    assert [message["Body"] for message in receive(sqs, fifo)] == ["c"]


@behaviour("SQS-9")
def test_repeats_can_be_told_apart_by_group(sqs):
    attributes = {
        "FifoQueue": "true", "DeduplicationScope": "messageGroup",
        "FifoThroughputLimit": "perMessageGroupId", "ContentBasedDeduplication": "true",
    }
    url = sqs.create_queue(QueueName="fast.fifo", Attributes=attributes)["QueueUrl"]
    for group in ("g", "h", "g"):
        send(sqs, url, "same", group=group)
    assert len(receive(sqs, url)) == 2


@behaviour("SQS-9")
@pytest.mark.clock
def test_a_group_is_locked_while_one_of_it_is_in_flight(sqs, fifo, clock):
    for body in ("a1", "a2", "a3"):
        send(sqs, fifo, body, group="a")
    send(sqs, fifo, "b1", group="b")
    (a1,) = receive(sqs, fifo, most=1)
    assert a1["Body"] == "a1"
    (b1,) = receive(sqs, fifo)
    assert b1["Body"] == "b1"
    assert receive(sqs, fifo) == []
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=a1["ReceiptHandle"])
    assert [message["Body"] for message in receive(sqs, fifo)] == ["a2", "a3"]
    # When their time is over they come again, in their order.
    clock.advance(seconds=30)
    assert [message["Body"] for message in receive(sqs, fifo)] == ["a2", "a3", "b1"]
    assert refused(sqs.delete_message, QueueUrl=fifo, ReceiptHandle=b1["ReceiptHandle"]) == (
        "InvalidParameterValue", 400,
        f"Value {b1['ReceiptHandle']} for parameter ReceiptHandle is invalid. Reason: The receipt "
        "handle has expired.",
    )


@behaviour("SQS-9")
def test_what_fifo_queues_ask_for(sqs, fifo):
    assert refused(sqs.send_message, QueueUrl=fifo, MessageBody="x") == (
        "MissingParameter", 400, "The request must contain the parameter MessageGroupId.",
    )
    plain = sqs.create_queue(QueueName="plain.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    assert refused(sqs.send_message, QueueUrl=plain, MessageBody="x", MessageGroupId="g") == (
        "InvalidParameterValue", 400,
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
        "provided explicitly",
    )
    assert refused(sqs.create_queue, QueueName="x", Attributes={"FifoQueue": "true"}) == (
        "InvalidParameterValue", 400,
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
        "underscores, must end with .fifo suffix and be 1 to 80 in length.",
    )
    assert refused(sqs.create_queue, QueueName="x.fifo") == (
        "InvalidParameterValue", 400,
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    )
    assert refused(
        sqs.create_queue, QueueName="x", Attributes={"ContentBasedDeduplication": "true"},
    )[0] == "InvalidAttributeName"
