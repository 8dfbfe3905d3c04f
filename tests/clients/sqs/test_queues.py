"""Queues: made, found, changed, purged, deleted, tagged, shared; and the older protocol."""

import json
import xml.etree.ElementTree as ElementTree

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import query_call


def refused(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised)


def attributes(sqs, url, *names):
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"])
    return answer.get("Attributes", {})


def arn(sqs, url):
    return attributes(sqs, url, "QueueArn")["QueueArn"]


@behaviour("SQS-13")
def test_a_queue_has_its_defaults(aws, sqs, queue):
    assert queue == f"{aws.url}/{aws.account}/jobs"
    found = attributes(sqs, queue)
    assert found.pop("CreatedTimestamp") == found.pop("LastModifiedTimestamp")
    assert found == {
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
        "DelaySeconds": "0",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "QueueArn": f"arn:aws:sqs:us-east-1:{aws.account}:jobs",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
        "VisibilityTimeout": "30",
    }
    assert attributes(sqs, queue, "DelaySeconds") == {"DelaySeconds": "0"}
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue)
    assert refused(sqs.get_queue_attributes, QueueUrl=queue, AttributeNames=["Colour"]) == (
        "InvalidAttributeName", 400, "Unknown Attribute Colour.",
    )
    # Ciphering with a key of one's own is refused by name.
    code, status, message = refused(
        sqs.set_queue_attributes, QueueUrl=queue, Attributes={"KmsMasterKeyId": "alias/x"},
    )
    assert (code, status) == ("NotImplemented", 501) and "KmsMasterKeyId" in message


@behaviour("SQS-16")
@pytest.mark.clock
def test_a_queue_that_is_missing_there_or_deleted(aws, sqs, queue, clock):
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as raised:
        sqs.get_queue_url(QueueName="absent")
    assert error(raised) == (
        "AWS.SimpleQueueService.NonExistentQueue", 400, "The specified queue does not exist.",
    )
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.send_message(QueueUrl=queue + "x", MessageBody="x")
    assert sqs.get_queue_url(QueueName="jobs")["QueueUrl"] == queue
    # The same again is the same queue; another is refused.
    assert sqs.create_queue(QueueName="jobs")["QueueUrl"] == queue
    same = {"VisibilityTimeout": "30"}
    assert sqs.create_queue(QueueName="jobs", Attributes=same)["QueueUrl"] == queue
    with pytest.raises(sqs.exceptions.QueueNameExists) as raised:
        sqs.create_queue(QueueName="jobs", Attributes={"DelaySeconds": "1"})
    assert error(raised) == (
        "QueueAlreadyExists", 400,
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
    )
    sqs.delete_queue(QueueUrl=queue)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.delete_queue(QueueUrl=queue)
    with pytest.raises(sqs.exceptions.QueueDeletedRecently) as raised:
        sqs.create_queue(QueueName="jobs")
    assert error(raised) == (
        "AWS.SimpleQueueService.QueueDeletedRecently", 400,
        "You must wait 60 seconds after deleting a queue before you can create another with the "
        "same name.",
    )
    clock.advance(seconds=60)
    assert sqs.create_queue(QueueName="jobs")["QueueUrl"] == queue
    # Another region, another queue.
    with pytest.raises(ClientError):
        aws.elsewhere(region="eu-west-1").client("sqs").get_queue_url(QueueName="jobs")


@behaviour("SQS-17")
@pytest.mark.clock
def test_purge_empties_the_queue_then_refuses_for_a_minute(sqs, queue, clock):
    for _ in range(3):
        sqs.send_message(QueueUrl=queue, MessageBody="x")
    (held,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    sqs.purge_queue(QueueUrl=queue)
    found = attributes(sqs, queue)
    assert found["ApproximateNumberOfMessages"] == "0"
    assert found["ApproximateNumberOfMessagesNotVisible"] == "0"
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=held["ReceiptHandle"])
    with pytest.raises(sqs.exceptions.PurgeQueueInProgress) as raised:
        sqs.purge_queue(QueueUrl=queue)
    assert error(raised) == (
        "AWS.SimpleQueueService.PurgeQueueInProgress", 400,
        "Only one PurgeQueue operation on jobs is allowed every 60 seconds.",
    )
    clock.advance(seconds=60)
    sqs.send_message(QueueUrl=queue, MessageBody="new")
    sqs.purge_queue(QueueUrl=queue)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)


def test_queues_are_listed_in_pages_and_by_prefix(sqs):
    urls = [sqs.create_queue(QueueName=f"q{n}")["QueueUrl"] for n in range(5)]
    other = sqs.create_queue(QueueName="other")["QueueUrl"]
    assert sqs.list_queues()["QueueUrls"] == [other, *urls]
    assert sqs.list_queues(QueueNamePrefix="q")["QueueUrls"] == urls
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="absent")
    pages = sqs.get_paginator("list_queues").paginate(
        QueueNamePrefix="q", PaginationConfig={"PageSize": 2},
    )
    assert [len(page["QueueUrls"]) for page in pages] == [2, 2, 1]
    assert refused(sqs.list_queues, MaxResults=1001)[0] == "InvalidParameterValue"
    assert refused(sqs.list_queues, MaxResults=1, NextToken="x")[0] == "InvalidParameterValue"


def test_attributes_are_changed_and_refused(sqs, queue):
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "69"})
    assert attributes(sqs, queue)["VisibilityTimeout"] == "69"
    for bad, code in {
        ("QueueArn", "x"): "InvalidAttributeName",
        ("Colour", "x"): "InvalidAttributeName",
        ("MaximumMessageSize", "1023"): "InvalidAttributeValue",
        ("Policy", "{}"): "InvalidAttributeValue",
        ("RedrivePolicy", "x"): "InvalidParameterValue",
    }.items():
        found = refused(sqs.set_queue_attributes, QueueUrl=queue, Attributes=dict([bad]))
        assert found[:2] == (code, 400), bad


def test_tags(sqs):
    url = sqs.create_queue(QueueName="tagged", tags={"a": "1"})["QueueUrl"]
    sqs.tag_queue(QueueUrl=url, Tags={"b": "2", "c": "3"})
    sqs.untag_queue(QueueUrl=url, TagKeys=["a", "absent"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"b": "2", "c": "3"}
    many = {f"k{n}": "" for n in range(50)}
    assert refused(sqs.tag_queue, QueueUrl=url, Tags=many)[0] == "InvalidParameterValue"


def test_permissions_are_statements_of_the_policy(sqs, queue):
    for label, account in (("one", "111111111111"), ("two", "222222222222")):
        sqs.add_permission(
            QueueUrl=queue, Label=label, AWSAccountIds=[account], Actions=["SendMessage"],
        )
    policy = json.loads(attributes(sqs, queue, "Policy")["Policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["one", "two"]
    assert policy["Statement"][0] == {
        "Sid": "one", "Effect": "Allow", "Action": "SQS:SendMessage",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Resource": arn(sqs, queue),
    }
    for label in ("one", "two"):
        sqs.remove_permission(QueueUrl=queue, Label=label)
    assert attributes(sqs, queue, "Policy") == {}
    assert refused(sqs.remove_permission, QueueUrl=queue, Label="two") == (
        "InvalidParameterValue", 400,
        "Value two for parameter Label is invalid. Reason: can't find label.",
    )


@behaviour("PLAT-2")
def test_clients_from_before_speak_the_query_protocol(aws, sqs, queue):
    """Names in forms and XML are those of the older model, and codes of errors too."""

    def call(action, **parameters):
        form = {"Action": action, "Version": "2012-11-05", **parameters}
        answer = query_call(aws, "sqs", **form).send()
        assert answer.status == 200, answer.body
        return answer.body.decode()

    def texts(body, name):
        nodes = ElementTree.fromstring(body).iter()
        return [node.text for node in nodes if node.tag.rpartition("}")[2] == name]

    body = call("CreateQueue", QueueName="old", **{
        "Attribute.1.Name": "VisibilityTimeout", "Attribute.1.Value": "7",
        "Attribute.2.Name": "DelaySeconds", "Attribute.2.Value": "0",
        "Tag.1.Key": "team", "Tag.1.Value": "red",
    })
    (url,) = texts(body, "QueueUrl")
    assert body.startswith(
        '<CreateQueueResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">'
        "<CreateQueueResult><QueueUrl>"
    )
    assert attributes(sqs, url, "VisibilityTimeout") == {"VisibilityTimeout": "7"}
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "red"}
    body = call("SendMessage", QueueUrl=url, MessageBody="a & b", **{
        "MessageAttribute.1.Name": "Kind", "MessageAttribute.1.Value.DataType": "String",
        "MessageAttribute.1.Value.StringValue": "x",
    })
    assert len(texts(body, "MD5OfMessageBody")[0]) == 32
    body = call("SendMessageBatch", QueueUrl=url, **{
        "SendMessageBatchRequestEntry.1.Id": "one",
        "SendMessageBatchRequestEntry.1.MessageBody": "first",
        "SendMessageBatchRequestEntry.2.Id": "two",
        "SendMessageBatchRequestEntry.2.MessageBody": "second",
    })
    assert texts(body, "Id") == ["one", "two"]
    body = call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages="10", **{
        "AttributeName.1": "ApproximateReceiveCount", "MessageAttributeName.1": "All",
    })
    assert texts(body, "Body") == ["a & b", "first", "second"]
    assert texts(body, "Name") == ["ApproximateReceiveCount", "Kind"] + 2 * ["ApproximateReceiveCount"]
    handles = texts(body, "ReceiptHandle")
    call("DeleteMessage", QueueUrl=url, ReceiptHandle=handles[0])
    body = call("GetQueueAttributes", QueueUrl=url, **{
        "AttributeName.1": "ApproximateNumberOfMessagesNotVisible",
    })
    assert texts(body, "Value") == ["2"]
    assert texts(call("ListQueues", QueueNamePrefix="ol"), "QueueUrl") == [url]

    form = {"Action": "GetQueueUrl", "Version": "2012-11-05", "QueueName": "absent"}
    answer = query_call(aws, "sqs", **form).send()
    assert (answer.status, answer.code()) == (400, "AWS.SimpleQueueService.NonExistentQueue")
