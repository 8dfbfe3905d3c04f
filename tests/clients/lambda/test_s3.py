"""S3 calls functions: when objects change, and for the tasks of its batches."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually

# Keeps what it is called with as an object of another bucket.
KEEPER = """
    import boto3, json, os, uuid

    def handler(event, context):
        boto3.client("s3").put_object(
            Bucket=os.environ["KEPT"], Key=uuid.uuid4().hex, Body=json.dumps(event).encode(),
        )
"""


@pytest.fixture
def kept(s3, account):
    """`kept(count)`: so many events that a keeper was called with, and no more."""
    name = f"kept-{account}"
    s3.create_bucket(Bucket=name)

    def look(count=1):
        def listed():
            return s3.list_objects_v2(Bucket=name).get("Contents", [])

        eventually(lambda: len(listed()) >= count)
        events = []
        for one in listed():
            events.append(json.loads(s3.get_object(Bucket=name, Key=one["Key"])["Body"].read()))
            s3.delete_object(Bucket=name, Key=one["Key"])
        assert len(events) == count
        return events

    look.bucket = name
    return look


def keeper(functions, kept, name="keeper"):
    more = {"Environment": {"Variables": {"KEPT": kept.bucket}}, "Timeout": 60}
    return functions.make(name, KEEPER, **more)


def permit(lambdas, name, bucket, account):
    lambdas.add_permission(
        FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com", SourceArn=f"arn:aws:s3:::{bucket}", SourceAccount=account,
    )


def configure(s3, bucket, arn, *events, filters=(), **more):
    function = {"LambdaFunctionArn": arn, "Events": list(events), "Id": "mine"}
    if filters:
        rules = [{"Name": name, "Value": value} for name, value in filters]
        function["Filter"] = {"Key": {"FilterRules": rules}}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [function]}, **more,
    )


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised)


@behaviour("S3-68", "LAMBDA-13")
def test_a_function_is_called_for_new_objects(functions, lambdas, s3, bucket, kept, account):
    arn = keeper(functions, kept)
    permit(lambdas, "keeper", bucket, account)
    configure(
        s3, bucket, arn, "s3:ObjectCreated:*", filters=[("prefix", "in/"), ("suffix", ".csv")],
    )
    found = s3.get_bucket_notification_configuration(Bucket=bucket)["LambdaFunctionConfigurations"]
    assert found[0]["LambdaFunctionArn"] == arn
    s3.put_object(Bucket=bucket, Key="in/a b.csv", Body=b"12345")
    s3.put_object(Bucket=bucket, Key="in/a.json", Body=b"x")
    (event,) = kept()
    (record,) = event["Records"]
    assert (record["eventSource"], record["eventName"]) == ("aws:s3", "ObjectCreated:Put")
    assert record["s3"]["configurationId"] == "mine"
    assert record["s3"]["bucket"]["name"] == bucket
    about = record["s3"]["object"]
    assert (about["key"], about["size"]) == ("in/a+b.csv", 5) and int(about["sequencer"], 16) > 0
    s3.put_object(Bucket=bucket, Key="in/b.csv", Body=b"")
    assert kept()[0]["Records"][0]["s3"]["object"]["key"] == "in/b.csv"


@behaviour("S3-68", "LAMBDA-9")
def test_a_function_that_does_not_let_s3_call_is_refused(
    functions, lambdas, s3, bucket, kept, account
):
    arn = keeper(functions, kept)
    sentence = "Unable to validate the following destination configurations"
    event = "s3:ObjectCreated:*"
    for wrong in (arn, arn + "x"):
        assert refused(configure, s3, bucket, wrong, event) == ("InvalidArgument", 400, sentence)
    # For another bucket only.
    permit(lambdas, "keeper", "another-bucket", account)
    assert refused(configure, s3, bucket, arn, event) == ("InvalidArgument", 400, sentence)
    assert refused(configure, s3, bucket, "x", event)[:2] == ("InvalidArgument", 400)
    elsewhere = arn.replace("us-east-1", "eu-west-1")
    assert refused(configure, s3, bucket, elsewhere, event)[:2] == ("InvalidArgument", 400)
    found = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert "LambdaFunctionConfigurations" not in found
    # Unchecked, it is set; what is then called is refused.
    configure(s3, bucket, arn, event, SkipDestinationValidation=True)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    lambdas.remove_permission(FunctionName="keeper", StatementId="s3")
    permit(lambdas, "keeper", bucket, account)
    s3.put_object(Bucket=bucket, Key="b", Body=b"x")
    assert kept()[0]["Records"][0]["s3"]["object"]["key"] == "b"
