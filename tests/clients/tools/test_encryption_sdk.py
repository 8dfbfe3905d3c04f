"""The AWS Encryption SDK: envelopes around data, under a key of KMS."""

import aws_encryption_sdk
import pytest
from aws_encryption_sdk import CommitmentPolicy
from harness import behaviour


@pytest.fixture
def sdk():
    return aws_encryption_sdk.EncryptionSDKClient(
        commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
    )


def provider(aws, session, monkeypatch, *keys):
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", aws.url)
    return aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(
        key_ids=list(keys), botocore_session=session._session
    )


@behaviour("KMS-2")
def test_the_encryption_sdk_opens_its_own_envelopes(aws, session, sdk, monkeypatch):
    kms = aws.client("kms")
    first, second = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    text, context = b"a long text " * 10_000, {"table": "orders"}
    both = provider(aws, session, monkeypatch, first, second)
    sealed, header = sdk.encrypt(source=text, key_provider=both, encryption_context=context)
    assert header.encryption_context["table"] == "orders"
    # Either key opens it; a third does not.
    for key in (first, second):
        alone = provider(aws, session, monkeypatch, key)
        opened, header = sdk.decrypt(source=sealed, key_provider=alone)
        assert opened == text and header.encryption_context["table"] == "orders"
    third = kms.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(aws_encryption_sdk.exceptions.DecryptKeyError):
        sdk.decrypt(source=sealed, key_provider=provider(aws, session, monkeypatch, third))
