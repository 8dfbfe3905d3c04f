"""Who the caller is, and temporary credentials of its own."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


@behaviour("IAM-16")
def test_an_account_is_its_key(sts, account):
    identity = sts.get_caller_identity()
    assert (identity["Account"], identity["UserId"]) == (account, account)
    assert identity["Arn"] == f"arn:aws:iam::{account}:root"


@pytest.mark.clock
def test_a_session_token_is_the_user_for_a_while(aws, iam, clock):
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = aws.with_key(key["AccessKeyId"], key["SecretAccessKey"])
    issued = ann.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
    session = aws.with_key(
        issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"]
    )
    assert session.client("sts").get_caller_identity()["Arn"].endswith(":user/ann")
    with pytest.raises(ClientError) as refused:
        session.client("sts").get_session_token()
    assert error(refused) == (
        "AccessDenied", 403, "Cannot call GetSessionToken with session credentials",
    )
    clock.advance(minutes=16)
    with pytest.raises(ClientError) as refused:
        session.client("sts").get_caller_identity()
    assert error(refused)[:2] == ("ExpiredToken", 403)


def test_the_account_of_a_key_is_known(aws, sts, iam):
    arn = iam.create_role(
        RoleName="r",
        AssumeRolePolicyDocument=(
            '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},'
            '"Action":"sts:AssumeRole"}}'
        ),
    )["Role"]["Arn"]
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="job")["Credentials"]
    other = aws.elsewhere(account="999900000002").client("sts")
    for someone in (sts, other):
        answer = someone.get_access_key_info(AccessKeyId=keys["AccessKeyId"])
        assert answer["Account"] == aws.account
    with pytest.raises(ClientError) as refused:
        sts.get_access_key_info(AccessKeyId="AKIAZZZZZZZZZZZZZZZZ")
    assert error(refused)[:2] == ("ValidationError", 400)
