"""What is written down of calls, what they cost, and how many there may be."""

import base64

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


@behaviour("KMS-14")
def test_calls_are_recorded_with_key_and_context_and_nothing_secret(kms, key, server, account):
    context = {"table": "orders", "row": "17"}
    blob = kms.encrypt(
        KeyId=key, Plaintext=b"a very secret text", EncryptionContext=context
    )["CiphertextBlob"]
    # Whoever decrypts need not name the key; the record does.
    kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    answer = server.admin("GET", "events")
    events = [event for event in answer.json() if event["account"] == account]
    (decrypt,) = [event for event in events if event["operation"] == "Decrypt"]
    assert decrypt["service"] == "kms" and decrypt["resource"] == key and decrypt["read_only"]
    assert decrypt["parameters"] == {"EncryptionContext": context}
    (encrypt,) = [event for event in events if event["operation"] == "Encrypt"]
    assert encrypt["parameters"] == {"EncryptionContext": context, "KeyId": key}
    for secret in (b"a very secret text", blob):
        assert base64.b64encode(secret).decode() not in answer.text
        assert repr(secret) not in answer.text


def lines(server):
    bill = server.admin("GET", "bill")
    assert bill.status_code == 200, bill.text
    return {line["usage_type"]: line for line in bill.json() if line["service"] == "kms"}


@behaviour("KMS-15")
@pytest.mark.clock
def test_keys_cost_a_dollar_a_month_and_requests_by_the_ten_thousand(kms, server, clock):
    clock.set("2031-03-01T00:00:00Z")
    keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2)]
    kms.describe_key(KeyId="alias/aws/s3")
    for _ in range(10):
        kms.generate_data_key(KeyId=keys[0], KeySpec="AES_256")
    clock.advance(hours=730)
    bill = lines(server)
    assert bill["KMS-Keys"]["quantity"] == pytest.approx(2, abs=0.01)
    assert bill["KMS-Keys"]["amount"] == pytest.approx(2, abs=0.01)
    assert bill["KMS-Requests"]["unit"] == "10,000 requests"
    # The first 20,000 of a month are free.
    assert bill["KMS-Requests"]["quantity"] > 0 and bill["KMS-Requests"]["amount"] == 0

    # A rotated key counts twice, one that is to be deleted not at all.
    kms.rotate_key_on_demand(KeyId=keys[0])
    kms.schedule_key_deletion(KeyId=keys[1], PendingWindowInDays=30)
    clock.advance(hours=730)
    assert lines(server)["KMS-Keys"]["quantity"] == pytest.approx(4, abs=0.01)


@behaviour("KMS-9")
@pytest.mark.serve("--limits")
def test_too_many_calls_are_throttled(kms):
    # Five keys a second may be made; other calls have rates of their own.
    made = []
    with pytest.raises(ClientError) as refused:
        for _ in range(100):
            made.append(kms.create_key()["KeyMetadata"]["KeyId"])
    assert len(made) >= 5
    assert error(refused) == (
        "ThrottlingException", 400,
        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
    )
    kms.encrypt(KeyId=made[0], Plaintext=b"a")
