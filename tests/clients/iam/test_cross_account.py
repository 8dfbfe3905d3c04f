"""Between accounts both sides must agree. The identities are made while nobody is asked; then the
same data is served with policies enforced."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

OTHER = "999900000003"


def document(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action, resource="*", **more) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal: str) -> str:
    return document({
        "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"
    })


@pytest.fixture
def enforced(durable_server):
    """Serves what has been made until now with policies enforced."""

    def restart():
        durable_server.stop()
        durable_server.args = ("--auth", "enforce")
        durable_server.start()

    return restart


def new_user(owner, name: str, *statements) -> tuple[str, str]:
    iam = owner.client("iam")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(
            UserName=name, PolicyName="own", PolicyDocument=document(*statements)
        )
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


@behaviour("IAM-10", "IAM-6")
def test_a_role_of_another_account_needs_trust_and_the_right(durable, enforced, account):
    here, there = durable(), durable().elsewhere(account=OTHER)
    with_right = new_user(here, "ann", allow("sts:AssumeRole"))
    without = new_user(here, "bob")

    def role(name, trusted):
        made = there.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=trust(trusted)
        )
        return made["Role"]["Arn"]

    for_account = role("for-account", account)
    for_bob = role("for-bob", f"arn:aws:iam::{account}:user/bob")
    for_nobody = role("for-nobody", "888800000001")
    enforced()
    ann, bob = durable().with_key(*with_right), durable().with_key(*without)

    def becomes(caller, arn):
        try:
            keys = caller.client("sts").assume_role(RoleArn=arn, RoleSessionName="job")
        except ClientError as refused:
            assert error(refused)[:2] == ("AccessDenied", 403)
            return False
        keys = keys["Credentials"]
        session = caller.with_key(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
        )
        assert session.client("sts").get_caller_identity()["Account"] == OTHER
        return True

    assert becomes(ann, for_account)
    # The identity's side alone, and the role's side alone, even where it names the user.
    assert not becomes(ann, for_nobody)
    assert not becomes(bob, for_account)
    assert not becomes(bob, for_bob)


@behaviour("SEC-9")
def test_accounts_do_not_see_each_others_identities(durable, enforced, account):
    here, there = durable(), durable().elsewhere(account=OTHER)
    all_of_iam = new_user(here, "ann", allow("iam:*"))
    there.client("iam").create_user(UserName="ann", Path="/there/")
    there.client("iam").create_user(UserName="other")
    policy = there.client("iam").create_policy(
        PolicyName="p", PolicyDocument=document(allow("*"))
    )["Policy"]["Arn"]
    enforced()
    iam = durable().with_key(*all_of_iam).client("iam")
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ann"]
    assert iam.get_user()["User"]["Path"] == "/"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName="other")
    # Not the judge's matter alone: the policy is nobody's here.
    for call in (
        lambda: iam.get_policy(PolicyArn=policy),
        lambda: iam.attach_user_policy(UserName="ann", PolicyArn=policy),
    ):
        with pytest.raises(ClientError) as refused:
            call()
        assert error(refused).code in ("AccessDenied", "NoSuchEntity")


@behaviour("IAM-10", "SEC-9")
def test_a_bucket_of_another_account_is_closed(durable, enforced, account):
    here, there = durable(), durable().elsewhere(account=OTHER)
    all_of_s3 = new_user(here, "ann", allow("s3:*"))
    name = f"theirs-{uuid.uuid4().hex}"
    there.client("s3").create_bucket(Bucket=name)
    there.client("s3").put_object(Bucket=name, Key="x", Body=b"")
    enforced()
    s3 = durable().with_key(*all_of_s3).client("s3")
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket=name, Key="x")
    assert error(refused)[:2] == ("AccessDenied", 403)
    with pytest.raises(ClientError) as refused:
        s3.list_objects_v2(Bucket=name)
    assert error(refused)[:2] == ("AccessDenied", 403)
