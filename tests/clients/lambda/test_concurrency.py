"""How many calls run at once."""

import concurrent.futures

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually

SLOW = """
    import time

    def handler(event, context):
        time.sleep(event)
        return event
"""


@pytest.fixture
def impatient(aws):
    """A client that does not try again."""
    return aws.client("lambda", retries={"total_max_attempts": 1})


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised), raised.value.response


def at_once(client, count):
    """What so many calls of three seconds answer that are made at once, the refused ones last."""

    def call(_):
        try:
            return client.invoke(FunctionName="f", Payload=b"3")
        except ClientError as fail:
            return fail.response

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(call, range(count)), key=lambda answer: "Error" in answer)


@behaviour("LAMBDA-6")
def test_a_function_has_some_calls_for_itself(functions, lambdas, impatient):
    functions.make("f", SLOW, Timeout=30)
    put = lambdas.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    assert put["ReservedConcurrentExecutions"] == 1
    assert lambdas.get_function(FunctionName="f")["Concurrency"] == {
        "ReservedConcurrentExecutions": 1
    }
    limits = lambdas.get_account_settings()["AccountLimit"]
    assert limits["ConcurrentExecutions"] == 1_000
    assert limits["UnreservedConcurrentExecutions"] == 999
    answers = at_once(impatient, 2)
    assert answers[0]["StatusCode"] == 200
    assert answers[1]["Error"]["Code"] == "TooManyRequestsException"
    assert answers[1]["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answers[1]["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert functions.call("f", 0) == 0
    lambdas.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    (code, status, _), _ = refused(impatient.invoke, FunctionName="f", Payload=b"0")
    assert (code, status) == ("TooManyRequestsException", 429)
    lambdas.delete_function_concurrency(FunctionName="f")
    assert "ReservedConcurrentExecutions" not in lambdas.get_function_concurrency(FunctionName="f")
    assert functions.call("f", 0) == 0
    (code, status, _), _ = refused(
        lambdas.put_function_concurrency, FunctionName="f", ReservedConcurrentExecutions=901
    )
    assert (code, status) == ("InvalidParameterValueException", 400)


@behaviour("LAMBDA-6")
def test_provisioned_sandboxes_do_not_start_when_called(functions, lambdas):
    functions.make("f", SLOW, Timeout=30, Publish=True)
    which = {"FunctionName": "f", "Qualifier": "1"}
    put = lambdas.put_provisioned_concurrency_config(**which, ProvisionedConcurrentExecutions=2)
    assert (put["Status"], put["RequestedProvisionedConcurrentExecutions"]) == ("IN_PROGRESS", 2)

    def ready():
        found = lambdas.get_provisioned_concurrency_config(**which)
        return found["Status"] == "READY" and found

    assert eventually(ready)["AvailableProvisionedConcurrentExecutions"] == 2
    answer = functions.invoke("f", 0, Qualifier="1", LogType="Tail")
    assert answer["Payload"] == 0 and "Init Duration" not in answer["LogResult"]
    (listed,) = lambdas.list_provisioned_concurrency_configs(FunctionName="f")[
        "ProvisionedConcurrencyConfigs"
    ]
    assert listed["FunctionArn"].endswith(":function:f:1")
    (code, status, _), _ = refused(
        lambdas.put_provisioned_concurrency_config, FunctionName="f", Qualifier="$LATEST",
        ProvisionedConcurrentExecutions=1,
    )
    assert (code, status) == ("InvalidParameterValueException", 400)
    lambdas.delete_provisioned_concurrency_config(**which)
    (code, status, _), _ = refused(lambdas.get_provisioned_concurrency_config, **which)
    assert (code, status) == ("ProvisionedConcurrencyConfigNotFoundException", 404)


@behaviour("LAMBDA-6")
@pytest.mark.serve("--limit", "lambda.concurrent-executions=2")
def test_an_account_has_so_many_calls(functions, impatient):
    functions.make("f", SLOW, Timeout=30)
    answers = at_once(impatient, 3)
    assert [answer.get("StatusCode") for answer in answers] == [200, 200, None]
    assert answers[2]["Reason"] == "ConcurrentInvocationLimitExceeded"
