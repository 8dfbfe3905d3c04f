"""Fixtures of the tests of queues."""

import pytest


@pytest.fixture
def sqs(aws):
    return aws.client("sqs")


@pytest.fixture
def queue(sqs):
    """The URL of a new, empty standard queue."""
    return sqs.create_queue(QueueName="jobs")["QueueUrl"]


@pytest.fixture
def fifo(sqs):
    """The URL of a new, empty FIFO queue that tells repeats by their content."""
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    return sqs.create_queue(QueueName="jobs.fifo", Attributes=attributes)["QueueUrl"]
