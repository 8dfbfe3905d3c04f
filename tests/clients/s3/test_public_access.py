"""What keeps the public out of buckets, and what lets it in."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

NAMES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@behaviour("S3-59")
def test_a_new_bucket_takes_no_public_policy_until_it_is_let(
    house, closed, refused, put_policy, grant
):
    s3, anyone = house.s3, house.anyone()
    block = s3.get_public_access_block(Bucket=closed)["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(NAMES, True)
    public = grant(closed, "s3:GetObject")
    with pytest.raises(ClientError) as raised:
        put_policy(closed, public)
    assert error(raised)[:2] == ("AccessDenied", 403)
    assert "BlockPublicPolicy" in error(raised).message
    s3.put_public_access_block(
        Bucket=closed, PublicAccessBlockConfiguration=dict.fromkeys(NAMES, False)
    )
    assert refused(lambda: anyone.get_object(Bucket=closed, Key="k")) == "AccessDenied"
    put_policy(closed, public)
    assert s3.get_bucket_policy_status(Bucket=closed)["PolicyStatus"] == {"IsPublic": True}
    answer = anyone.get_object(Bucket=closed, Key="k")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answer["Body"].read() == b"x"
    # Only what it says.
    assert refused(lambda: anyone.put_object(Bucket=closed, Key="n", Body=b"")) == "AccessDenied"
    assert refused(lambda: anyone.list_objects_v2(Bucket=closed)) == "AccessDenied"
    assert refused(lambda: anyone.get_object(Bucket=closed, Key="no")) == "AccessDenied"


@behaviour("S3-59")
def test_a_restricted_bucket_lets_in_its_own_account_only(
    house, unblocked, refused, put_policy, grant
):
    s3 = house.s3
    put_policy(
        unblocked, grant(unblocked, "s3:GetObject"),
        grant(unblocked, "s3:GetObject", house.there.id),
    )  # fmt: skip
    ann = house.there.user("ann", ALL).client("s3")
    bob = house.here.user("bob").client("s3")

    def reading():
        callers = (house.anyone(), ann, bob)
        return [refused(lambda c=c: c.get_object(Bucket=unblocked, Key="k")) for c in callers]

    assert reading() == ["", "", ""]
    block = {"RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket=unblocked, PublicAccessBlockConfiguration=block)
    assert reading() == ["AccessDenied", "AccessDenied", ""]
    # A policy that is not public is not restricted.
    put_policy(unblocked, grant(unblocked, "s3:GetObject", house.there.id))
    assert reading() == ["AccessDenied", "", "AccessDenied"]


@behaviour("S3-59")
def test_the_setting_can_be_removed(house, closed, refused):
    s3 = house.s3
    s3.put_public_access_block(
        Bucket=closed, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
    )
    block = s3.get_public_access_block(Bucket=closed)["PublicAccessBlockConfiguration"]
    assert block == {**dict.fromkeys(NAMES, False), "BlockPublicAcls": True}
    s3.delete_public_access_block(Bucket=closed)
    s3.delete_public_access_block(Bucket=closed)
    code = refused(lambda: s3.get_public_access_block(Bucket=closed))
    assert code == "NoSuchPublicAccessBlockConfiguration"
    nobody = house.here.user("nobody").client("s3")
    for call in (
        lambda: nobody.get_public_access_block(Bucket=closed),
        lambda: nobody.delete_public_access_block(Bucket=closed),
        lambda: nobody.put_public_access_block(
            Bucket=closed, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
        ),
    ):
        assert refused(call) == "AccessDenied"


@behaviour("S3-59")
def test_what_a_condition_ties_down_is_not_public(house, closed, put_policy, grant):
    put_policy(
        closed,
        grant(
            closed, "s3:GetObject", Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
        ),
    )
    status = house.s3.get_bucket_policy_status(Bucket=closed)["PolicyStatus"]
    assert status == {"IsPublic": False}
    assert house.anyone().get_object(Bucket=closed, Key="k")["Body"].read() == b"x"


@behaviour("S3-59")
def test_who_has_no_name_is_told_which_buckets_are_not_there(house, closed, refused):
    anyone = house.anyone()
    assert refused(lambda: anyone.get_object(Bucket=closed, Key="k")) == "AccessDenied"
    missing = closed.replace("closed", "missing")
    assert refused(lambda: anyone.get_object(Bucket=missing, Key="k")) == "NoSuchBucket"


@behaviour("S3-59")
def test_where_nobody_is_asked_the_public_is_kept_out_too(s3, bucket, aws, refused, grant):
    from botocore import UNSIGNED

    anyone = aws.client("s3", signature_version=UNSIGNED)
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    assert refused(lambda: anyone.get_object(Bucket=bucket, Key="k")) == "AccessDenied"
    policy = json.dumps({"Version": "2012-10-17", "Statement": [grant(bucket, "s3:GetObject")]})
    assert refused(lambda: s3.put_bucket_policy(Bucket=bucket, Policy=policy)) == "AccessDenied"
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert refused(lambda: anyone.get_object(Bucket=bucket, Key="k")) == ""
    assert refused(lambda: anyone.delete_object(Bucket=bucket, Key="k")) == "AccessDenied"
