"""Fixtures of the tests of topics."""

import json

import pytest
from harness import eventually


@pytest.fixture
def sns(aws):
    return aws.client("sns")


@pytest.fixture
def sqs(aws):
    return aws.client("sqs")


class Inbox:
    """A queue that SNS may send to, and what has come."""

    def __init__(self, sqs, name, **attributes):
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = found["Attributes"]["QueueArn"]

    def open(self, **condition):
        statement = {
            "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage", "Resource": self.arn,
        }
        if condition:
            statement["Condition"] = condition
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        return self

    def take(self, count=1):
        """So many messages, in the order they came, and no more."""
        found = []

        def look():
            answer = self.sqs.receive_message(
                QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"],
                AttributeNames=["All"],
            )
            for message in answer.get("Messages", []):
                found.append(message)
                self.sqs.delete_message(
                    QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"],
                )
            return len(found) >= count

        eventually(look)
        assert len(found) == count
        return found

    def texts(self, count=1):
        return [json.loads(message["Body"])["Message"] for message in self.take(count)]

    def is_empty(self):
        return "Messages" not in self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=1)


@pytest.fixture
def inbox(sqs):
    """`inbox("name")`: a queue that may be sent to."""
    return lambda name, **attributes: Inbox(sqs, name, **attributes).open()


@pytest.fixture
def closed_inbox(sqs):
    return Inbox(sqs, "closed")


@pytest.fixture
def topic(sns):
    """The ARN of a new topic."""
    return sns.create_topic(Name="news")["TopicArn"]


@pytest.fixture
def subscribe(sns):
    """`subscribe(topic, inbox, **attributes)`: the ARN of a new subscription."""
    return lambda topic, inbox, **attributes: sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=inbox.arn, Attributes=attributes,
    )["SubscriptionArn"]
