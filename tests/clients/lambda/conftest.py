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
def sqs(aws):
    return aws.client("sqs")


@pytest.fixture
def sns(aws):
    return aws.client("sns")
