"""What the tests of keys share."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import error


@pytest.fixture
def kms(aws):
    return aws.client("kms")


@pytest.fixture
def key(kms):
    """The ARN of a new symmetric key."""
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def refusal():
    """`refusal(call, **options)`: how the call is refused."""

    def refusal(call, **options):
        with pytest.raises(ClientError) as refused:
            call(**options)
        return error(refused)

    return refusal


@pytest.fixture
def policy():
    """`policy(statement, …)`: the document of a key's policy."""

    def policy(*statements: dict) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": statements})

    return policy


@pytest.fixture
def let():
    """`let(principal, *actions)`: a statement of a key's policy."""

    def let(principal: str, *actions: str, **more) -> dict:
        return {
            "Effect": "Allow", "Principal": {"AWS": principal},
            "Action": list(actions) or "kms:*", "Resource": "*", **more,
        }

    return let
