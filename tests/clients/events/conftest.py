"""Fixtures of the tests of events."""

import json

import pytest
from harness import eventually


@pytest.fixture
def events(aws):
    return aws.client("events")


@pytest.fixture
def sqs(aws):
    return aws.client("sqs")


class Inbox:
    """A queue that EventBridge may send to, and what has come."""

    def __init__(self, sqs, name, **attributes):
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = found["Attributes"]["QueueArn"]

    def open(self, by="events.amazonaws.com", **condition):
        statement = {
            "Effect": "Allow", "Principal": {"Service": by},
            "Action": "sqs:SendMessage", "Resource": self.arn,
        }
        if condition:
            statement["Condition"] = condition
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        return self

    def take(self, count=1):
        """The bodies of so many messages, in the order they came, and no more."""
        found = []

        def look():
            answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            found.extend(message["Body"] for message in answer.get("Messages", []))
            return len(found) >= count

        eventually(look)
        assert len(found) == count
        return found

    def is_empty(self):
        return "Messages" not in self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=1)


@pytest.fixture
def inbox(sqs):
    """`inbox("name")`: a queue that may be sent to by EventBridge, or by another service."""

    def make(name, by="events.amazonaws.com", **attributes):
        return Inbox(sqs, name, **attributes).open(by)

    return make


@pytest.fixture
def closed_inbox(sqs):
    return Inbox(sqs, "closed")
