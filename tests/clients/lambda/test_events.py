"""Calls that nobody waits for: tried again, given up, and who is told."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually

FAILS = """
    def handler(event, context):
        if event.get("fail"):
            raise ValueError("no good")
        return {"done": event}
"""


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised)


class Inbox:
    def __init__(self, sqs, name):
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName=name)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = found["Attributes"]["QueueArn"]

    def look(self):
        answer = self.sqs.receive_message(QueueUrl=self.url, MessageAttributeNames=["All"])
        for message in answer.get("Messages", []):
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            return message
        return None

    def take(self):
        return eventually(self.look)


@pytest.fixture
def inbox(sqs):
    return lambda name: Inbox(sqs, name)


def send(functions, event, name="f"):
    return functions.invoke(name, event, InvocationType="Event")["ResponseMetadata"]["RequestId"]


@behaviour("LAMBDA-12")
@pytest.mark.clock
def test_a_call_that_fails_is_tried_three_times(functions, lambdas, inbox, clock, account):
    told, dead = inbox("told"), inbox("dead")
    arn = functions.make("f", FAILS, DeadLetterConfig={"TargetArn": dead.arn}, Timeout=30)
    put = lambdas.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnFailure": {"Destination": told.arn}},
    )
    assert put["FunctionArn"] == f"{arn}:$LATEST"
    request = send(functions, {"fail": True})
    clock.advance(seconds=59)
    assert told.look() is None
    clock.advance(seconds=2)
    assert told.look() is None
    clock.advance(seconds=121)
    envelope = json.loads(told.take()["Body"])
    assert envelope["version"] == "1.0"
    assert envelope["requestContext"] == {
        "requestId": request, "functionArn": f"{arn}:$LATEST", "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert envelope["requestPayload"] == {"fail": True}
    assert envelope["responseContext"] == {
        "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled",
    }
    assert envelope["responsePayload"]["errorMessage"] == "no good"
    letter = dead.take()
    assert json.loads(letter["Body"]) == {"fail": True}
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert attributes == {"RequestID": request, "ErrorCode": "200", "ErrorMessage": "no good"}


@behaviour("LAMBDA-12")
@pytest.mark.clock
def test_a_call_that_cannot_run_is_given_up_when_it_is_old(functions, lambdas, inbox, clock):
    told = inbox("told")
    functions.make("f", FAILS, Timeout=30)
    lambdas.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnFailure": {"Destination": told.arn}},
    )
    lambdas.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    send(functions, {"late": 1})
    clock.advance(hours=5, minutes=58)
    assert told.look() is None
    clock.advance(minutes=10)
    envelope = json.loads(told.take()["Body"])
    assert envelope["requestContext"]["condition"] == "EventAgeExceeded"
    assert envelope["requestContext"]["approximateInvokeCount"] == 0
    assert "responseContext" not in envelope
    # What waits only runs when it may.
    send(functions, {"waits": 1})
    lambdas.delete_function_concurrency(FunctionName="f")
    lambdas.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": told.arn}},
    )
    clock.advance(minutes=10)
    envelope = json.loads(told.take()["Body"])
    assert envelope["requestContext"]["condition"] == "Success"
    assert envelope["responsePayload"] == {"done": {"waits": 1}}


@behaviour("LAMBDA-12")
def test_success_is_told_to_topics_buses_and_functions(functions, lambdas, aws, sns, sqs, inbox):
    queue = inbox("told")
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
        "Action": "sqs:SendMessage", "Resource": queue.arn,
    }]}  # fmt: skip
    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": json.dumps(policy)})
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    events = aws.client("events")
    pattern = json.dumps({"source": ["lambda"]})
    events.put_rule(Name="r", EventPattern=pattern)
    events.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": queue.arn}])
    bus = events.describe_event_bus()["Arn"]
    arn = functions.make("f", FAILS, Timeout=30)
    second = functions.make("second", FAILS, Timeout=30)
    tell = {"DestinationConfig": {"OnSuccess": {"Destination": queue.arn}}}
    lambdas.put_function_event_invoke_config(FunctionName="second", **tell)

    def told(destination):
        config = {"OnSuccess": {"Destination": destination}}
        lambdas.put_function_event_invoke_config(FunctionName="f", DestinationConfig=config)
        send(functions, {"a": 1})
        return json.loads(queue.take()["Body"])

    done = {"done": {"a": 1}}
    assert json.loads(told(topic)["Message"])["responsePayload"] == done
    event = told(bus)
    assert event["detail-type"] == "Lambda Function Invocation Result - Success"
    assert event["resources"] == [bus, arn] and event["detail"]["responsePayload"] == done
    nested = told(second)
    assert nested["requestPayload"]["responsePayload"] == done


def test_settings_of_events(functions, lambdas, unchecked):
    arn = functions.make("f", FAILS, Publish=True).rsplit(":", 1)[0]
    get = lambdas.get_function_event_invoke_config
    assert refused(get, FunctionName="f")[:2] == ("ResourceNotFoundException", 404)
    lambdas.put_function_event_invoke_config(
        FunctionName="f", MaximumRetryAttempts=0, MaximumEventAgeInSeconds=60
    )
    lambdas.put_function_event_invoke_config(FunctionName="f", Qualifier="1", MaximumRetryAttempts=1)
    lambdas.update_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1)
    found = get(FunctionName="f")
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 60)
    listed = lambdas.list_function_event_invoke_configs(FunctionName="f")
    arns = [one["FunctionArn"] for one in listed["FunctionEventInvokeConfigs"]]
    assert arns == [f"{arn}:$LATEST", f"{arn}:1"]
    for wrong in ({"MaximumRetryAttempts": 3}, {"MaximumEventAgeInSeconds": 59}):
        put = unchecked.put_function_event_invoke_config
        assert refused(put, FunctionName="f", **wrong)[0] == "ValidationException"
    wrong = {"OnFailure": {"Destination": "arn:aws:iam::123456789012:role/r"}}
    assert refused(
        lambdas.put_function_event_invoke_config, FunctionName="f", DestinationConfig=wrong
    )[:2] == ("InvalidParameterValueException", 400)
    lambdas.delete_function_event_invoke_config(FunctionName="f")
    assert refused(get, FunctionName="f")[0] == "ResourceNotFoundException"
