"""Fixtures of the tests of logs."""

import time

import pytest


@pytest.fixture
def logs(aws):
    return aws.client("logs")


@pytest.fixture
def group(logs):
    """The name of a new group with a stream `s`."""
    logs.create_log_group(logGroupName="/g")
    logs.create_log_stream(logGroupName="/g", logStreamName="s")
    return "/g"


@pytest.fixture
def now():
    """Now, as events have it."""
    return int(time.time() * 1000)


@pytest.fixture
def put(logs, group):
    """`put((time, message), …, stream="s")` puts events."""

    def put(*events, stream="s"):
        shown = [{"timestamp": at, "message": message} for at, message in events]
        return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=shown)

    return put
