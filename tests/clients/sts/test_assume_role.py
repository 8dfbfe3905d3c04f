"""Becoming a role: trust, external ids, session policies, lengths, and the end of it."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def document(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action, resource="*", **more) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal: str, **more) -> str:
    return document({
        "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more
    })


def become(caller, arn: str, **options):
    """The caller that a session of the role is."""
    keys = caller.client("sts").assume_role(RoleArn=arn, RoleSessionName="job", **options)
    keys = keys["Credentials"]
    return caller.with_key(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


@pytest.fixture
def role(root, account):
    """`role(trust)`: the ARN of a new role which may do everything on S3."""

    def make(trust_policy: str, name: str = "reader", **options) -> str:
        iam = root.client("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_policy, **options)
        iam.put_role_policy(
            RoleName=name, PolicyName="p", PolicyDocument=document(allow("s3:*"))
        )
        return made["Role"]["Arn"]

    return make


@pytest.fixture
def lake(root):
    name = f"lake-{uuid.uuid4().hex}"
    s3 = root.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="x", Body=b"x")
    return name


def refusal(call, **options):
    with pytest.raises(ClientError) as refused:
        call(**options)
    return error(refused)


@behaviour("IAM-6")
def test_a_trusted_user_becomes_the_role(user, role, lake, account):
    ann = user("ann", allow("sts:AssumeRole"))
    arn = role(trust(account), Path="/jobs/")
    assert refusal(ann.client("s3").get_object, Bucket=lake, Key="x").code == "AccessDenied"
    session = become(ann, arn)
    assert session.access_key.startswith("ASIA") and len(session.access_key) == 20
    identity = session.client("sts").get_caller_identity()
    # The role's path is not part of the session's name.
    assert identity["Arn"] == f"arn:aws:sts::{account}:assumed-role/reader/job"
    assert identity["UserId"].startswith("AROA") and identity["UserId"].endswith(":job")
    assert session.client("s3").get_object(Bucket=lake, Key="x")["Body"].read() == b"x"
    # It may do what the role may, not what the user may.
    assert refusal(
        session.client("sts").assume_role, RoleArn=arn, RoleSessionName="again"
    ).code == "AccessDenied"


@behaviour("IAM-6", "IAM-14")
def test_without_trust_or_without_the_right_nobody_becomes_it(user, role, account):
    arn = role(trust(account))
    other = role(trust(f"arn:aws:iam::{account}:user/bob"), "of-bob")
    right = user("ann", allow("sts:AssumeRole"))
    no_right = user("cid")
    who = f"arn:aws:iam::{account}:user"

    def sentence(name, role_arn):
        return (
            "AccessDenied", 403,
            f"User: {who}/{name} is not authorized to perform: sts:AssumeRole on resource: "
            f"{role_arn}",
        )

    def ask(caller, role_arn):
        return refusal(caller.client("sts").assume_role, RoleArn=role_arn, RoleSessionName="job")

    assert ask(no_right, arn) == sentence("cid", arn)
    assert ask(right, other) == sentence("ann", other)
    # A role that does not exist is refused in the same words.
    missing = f"arn:aws:iam::{account}:role/missing"
    assert ask(right, missing) == sentence("ann", missing)
    assert ask(right, arn.replace("role/", "role/wrong/path/"))[:2] == ("AccessDenied", 403)
    # Named directly by the role in its own account, a user needs no right of its own.
    become(user("bob"), other)


@behaviour("IAM-6")
def test_the_external_id_must_fit(user, role, account):
    arn = role(trust(account, Condition={"StringEquals": {"sts:ExternalId": "secret-42"}}))
    ann = user("ann", allow("sts:AssumeRole"))
    for options in ({}, {"ExternalId": "other"}):
        refused = refusal(
            ann.client("sts").assume_role, RoleArn=arn, RoleSessionName="job", **options
        )
        assert refused.code == "AccessDenied"
    become(ann, arn, ExternalId="secret-42")


@behaviour("IAM-6")
def test_a_session_policy_narrows(user, role, lake, account):
    arn = role(trust(account))
    ann = user("ann", allow("sts:AssumeRole"))
    session = become(ann, arn, Policy=document(allow(["s3:ListBucket", "iam:*"])))
    session.client("s3").list_objects_v2(Bucket=lake)
    refused = refusal(session.client("s3").get_object, Bucket=lake, Key="x")
    assert refused.message.endswith("because no session policy allows the s3:GetObject action")
    # It cannot add to what the role may do.
    assert refusal(session.client("iam").list_users).code == "AccessDenied"
    managed = [{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}]
    session = become(ann, arn, PolicyArns=managed)
    session.client("s3").get_object(Bucket=lake, Key="x")
    assert refusal(session.client("s3").delete_object, Bucket=lake, Key="x").code == "AccessDenied"
    refused = refusal(
        ann.client("sts").assume_role, RoleArn=arn, RoleSessionName="job", Policy="{"
    )
    assert refused[:2] == ("MalformedPolicyDocument", 400)


@behaviour("IAM-6")
def test_a_session_ends_when_its_time_is_over(user, role, lake, account, enforce_clock):
    arn = role(trust(account), MaxSessionDuration=7200)
    ann = user("ann", allow("sts:AssumeRole"))
    session = become(ann, arn, DurationSeconds=900)
    session.client("s3").get_object(Bucket=lake, Key="x")
    enforce_clock.advance(minutes=14)
    session.client("s3").get_object(Bucket=lake, Key="x")
    enforce_clock.advance(minutes=2)
    assert refusal(session.client("s3").get_object, Bucket=lake, Key="x").code == "ExpiredToken"
    assert refusal(session.client("sts").get_caller_identity) == (
        "ExpiredToken", 403, "The security token included in the request is expired",
    )


@behaviour("IAM-6")
def test_a_session_lasts_no_longer_than_the_role_lets_it(user, role, account):
    arn = role(trust(account))
    ann = user("ann", allow("sts:AssumeRole")).client("sts")
    assert refusal(
        ann.assume_role, RoleArn=arn, RoleSessionName="job", DurationSeconds=3601
    ) == (
        "ValidationError", 400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    assert refusal(
        ann.assume_role, RoleArn=arn, RoleSessionName="job", DurationSeconds=43201
    ).code == "ValidationError"


@behaviour("IAM-6")
def test_a_token_must_come_with_its_key(user, role, account):
    session = become(user("ann", allow("sts:AssumeRole")), role(trust(account)))
    for token in (None, "nonsense", session.token[:-1]):
        other = session.with_key(session.access_key, session.secret, token)
        assert refusal(other.client("sts").get_caller_identity)[:2] == (
            "InvalidClientTokenId", 403,
        )


@behaviour("IAM-6", "IAM-9")
def test_the_role_decides_as_it_is_now(root, user, role, lake, account):
    iam = root.client("iam")
    arn = role(trust(account))
    session = become(user("ann", allow("sts:AssumeRole")), arn)
    session.client("s3").get_object(Bucket=lake, Key="x")
    bounds = iam.create_policy(
        PolicyName="b", PolicyDocument=document(allow("s3:List*"))
    )["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="reader", PermissionsBoundary=bounds)
    assert refusal(session.client("s3").get_object, Bucket=lake, Key="x").code == "AccessDenied"
    iam.delete_role_permissions_boundary(RoleName="reader")
    session.client("s3").get_object(Bucket=lake, Key="x")
    # A role made again under the name is another one.
    iam.delete_role_policy(RoleName="reader", PolicyName="p")
    iam.delete_role(RoleName="reader")
    role(trust(account))
    assert refusal(session.client("s3").get_object, Bucket=lake, Key="x").code == "AccessDenied"


@behaviour("IAM-6")
def test_the_root_of_an_account_becomes_no_role(root, role, account):
    arn = role(trust(account))
    assert refusal(root.client("sts").assume_role, RoleArn=arn, RoleSessionName="job") == (
        "AccessDenied", 403, "Roles may not be assumed by root accounts.",
    )


@behaviour("IAM-6")
def test_a_chain_of_roles_lasts_an_hour_at_most(root, user, role, account):
    first = role(trust(account), "first")
    second = role(trust(f"arn:aws:iam::{account}:role/first"), "second", MaxSessionDuration=7200)
    ann = user("ann", allow("sts:AssumeRole"))
    session = become(ann, first)
    chained = become(session, second)
    assert chained.client("sts").get_caller_identity()["Arn"].endswith("/second/job")
    refused = refusal(
        session.client("sts").assume_role,
        RoleArn=second, RoleSessionName="job", DurationSeconds=7200,
    )
    assert refused.code == "ValidationError"


@behaviour("IAM-6")
def test_sessions_outlive_a_crash(durable_server, durable, account):
    iam = durable().client("iam")
    arn = iam.create_role(
        RoleName="reader", AssumeRolePolicyDocument=trust(account)
    )["Role"]["Arn"]
    session = become(durable(), arn)
    durable_server.restart()
    again = durable().with_key(session.access_key, session.secret, session.token)
    assert again.client("sts").get_caller_identity()["Arn"].endswith("/reader/job")


@behaviour("IAM-6")
def test_tags_and_the_source_identity_go_on_to_the_next_role(user, role, root, lake, account):
    first = role(trust(account, Action="sts:*"), "first")
    second = role(trust(f"arn:aws:iam::{account}:role/first", Action="sts:*"), "second")
    iam = root.client("iam")
    iam.put_role_policy(RoleName="first", PolicyName="q", PolicyDocument=document(
        allow("sts:*")
    ))
    iam.put_role_policy(RoleName="second", PolicyName="p", PolicyDocument=document(
        allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}})
    ))
    ann = user("ann", allow("sts:*"))
    red = {"Tags": [{"Key": "team", "Value": "red"}], "SourceIdentity": "ann@example.com"}
    kept = become(become(ann, first, **red, TransitiveTagKeys=["team"]), second)
    assert kept.client("s3").get_object(Bucket=lake, Key="x")["Body"].read() == b"x"
    lost = become(become(ann, first, **red), second)
    assert refusal(lost.client("s3").get_object, Bucket=lake, Key="x").code == "AccessDenied"

    session = become(ann, first, **red, TransitiveTagKeys=["team"]).client("sts")
    answer = session.assume_role(RoleArn=second, RoleSessionName="job")
    assert answer["SourceIdentity"] == "ann@example.com"
    refused = refusal(
        session.assume_role, RoleArn=second, RoleSessionName="job", SourceIdentity="bob"
    )
    assert refused.code == "AccessDenied"
    refused = refusal(
        session.assume_role, RoleArn=second, RoleSessionName="job",
        Tags=[{"Key": "Team", "Value": "green"}],
    )
    assert refused[:2] == ("InvalidParameterValue", 400)


@behaviour("IAM-6")
def test_tagging_a_session_is_a_right_of_its_own(user, role, account):
    """Both the caller's policy and the role's trust policy must give it, and may ask for tags."""
    only_assume = role(trust(account), "plain")
    asks_for_team = document(
        {
            "Effect": "Allow", "Principal": {"AWS": account},
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
            "Condition": {
                "StringLikeIfExists": {"aws:RequestTag/team": "red"},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
            },
        }
    )
    tagged = role(asks_for_team, "tagged")
    ann, bob = user("ann", allow("sts:*")), user("bob", allow("sts:AssumeRole"))
    red, blue = [{"Key": "team", "Value": "red"}], [{"Key": "team", "Value": "blue"}]
    more = [*red, {"Key": "cost", "Value": "1"}]

    def refused(caller, role_arn, **options) -> str:
        answer = refusal(
            caller.client("sts").assume_role, RoleArn=role_arn, RoleSessionName="job", **options
        )
        assert answer[:2] == ("AccessDenied", 403)
        return answer.message

    become(ann, only_assume)
    assert "sts:TagSession" in refused(ann, only_assume, Tags=red)
    assert "sts:SetSourceIdentity" in refused(ann, only_assume, SourceIdentity="ann")
    become(bob, tagged)
    assert "sts:TagSession" in refused(bob, tagged, Tags=red)
    become(ann, tagged, Tags=red, SourceIdentity="ann")
    refused(ann, tagged, Tags=blue)
    refused(ann, tagged, Tags=more)
