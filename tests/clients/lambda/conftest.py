"""Fixtures of the tests of functions."""

import pytest
from harness.functions import Functions


@pytest.fixture
def functions(aws, account):
    return Functions(aws, account)


@pytest.fixture
def lambdas(functions):
    """The client."""
    return functions.client


@pytest.fixture
def unchecked(aws):
    """A client that leaves it to the server to say what is wrong."""
    return aws.client("lambda", parameter_validation=False)


@pytest.fixture
def sqs(aws):
    return aws.client("sqs")


@pytest.fixture
def sns(aws):
    return aws.client("sns")
