"""Access points as they are managed: names, limits, policies, and what keeps the public out."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import error

ALL = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


@pytest.fixture
def make(s3control, account, bucket):
    """`make("point")` makes an access point of the bucket."""

    def create(name, **more):
        given = {"AccountId": account, "Name": name, "Bucket": bucket} | more
        return s3control.create_access_point(**given)

    return create


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as raised:
        call(*args, **kwargs)
    return error(raised)


def test_an_access_point_lives(s3control, account, bucket, make):
    made = make("point")
    arn = f"arn:aws:s3:us-east-1:{account}:accesspoint/point"
    assert made["AccessPointArn"] == arn
    start, lot, end = made["Alias"].split("-")
    assert (start, len(lot), end) == ("point", 34, "s3alias")
    point = s3control.get_access_point(AccountId=account, Name="point")
    assert point.pop("CreationDate")
    point.pop("ResponseMetadata")
    assert point == {
        "Name": "point",
        "Bucket": bucket,
        "NetworkOrigin": "Internet",
        "PublicAccessBlockConfiguration": dict.fromkeys(ALL, True),
        "Alias": made["Alias"],
        "AccessPointArn": arn,
        "Endpoints": {
            "ipv4": "s3-accesspoint.us-east-1.amazonaws.com",
            "dualstack": "s3-accesspoint.dualstack.us-east-1.amazonaws.com",
            "fips": "s3-accesspoint-fips.us-east-1.amazonaws.com",
            "fips_dualstack": "s3-accesspoint-fips.dualstack.us-east-1.amazonaws.com",
        },
        "BucketAccountId": account,
    }
    assert refusal(make, "point") == (
        "AccessPointAlreadyOwnedByYou", 409,
        "Your previous request to create the named accesspoint succeeded and you already own it.",
    )  # fmt: skip
    gone = s3control.delete_access_point(AccountId=account, Name="point")
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    for call in (s3control.get_access_point, s3control.delete_access_point):
        no = refusal(call, AccountId=account, Name="point")
        assert no == ("NoSuchAccessPoint", 404, "The specified accesspoint does not exist")


def test_names_follow_the_rules(make):
    for name in ("xn-_test", "Point", "-point", "point-", "a" * 51):
        assert refusal(make, name)[:2] == ("InvalidURI", 400), name
    for name in ("a.point", "point-s3alias", "xn--point"):
        assert refusal(make, name)[:2] == ("InvalidRequest", 400), name
    assert make("a" * 50)["Alias"].startswith("a" * 20 + "-")


def test_a_bucket_must_be_there_and_whose_it_is_said(make, aws):
    assert refusal(make, "point", Bucket="not-there-at-all") == (
        "InvalidRequest", 400, "Amazon S3 AccessPoint can only be created for existing bucket"
    )  # fmt: skip
    assert refusal(make, "point", BucketAccountId="999988887777").code == "InvalidRequest"
    west = aws.elsewhere(region="us-west-2").client("s3")
    west.create_bucket(
        Bucket=f"west-{aws.account}",
        CreateBucketConfiguration={"LocationConstraint": "us-west-2"},
    )
    assert "same region" in refusal(make, "point", Bucket=f"west-{aws.account}").message
    assert refusal(make, "point", AccountId="999988887777")[:2] == ("AccessDenied", 403)
    assert refusal(make, "point", Tags=[{"Key": "k", "Value": "v"}])[:2] == ("NotImplemented", 501)


def test_a_bucket_with_access_points_stays(s3, s3control, account, bucket, make):
    make("point")
    assert refusal(s3.delete_bucket, Bucket=bucket)[:2] == ("BucketHasAccessPointsAttached", 400)
    s3control.delete_access_point(AccountId=account, Name="point")
    s3.delete_bucket(Bucket=bucket)


def test_lists_come_in_pages_of_all_or_of_a_bucket(s3, s3control, account, bucket, make):
    other = f"other-{account}"
    s3.create_bucket(Bucket=other)
    for at in range(5):
        make(f"point-{at}", Bucket=bucket if at % 2 == 0 else other)
    make("vpc", VpcConfiguration={"VpcId": "vpc-1a2b3c"})

    def names(**more):
        found, token = [], {}
        while True:
            page = s3control.list_access_points(AccountId=account, **more, **token)
            found += [point["Name"] for point in page["AccessPointList"]]
            if "NextToken" not in page:
                return found
            assert len(page["AccessPointList"]) == more["MaxResults"]
            token = {"NextToken": page["NextToken"]}

    everything = [f"point-{at}" for at in range(5)] + ["vpc"]
    assert names() == everything
    assert names(MaxResults=1) == names(MaxResults=4) == everything
    assert names(Bucket=other, MaxResults=1) == ["point-1", "point-3"]
    assert names(Bucket=bucket, MaxResults=3) == ["point-0", "point-2", "point-4", "vpc"]
    assert names(Bucket="not-there-at-all") == []
    listed = s3control.list_access_points(AccountId=account)["AccessPointList"]
    assert listed[0]["NetworkOrigin"] == "Internet" and listed[0]["BucketAccountId"] == account
    assert listed[5]["NetworkOrigin"] == "VPC"
    assert listed[5]["VpcConfiguration"] == {"VpcId": "vpc-1a2b3c"}
    token = s3control.list_access_points(AccountId=account, MaxResults=1)["NextToken"]
    wrong = refusal(
        s3control.list_access_points, AccountId=account, Bucket=bucket, NextToken=token
    )
    assert wrong.code == "InvalidNextToken"


def test_policies_are_put_told_and_removed(s3control, account, make):
    arn = make("point")["AccessPointArn"]
    named = {"AccountId": account, "Name": "point"}
    none = ("NoSuchAccessPointPolicy", 404, "The specified accesspoint policy does not exist")
    assert refusal(s3control.get_access_point_policy, **named) == none
    assert refusal(s3control.get_access_point_policy_status, **named) == none

    def put(resource, principal, size=0, action="s3:GetObject"):
        statement = {
            "Sid": "a" * size, "Effect": "Allow", "Principal": principal, "Action": action,
            "Resource": resource,
        }  # fmt: skip
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        s3control.put_access_point_policy(**named, Policy=text)
        return text

    root = {"AWS": f"arn:aws:iam::{account}:root"}
    text = put(f"{arn}/object/*", root)
    assert s3control.get_access_point_policy(**named)["Policy"] == text
    status = s3control.get_access_point_policy_status(**named)["PolicyStatus"]
    assert status == {"IsPublic": False}
    assert refusal(put, "arn:aws:s3:::bucket/*", root)[:2] == ("MalformedPolicy", 400)
    assert refusal(put, arn, root).message.startswith("Action does not apply")
    assert refusal(put, f"{arn}/object/*", root, action="sqs:*").code == "MalformedPolicy"
    assert refusal(put, f"{arn}/object/*", root, 20_480).code == "PolicyTooLarge"
    public = refusal(put, f"{arn}/object/*", "*")
    assert public[:2] == ("AccessDenied", 403) and "BlockPublicPolicy" in public.message
    assert s3control.get_access_point_policy(**named)["Policy"] == text
    s3control.delete_access_point_policy(**named)
    s3control.delete_access_point_policy(**named)
    assert refusal(s3control.get_access_point_policy, **named) == none
    absent = {"AccountId": account, "Name": "absent"}
    for call in (s3control.get_access_point_policy, s3control.delete_access_point_policy):
        assert refusal(call, **absent).code == "NoSuchAccessPoint"


def test_what_is_blocked_is_said_once(s3, s3control, account, bucket, make):
    blocks = {
        "empty": ({}, []),
        "partial": ({"BlockPublicAcls": True}, ["BlockPublicAcls"]),
        "false": ({"BlockPublicPolicy": False}, []),
    }
    for name, (given, there) in blocks.items():
        make(name, PublicAccessBlockConfiguration=given)
        point = s3control.get_access_point(AccountId=account, Name=name)
        expected = {key: key in there for key in ALL}
        assert point["PublicAccessBlockConfiguration"] == expected, name
    arn = f"arn:aws:s3:us-east-1:{account}:accesspoint/empty"
    named = {"AccountId": account, "Name": "empty"}
    statement = {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{arn}/object/*",
    }  # fmt: skip
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    # The bucket's own setting is asked as well.
    assert refusal(s3control.put_access_point_policy, **named, Policy=text).code == "AccessDenied"
    s3.delete_public_access_block(Bucket=bucket)
    s3control.put_access_point_policy(**named, Policy=text)
    status = s3control.get_access_point_policy_status(**named)
    assert status["PolicyStatus"] == {"IsPublic": True}
    # What is reached from one network only is not the public's.
    make("vpc", VpcConfiguration={"VpcId": "vpc-1"})
    text = text.replace("accesspoint/empty", "accesspoint/vpc")
    s3control.put_access_point_policy(AccountId=account, Name="vpc", Policy=text)
    status = s3control.get_access_point_policy_status(AccountId=account, Name="vpc")
    assert status["PolicyStatus"] == {"IsPublic": False}


def test_an_account_has_a_block_of_its_own(s3, s3control, account, bucket):
    none = (
        "NoSuchPublicAccessBlockConfiguration", 404,
        "The public access block configuration was not found",
    )  # fmt: skip
    assert refusal(s3control.get_public_access_block, AccountId=account) == none

    def put(**block):
        return s3control.put_public_access_block(
            AccountId=account, PublicAccessBlockConfiguration=block
        )

    assert refusal(put) == ("InvalidRequest", 400, "Must specify at least one configuration.")
    put(BlockPublicPolicy=True)
    told = s3control.get_public_access_block(AccountId=account)
    expected = {**dict.fromkeys(ALL, False), "BlockPublicPolicy": True}
    assert told["PublicAccessBlockConfiguration"] == expected
    s3.delete_public_access_block(Bucket=bucket)
    statement = {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }  # fmt: skip
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy=text).code == "AccessDenied"
    gone = s3control.delete_public_access_block(AccountId=account)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    s3control.delete_public_access_block(AccountId=account)
    assert refusal(s3control.get_public_access_block, AccountId=account) == none
    s3.put_bucket_policy(Bucket=bucket, Policy=text)
    other = refusal(s3control.get_public_access_block, AccountId="999988887777")
    assert other[:2] == ("AccessDenied", 403)


def test_access_points_outlive_a_crash(durable_server, durable, account):
    s3, control = durable().client("s3"), durable().s3control()
    s3.create_bucket(Bucket=f"kept-{account}")
    made = control.create_access_point(AccountId=account, Name="kept", Bucket=f"kept-{account}")
    s3.put_object(Bucket=made["Alias"], Key="k", Body=b"x")
    durable_server.kill()
    durable_server.start()
    s3, control = durable().client("s3"), durable().s3control()
    assert control.get_access_point(AccountId=account, Name="kept")["Alias"] == made["Alias"]
    assert s3.get_object(Bucket=made["Alias"], Key="k")["Body"].read() == b"x"
