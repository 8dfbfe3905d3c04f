"""What is published, and to whom it comes."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually


def refused(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised)


@behaviour("SNS-1", "SQS-14")
def test_a_message_comes_in_a_letter_or_bare(sns, topic, inbox, subscribe):
    letter, bare = inbox("letter"), inbox("bare")
    arn = subscribe(topic, letter)
    subscribe(topic, bare, RawMessageDelivery="true")
    attributes = {
        "text": {"DataType": "String", "StringValue": "x"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    id = sns.publish(
        TopicArn=topic, Message="hällo\n", Subject="s", MessageAttributes=attributes,
    )["MessageId"]
    (message,) = letter.take()
    found = json.loads(message["Body"])
    assert message["Body"].startswith('{\n  "Type" : "Notification",\n  "MessageId" : ')
    assert found.pop("Timestamp").endswith("Z")
    assert found.pop("UnsubscribeURL").endswith(f"/?Action=Unsubscribe&SubscriptionArn={arn}")
    assert found == {
        "Type": "Notification", "MessageId": id, "TopicArn": topic, "Subject": "s",
        "Message": "hällo\n",
        "MessageAttributes": {
            "text": {"Type": "String", "Value": "x"},
            "bytes": {"Type": "Binary", "Value": "AAE="},
        },
    }
    (message,) = bare.take()
    assert message["Body"] == "hällo\n"
    assert message["MessageAttributes"]["text"]["StringValue"] == "x"
    assert message["MessageAttributes"]["bytes"]["BinaryValue"] == b"\x00\x01"
    sns.unsubscribe(SubscriptionArn=arn)
    sns.publish(TopicArn=topic, Message="m")
    bare.take()
    assert letter.is_empty()


@behaviour("SQS-14")
def test_a_queue_without_leave_for_the_topic_is_sent_nothing(
    sns, topic, inbox, closed_inbox, subscribe,
):
    dead = inbox("dead")
    redrive = json.dumps({"deadLetterTargetArn": dead.arn})
    subscribe(topic, closed_inbox, RedrivePolicy=redrive)
    sns.publish(TopicArn=topic, Message="one")
    (message,) = dead.take()
    assert json.loads(message["Body"])["Message"] == "one"
    assert set(message["MessageAttributes"]) == {"RequestID", "ErrorCode", "ErrorMessage"}
    assert closed_inbox.is_empty()
    closed_inbox.open(ArnEquals={"aws:SourceArn": topic})
    sns.publish(TopicArn=topic, Message="two")
    assert closed_inbox.texts() == ["two"]


@behaviour("SNS-3")
@pytest.mark.parametrize(
    "test, yes, no",
    [
        ("x", "x", "y"),
        ({"prefix": "in/"}, "in/a", "out/a"),
        ({"suffix": ".csv"}, "a.csv", "a.json"),
        ({"numeric": [">", 1, "<=", 3]}, 3, 4),
        ({"anything-but": ["a", "b"]}, "c", "b"),
        ({"anything-but": {"prefix": "a"}}, "c", "ab"),
        ({"exists": True}, "a", None),
        ({"equals-ignore-case": "Ab"}, "aB", "abc"),
        ({"cidr": "10.0.0.0/8"}, "10.9.8.7", "11.0.0.0"),
    ],
)
def test_filters(sns, topic, inbox, subscribe, test, yes, no):
    of_attributes, of_body = inbox("attributes"), inbox("body")
    either = {"$or": [{"other": ["z"]}, {"v": [test]}]}
    subscribe(topic, of_attributes, FilterPolicy=json.dumps(either))
    nested = json.dumps({"deep": {"v": [test]}})
    subscribe(topic, of_body, FilterPolicy=nested, FilterPolicyScope="MessageBody")
    for name, value in (("no", no), ("yes", yes)):
        kind = "Number" if isinstance(value, int) else "String"
        attributes = {} if value is None else {
            "v": {"DataType": kind, "StringValue": str(value)},
        }
        body = {"name": name, "deep": {} if value is None else {"v": value}}
        sns.publish(TopicArn=topic, Message=json.dumps(body), MessageAttributes=attributes)
    for box in (of_attributes, of_body):
        assert [json.loads(text)["name"] for text in box.texts()] == ["yes"]


@behaviour("SNS-3")
def test_policies_that_are_none(sns, topic, inbox, subscribe):
    box = inbox("q")
    for policy, reason in [
        ("{", "FilterPolicy: failed to parse JSON."),
        ('{"a": "x"}', 'FilterPolicy: "a" must be an object or an array'),
    ]:
        with pytest.raises(sns.exceptions.InvalidParameterException) as raised:
            subscribe(topic, box, FilterPolicy=policy)
        assert error(raised)[2] == f"Invalid parameter: Attributes Reason: {reason}"
    arn = subscribe(topic, box)
    for name, value in [
        ("FilterPolicy", '{"a": {"b": ["x"]}}'), ("FilterPolicyScope", "x"),
        ("RawMessageDelivery", "x"), ("RedrivePolicy", '{"deadLetterTargetArn": "x"}'),
    ]:
        call = {"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value}
        assert refused(sns.set_subscription_attributes, **call)[:2] == ("InvalidParameter", 400)


@behaviour("SNS-4")
def test_messages_and_batches_have_their_limits(sns, topic, inbox, subscribe):
    box = inbox("q")
    subscribe(topic, box, RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message="x" * 256 * 1024)
    box.take()
    assert refused(sns.publish, TopicArn=topic, Message="x" * (256 * 1024 + 1)) == (
        "InvalidParameter", 400, "Invalid parameter: Message too long",
    )

    def batch(*entries):
        return {
            "TopicArn": topic,
            "PublishBatchRequestEntries": [
                {"Id": str(n), "Message": text} for n, text in enumerate(entries)
            ],
        }

    half = "x" * (128 * 1024 + 1)
    assert refused(sns.publish_batch, **batch(half, half))[:2] == ("BatchRequestTooLong", 400)
    eleven = batch(*["x"] * 11)
    assert refused(sns.publish_batch, **eleven)[0] == "TooManyEntriesInBatchRequest"
    answer = sns.publish_batch(**batch("a", "", "c"))
    assert [entry["Id"] for entry in answer["Successful"]] == ["0", "2"]
    (failed,) = answer["Failed"]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == ("1", "InvalidParameter", True)
    assert [message["Body"] for message in box.take(2)] == ["a", "c"]


@behaviour("SNS-11")
def test_each_protocol_has_its_text(sns, topic, inbox, subscribe):
    box = inbox("q")
    subscribe(topic, box)
    texts = {"default": "d", "sqs": "s"}
    for message in (texts, {"default": "d"}):
        sns.publish(TopicArn=topic, Message=json.dumps(message), MessageStructure="json")
    assert box.texts(2) == ["s", "d"]
    wrong = {"TopicArn": topic, "Message": '{"sqs": "s"}', "MessageStructure": "json"}
    assert refused(sns.publish, **wrong) == (
        "InvalidParameter", 400,
        "Invalid parameter: Message Structure - No default entry in JSON message body",
    )


@behaviour("SNS-5")
def test_fifo_topics_keep_order_and_tell_repeats(sns, inbox, subscribe):
    topic = sns.create_topic(Name="n.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    box = inbox("q.fifo", FifoQueue="true")
    subscribe(topic, box, RawMessageDelivery="true")
    sequences = []
    for n in range(30):
        message = {"TopicArn": topic, "Message": str(n), "MessageGroupId": f"g{n % 2}"}
        answers = [sns.publish(**message, MessageDeduplicationId=str(n)) for _ in range(2)]
        assert answers[0]["MessageId"] == answers[1]["MessageId"]
        sequences.append(answers[0]["SequenceNumber"])
    assert sequences == sorted(set(sequences)) and len(sequences[0]) == 20
    came = box.take(30)
    for group in ("g0", "g1"):
        order = [int(m["Body"]) for m in came if m["Attributes"]["MessageGroupId"] == group]
        assert order == list(range(int(group[1]), 30, 2))
    assert refused(sns.publish, TopicArn=topic, Message="m")[2] == (
        "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
    )
    mail = {"TopicArn": topic, "Protocol": "email", "Endpoint": "a@example.com"}
    assert refused(sns.subscribe, **mail)[:2] == ("InvalidParameter", 400)
    standard = sns.create_topic(Name="standard")["TopicArn"]
    with pytest.raises(ClientError) as raised:
        subscribe(standard, box)
    assert error(raised)[2].endswith(
        "FIFO SQS Queues can not be subscribed to standard SNS topics"
    )


def test_subscriptions_are_found_and_made_once(sns, topic, inbox, subscribe):
    box = inbox("q")
    arn = subscribe(topic, box, RawMessageDelivery="true")
    assert subscribe(topic, box, RawMessageDelivery="true") == arn
    with pytest.raises(ClientError) as raised:
        subscribe(topic, box)
    assert "already exists with different attributes" in error(raised)[2]
    for found in (sns.list_subscriptions(), sns.list_subscriptions_by_topic(TopicArn=topic)):
        (one,) = found["Subscriptions"]
        assert (one["SubscriptionArn"], one["Endpoint"]) == (arn, box.arn)
    found = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (found["PendingConfirmation"], found["RawMessageDelivery"]) == ("false", "true")
    sns.unsubscribe(SubscriptionArn=arn)
    sns.unsubscribe(SubscriptionArn=arn)
    assert refused(sns.get_subscription_attributes, SubscriptionArn=arn) == (
        "NotFound", 404, "Subscription does not exist",
    )
    http = {"TopicArn": topic, "Protocol": "https", "Endpoint": "https://example.com"}
    assert refused(sns.subscribe, **http)[:2] == ("NotImplemented", 501)


def test_a_queue_of_another_account_is_asked_first(aws, sns, topic, inbox, subscribe):
    account = "111111111111"
    other = aws.elsewhere(account=account).client("sqs")
    box = inbox("q")
    theirs = type(box)(other, "theirs").open()
    assert subscribe(topic, theirs) == "pending confirmation"
    sns.publish(TopicArn=topic, Message="early")
    (message,) = theirs.take()
    question = json.loads(message["Body"])
    assert question["Type"] == "SubscriptionConfirmation"
    wrong = refused(sns.confirm_subscription, TopicArn=topic, Token="x")
    assert wrong == ("InvalidParameter", 400, "Invalid parameter: Token")
    sns.confirm_subscription(TopicArn=topic, Token=question["Token"])
    sns.publish(TopicArn=topic, Message="late")
    assert theirs.texts() == ["late"]


def test_what_was_accepted_arrives_after_a_kill(durable_server, durable, inbox):
    sns, sqs = durable().client("sns"), durable().client("sqs")
    box = type(inbox("x"))(sqs, "q").open()
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=box.arn,
        Attributes={"RawMessageDelivery": "true"},
    )
    for n in range(20):
        sns.publish(TopicArn=topic, Message=str(n))
    durable_server.kill()
    durable_server.restart()
    sqs = durable().client("sqs")
    url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
    seen = set()

    def look():
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            seen.add(message["Body"])
        return seen == {str(n) for n in range(20)}

    eventually(look)
