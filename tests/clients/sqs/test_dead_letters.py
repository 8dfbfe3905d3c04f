"""Dead letters: put aside, whose they are, and moved back."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def refused(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised)


def arn(sqs, url):
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def receive(sqs, url, **how):
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **how).get("Messages", [])


def redrive(target, most=3):
    return json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": most})


@pytest.fixture
def dead(sqs, queue):
    """The URL of the queue that takes what was received three times from `queue`."""
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    policy = redrive(arn(sqs, url))
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": policy})
    return url


def fail_all(sqs, queue):
    for _ in range(4):
        receive(sqs, queue, VisibilityTimeout=0)


@behaviour("SQS-8")
def test_what_failed_three_times_is_put_aside(sqs, queue, dead):
    sent = sqs.send_message(QueueUrl=queue, MessageBody="x")
    for _ in range(3):
        assert len(receive(sqs, queue, VisibilityTimeout=0)) == 1
        assert receive(sqs, dead) == []
    assert receive(sqs, queue) == []
    (found,) = receive(sqs, dead, AttributeNames=["All"], VisibilityTimeout=0)
    assert found["MessageId"] == sent["MessageId"]
    assert found["Attributes"]["DeadLetterQueueSourceArn"] == arn(sqs, queue)
    sources = sqs.list_dead_letter_source_queues(QueueUrl=dead)
    assert sources["queueUrls"] == [queue]


@behaviour("SQS-8")
@pytest.mark.clock
def test_dead_letters_are_moved_back(sqs, queue, dead, clock):
    for body in "abc":
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    fail_all(sqs, queue)
    start = {"SourceArn": arn(sqs, dead)}
    handle = sqs.start_message_move_task(**start)["TaskHandle"]
    assert handle
    clock.advance(seconds=1)
    (task,) = sqs.list_message_move_tasks(**start)["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 3)
    assert "TaskHandle" not in task and "DestinationArn" not in task
    found = receive(sqs, queue, AttributeNames=["All"])
    assert [message["Body"] for message in found] == ["a", "b", "c"]
    assert found[0]["Attributes"]["ApproximateReceiveCount"] == "1"
    assert "DeadLetterQueueSourceArn" not in found[0]["Attributes"]


@behaviour("SQS-8")
@pytest.mark.clock
def test_moving_at_a_rate_can_be_stopped(sqs, queue, dead, clock):
    for body in "abcde":
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    fail_all(sqs, queue)
    other = sqs.create_queue(QueueName="other")["QueueUrl"]
    start = {"SourceArn": arn(sqs, dead)}
    handle = sqs.start_message_move_task(
        **start, DestinationArn=arn(sqs, other), MaxNumberOfMessagesPerSecond=1,
    )["TaskHandle"]
    assert refused(sqs.start_message_move_task, **start)[0] == "InvalidParameterValue"
    clock.advance(seconds=1)
    (task,) = sqs.list_message_move_tasks(**start)["Results"]
    assert (task["Status"], task["TaskHandle"]) == ("RUNNING", handle)
    assert task["ApproximateNumberOfMessagesToMove"] == 5
    moved = sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"]
    assert 1 <= moved < 5
    clock.advance(seconds=60)
    assert len(receive(sqs, other)) == moved
    assert len(receive(sqs, dead)) == 5 - moved
    (task,) = sqs.list_message_move_tasks(**start)["Results"]
    assert task["Status"] == "CANCELLED"


@behaviour("SQS-8")
def test_what_moving_and_dead_letters_ask_for(sqs, queue, dead, fifo):
    assert refused(sqs.start_message_move_task, SourceArn=arn(sqs, queue)) == (
        "InvalidParameterValue", 400, "Source queue must be configured as a Dead Letter Queue.",
    )
    assert refused(sqs.start_message_move_task, SourceArn=arn(sqs, dead) + "x")[0] == (
        "ResourceNotFoundException"
    )
    assert refused(sqs.cancel_message_move_task, TaskHandle="x")[0] == "InvalidParameterValue"

    def policy(url, text):
        found = refused(
            sqs.set_queue_attributes, QueueUrl=url, Attributes={"RedrivePolicy": text},
        )
        assert found[:2] == ("InvalidParameterValue", 400)
        return found.message.partition("Reason: ")[2]

    assert policy(queue, redrive("dummy", 42)) == "Invalid value for deadLetterTargetArn."
    absent = arn(sqs, dead) + "x"
    assert policy(queue, redrive(absent)) == "Dead letter target does not exist."
    assert policy(fifo, redrive(arn(sqs, dead))) == (
        "Dead-letter queue must be same type of queue as the source."
    )
    assert policy(queue, redrive(arn(sqs, dead), 1001)) == (
        "Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive."
    )
    # The queue that is to take them may say no.
    deny = {"RedriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"})}
    sqs.set_queue_attributes(QueueUrl=dead, Attributes=deny)
    assert refused(
        sqs.create_queue, QueueName="new",
        Attributes={"RedrivePolicy": redrive(arn(sqs, dead))},
    )[0] == "InvalidParameterValue"
