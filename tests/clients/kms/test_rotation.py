"""New material for old keys, keys of several regions, and material that clients bring along."""

import datetime
import os

import pytest
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from harness import behaviour


@behaviour("KMS-6")
@pytest.mark.clock
def test_a_rotated_key_opens_what_it_encrypted_before(aws, kms, key, clock, refusal):
    careless = aws.client("kms", parameter_validation=False)
    refused = refusal(careless.enable_key_rotation, KeyId=key, RotationPeriodInDays=89)
    assert refused.code == "ValidationException"
    refused = refusal(kms.enable_key_rotation, KeyId=key, RotationPeriodInDays=2561)
    assert refused.code == "ValidationException"
    assert not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=key)
    assert status["KeyRotationEnabled"] and status["RotationPeriodInDays"] == 90
    first = kms.encrypt(KeyId=key, Plaintext=b"first")["CiphertextBlob"]
    material = kms.decrypt(CiphertextBlob=first)["KeyMaterialId"]

    clock.advance(days=89)
    assert kms.list_key_rotations(KeyId=key)["Rotations"] == []
    clock.advance(days=1)
    (rotation,) = kms.list_key_rotations(KeyId=key)["Rotations"]
    assert rotation["RotationType"] == "AUTOMATIC"
    # When it was due, told in milliseconds.
    assert abs(rotation["RotationDate"] - status["NextRotationDate"]) < datetime.timedelta(
        seconds=1
    )
    second = kms.encrypt(KeyId=key, Plaintext=b"second")["CiphertextBlob"]
    told = kms.decrypt(CiphertextBlob=second)
    assert told["KeyMaterialId"] == rotation["KeyMaterialId"] != material

    kms.rotate_key_on_demand(KeyId=key)
    kinds = [r["RotationType"] for r in kms.list_key_rotations(KeyId=key)["Rotations"]]
    assert kinds == ["AUTOMATIC", "ON_DEMAND"]
    everything = kms.list_key_rotations(KeyId=key, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    states = [r["KeyMaterialState"] for r in everything["Rotations"]]
    assert states == ["NON_CURRENT", "NON_CURRENT", "CURRENT"]
    for blob, plaintext in ((first, b"first"), (second, b"second")):
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext
    again = kms.re_encrypt(CiphertextBlob=first, DestinationKeyId=key)
    assert again["SourceKeyMaterialId"] == material != again["DestinationKeyMaterialId"]

    kms.disable_key_rotation(KeyId=key)
    clock.advance(days=400)
    assert len(kms.list_key_rotations(KeyId=key)["Rotations"]) == 2


@behaviour("KMS-6")
def test_what_cannot_rotate_says_so_and_demand_has_an_end(kms, key, refusal):
    pair = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    for call in (kms.enable_key_rotation, kms.rotate_key_on_demand):
        assert refusal(call, KeyId=pair).code == "UnsupportedOperationException"
    for _ in range(25):
        kms.rotate_key_on_demand(KeyId=key)
    assert refusal(kms.rotate_key_on_demand, KeyId=key).code == "LimitExceededException"


@behaviour("KMS-6")
@pytest.mark.clock
def test_a_rotation_that_fell_due_while_a_key_was_off_is_made_up_for(kms, key, clock):
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=100)
    kms.disable_key(KeyId=key)
    clock.advance(days=150)
    kms.enable_key(KeyId=key)
    clock.advance(seconds=1)
    assert len(kms.list_key_rotations(KeyId=key)["Rotations"]) == 1


@behaviour("KMS-10")
@pytest.mark.clock
def test_a_replica_opens_what_its_primary_encrypted(aws, kms, clock, refusal):
    primary = kms.create_key(MultiRegion=True)["KeyMetadata"]
    key = primary["KeyId"]
    assert key.startswith("mrk-") and primary["MultiRegion"]
    before = kms.encrypt(KeyId=key, Plaintext=b"before")["CiphertextBlob"]
    made = kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1", Description="there")
    replica = made["ReplicaKeyMetadata"]
    assert replica["Arn"] == primary["Arn"].replace("us-east-1", "eu-west-1")
    assert replica["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"
    assert refusal(kms.replicate_key, KeyId=key, ReplicaRegion="eu-west-1").code == (
        "AlreadyExistsException"
    )
    there = aws.elsewhere(region="eu-west-1").client("kms")
    kms.rotate_key_on_demand(KeyId=key)
    after = kms.encrypt(KeyId=key, Plaintext=b"after")["CiphertextBlob"]
    for blob, plaintext in ((before, b"before"), (after, b"after")):
        opened = there.decrypt(CiphertextBlob=blob)
        assert (opened["Plaintext"], opened["KeyId"]) == (plaintext, replica["Arn"])
    assert refusal(there.enable_key_rotation, KeyId=key).code == "UnsupportedOperationException"

    # Each has its own state, and the first waits for the others to go.
    there.disable_key(KeyId=key)
    kms.encrypt(KeyId=key, Plaintext=b"a")
    told = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert told["KeyState"] == "PendingReplicaDeletion" and "DeletionDate" not in told
    there.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    clock.advance(days=7)
    assert refusal(there.describe_key, KeyId=key).code == "NotFoundException"
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    clock.advance(days=7)
    assert refusal(kms.describe_key, KeyId=key).code == "NotFoundException"


@behaviour("KMS-10")
def test_a_replica_becomes_the_primary(aws, kms, refusal):
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    kms.update_primary_region(KeyId=key, PrimaryRegion="eu-west-1")
    there = aws.elsewhere(region="eu-west-1").client("kms")
    told = there.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]
    assert told["MultiRegionKeyType"] == "PRIMARY"
    assert [replica["Region"] for replica in told["ReplicaKeys"]] == ["us-east-1"]
    assert refusal(kms.replicate_key, KeyId=key, ReplicaRegion="eu-north-1").code == (
        "UnsupportedOperationException"
    )
    there.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


def wrapped(parameters, material: bytes, twice: bool = False) -> bytes:
    """Material as it travels: under the public key, or under an AES key that is."""
    public = serialization.load_der_public_key(parameters["PublicKey"])
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    if not twice:
        return public.encrypt(material, oaep)
    key = os.urandom(32)
    return public.encrypt(key, oaep) + keywrap.aes_key_wrap_with_padding(key, material)


def importing(kms, key, material, twice=False, **options):
    parameters = kms.get_parameters_for_import(
        KeyId=key, WrappingKeySpec="RSA_2048",
        WrappingAlgorithm="RSA_AES_KEY_WRAP_SHA_256" if twice else "RSAES_OAEP_SHA_256",
    )
    return {
        "KeyId": key, "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": wrapped(parameters, material, twice), **options,
    }


@behaviour("KMS-11")
@pytest.mark.clock
def test_imported_material_expires_and_comes_back(kms, clock, refusal):
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]
    assert key["KeyState"] == "PendingImport"
    key = key["KeyId"]
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"a").code == "KMSInvalidStateException"
    material = os.urandom(32)
    until = clock.now() + datetime.timedelta(days=10)
    assert refusal(
        kms.import_key_material, **importing(kms, key, material)
    ).code == "ValidationException"
    kms.import_key_material(**importing(kms, key, material, ValidTo=until))
    told = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (told["KeyState"], told["ExpirationModel"]) == ("Enabled", "KEY_MATERIAL_EXPIRES")
    blob = kms.encrypt(KeyId=key, Plaintext=b"a")["CiphertextBlob"]

    clock.advance(days=10)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingImport"
    assert refusal(kms.decrypt, CiphertextBlob=blob).code == "KMSInvalidStateException"
    forever = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    other = importing(kms, key, os.urandom(32), **forever)
    assert refusal(kms.import_key_material, **other).code == "IncorrectKeyMaterialException"
    kms.import_key_material(**importing(kms, key, material, twice=True, **forever))
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"a"

    kms.delete_imported_key_material(KeyId=key)
    assert refusal(kms.decrypt, CiphertextBlob=blob).code == "KMSInvalidStateException"


@behaviour("KMS-11")
@pytest.mark.clock
def test_what_is_not_right_with_an_import_is_told(kms, key, clock, refusal):
    mine = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    forever = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    right = importing(kms, mine, os.urandom(32), **forever)
    short = importing(kms, mine, os.urandom(16), **forever)
    assert refusal(kms.import_key_material, **short).code == "IncorrectKeyMaterialException"
    garbage = {**right, "EncryptedKeyMaterial": os.urandom(256)}
    assert refusal(kms.import_key_material, **garbage).code == "InvalidCiphertextException"
    token = {**right, "ImportToken": os.urandom(64)}
    assert refusal(kms.import_key_material, **token).code == "InvalidImportTokenException"
    theirs = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    assert refusal(kms.import_key_material, **{**right, "KeyId": theirs}).code == (
        "InvalidImportTokenException"
    )
    assert refusal(
        kms.get_parameters_for_import, KeyId=key, WrappingKeySpec="RSA_2048",
        WrappingAlgorithm="RSAES_OAEP_SHA_256",
    ).code == "UnsupportedOperationException"
    clock.advance(hours=24)
    assert refusal(kms.import_key_material, **right).code == "ExpiredImportTokenException"


@behaviour("KMS-11")
def test_a_pair_of_ones_own_signs(kms):
    from cryptography.hazmat.primitives.asymmetric import ec

    own = ec.generate_private_key(ec.SECP256R1())
    key = kms.create_key(
        Origin="EXTERNAL", KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY"
    )["KeyMetadata"]["KeyId"]
    private = own.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    kms.import_key_material(**importing(
        kms, key, private, twice=True, ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE"
    ))
    signature = kms.sign(KeyId=key, Message=b"a", SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    own.public_key().verify(signature, b"a", ec.ECDSA(hashes.SHA256()))
