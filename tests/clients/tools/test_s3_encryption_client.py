"""The Amazon S3 Encryption Client: objects that are sealed before they come here."""

import base64
import io
import json
import os

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from harness import behaviour
from s3_encryption import S3EncryptionClient, S3EncryptionClientConfig
from s3_encryption.exceptions import S3EncryptionClientError
from s3_encryption.materials.encrypted_data_key import EncryptedDataKey
from s3_encryption.materials.keyring import S3Keyring
from s3_encryption.materials.kms_keyring import KmsKeyring
from s3_encryption.materials.materials import AlgorithmSuite, CommitmentPolicy

LINE = b"what nobody here may read\n"
BODY = LINE * 10_000


class RawKeyring(S3Keyring):
    """Data keys under a key of one's own. The client brings keyrings of KMS along and takes others."""

    def __init__(self, own: bytes):
        self._own = AESGCM(own)

    def on_encrypt(self, enc_materials):
        materials = super().on_encrypt(enc_materials)
        nonce, plain = os.urandom(12), os.urandom(32)
        materials.encrypted_data_key = EncryptedDataKey(
            key_provider_id=b"S3Keyring", key_provider_info="AES/GCM",
            encrypted_data_key=nonce + self._own.encrypt(nonce, plain, None),
        )  # fmt: skip
        materials.plaintext_data_key = plain
        return materials

    def on_decrypt(self, dec_materials, encrypted_data_keys=None):
        materials = super().on_decrypt(dec_materials, encrypted_data_keys)
        [key] = encrypted_data_keys
        sealed = key.encrypted_data_key
        materials.plaintext_data_key = self._own.decrypt(sealed[:12], sealed[12:], None)
        return materials


@pytest.fixture
def of_kms(aws):
    kms = aws.client("kms")
    return lambda: KmsKeyring(kms, kms.create_key()["KeyMetadata"]["Arn"])


def client(aws, keyring, **config):
    return S3EncryptionClient(aws.client("s3"), S3EncryptionClientConfig(keyring, **config))


@pytest.fixture(params=["kms", "raw"])
def keyrings(request, of_kms):
    """Makes keyrings, each of a key of its own."""
    return of_kms if request.param == "kms" else lambda: RawKeyring(os.urandom(32))


@behaviour("S3-55")
def test_what_the_client_seals_it_opens_and_nobody_else_does(aws, s3, bucket, keyrings):
    mine = client(aws, keyrings())
    given = {"Metadata": {"team": "data"}, "ContentType": "text/plain"}
    mine.put_object(Bucket=bucket, Key="k", Body=BODY, **given)
    got = mine.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == BODY
    raw = s3.get_object(Bucket=bucket, Key="k")
    sealed = raw["Body"].read()
    assert len(sealed) == len(BODY) + 16 and LINE not in sealed
    assert (raw["Metadata"]["team"], raw["ContentType"]) == ("data", "text/plain")
    # Its envelope: the wrapped data key, the commitment to it, the message's id, the suite.
    assert {"x-amz-3", "x-amz-d", "x-amz-i", "x-amz-c", "x-amz-w"} <= set(raw["Metadata"])
    assert base64.b64decode(raw["Metadata"]["x-amz-3"])
    # A copy takes the envelope along; another key does not open it.
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    assert mine.get_object(Bucket=bucket, Key="copy")["Body"].read() == BODY
    with pytest.raises((S3EncryptionClientError, InvalidTag)):
        client(aws, keyrings()).get_object(Bucket=bucket, Key="k")["Body"].read()
    # Nor does it take what was changed here.
    s3.put_object(
        Bucket=bucket, Key="k", Body=bytes([sealed[0] ^ 1]) + sealed[1:], Metadata=raw["Metadata"]
    )
    with pytest.raises(S3EncryptionClientError):
        mine.get_object(Bucket=bucket, Key="k")["Body"].read()


@behaviour("S3-55")
def test_objects_in_parts_are_sealed_as_one(aws, s3, bucket, keyrings):
    mine = client(aws, keyrings())
    body = os.urandom((12 << 20) + 5)
    mine.upload_fileobj(io.BytesIO(body), bucket, "parts", multipart_chunksize=5 << 20)
    assert mine.get_object(Bucket=bucket, Key="parts")["Body"].read() == body
    raw = s3.get_object(Bucket=bucket, Key="parts")
    assert raw["ETag"].endswith('-3"') and raw["ContentLength"] == len(body) + 16
    assert raw["Body"].read(1000) != body[:1000]


@behaviour("S3-55")
def test_the_envelope_of_earlier_clients_and_its_context(aws, s3, bucket, of_kms):
    mine = client(
        aws, of_kms(), encryption_algorithm=AlgorithmSuite.ALG_AES_256_GCM_IV12_TAG16_NO_KDF,
        commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT,
    )  # fmt: skip
    context = {"EncryptionContext": {"table": "orders"}}
    mine.put_object(Bucket=bucket, Key="k", Body=BODY, **context)
    assert mine.get_object(Bucket=bucket, Key="k", **context)["Body"].read() == BODY
    told = s3.head_object(Bucket=bucket, Key="k")["Metadata"]
    assert (told["x-amz-cek-alg"], told["x-amz-wrap-alg"]) == ("AES/GCM/NoPadding", "kms+context")
    assert json.loads(told["x-amz-matdesc"])["table"] == "orders"
    with pytest.raises(S3EncryptionClientError):
        mine.get_object(Bucket=bucket, Key="k", EncryptionContext={"table": "other"})
    # The data key is KMS's: without it nothing opens.
    aws.client("kms").disable_key(KeyId=mine.config.keyring.kms_key_id)
    with pytest.raises(S3EncryptionClientError, match="DisabledException"):
        mine.get_object(Bucket=bucket, Key="k", **context)
