"""Policies decide: `aquifer serve --auth enforce`. Each refusal is of a caller who lacks just that."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def statement(effect: str, action, resource="*", **more) -> dict:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def allow(action, resource="*", **more) -> dict:
    return statement("Allow", action, resource, **more)


def deny(action, resource="*", **more) -> dict:
    return statement("Deny", action, resource, **more)


def document(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture
def lake(root):
    """A bucket of the test's account with the objects `ann/x` and `bob/x`."""
    name = f"lake-{uuid.uuid4().hex}"
    s3 = root.client("s3")
    s3.create_bucket(Bucket=name)
    for key in ("ann/x", "bob/x"):
        s3.put_object(Bucket=name, Key=key, Body=b"x")
    return name


def reads(caller, bucket, key="ann/x") -> str:
    """`allowed`, or the code of the refusal."""
    try:
        caller.client("s3").get_object(Bucket=bucket, Key=key)
    except ClientError as refused:
        return refused.response["Error"]["Code"]
    return "allowed"


@behaviour("IAM-2", "IAM-14", "SEC-1")
def test_what_nothing_allows_is_refused_and_explained(user, lake, account):
    ann = user("ann", allow("s3:ListBucket"))
    ann.client("s3").list_objects_v2(Bucket=lake)
    with pytest.raises(ClientError) as refused:
        ann.client("s3").get_object(Bucket=lake, Key="ann/x")
    who = f"arn:aws:iam::{account}:user/ann"
    assert error(refused) == (
        "AccessDenied", 403,
        f"User: {who} is not authorized to perform: s3:GetObject on resource: "
        f'"arn:aws:s3:::{lake}/ann/x" because no identity-based policy allows the s3:GetObject '
        "action",
    )
    with pytest.raises(ClientError) as refused:
        ann.client("iam").get_user(UserName="bob")
    assert error(refused) == (
        "AccessDenied", 403,
        f"User: {who} is not authorized to perform: iam:GetUser on resource: "
        f"arn:aws:iam::{account}:user/bob because no identity-based policy allows the iam:GetUser "
        "action",
    )


@behaviour("IAM-2", "IAM-14")
def test_an_explicit_deny_wins_wherever_it_stands(root, user, lake):
    iam = root.client("iam")
    ann = user("ann", allow("s3:*"))
    assert reads(ann, lake) == "allowed"
    iam.create_group(GroupName="g")
    iam.put_group_policy(
        GroupName="g", PolicyName="p", PolicyDocument=document(deny("s3:GetObject"))
    )
    iam.add_user_to_group(GroupName="g", UserName="ann")
    with pytest.raises(ClientError) as refused:
        ann.client("s3").get_object(Bucket=lake, Key="ann/x")
    assert error(refused).message.endswith("with an explicit deny in an identity-based policy")
    ann.client("s3").list_objects_v2(Bucket=lake)
    iam.remove_user_from_group(GroupName="g", UserName="ann")
    assert reads(ann, lake) == "allowed"


@behaviour("IAM-4")
def test_variables_stand_for_the_caller(user, lake):
    own_folder = f"arn:aws:s3:::{lake}/${{aws:username}}/*"
    ann = user("ann", allow(["s3:Get*", "S3:PUTOBJECT"], own_folder))
    assert reads(ann, lake, "ann/x") == "allowed"
    ann.client("s3").put_object(Bucket=lake, Key="ann/y", Body=b"")
    assert reads(ann, lake, "bob/x") == "AccessDenied"
    # A name is no pattern, even where it looks like one.
    odd = user("a=b@c", allow("s3:Get*", own_folder))
    assert reads(odd, lake, "ann/x") == "AccessDenied"


@behaviour("IAM-4")
def test_all_but_what_is_named(user, lake):
    all_but_deleting = {"Effect": "Allow", "NotAction": "s3:Delete*", "Resource": "*"}
    ann = user("ann", all_but_deleting)
    assert reads(ann, lake) == "allowed"
    with pytest.raises(ClientError) as refused:
        ann.client("s3").delete_object(Bucket=lake, Key="ann/x")
    assert error(refused).code == "AccessDenied"
    elsewhere = {
        "Effect": "Allow", "Action": "s3:GetObject",
        "NotResource": f"arn:aws:s3:::{lake}/bob/*",
    }
    bob = user("bob", elsewhere)
    assert reads(bob, lake, "ann/x") == "allowed"
    assert reads(bob, lake, "bob/x") == "AccessDenied"


@behaviour("IAM-5")
@pytest.mark.parametrize(("holds", "fails"), [
    ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    ({"Bool": {"aws:SecureTransport": "false"}}, {"Bool": {"aws:SecureTransport": "true"}}),
    (
        {"StringEquals": {"aws:PrincipalTag/team": "red"}},
        {"StringEquals": {"aws:PrincipalTag/team": "blue"}},
    ),
    (
        {"DateLessThan": {"aws:CurrentTime": "2100-01-01T00:00:00Z"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2100-01-01T00:00:00Z"}},
    ),
    (
        {"StringLike": {"aws:UserAgent": "*oto*"}},
        {"StringLike": {"aws:UserAgent": "curl*"}},
    ),
    (
        {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
        {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}},
    ),
    (
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/ann"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
    ),
    ({"Null": {"aws:SourceVpce": "true"}}, {"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
    (
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}},
        {"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}},
    ),
])
def test_conditions_hold_or_fail(root, user, lake, holds, fails):
    iam = root.client("iam")
    ann = user("ann")
    iam.tag_user(UserName="ann", Tags=[{"Key": "team", "Value": "red"}])
    for condition, expected in ((holds, "allowed"), (fails, "AccessDenied")):
        policy = document(allow("s3:GetObject", Condition=condition))
        iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=policy)
        assert reads(ann, lake) == expected, condition


@behaviour("IAM-17")
def test_a_change_holds_from_the_next_request_on(root, user, lake):
    iam = root.client("iam")
    ann = user("ann")
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    for _ in range(5):
        assert reads(ann, lake) == "AccessDenied"
        iam.attach_user_policy(UserName="ann", PolicyArn=arn)
        assert reads(ann, lake) == "allowed"
        iam.detach_user_policy(UserName="ann", PolicyArn=arn)
    own = iam.create_policy(PolicyName="p", PolicyDocument=document(allow("s3:Get*")))["Policy"]
    iam.attach_user_policy(UserName="ann", PolicyArn=own["Arn"])
    assert reads(ann, lake) == "allowed"
    nothing = document(deny("s3:Get*"))
    iam.create_policy_version(PolicyArn=own["Arn"], PolicyDocument=nothing, SetAsDefault=True)
    assert reads(ann, lake) == "AccessDenied"
    iam.set_default_policy_version(PolicyArn=own["Arn"], VersionId="v1")
    assert reads(ann, lake) == "allowed"


@behaviour("IAM-16")
def test_everyone_may_know_who_they_are(root, user, account):
    ann = user("ann", deny("*"))
    identity = ann.client("sts").get_caller_identity()
    user_id = root.client("iam").get_user(UserName="ann")["User"]["UserId"]
    assert (identity["Account"], identity["Arn"], identity["UserId"]) == (
        account, f"arn:aws:iam::{account}:user/ann", user_id,
    )
    assert root.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{account}:root"


@behaviour("IAM-9")
def test_a_boundary_caps_what_is_allowed(root, user, lake):
    iam = root.client("iam")
    ann = user("ann", allow(["s3:*", "iam:ListUsers"]))
    ann.client("iam").list_users()
    bounds = iam.create_policy(PolicyName="b", PolicyDocument=document(allow("s3:*")))["Policy"]
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=bounds["Arn"])
    assert reads(ann, lake) == "allowed"
    with pytest.raises(ClientError) as refused:
        ann.client("iam").list_users()
    assert error(refused).message.endswith(
        "because no permissions boundary allows the iam:ListUsers action"
    )
    iam.delete_user_permissions_boundary(UserName="ann")
    ann.client("iam").list_users()


@behaviour("IAM-3")
def test_identities_are_judged_by_their_full_names(root, user):
    iam = root.client("iam")
    iam.create_user(UserName="dev", Path="/dev/")
    iam.create_user(UserName="ops", Path="/ops/")
    ann = user("ann", allow("iam:GetUser", "arn:aws:iam::*:user/dev/*")).client("iam")
    assert ann.get_user(UserName="dev")["User"]["Path"] == "/dev/"
    with pytest.raises(ClientError) as refused:
        ann.get_user(UserName="ops")
    assert error(refused).code == "AccessDenied"
    # Not even whether the name exists is told.
    with pytest.raises(ClientError) as refused:
        ann.get_user(UserName="nobody")
    assert error(refused).code == "AccessDenied"
    own = user("bob", allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}"))
    own.client("iam").list_access_keys()
    with pytest.raises(ClientError):
        own.client("iam").list_access_keys(UserName="ann")


def test_a_user_made_again_is_someone_else(root, user, lake):
    iam = root.client("iam")
    ann = user("ann", allow("s3:*", f"arn:aws:s3:::{lake}*"), allow("sts:*"))
    token = ann.client("sts").get_session_token()["Credentials"]
    session = root.with_key(
        token["AccessKeyId"], token["SecretAccessKey"], token["SessionToken"]
    )
    assert reads(session, lake) == "allowed"
    iam.delete_access_key(UserName="ann", AccessKeyId=ann.access_key)
    iam.delete_user_policy(UserName="ann", PolicyName="own")
    iam.delete_user(UserName="ann")
    assert reads(session, lake) == "AccessDenied"
    user("ann", allow("s3:*"))
    assert reads(session, lake) == "AccessDenied"


@behaviour("SEC-2")
def test_rights_come_before_existence_and_signatures_before_rights(root, user):
    ann = user("ann")
    missing = f"no-such-bucket-{uuid.uuid4().hex}"
    assert reads(ann, missing) == "AccessDenied"
    assert reads(root.with_key(ann.access_key, "wrong"), missing) == "SignatureDoesNotMatch"


def test_without_policies_asked_a_user_may_do_everything(aws, iam, s3, bucket):
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = aws.with_key(key["AccessKeyId"], key["SecretAccessKey"])
    ann.client("s3").put_object(Bucket=bucket, Key="k", Body=b"")


@behaviour("IAM-5")
def test_a_policy_may_ask_for_the_tags_of_a_request(user, lake, root):
    team = {"StringEquals": {"aws:RequestTag/Team": "red"}}
    keys = {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
    ann = user(
        "ann",
        allow("iam:CreateRole", Condition=team),
        allow(["iam:TagUser", "iam:UntagUser"], Condition=keys),
        allow("s3:PutObject*", Condition={"StringEquals": {"s3:RequestObjectTag/team": "red"}}),
    )
    iam, s3 = ann.client("iam"), ann.client("s3")
    red, blue = [{"Key": "team", "Value": "red"}], [{"Key": "team", "Value": "blue"}]
    trust = document({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})

    def refused(call, **options):
        with pytest.raises(ClientError) as raised:
            call(**options)
        assert error(raised).code == "AccessDenied"

    role = {"AssumeRolePolicyDocument": trust}
    iam.create_role(RoleName="tagged", Tags=red, **role)
    refused(iam.create_role, RoleName="other", Tags=blue, **role)
    refused(iam.create_role, RoleName="none", **role)

    iam.tag_user(UserName="ann", Tags=red)
    refused(iam.tag_user, UserName="ann", Tags=[*red, {"Key": "cost", "Value": "1"}])
    refused(iam.untag_user, UserName="ann", TagKeys=["cost"])
    iam.untag_user(UserName="ann", TagKeys=["team"])

    s3.put_object(Bucket=lake, Key="k", Body=b"", Tagging="team=red&more=1")
    refused(s3.put_object, Bucket=lake, Key="k", Body=b"", Tagging="team=blue")
    refused(s3.put_object, Bucket=lake, Key="k", Body=b"")
    s3.put_object_tagging(Bucket=lake, Key="k", Tagging={"TagSet": red})
    refused(s3.put_object_tagging, Bucket=lake, Key="k", Tagging={"TagSet": blue})
