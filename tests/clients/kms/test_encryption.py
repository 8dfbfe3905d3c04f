"""Encrypting and decrypting with symmetric keys, and keys for encrypting elsewhere."""

from harness import behaviour


@behaviour("KMS-1")
def test_what_is_encrypted_is_decrypted_with_the_same_context_only(kms, key, refusal):
    context = {"table": "orders", "row": "1"}
    made = kms.encrypt(KeyId=key, Plaintext=b"x" * 4096, EncryptionContext=context)
    assert made["KeyId"] == key and made["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    blob = made["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=dict(reversed(context.items())))
    assert opened["Plaintext"] == b"x" * 4096 and opened["KeyId"] == key
    for wrong in ({}, {"table": "orders"}, {**context, "row": "2"}, {"Table": "orders", "row": "1"}):
        refused = refusal(kms.decrypt, CiphertextBlob=blob, EncryptionContext=wrong)
        assert refused.code == "InvalidCiphertextException" and refused.status == 400


@behaviour("KMS-1")
def test_more_than_4096_bytes_are_refused(kms, key, refusal):
    refused = refusal(kms.encrypt, KeyId=key, Plaintext=b"x" * 4097)
    assert refused.code == "ValidationException"
    assert "Member must have length less than or equal to 4096" in refused.message


def test_a_ciphertext_of_one_key_is_none_of_another(kms, key, refusal):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"a")["CiphertextBlob"]
    assert refusal(kms.decrypt, CiphertextBlob=blob, KeyId=other).code == "IncorrectKeyException"
    assert kms.decrypt(CiphertextBlob=blob, KeyId=key)["Plaintext"] == b"a"
    changed = blob[:-1] + bytes([blob[-1] ^ 1])
    assert refusal(kms.decrypt, CiphertextBlob=changed).code == "InvalidCiphertextException"
    assert refusal(kms.decrypt, CiphertextBlob=b"x").code == "InvalidCiphertextException"


def test_a_key_of_another_region_is_not_found(aws, kms, key, refusal):
    there = aws.elsewhere(region="eu-west-1").client("kms")
    refused = refusal(there.describe_key, KeyId=key)
    assert refused.code == "NotFoundException" and refused.message == "Invalid arn us-east-1"
    blob = kms.encrypt(KeyId=key, Plaintext=b"a")["CiphertextBlob"]
    assert refusal(there.decrypt, CiphertextBlob=blob).code == "InvalidCiphertextException"


@behaviour("KMS-2")
def test_data_keys_come_in_the_clear_and_encrypted(kms, key, refusal):
    context = {"bucket": "lake"}
    for options, length in (({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16),
                            ({"NumberOfBytes": 64}, 64)):
        made = kms.generate_data_key(KeyId=key, EncryptionContext=context, **options)
        assert len(made["Plaintext"]) == length
        opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context)
        assert opened["Plaintext"] == made["Plaintext"]
    hidden = kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_256")
    assert "Plaintext" not in hidden
    assert len(kms.decrypt(CiphertextBlob=hidden["CiphertextBlob"])["Plaintext"]) == 32
    neither = refusal(kms.generate_data_key, KeyId=key)
    assert neither.code == "ValidationException"


def test_what_one_key_encrypted_another_encrypts_anew(kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"a", EncryptionContext={"v": "1"})["CiphertextBlob"]
    again = kms.re_encrypt(
        CiphertextBlob=blob, SourceEncryptionContext={"v": "1"},
        DestinationKeyId=other, DestinationEncryptionContext={"v": "2"},
    )
    assert (again["SourceKeyId"], again["KeyId"]) == (key, other)
    opened = kms.decrypt(CiphertextBlob=again["CiphertextBlob"], EncryptionContext={"v": "2"})
    assert (opened["Plaintext"], opened["KeyId"]) == (b"a", other)


def test_a_dry_run_says_whether_it_would_have_worked(kms, key, refusal):
    dry = refusal(kms.encrypt, KeyId=key, Plaintext=b"a", DryRun=True)
    assert dry.code == "DryRunOperationException"
    assert refusal(kms.encrypt, KeyId="nothing", Plaintext=b"a", DryRun=True).code == (
        "NotFoundException"
    )


def test_random_bytes(kms):
    drawn = {kms.generate_random(NumberOfBytes=32)["Plaintext"] for _ in range(3)}
    assert len(drawn) == 3 and {len(bytes_) for bytes_ in drawn} == {32}
