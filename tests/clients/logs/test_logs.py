"""Events: put, read, filtered, and forgotten."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

HOUR = 3_600_000
DAY = 24 * HOUR
INVALID = ("InvalidParameterException", 400)
ABSENT = ("ResourceNotFoundException", 400)


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised)


def messages(answer):
    return [event["message"] for event in answer["events"]]


@behaviour("CWL-1")
def test_events_are_read_in_the_order_of_their_times(logs, group, put, now):
    put((now - 30, "c"), (now - 20, "d"))
    put((now - 50, "a"), (now - 40, "b"))
    which = {"logGroupName": group, "logStreamName": "s"}
    head = logs.get_log_events(**which, startFromHead=True, limit=3)
    assert messages(head) == ["a", "b", "c"]
    assert head["events"][0]["timestamp"] == now - 50
    more = logs.get_log_events(**which, nextToken=head["nextForwardToken"])
    assert messages(more) == ["d"]
    end = logs.get_log_events(**which, nextToken=more["nextForwardToken"])
    assert messages(end) == [] and end["nextForwardToken"] == more["nextForwardToken"]
    tail = logs.get_log_events(**which, limit=2)
    assert messages(tail) == ["c", "d"]
    back = logs.get_log_events(**which, limit=2, nextToken=tail["nextBackwardToken"])
    assert messages(back) == ["a", "b"]
    some = logs.get_log_events(
        **which, startTime=now - 40, endTime=now - 20, startFromHead=True
    )
    assert messages(some) == ["b", "c"]
    (stream,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert (stream["firstEventTimestamp"], stream["lastEventTimestamp"]) == (now - 50, now - 20)
    assert refused(logs.get_log_events, logGroupName="absent", logStreamName="s")[:2] == ABSENT
    assert refused(logs.get_log_events, logGroupName=group, logStreamName="absent")[:2] == ABSENT


@behaviour("CWL-1")
def test_what_events_are_not_taken(logs, group, put, now):
    assert refused(put, (now, "b"), (now - 1, "a"))[:2] == INVALID
    assert refused(put, (now - 25 * HOUR, "a"), (now, "b"))[:2] == INVALID
    assert refused(put, (now, "x" * 1_048_576)) == (
        *INVALID, "Upload too large: 1048602 bytes exceeds limit of 1048576",
    )
    put((now, "x" * 262_144))
    assert refused(put, (now, "a"), stream="absent")[:2] == ABSENT
    old = put((now - 15 * DAY, "old"), (now - 15 * DAY + HOUR, "older"))
    assert old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2}
    late = put((now, "in time"), (now + 3 * HOUR, "late"))
    assert late["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    expired = put((now - 2 * DAY, "gone"), (now - 2 * DAY + 1, "gone"))
    assert expired["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 2}
    found = logs.filter_log_events(logGroupName=group)
    assert [len(message) for message in messages(found)] == [262_144, 7]


@behaviour("CWL-1", "CWL-2")
def test_terms_choose_events_of_all_streams(logs, group, put, now):
    logs.create_log_stream(logGroupName=group, logStreamName="t")
    put((now - 4, "ERROR one"), (now - 2, "ERROR two words"))
    put((now - 3, "WARN three"), (now - 1, "INFO four"), stream="t")

    def found(pattern, **more):
        return messages(logs.filter_log_events(logGroupName=group, filterPattern=pattern, **more))

    assert found("") == ["ERROR one", "WARN three", "ERROR two words", "INFO four"]
    assert found("ERROR") == ["ERROR one", "ERROR two words"]
    assert found("ERROR -one") == ["ERROR two words"]
    assert found("?WARN ?INFO") == ["WARN three", "INFO four"]
    assert found('"two words"') == ["ERROR two words"]
    assert found("", logStreamNames=["t"]) == ["WARN three", "INFO four"]
    assert found("", logStreamNamePrefix="t") == ["WARN three", "INFO four"]
    assert found("", startTime=now - 3, endTime=now - 2) == ["WARN three", "ERROR two words"]
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, PaginationConfig={"PageSize": 3}
    )
    answers = [messages(page) for page in pages]
    assert [len(page) for page in answers] == [3, 1]
    event = logs.filter_log_events(logGroupName=group, limit=1)["events"][0]
    assert event["logStreamName"] == "s" and event["eventId"]
    assert refused(found, "{ $.a = 1 }")[:2] == ("NotImplemented", 501)
    assert refused(found, "", logStreamNames=["absent"])[:2] == ABSENT


@behaviour("CWL-11")
@pytest.mark.clock
def test_events_are_kept_for_so_many_days(logs, group, put, now, clock):
    put((now, "a"))
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 7
    clock.advance(days=6)
    assert messages(logs.filter_log_events(logGroupName=group)) == ["a"]
    clock.advance(days=2)
    assert messages(logs.filter_log_events(logGroupName=group)) == []
    assert messages(logs.get_log_events(logGroupName=group, logStreamName="s")) == []
    clock.advance(days=1)
    assert logs.describe_log_groups()["logGroups"][0]["storedBytes"] == 0
    assert refused(logs.put_retention_policy, logGroupName=group, retentionInDays=8)[:2] == INVALID
    logs.put_retention_policy(logGroupName=group, retentionInDays=3653)
    logs.delete_retention_policy(logGroupName=group)
    assert "retentionInDays" not in logs.describe_log_groups()["logGroups"][0]


def test_groups_and_streams_come_and_go(logs, group, put, now, account):
    exists = ("ResourceAlreadyExistsException", 400)
    assert refused(logs.create_log_group, logGroupName=group)[:2] == exists
    stream = {"logGroupName": group, "logStreamName": "s"}
    assert refused(logs.create_log_stream, **stream)[:2] == exists
    logs.create_log_group(logGroupName="/h", tags={"a": "1"})
    (found,) = logs.describe_log_groups(logGroupNamePrefix="/h")["logGroups"]
    arn = f"arn:aws:logs:us-east-1:{account}:log-group:/h"
    assert (found["logGroupArn"], found["arn"]) == (arn, f"{arn}:*")
    logs.tag_resource(resourceArn=arn, tags={"b": "2"})
    logs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    first = logs.describe_log_groups(limit=1)
    rest = logs.describe_log_groups(nextToken=first["nextToken"])
    names = [one["logGroupName"] for one in first["logGroups"] + rest["logGroups"]]
    assert names == ["/g", "/h"]
    logs.create_log_stream(logGroupName=group, logStreamName="t")
    put((now - 5, "a"), stream="t")
    put((now - 9, "b"))
    by_time = logs.describe_log_streams(
        logGroupName=group, orderBy="LastEventTime", descending=True
    )
    assert [one["logStreamName"] for one in by_time["logStreams"]] == ["t", "s"]
    logs.delete_log_stream(logGroupName=group, logStreamName="t")
    assert messages(logs.filter_log_events(logGroupName=group)) == ["b"]
    logs.delete_log_group(logGroupName=group)
    assert refused(logs.filter_log_events, logGroupName=group)[:2] == ABSENT
    # Of another group of that name there is nothing.
    logs.create_log_group(logGroupName=group)
    assert messages(logs.filter_log_events(logGroupName=group)) == []
