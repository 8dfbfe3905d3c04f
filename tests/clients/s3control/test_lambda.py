"""A function does the tasks of a batch."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.batch import counts, manifest, new_bucket, read_report, report_in
from harness.functions import Functions

WORKER = """
    import urllib.parse

    tries = {}

    def handler(event, context):
        (task,) = event["tasks"]
        bucket = task.get("s3Bucket") or task["s3BucketArn"].split(":::")[1]
        key = urllib.parse.unquote(task["s3Key"])
        tries[key] = tries.get(key, 0) + 1
        if key == "raises":
            raise ValueError("no good")
        if key == "later" and tries[key] < 3:
            code, said = "TemporaryFailure", "not yet"
        elif key == "bad":
            code, said = "PermanentFailure", "never"
        else:
            more = event["job"].get("userArguments", {}).get("more", "")
            code, said = "Succeeded", f"{bucket}/{key}{more}"
        results = [] if key == "silent" else [
            {"taskId": task["taskId"], "resultCode": code, "resultString": said},
        ]
        return {
            "invocationSchemaVersion": event["invocationSchemaVersion"],
            "treatMissingKeysAs": "PermanentFailure",
            "invocationId": event["invocationId"], "results": results,
        }
"""


@pytest.fixture
def worker(aws, account):
    return Functions(aws, account).make("worker", WORKER, Timeout=30)


@behaviour("S3-70")
def test_a_function_is_called_for_each_object(s3, worker, create, job):
    bucket = new_bucket(s3)
    keys = ["a", "b c", "bad", "later", "raises", "silent"]
    listed = manifest(s3, bucket, [f"{bucket},{key.replace(' ', '+')}\n" for key in keys])
    asked = {"LambdaInvoke": {"FunctionArn": worker}}
    ended = job(create(asked, report_in(bucket), Manifest=listed))
    assert ended["Status"] == "Complete", ended
    assert counts(ended) == (6, 3, 3)
    rows = {row[1]: row[3:] for row in read_report(s3, bucket, ended["JobId"])[1]}
    assert rows["a"] == ["succeeded", "200", "", f"{bucket}/a"]
    assert rows["later"] == ["succeeded", "200", "", f"{bucket}/later"]
    assert rows["bad"] == ["failed", "200", "PermanentFailure", "never"]
    assert rows["silent"] == ["failed", "200", "PermanentFailure", ""]
    assert rows["raises"][:3] == ["failed", "200", "PermanentFailure"]
    assert rows["raises"][3].startswith('Lambda returned function error: {"errorMessage": "no good"')


@behaviour("S3-70")
def test_calls_of_the_second_version_carry_arguments(s3, worker, create, job):
    bucket = new_bucket(s3)
    listed = manifest(s3, bucket, [f"{bucket},a\n"])
    invoke = {
        "FunctionArn": worker, "InvocationSchemaVersion": "2.0", "UserArguments": {"more": "!"},
    }
    ended = job(create({"LambdaInvoke": invoke}, report_in(bucket), Manifest=listed))
    assert counts(ended) == (1, 1, 0)
    assert read_report(s3, bucket, ended["JobId"])[1][0][6] == f"{bucket}/a!"
    with pytest.raises(ClientError) as raised:
        first = {"LambdaInvoke": {**invoke, "InvocationSchemaVersion": "1.0"}}
        create(first, report_in(bucket), Manifest=listed)
    assert error(raised)[:2] == ("InvalidRequest", 400)
