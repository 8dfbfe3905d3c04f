"""Key pairs and codes, held against what OpenSSL makes of them."""

import hashlib
import subprocess

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from harness import behaviour

SPECS = [
    ("ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_NIST_P521", "ECDSA_SHA_512"),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256"),
    ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
    ("RSA_2048", "RSASSA_PSS_SHA_384"),
    ("RSA_3072", "RSASSA_PSS_SHA_512"),
]


def pair(kms, spec: str, usage: str = "SIGN_VERIFY") -> str:
    return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]


@behaviour("KMS-12")
@pytest.mark.parametrize(("spec", "algorithm"), SPECS)
def test_openssl_verifies_what_a_key_signs(kms, tmp_path, spec, algorithm, refusal):
    key = pair(kms, spec)
    message = b"a message of some length"
    options = {"KeyId": key, "SigningAlgorithm": algorithm}
    signature = kms.sign(Message=message, **options)["Signature"]
    told = kms.get_public_key(KeyId=key)
    assert told["KeySpec"] == spec and algorithm in told["SigningAlgorithms"]

    public = serialization.load_der_public_key(told["PublicKey"])
    files = {"public.pem": public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ), "signature": signature, "message": message}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    digest = "sha" + algorithm[-3:]
    pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
    said = subprocess.run(
        ["openssl", "dgst", f"-{digest}", "-verify", "public.pem",
         *(pss if "PSS" in algorithm else []), "-signature", "signature", "message"],
        cwd=tmp_path, capture_output=True, text=True,
    )
    assert said.stdout == "Verified OK\n", said

    assert kms.verify(Message=message, Signature=signature, **options)["SignatureValid"]
    refused = refusal(kms.verify, Message=message + b"!", Signature=signature, **options)
    assert refused.code == "KMSInvalidSignatureException" and refused.status == 400
    # The digest alone does as well.
    hashed = hashlib.new(digest, message).digest()
    assert kms.verify(Message=hashed, MessageType="DIGEST", Signature=signature, **options)
    short = refusal(kms.sign, Message=hashed[1:], MessageType="DIGEST", **options)
    assert short.message == f"Digest is invalid length for algorithm {algorithm}."


@behaviour("KMS-12")
def test_codes_are_verified_and_changed_messages_are_not(kms, refusal):
    key = kms.create_key(KeySpec="HMAC_384", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    assert key["MacAlgorithms"] == ["HMAC_SHA_384"]
    options = {"KeyId": key["KeyId"], "MacAlgorithm": "HMAC_SHA_384"}
    code = kms.generate_mac(Message=b"a", **options)["Mac"]
    assert len(code) == 48
    assert kms.verify_mac(Message=b"a", Mac=code, **options)["MacValid"]
    refused = refusal(kms.verify_mac, Message=b"b", Mac=code, **options)
    assert refused.code == "KMSInvalidMacException"
    wrong = refusal(
        kms.generate_mac, KeyId=key["KeyId"], Message=b"a", MacAlgorithm="HMAC_SHA_256"
    )
    assert wrong.code == "InvalidKeyUsageException"


def test_anyone_encrypts_with_a_public_key_and_only_kms_decrypts(kms, refusal):
    key = pair(kms, "RSA_2048", "ENCRYPT_DECRYPT")
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    for algorithm, sort in (
        ("RSAES_OAEP_SHA_1", hashes.SHA1()), ("RSAES_OAEP_SHA_256", hashes.SHA256())
    ):
        oaep = padding.OAEP(padding.MGF1(sort), sort, None)
        options = {"KeyId": key, "EncryptionAlgorithm": algorithm}
        outside = public.encrypt(b"secret", oaep)
        assert kms.decrypt(CiphertextBlob=outside, **options)["Plaintext"] == b"secret"
        inside = kms.encrypt(Plaintext=b"secret", **options)["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=inside, **options)["Plaintext"] == b"secret"
    long = refusal(
        kms.encrypt, KeyId=key, Plaintext=b"x" * 191, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
    )
    assert long.message == (
        "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190"
        " bytes."
    )


def test_two_parties_agree_on_a_secret(kms):
    key = pair(kms, "ECC_NIST_P256", "KEY_AGREEMENT")
    own = ec.generate_private_key(ec.SECP256R1())
    theirs = serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    secret = kms.derive_shared_secret(
        KeyId=key, KeyAgreementAlgorithm="ECDH",
        PublicKey=own.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    )["SharedSecret"]
    assert secret == own.exchange(ec.ECDH(), theirs)


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P384"])
def test_pairs_of_data_keys_belong_together(kms, key, spec):
    made = kms.generate_data_key_pair(KeyId=key, KeyPairSpec=spec)
    private = serialization.load_der_private_key(made["PrivateKeyPlaintext"], None)
    assert private.public_key() == serialization.load_der_public_key(made["PublicKey"])
    opened = kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"]
    assert opened == made["PrivateKeyPlaintext"]
    hidden = kms.generate_data_key_pair_without_plaintext(KeyId=key, KeyPairSpec=spec)
    assert "PrivateKeyPlaintext" not in hidden and hidden["PrivateKeyCiphertextBlob"]


def test_keys_do_only_what_they_are_made_for(kms, key, refusal):
    signing = pair(kms, "ECC_NIST_P256")
    assert refusal(kms.encrypt, KeyId=signing, Plaintext=b"a").code == "InvalidKeyUsageException"
    assert refusal(
        kms.sign, KeyId=key, Message=b"a", SigningAlgorithm="ECDSA_SHA_256"
    ).code == "InvalidKeyUsageException"
    assert refusal(
        kms.sign, KeyId=signing, Message=b"a", SigningAlgorithm="ECDSA_SHA_384"
    ).code == "InvalidKeyUsageException"
    assert refusal(kms.get_public_key, KeyId=key).code == "UnsupportedOperationException"
    assert refusal(kms.create_key, KeySpec="RSA_2048").code == "ValidationException"
    assert refusal(
        kms.create_key, KeySpec="ECC_NIST_P256", KeyUsage="ENCRYPT_DECRYPT"
    ).code == "ValidationException"
    # What this version has not is named.
    lattice = refusal(kms.create_key, KeySpec="ML_DSA_44", KeyUsage="SIGN_VERIFY")
    assert (lattice.code, lattice.status) == ("NotImplemented", 501)
