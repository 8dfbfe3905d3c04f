"""Keys and their names: made, listed, switched off, deleted when their time has come."""

import datetime

import pytest
from harness import behaviour


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["KeyId"]


def test_a_new_key_encrypts_and_says_what_it_is(kms, account):
    made = kms.create_key(Description="orders")["KeyMetadata"]
    assert made == kms.describe_key(KeyId=made["Arn"])["KeyMetadata"]
    assert made["Arn"] == f"arn:aws:kms:us-east-1:{account}:key/{made['KeyId']}"
    said = {name: made[name] for name in (
        "KeyState", "Enabled", "KeyUsage", "KeySpec", "Origin", "KeyManager", "MultiRegion",
        "CustomerMasterKeySpec", "EncryptionAlgorithms", "Description", "AWSAccountId",
    )}
    assert said == {
        "KeyState": "Enabled", "Enabled": True, "KeyUsage": "ENCRYPT_DECRYPT",
        "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER",
        "MultiRegion": False, "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "Description": "orders",
        "AWSAccountId": account,
    }
    kms.update_key_description(KeyId=made["KeyId"], Description="returns")
    assert kms.describe_key(KeyId=made["KeyId"])["KeyMetadata"]["Description"] == "returns"


def test_keys_are_listed_in_pages(kms, refusal):
    made = {kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(5)}
    pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Keys"]) for page in pages] == [2, 2, 1]
    assert {key["KeyId"] for page in pages for key in page["Keys"]} == made
    assert refusal(kms.list_keys, Marker="x").code == "InvalidMarkerException"


def test_a_key_that_is_not_there_is_named(kms, account, refusal):
    key = "11111111-2222-3333-4444-555555555555"
    refused = refusal(kms.describe_key, KeyId=key)
    assert refused.code == "NotFoundException"
    assert refused.message == f"Key 'arn:aws:kms:us-east-1:{account}:key/{key}' does not exist"
    here = f"arn:aws:kms:us-east-1:{account}"
    for name in ("x" * 2048, "alias/" + "x" * 2000, f"{here}:alias/" + "x" * 1900, "arn:aws:kms",
                 "a b", f"{here}:key/", f"arn:aws:s3:us-east-1:{account}:key/{key}"):
        assert refusal(kms.describe_key, KeyId=name).code == "NotFoundException", name


@behaviour("KMS-5")
def test_a_disabled_key_does_not_work_until_it_is_enabled(kms, key, account, refusal):
    kms.disable_key(KeyId=key)
    refused = refusal(kms.encrypt, KeyId=key, Plaintext=b"a")
    assert refused.code == "DisabledException"
    assert refused.message == f"arn:aws:kms:us-east-1:{account}:key/{key} is disabled."
    kms.enable_key(KeyId=key)
    kms.encrypt(KeyId=key, Plaintext=b"a")


@behaviour("KMS-5")
@pytest.mark.clock
def test_a_key_is_deleted_when_its_time_has_come(kms, key, clock, refusal):
    kms.create_alias(AliasName="alias/old", TargetKeyId=key)
    blob = kms.encrypt(KeyId=key, Plaintext=b"a")["CiphertextBlob"]
    for days in (6, 31):
        refused = refusal(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=days)
        assert refused.code == "ValidationException"
    told = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert told["KeyState"] == "PendingDeletion" and told["PendingWindowInDays"] == 7
    for call, options in (
        (kms.encrypt, {"Plaintext": b"a"}), (kms.enable_key, {}),
        (kms.schedule_key_deletion, {}), (kms.update_key_description, {"Description": ""}),
    ):
        assert refusal(call, KeyId=key, **options).code == "KMSInvalidStateException"
    assert refusal(kms.decrypt, CiphertextBlob=blob).code == "KMSInvalidStateException"

    clock.advance(days=6, hours=23)
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    assert refusal(kms.cancel_key_deletion, KeyId=key).code == "KMSInvalidStateException"
    clock.advance(days=1)
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"a"

    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    clock.advance(days=7)
    assert refusal(kms.describe_key, KeyId=key).code == "NotFoundException"
    assert refusal(kms.describe_key, KeyId="alias/old").code == "NotFoundException"
    assert refusal(kms.decrypt, CiphertextBlob=blob).code == "InvalidCiphertextException"


@behaviour("KMS-7")
def test_a_name_is_put_from_one_key_to_another(kms, key, account, refusal):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    blob = kms.encrypt(KeyId="alias/orders", Plaintext=b"a")["CiphertextBlob"]
    kms.update_alias(AliasName="alias/orders", TargetKeyId=other)
    arn = f"arn:aws:kms:us-east-1:{account}:alias/orders"
    assert kms.encrypt(KeyId=arn, Plaintext=b"a")["KeyId"].endswith(other)
    assert kms.decrypt(CiphertextBlob=blob)["KeyId"].endswith(key)
    listed = kms.list_aliases()["Aliases"]
    assert [(a["AliasName"], a["AliasArn"], a["TargetKeyId"]) for a in listed] == [
        ("alias/orders", arn, other)
    ]
    assert kms.list_aliases(KeyId=key)["Aliases"] == []
    # Only to a key of the same sort.
    codes = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    assert refusal(
        kms.update_alias, AliasName="alias/orders", TargetKeyId=codes["KeyId"]
    ).code == "ValidationException"
    kms.delete_alias(AliasName="alias/orders")
    refused = refusal(kms.encrypt, KeyId="alias/orders", Plaintext=b"a")
    assert refused.code == "NotFoundException" and refused.message == f"Alias {arn} is not found."
    assert refusal(kms.delete_alias, AliasName="alias/orders").code == "NotFoundException"


@behaviour("KMS-7")
def test_names_are_given_once_and_some_are_reserved(kms, key, refusal):
    kms.create_alias(AliasName="alias/a", TargetKeyId=key)
    taken = refusal(kms.create_alias, AliasName="alias/a", TargetKeyId=key)
    assert taken.code == "AlreadyExistsException"
    reserved = refusal(kms.create_alias, AliasName="alias/aws/mine", TargetKeyId=key)
    assert reserved.code == "InvalidAliasNameException"
    assert refusal(kms.create_alias, AliasName="mine", TargetKeyId=key).code == (
        "ValidationException"
    )
    unknown = refusal(kms.create_alias, AliasName="alias/b", TargetKeyId="nothing")
    assert unknown.code == "NotFoundException"
    # What changes a key takes no names.
    assert refusal(kms.disable_key, KeyId="alias/a").code == "NotFoundException"


@behaviour("KMS-8")
def test_a_key_that_aws_manages_is_made_when_it_is_asked_for(kms, refusal):
    made = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert made["KeyManager"] == "AWS"
    assert made == kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert [a["AliasName"] for a in kms.list_aliases(KeyId=made["KeyId"])["Aliases"]] == [
        "alias/aws/s3"
    ]
    for call in (kms.disable_key, kms.schedule_key_deletion):
        assert refusal(call, KeyId=made["KeyId"]).code == "AccessDeniedException"
    assert refusal(kms.describe_key, KeyId="alias/aws/none").code == "NotFoundException"


def test_keys_survive_a_killed_server(durable_server, durable):
    kms = durable().client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"a")["CiphertextBlob"]
    durable_server.kill()
    durable_server.start()
    kms = durable().client("kms")
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"a"
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["CreationDate"] <= datetime.datetime.now(
        datetime.timezone.utc
    )
