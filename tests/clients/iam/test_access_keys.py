"""Access keys: their secrets, two at a time, switched off, and their last use."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


@behaviour("IAM-15")
def test_two_keys_of_a_user_work_and_a_third_is_refused(root, user):
    ann = user("ann")
    iam = root.client("iam")
    second = iam.create_access_key(UserName="ann")["AccessKey"]
    assert second["Status"] == "Active" and second["AccessKeyId"].startswith("AKIA")
    assert len(second["AccessKeyId"]) == 20 and len(second["SecretAccessKey"]) == 40
    other = root.with_key(second["AccessKeyId"], second["SecretAccessKey"])
    for caller in (ann, other):
        assert caller.client("sts").get_caller_identity()["Arn"].endswith(":user/ann")
    with pytest.raises(iam.exceptions.LimitExceededException) as refused:
        iam.create_access_key(UserName="ann")
    assert error(refused) == (
        "LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2",
    )


@behaviour("IAM-15", "IAM-1")
def test_an_inactive_key_is_refused_until_it_is_active_again(root, user):
    ann = user("ann")
    iam = root.client("iam")
    iam.update_access_key(UserName="ann", AccessKeyId=ann.access_key, Status="Inactive")
    listed = iam.list_access_keys(UserName="ann")["AccessKeyMetadata"]
    assert [(key["AccessKeyId"], key["Status"]) for key in listed] == [(ann.access_key, "Inactive")]
    assert "SecretAccessKey" not in listed[0]
    with pytest.raises(ClientError) as refused:
        ann.client("sts").get_caller_identity()
    assert error(refused) == (
        "InvalidClientTokenId", 403, "The security token included in the request is invalid.",
    )
    iam.update_access_key(UserName="ann", AccessKeyId=ann.access_key, Status="Active")
    ann.client("sts").get_caller_identity()
    iam.delete_access_key(UserName="ann", AccessKeyId=ann.access_key)
    with pytest.raises(ClientError) as refused:
        ann.client("sts").get_caller_identity()
    assert error(refused).code == "InvalidClientTokenId"


@behaviour("IAM-1")
def test_a_wrong_secret_is_told_from_an_unknown_key(root, user):
    ann = user("ann")
    with pytest.raises(ClientError) as refused:
        root.with_key(ann.access_key, "wrong").client("sts").get_caller_identity()
    assert error(refused)[:2] == ("SignatureDoesNotMatch", 403)
    with pytest.raises(ClientError) as refused:
        root.with_key("AKIAZZZZZZZZZZZZZZZZ", "wrong").client("sts").get_caller_identity()
    assert error(refused)[:2] == ("InvalidClientTokenId", 403)


def test_keys_belong_to_their_user_and_account(iam, aws):
    iam.create_user(UserName="ann")
    iam.create_user(UserName="bob")
    key = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]
    foreign = aws.elsewhere(account="999900000001").client("iam")
    foreign.create_user(UserName="ann")
    for someone, name in ((iam, "bob"), (foreign, "ann")):
        with pytest.raises(ClientError) as refused:
            someone.delete_access_key(UserName=name, AccessKeyId=key)
        assert error(refused) == (
            "NoSuchEntity", 404, f"The Access Key with id {key} cannot be found.",
        )
    with pytest.raises(ClientError) as refused:
        foreign.get_access_key_last_used(AccessKeyId=key)
    assert error(refused)[:2] == ("AccessDenied", 403)


@pytest.mark.clock
def test_the_last_use_of_a_key_is_known(aws, iam, sts, clock):
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    unused = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert unused["UserName"] == "ann"
    assert unused["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    clock.advance(days=3)
    ann = aws.with_key(key["AccessKeyId"], key["SecretAccessKey"])
    ann.client("sts").get_caller_identity()
    used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("sts", "us-east-1")
    assert abs((clock.now() - used["LastUsedDate"]).total_seconds()) < 60
    assert sts.get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"] == aws.account


@behaviour("IAM-15")
def test_keys_and_their_owners_outlive_a_crash(durable_server, durable):
    iam = durable().client("iam")
    iam.create_user(UserName="ann", Path="/team/")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    durable_server.restart()
    ann = durable().with_key(key["AccessKeyId"], key["SecretAccessKey"])
    assert ann.client("sts").get_caller_identity()["Arn"].endswith(":user/team/ann")
    with pytest.raises(ClientError) as refused:
        durable().with_key(key["AccessKeyId"], "wrong").client("sts").get_caller_identity()
    assert error(refused).code == "SignatureDoesNotMatch"


def test_without_a_name_a_call_is_about_the_caller(iam, aws):
    iam.create_user(UserName="ann", Path="/team/")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    own = aws.with_key(key["AccessKeyId"], key["SecretAccessKey"]).client("iam")
    assert own.get_user()["User"]["UserName"] == "ann"
    assert [k["AccessKeyId"] for k in own.list_access_keys()["AccessKeyMetadata"]] == [
        key["AccessKeyId"]
    ]
    # The account itself is shown as a user without a name.
    account = iam.get_user()["User"]
    assert account["UserId"] == aws.account and account["Arn"].endswith(":root")
