"""Services that call functions: topics and rules."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually

ECHO = "def handler(event, context):\n    return event\n"


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised)


@pytest.fixture
def told(sqs, functions, lambdas):
    """`told()`: what the function `f` was called with next."""
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = found["Attributes"]["QueueArn"]
    functions.make("f", ECHO)
    lambdas.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": arn}}
    )

    def look():
        for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return json.loads(message["Body"])["requestPayload"]
        return None

    def next_one():
        return eventually(look)

    next_one.look = look
    return next_one


def permit(lambdas, service, source):
    lambdas.add_permission(
        FunctionName="f", StatementId=service, Action="lambda:InvokeFunction",
        Principal=f"{service}.amazonaws.com", SourceArn=source,
    )


@behaviour("SNS-1", "SNS-11")
def test_a_topic_calls_its_functions(functions, lambdas, sns, told):
    topic = sns.create_topic(Name="t")["TopicArn"]
    arn = lambdas.get_function_configuration(FunctionName="f")["FunctionArn"]
    permit(lambdas, "sns", topic)
    made = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)["SubscriptionArn"]
    attributes = {"colour": {"DataType": "String", "StringValue": "red"}}
    sent = sns.publish(
        TopicArn=topic, Message="hello", Subject="s", MessageAttributes=attributes
    )["MessageId"]
    (record,) = told()["Records"]
    assert (record["EventSource"], record["EventVersion"]) == ("aws:sns", "1.0")
    assert record["EventSubscriptionArn"] == made
    letter = record["Sns"]
    assert letter.pop("Timestamp").endswith("Z") and letter.pop("UnsubscribeUrl").endswith(made)
    assert letter == {
        "Type": "Notification", "MessageId": sent, "TopicArn": topic, "Subject": "s",
        "Message": "hello", "MessageAttributes": {"colour": {"Type": "String", "Value": "red"}},
    }
    texts = json.dumps({"default": "for others", "lambda": "for functions"})
    sns.publish(TopicArn=topic, Message=texts, MessageStructure="json")
    letter = told()["Records"][0]["Sns"]
    assert (letter["Message"], letter["Subject"]) == ("for functions", None)
    assert letter["MessageAttributes"] == {}


def test_what_functions_topics_do_not_take(functions, lambdas, sns):
    topic = sns.create_topic(Name="t")["TopicArn"]
    arn = functions.make("f", ECHO)
    ordered = sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    wrong = ("InvalidParameter", 400)
    assert refused(sns.subscribe, TopicArn=ordered, Protocol="lambda", Endpoint=arn)[:2] == wrong
    assert refused(sns.subscribe, TopicArn=topic, Protocol="lambda", Endpoint="x")[:2] == wrong
    raw = {"Attributes": {"RawMessageDelivery": "true"}}
    assert refused(sns.subscribe, TopicArn=topic, Protocol="lambda", Endpoint=arn, **raw)[:2] == (
        wrong
    )


def test_a_function_without_leave_for_the_topic_is_not_called(functions, lambdas, sns, sqs, told):
    topic = sns.create_topic(Name="t")["TopicArn"]
    arn = lambdas.get_function_configuration(FunctionName="f")["FunctionArn"]
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    dead = found["Attributes"]["QueueArn"]
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": dead,
    }]}  # fmt: skip
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    redrive = json.dumps({"deadLetterTargetArn": dead})
    sns.subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint=arn, Attributes={"RedrivePolicy": redrive}
    )
    sns.publish(TopicArn=topic, Message="hello")
    letters = eventually(
        lambda: sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")
    )
    assert json.loads(letters[0]["Body"])["Message"] == "hello"
    assert letters[0]["MessageAttributes"]["ErrorCode"]["StringValue"] == "AccessDeniedException"
    assert told.look() is None


def test_a_rule_calls_its_functions(functions, lambdas, aws, told):
    events = aws.client("events")
    rule = events.put_rule(Name="r", EventPattern='{"source": ["mine"]}')["RuleArn"]
    arn = lambdas.get_function_configuration(FunctionName="f")["FunctionArn"]
    permit(lambdas, "events", rule)
    put = events.put_targets(Rule="r", Targets=[{"Id": "f", "Arn": arn}])
    assert put["FailedEntryCount"] == 0
    entry = {"Source": "mine", "DetailType": "d", "Detail": '{"a": 1}'}
    events.put_events(Entries=[entry])
    event = told()
    assert (event["source"], event["detail-type"], event["detail"]) == ("mine", "d", {"a": 1})
    input_path = {"Id": "f", "Arn": arn, "InputPath": "$.detail"}
    events.put_targets(Rule="r", Targets=[input_path])
    events.put_events(Entries=[entry])
    assert told() == {"a": 1}
