"""Events, the rules that want them, and the targets that are sent them."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually


def refused(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised)


def rule(events, name, target, pattern, **more):
    """A rule with one target."""
    arn = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    answer = events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": target.arn, **more}])
    assert answer["FailedEntryCount"] == 0
    return arn


def send(events, detail, source="my.app", kind="Done", **more):
    entry = {"Source": source, "DetailType": kind, "Detail": json.dumps(detail), **more}
    answer = events.put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0
    return answer["Entries"][0]["EventId"]


@behaviour("EB-1")
def test_an_event_reaches_the_targets_of_the_rules_that_want_it(aws, events, inbox):
    one, other = inbox("one"), inbox("other")
    rule(events, "mine", one, {"source": ["my.app"], "detail": {"size": [{"numeric": [">", 5]}]}})
    rule(events, "others", other, {"source": [{"anything-but": "my.app"}]})
    id = send(events, {"size": 6, "name": "a"}, Resources=["r"])
    send(events, {"size": 5})
    (body,) = one.take()
    event = json.loads(body)
    assert event.pop("time").endswith("Z")
    assert event == {
        "version": "0", "id": id, "detail-type": "Done", "source": "my.app",
        "account": aws.account, "region": "us-east-1", "resources": ["r"],
        "detail": {"size": 6, "name": "a"},
    }
    assert other.is_empty()


@behaviour("EB-1")
@pytest.mark.parametrize(
    "test, yes, no",
    [
        ("x", "x", "y"),
        ({"prefix": "in/"}, "in/a", "out/a"),
        ({"suffix": ".csv"}, "a.csv", "a.json"),
        ({"numeric": ["<=", 3]}, 3, 4),
        ({"anything-but": ["a", "b"]}, "c", "b"),
        ({"exists": True}, 0, None),
        ({"equals-ignore-case": "Ab"}, "aB", "abc"),
        ({"wildcard": "*/x/*.csv"}, "a/x/b.csv", "a/y/b.csv"),
        ({"cidr": "10.0.0.0/8"}, "10.9.8.7", "11.0.0.0"),
    ],
)
def test_patterns(events, test, yes, no):
    def matches(value, pattern):
        detail = {} if value is None else {"v": value}
        event = {
            "id": "1", "account": "000000000000", "source": "s", "time": "2026-01-01T00:00:00Z",
            "region": "us-east-1", "resources": [], "detail-type": "t", "detail": detail,
        }
        return events.test_event_pattern(
            EventPattern=json.dumps(pattern), Event=json.dumps(event),
        )["Result"]

    plain = {"detail": {"v": [test]}}
    either = {"$or": [{"detail-type": ["other"]}, plain]}
    for pattern in (plain, either):
        assert matches(yes, pattern) and not matches(no, pattern)


@behaviour("EB-15")
def test_errors_have_their_types(events, inbox):
    with pytest.raises(events.exceptions.InvalidEventPatternException) as raised:
        events.put_rule(Name="r", EventPattern='{"source": "x"}')
    assert error(raised) == (
        "InvalidEventPatternException", 400,
        'Event pattern is not valid. Reason: "source" must be an object or an array',
    )
    with pytest.raises(events.exceptions.ResourceNotFoundException) as raised:
        events.describe_rule(Name="absent")
    assert error(raised) == (
        "ResourceNotFoundException", 400, "Rule absent does not exist on EventBus default.",
    )
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.put_rule(Name="r", EventBusName="absent", EventPattern='{"source": ["x"]}')
    assert refused(events.put_rule, Name="r") == (
        "ValidationException", 400,
        "Parameter(s) EventPattern or ScheduleExpression must be specified.",
    )
    assert refused(events.put_rule, Name="r", ScheduleExpression="rate(1 day)")[1] == 501
    events.put_rule(Name="r", EventPattern='{"source": ["x"]}')
    stream = {"Id": "t", "Arn": "arn:aws:kinesis:us-east-1:000000000000:stream/s"}
    assert refused(events.put_targets, Rule="r", Targets=[stream])[:2] == ("NotImplemented", 501)
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": inbox("q").arn}])
    assert refused(events.delete_rule, Name="r") == (
        "ValidationException", 400, "Rule can't be deleted since it has targets.",
    )
    events.remove_targets(Rule="r", Ids=["t"])
    events.delete_rule(Name="r")
    events.delete_rule(Name="r")


@behaviour("EB-5")
def test_a_rule_has_five_targets_and_each_is_sent_what_it_asks_for(events, inbox):
    queues = [inbox(f"q{n}") for n in range(6)]
    transformer = {
        "InputPathsMap": {"name": "$.detail.name", "n": "$.detail.items[0].n"},
        "InputTemplate": '{"text": "<name> of <aws.events.rule-name>", "n": <n>}',
    }
    how = [
        {},
        {"Input": '{"a": 1}'},
        {"InputPath": "$.detail.items"},
        {"InputTransformer": transformer},
        {"InputTransformer": {"InputTemplate": '"at <aws.events.rule-arn>"'}},
    ]
    arn = events.put_rule(Name="r", EventPattern='{"source": ["my.app"]}')["RuleArn"]
    targets = [
        {"Id": str(n), "Arn": queue.arn, **more}
        for n, (queue, more) in enumerate(zip(queues, how, strict=False))
    ]
    events.put_targets(Rule="r", Targets=targets)
    assert events.list_targets_by_rule(Rule="r")["Targets"] == targets
    with pytest.raises(events.exceptions.LimitExceededException) as raised:
        events.put_targets(Rule="r", Targets=[{"Id": "5", "Arn": queues[5].arn}])
    assert error(raised)[1:] == (
        400, "The requested resource exceeds the maximum number allowed.",
    )
    send(events, {"name": 'a "b"', "items": [{"n": 7}]})
    bodies = [queue.take()[0] for queue in queues[:5]]
    assert json.loads(bodies[0])["detail"]["items"] == [{"n": 7}]
    assert [json.loads(body) for body in bodies[1:]] == [
        {"a": 1}, [{"n": 7}], {"text": 'a "b" of r', "n": 7}, f"at {arn}",
    ]


@behaviour("EB-8")
def test_entries_fail_one_by_one_and_calls_have_ten(events, inbox):
    q = inbox("q")
    rule(events, "r", q, {"source": ["my.app"]})
    entry = {"Source": "my.app", "DetailType": "t", "Detail": "{}"}
    big = entry | {"Detail": json.dumps({"x": "y" * 257 * 1024})}
    aws = entry | {"Source": "aws.s3"}
    answer = events.put_events(Entries=[entry, big, entry | {"Detail": "x"}, aws])
    assert answer["FailedEntryCount"] == 3
    codes = [found.get("ErrorCode") for found in answer["Entries"]]
    assert codes == [None, "InvalidArgument", "MalformedDetail", "NotAuthorizedForSource"]
    assert answer["Entries"][0]["EventId"]
    q.take(1)
    assert refused(events.put_events, Entries=[entry] * 11)[:2] == ("ValidationException", 400)


@behaviour("EB-13")
def test_a_rule_that_is_disabled_delivers_nothing(events, inbox):
    q = inbox("q")
    rule(events, "r", q, {"source": ["my.app"]})
    events.disable_rule(Name="r")
    assert events.describe_rule(Name="r")["State"] == "DISABLED"
    send(events, {"n": 1})
    events.enable_rule(Name="r")
    send(events, {"n": 2})
    (body,) = q.take()
    assert json.loads(body)["detail"] == {"n": 2}


def test_buses_of_ones_own_have_rules_of_their_own(events, inbox):
    q = inbox("q")
    arn = events.create_event_bus(Name="mine", Description="d")["EventBusArn"]
    with pytest.raises(events.exceptions.ResourceAlreadyExistsException):
        events.create_event_bus(Name="mine")
    pattern = '{"source": ["my.app"]}'
    made = events.put_rule(Name="r", EventBusName=arn, EventPattern=pattern)["RuleArn"]
    assert made.endswith(":rule/mine/r")
    events.put_targets(Rule="r", EventBusName="mine", Targets=[{"Id": "t", "Arn": q.arn}])
    send(events, {"n": 1})
    send(events, {"n": 2}, EventBusName="mine")
    (body,) = q.take()
    assert json.loads(body)["detail"] == {"n": 2}
    named = events.list_rule_names_by_target(TargetArn=q.arn, EventBusName="mine")
    assert named["RuleNames"] == ["r"]
    assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default", "mine"]
    assert events.describe_event_bus(Name="mine")["Description"] == "d"
    assert refused(events.delete_event_bus, Name="mine")[0] == "ValidationException"
    events.remove_targets(Rule="r", EventBusName="mine", Ids=["t"])
    events.delete_rule(Name="r", EventBusName="mine")
    events.delete_event_bus(Name="mine")
    assert refused(events.describe_event_bus, Name="mine")[0] == "ResourceNotFoundException"


def test_rules_are_listed_in_pages_and_tagged(events):
    pattern = '{"source": ["x"]}'
    for n in range(3):
        tags = [{"Key": "n", "Value": str(n)}]
        arn = events.put_rule(Name=f"r{n}", EventPattern=pattern, Tags=tags)["RuleArn"]
    first = events.list_rules(NamePrefix="r", Limit=2)
    rest = events.list_rules(NamePrefix="r", Limit=2, NextToken=first["NextToken"])
    names = [found["Name"] for found in first["Rules"] + rest["Rules"]]
    assert names == ["r0", "r1", "r2"] and "NextToken" not in rest
    events.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "b"}])
    events.untag_resource(ResourceARN=arn, TagKeys=["n"])
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "b"}]


@behaviour("SQS-14")
def test_a_queue_without_leave_for_the_rule_is_sent_nothing(events, closed_inbox):
    arn = rule(events, "r", closed_inbox, {"source": ["my.app"]})
    send(events, {"n": 1})
    assert closed_inbox.is_empty()
    closed_inbox.open(ArnEquals={"aws:SourceArn": arn + "x"})
    send(events, {"n": 2})
    assert closed_inbox.is_empty()
    closed_inbox.open(ArnEquals={"aws:SourceArn": arn})
    send(events, {"n": 3})
    (body,) = closed_inbox.take()
    assert json.loads(body)["detail"] == {"n": 3}


def test_what_was_accepted_arrives_after_a_kill(durable_server, durable):
    events, sqs = durable().client("events"), durable().client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = found["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_rule(Name="r", EventPattern='{"source": ["my.app"]}')
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": arn}])
    for n in range(10):
        send(events, {"n": n})
    durable_server.kill()
    durable_server.restart()
    sqs = durable().client("sqs")
    url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
    seen = set()

    def look():
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            seen.add(json.loads(message["Body"])["detail"]["n"])
        return seen == set(range(10))

    eventually(look)


def test_a_topic_is_a_target(aws, events, inbox):
    sns = aws.client("sns")
    topic = sns.create_topic(Name="told")["TopicArn"]
    allowed = {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish", "Resource": topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    queue = inbox("of-the-topic", by="sns.amazonaws.com")
    subscribed = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes=subscribed)
    events.put_rule(Name="r", EventPattern='{"source": ["mine"]}')
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": topic}])
    entry = {"Source": "mine", "DetailType": "kind", "Detail": '{"n": 1}'}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    (told,) = map(json.loads, queue.take(1))
    assert told["source"] == "mine" and told["detail"] == {"n": 1}
