"""Results encrypted by S3, by S3 with a key of KMS, and before S3 sees them."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from s3_encryption import S3EncryptionClient, S3EncryptionClientConfig
from s3_encryption.materials.kms_keyring import KmsKeyring
from s3_encryption.materials.materials import AlgorithmSuite, CommitmentPolicy

MANY = (
    "SELECT n, 'secret ' || CAST(n AS varchar) AS s FROM (SELECT a * 100 + b AS n FROM UNNEST(sequence(0, {} / 100 - 1)) "
    "AS t (a) CROSS JOIN UNNEST(sequence(1, 100)) AS u (b)) ORDER BY n"
)
SQL = "SELECT n, 'secret ' || CAST(n AS varchar) AS s FROM UNNEST(sequence(1, {})) AS t (n) ORDER BY n"


@pytest.fixture
def key(aws):
    return aws.client("kms").create_key()["KeyMetadata"]["Arn"]


def into(lake, option=None, key=None, prefix="results"):
    encryption = {"EncryptionOption": option, **({"KmsKey": key} if key else {})}
    result = {"OutputLocation": f"s3://{lake.bucket}/{prefix}/"}
    return {**result, "EncryptionConfiguration": encryption} if option else result


def object_of(lake, query, suffix=""):
    key = query.output.removeprefix(f"s3://{lake.bucket}/") + suffix
    return lake.s3.get_object(Bucket=lake.bucket, Key=key)


@behaviour("ATH-33", "ATH-34")
def test_s3_encrypts_results(lake, key):
    plain = lake.ask(SQL.format(2), ResultConfiguration=into(lake, "SSE_S3"))
    assert object_of(lake, plain)["ServerSideEncryption"] == "AES256"
    query = lake.ask(SQL.format(2), ResultConfiguration=into(lake, "SSE_KMS", key))
    for suffix in ("", ".metadata"):
        found = object_of(lake, query, suffix)
        assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", key)
    assert query.rows() == [(1, "secret 1"), (2, "secret 2")]
    told = query.execution["ResultConfiguration"]["EncryptionConfiguration"]
    assert told == {"EncryptionOption": "SSE_KMS", "KmsKey": key}
    # What a statement writes besides its result is encrypted alike.
    lake.ask("CREATE TABLE t WITH (external_location = 's3://{bucket}/t/') AS SELECT 1 AS a",
             ResultConfiguration=into(lake, "SSE_KMS", key))
    [file] = lake.keys("t/")
    assert lake.s3.head_object(Bucket=lake.bucket, Key=file)["SSEKMSKeyId"] == key
    # Sources that S3 encrypts are read like any others.
    lake.ask("ALTER TABLE t SET TBLPROPERTIES ('has_encrypted_data' = 'true')")
    assert lake.ask("SELECT a FROM t").rows() == [(1,)]


@behaviour("ATH-33")
@pytest.mark.parametrize("rows", [3, 2500, 900_000])
def test_results_are_sealed_before_they_are_stored(aws, lake, key, rows):
    query = lake.ask((SQL if rows < 10_000 else MANY).format(rows), ResultConfiguration=into(lake, "CSE_KMS", key))
    found = object_of(lake, query)
    sealed = found["Body"].read()
    assert b"secret" not in sealed and b"secret" not in object_of(lake, query, ".metadata")["Body"].read()
    assert found["Metadata"]["x-amz-cek-alg"] == "AES/GCM/NoPadding"
    if rows < 10_000:
        assert query.rows() == [(n, f"secret {n}") for n in range(1, rows + 1)]
    # The Amazon S3 Encryption Client opens it.
    client = S3EncryptionClient(aws.client("s3"), S3EncryptionClientConfig(
        KmsKeyring(aws.client("kms"), key),
        encryption_algorithm=AlgorithmSuite.ALG_AES_256_GCM_IV12_TAG16_NO_KDF,
        commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT,
    ))
    name = query.output.removeprefix(f"s3://{lake.bucket}/")
    opened = client.get_object(Bucket=lake.bucket, Key=name)["Body"].read().decode().splitlines()
    assert len(opened) == rows + 1 and opened[-1] == f'"{rows}","secret {rows}"'


@behaviour("ATH-33")
def test_other_statements_leave_sealed_results_too(lake, key):
    sealed = {"ResultConfiguration": into(lake, "CSE_KMS", key)}
    shown = lake.ask("SHOW DATABASES", **sealed)
    assert shown.lines() == ["d"] and object_of(lake, shown)["Body"].read() != b"d\n"
    query = lake.run("CREATE TABLE t AS SELECT 1 AS a", **sealed)
    assert query.reason.startswith("NOT_SUPPORTED: Writing tables and files with CSE_KMS")
    assert lake.keys("results/tables/") == []


@behaviour("ATH-33")
def test_keys_are_needed_and_permission_for_them(lake, key, aws):
    with pytest.raises(ClientError) as refused:
        lake.start("SELECT 1", ResultConfiguration=into(lake, "SSE_KMS"))
    assert error(refused).code == "InvalidRequestException"
    for option in ("SSE_KMS", "CSE_KMS"):
        query = lake.ask("SELECT 1 AS a", ResultConfiguration=into(lake, option, key))
        aws.client("kms").disable_key(KeyId=key)
        with pytest.raises(ClientError):
            query.pages()
        failed = lake.run("SELECT 2 AS a", ResultConfiguration=into(lake, option, key))
        assert failed.state == "FAILED" and "output to url" in failed.reason.replace("output url", "output to url")
        aws.client("kms").enable_key(KeyId=key)
        assert query.rows() == [(1,)]


@behaviour("ATH-28")
def test_a_workgroup_decides_how_results_are_encrypted(lake, key):
    def group(name, enforced, option, least=False):
        lake.athena.create_work_group(Name=name, Configuration={
            "ResultConfiguration": into(lake, option, key, prefix=name),
            "EnforceWorkGroupConfiguration": enforced, "EnableMinimumEncryptionConfiguration": least,
        })

    group("kms", True, "SSE_KMS")
    query = lake.ask("SELECT 1 AS a", WorkGroup="kms", ResultConfiguration=into(lake, "SSE_S3"))
    assert query.output.startswith(f"s3://{lake.bucket}/kms/")
    assert object_of(lake, query)["SSEKMSKeyId"] == key
    group("own", False, "SSE_KMS")
    query = lake.ask("SELECT 1 AS a", WorkGroup="own", ResultConfiguration=into(lake, "SSE_S3"))
    assert query.output.startswith(f"s3://{lake.bucket}/results/")
    assert object_of(lake, query)["ServerSideEncryption"] == "AES256"
    query = lake.ask("SELECT 1 AS a", WorkGroup="own", ResultConfiguration=None)
    assert object_of(lake, query)["SSEKMSKeyId"] == key
    # The client may ask for more than the least, not for less.
    group("least", False, "SSE_KMS", least=True)
    with pytest.raises(ClientError) as refused:
        lake.start("SELECT 1", WorkGroup="least", ResultConfiguration=into(lake, "SSE_S3"))
    assert error(refused).code == "InvalidRequestException"
    lake.ask("SELECT 1 AS a", WorkGroup="least", ResultConfiguration=into(lake, "CSE_KMS", key))
