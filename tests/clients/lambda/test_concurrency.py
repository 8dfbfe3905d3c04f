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
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(functions.call, "f", 3)

        def throttled():
            try:
                impatient.invoke(FunctionName="f", Payload=b"0")
            except ClientError as fail:
                return fail.response
            return None

        answer = eventually(throttled)
        assert answer["Error"]["Code"] == "TooManyRequestsException"
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
        assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
        assert first.result() == 3
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
@pytest.mark.serve("--limit", "lambda.concurrent-executions=2")
def test_an_account_has_so_many_calls(functions, impatient):
    functions.make("f", SLOW, Timeout=30)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        def call(_):
            try:
                return impatient.invoke(FunctionName="f", Payload=b"3")["StatusCode"]
            except ClientError as fail:
                return fail.response["Reason"]

        answers = sorted(pool.map(call, range(3)), key=str)
    assert answers == [200, 200, "ConcurrentInvocationLimitExceeded"]
