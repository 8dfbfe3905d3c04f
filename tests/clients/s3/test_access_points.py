"""Access points where requests name a bucket, and who may come by them."""

import json
import socket
import urllib.parse

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.doors import inside
from harness.raw import signed

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as raised:
        call(*args, **kwargs)
    return error(raised)


@pytest.fixture
def point(s3control, account, bucket):
    """An access point of the bucket, as it was made."""
    return s3control.create_access_point(AccountId=account, Name="point", Bucket=bucket)


@pytest.fixture
def resolved(monkeypatch):
    """Names before the server's address reach it, as they do where somebody looks after them."""
    find = socket.getaddrinfo

    def found(host, *args, **kwargs):
        for end in ("localhost", "127.0.0.1"):
            if isinstance(host, str) and host.endswith("." + end):
                host = "127.0.0.1"
        return find(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def through(s3, name, bucket):
    """What clients do with objects, by another name than the bucket's."""
    s3.put_object(Bucket=name, Key="a/k", Body=b"hello", Tagging="t=1")
    assert s3.get_object(Bucket=bucket, Key="a/k")["Body"].read() == b"hello"
    assert s3.get_object(Bucket=name, Key="a/k", Range="bytes=1-2")["Body"].read() == b"el"
    assert s3.head_object(Bucket=name, Key="a/k")["ContentLength"] == 5
    assert s3.head_bucket(Bucket=name)["ResponseMetadata"]["HTTPStatusCode"] == 200
    listed = s3.list_objects_v2(Bucket=name)
    assert [entry["Key"] for entry in listed["Contents"]] == ["a/k"]
    assert s3.get_object_tagging(Bucket=name, Key="a/k")["TagSet"] == [{"Key": "t", "Value": "1"}]
    s3.copy_object(Bucket=name, Key="copy", CopySource={"Bucket": bucket, "Key": "a/k"})
    upload = s3.create_multipart_upload(Bucket=name, Key="parts")
    assert upload["Bucket"] == bucket
    at = {"Bucket": name, "Key": "parts", "UploadId": upload["UploadId"]}
    part = s3.upload_part(**at, PartNumber=1, Body=b"part")
    assert len(s3.list_parts(**at)["Parts"]) == 1
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    done = s3.complete_multipart_upload(**at, MultipartUpload={"Parts": parts})
    assert done["Bucket"] == bucket
    keys = [{"Key": key} for key in ("copy", "parts")]
    assert len(s3.delete_objects(Bucket=name, Delete={"Objects": keys})["Deleted"]) == 2
    s3.delete_object(Bucket=name, Key="a/k")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@behaviour("S3-61")
def test_an_alias_is_a_buckets_name(s3, point, bucket):
    through(s3, point["Alias"], bucket)


@behaviour("S3-61")
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_an_arn_is_a_buckets_name(aws, point, bucket, resolved, host):
    port = urllib.parse.urlsplit(aws.url).port
    s3 = aws.session.client("s3", endpoint_url=f"http://{host}:{port}")
    through(s3, point["AccessPointArn"], bucket)


@behaviour("S3-61")
def test_hosts_and_paths_may_name_access_points(aws, s3, point, bucket, account):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    arn = urllib.parse.quote(point["AccessPointArn"], safe="")
    for host, path in (
        (f"{point['Alias']}.localhost", "/k"),
        (f"{point['Alias']}.s3.us-east-1.amazonaws.com", "/k"),
        (f"point-{account}.s3-accesspoint.us-east-1.amazonaws.com", "/k"),
        (f"point-{account}.s3-accesspoint.dualstack.us-east-1.amazonaws.com", "/k"),
        (f"point-{account}.s3-accesspoint-fips.us-east-1.amazonaws.com", "/k"),
        ("localhost", f"/{arn}/k"),
        ("localhost", f"/{point['Alias']}/k"),
    ):
        answer = signed(aws, "s3", "GET", path, headers={"Host": host}).send()
        assert (answer.status, answer.body) == (200, b"x"), (host, path, answer.body)


def test_a_bucket_that_is_called_so_goes_before(aws, s3, point, bucket, account, resolved):
    port = urllib.parse.urlsplit(aws.url).port
    named = aws.session.client("s3", endpoint_url=f"http://localhost:{port}")
    s3.put_object(Bucket=bucket, Key="k", Body=b"by the point")
    read = lambda: named.get_object(Bucket=point["AccessPointArn"], Key="k")["Body"].read()  # noqa: E731
    assert read() == b"by the point"
    s3.create_bucket(Bucket=f"point-{account}")
    s3.put_object(Bucket=f"point-{account}", Key="k", Body=b"of the bucket")
    assert read() == b"of the bucket"
    assert s3.get_object(Bucket=point["Alias"], Key="k")["Body"].read() == b"by the point"


@behaviour("S3-61")
def test_copies_may_read_by_access_points(s3, point, bucket):
    s3.put_object(Bucket=bucket, Key="a/k", Body=b"x" * 6)
    arn = f"{point['AccessPointArn']}/object/a/k"
    for source in (arn, f"{point['Alias']}/a/k", {"Bucket": point["AccessPointArn"], "Key": "a/k"}):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
        assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"x" * 6
        s3.delete_object(Bucket=bucket, Key="copy")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    s3.upload_part_copy(
        Bucket=point["Alias"], Key="parts", UploadId=upload, PartNumber=1, CopySource=arn
    )
    bad = refusal(s3.copy_object, Bucket=bucket, Key="c", CopySource=point["AccessPointArn"])
    assert bad[:2] == ("InvalidAccessPoint", 400)


@behaviour("S3-61")
def test_what_is_not_there_is_told_by_its_code(aws, s3, point, account):
    no = refusal(s3.get_object, Bucket=f"no-{'a' * 34}-s3alias", Key="k")
    assert no[:2] == ("InvalidAccessPointAliasError", 400)
    arn = urllib.parse.quote(f"arn:aws:s3:us-east-1:{account}:accesspoint/absent", safe="")
    answer = signed(aws, "s3", "GET", f"/{arn}/k").send()
    assert answer.status == 404 and b"<Code>NoSuchAccessPoint</Code>" in answer.body
    assert refusal(s3.get_object, Bucket=point["Alias"], Key="absent").code == "NoSuchKey"


@behaviour("S3-61")
def test_operations_that_access_points_have_not_are_refused(s3, point):
    alias = point["Alias"]
    for call, more in (
        (s3.get_bucket_tagging, {}),
        (s3.get_bucket_versioning, {}),
        (s3.delete_bucket, {}),
        (s3.put_bucket_policy, {"Policy": "{}"}),
        (s3.get_public_access_block, {}),
        (s3.delete_bucket_cors, {}),
    ):
        assert refusal(call, Bucket=alias, **more)[:2] == ("MethodNotAllowed", 405), call
    assert refusal(s3.create_bucket, Bucket=alias).code == "InvalidBucketName"
    assert s3.get_bucket_location(Bucket=alias)["LocationConstraint"] is None
    assert s3.get_bucket_acl(Bucket=alias)["Grants"]
    assert refusal(s3.get_bucket_policy, Bucket=alias).code == "NoSuchBucketPolicy"


@behaviour("S3-61")
def test_an_access_point_of_a_network_refuses_who_comes_from_elsewhere(
    aws, server, s3, s3control, account, bucket
):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    ec2 = aws.client("ec2")
    vpc, other = (ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2))
    made = s3control.create_access_point(
        AccountId=account, Name="inside", Bucket=bucket, VpcConfiguration={"VpcId": vpc}
    )

    def there(network):
        """The caller from a subnet whose routes lead to an endpoint of S3."""
        subnet = ec2.create_subnet(VpcId=network, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
        filters = [{"Name": "vpc-id", "Values": [network]}]
        [table] = ec2.describe_route_tables(Filters=filters)["RouteTables"]
        ec2.create_vpc_endpoint(
            VpcId=network, ServiceName="com.amazonaws.us-east-1.s3",
            RouteTableIds=[table["RouteTableId"]],
        )
        return inside(aws, server, subnet).client("s3")

    assert there(vpc).get_object(Bucket=made["Alias"], Key="k")["Body"].read() == b"x"
    assert refusal(there(other).get_object, Bucket=made["Alias"], Key="k").code == "AccessDenied"
    for call, more in (
        (s3.get_object, {"Key": "k"}), (s3.put_object, {"Key": "n"}), (s3.list_objects_v2, {}),
    ):  # fmt: skip
        assert refusal(call, Bucket=made["Alias"], **more)[:2] == ("AccessDenied", 403)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


# Who may.


@pytest.fixture
def control(house):
    return house.here.admin.s3control()


@pytest.fixture
def guarded(house, closed, control):
    """An access point of the closed bucket."""
    return control.create_access_point(AccountId=house.here.id, Name="guarded", Bucket=closed)


@pytest.fixture
def delegate(house, closed, put_policy):
    """The bucket's owner leaves it to access points of an account."""

    def to(account, **more):
        put_policy(
            closed,
            {
                "Effect": "Allow", "Principal": "*", "Action": "*",
                "Resource": [f"arn:aws:s3:::{closed}", f"arn:aws:s3:::{closed}/*"],
                "Condition": {"StringEquals": {"s3:DataAccessPointAccount": account, **more}},
            },
        )  # fmt: skip

    return to


def statement(resource, principal=None, action="s3:GetObject", effect="Allow", **more):
    said = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return said | ({"Principal": principal} if principal else {})


def put(control, account, name, *statements):
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    control.put_access_point_policy(AccountId=account, Name=name, Policy=text)


@behaviour("S3-61")
def test_both_the_access_point_and_the_bucket_must_allow(
    house, closed, control, guarded, delegate, refused
):
    objects = f"{guarded['AccessPointArn']}/object/*"
    bob = house.here.user("bob")
    s3 = bob.client("s3")
    read = lambda: refused(lambda: s3.get_object(Bucket=guarded["Alias"], Key="k"))  # noqa: E731
    why = refusal(s3.get_object, Bucket=guarded["Alias"], Key="k")
    assert f'"{guarded["AccessPointArn"]}/object/k" because no' in why.message
    # The access point's policy alone is not enough, and neither is the bucket's.
    arn = f"arn:aws:iam::{house.here.id}:user/bob"
    put(control, house.here.id, "guarded", statement(objects, {"AWS": arn}))
    why = refusal(s3.get_object, Bucket=guarded["Alias"], Key="k")
    assert f'"arn:aws:s3:::{closed}/k" because no' in why.message
    delegate(house.here.id)
    assert read() == ""
    assert refused(lambda: s3.get_object(Bucket=closed, Key="k")) == "AccessDenied"
    assert refused(lambda: s3.put_object(Bucket=guarded["Alias"], Key="n")) == "AccessDenied"
    assert refused(lambda: s3.list_objects_v2(Bucket=guarded["Alias"])) == "AccessDenied"
    control.delete_access_point_policy(AccountId=house.here.id, Name="guarded")
    assert read() == "AccessDenied"
    # Within an account an identity's own policy lets in as well.
    identity = house.here.user("eve", statement(objects)).client("s3")
    assert identity.get_object(Bucket=guarded["Alias"], Key="k")["Body"].read() == b"x"
    both = [statement(objects), statement(f"arn:aws:s3:::{closed}/*")]
    house.s3.delete_bucket_policy(Bucket=closed)
    assert refused(lambda: identity.get_object(Bucket=guarded["Alias"], Key="k")) == "AccessDenied"
    amy = house.here.user("amy", *both).client("s3")
    assert amy.get_object(Bucket=guarded["Alias"], Key="k")["Body"].read() == b"x"
    # What denies, denies.
    put(control, house.here.id, "guarded", statement(objects, "*", effect="Deny"))
    assert refused(lambda: amy.get_object(Bucket=guarded["Alias"], Key="k")) == "AccessDenied"
    assert amy.get_object(Bucket=closed, Key="k")["Body"].read() == b"x"


@behaviour("S3-61")
def test_buckets_tell_access_points_apart(house, closed, control, guarded, delegate, refused):
    other = control.create_access_point(AccountId=house.here.id, Name="other", Bucket=closed)
    for made in (guarded, other):
        name = made["AccessPointArn"].rsplit("/")[-1]
        objects = f"{made['AccessPointArn']}/object/*"
        put(control, house.here.id, name, statement(objects, {"AWS": house.here.id}))
    bob = house.here.user("bob", statement("arn:aws:s3:*:*:accesspoint/*")).client("s3")

    def reads():
        made = (guarded, other)
        return [refused(lambda m=m: bob.get_object(Bucket=m["Alias"], Key="k")) for m in made]

    delegate(house.here.id, **{"s3:DataAccessPointArn": guarded["AccessPointArn"]})
    assert reads() == ["", "AccessDenied"]
    delegate(house.here.id, **{"s3:AccessPointNetworkOrigin": "Internet"})
    assert reads() == ["", ""]
    delegate(house.here.id, **{"s3:AccessPointNetworkOrigin": "VPC"})
    assert reads() == ["AccessDenied", "AccessDenied"]
    delegate(house.there.id)
    assert reads() == ["AccessDenied", "AccessDenied"]


@behaviour("S3-61")
def test_other_accounts_need_leave_of_both(house, closed, control, guarded, delegate, refused):
    arns = [f"{guarded['AccessPointArn']}/object/*", f"arn:aws:s3:::{closed}/*"]
    ann = house.there.user("ann", statement(arns)).client("s3")
    nil = house.there.user("nil").client("s3")

    def reads():
        return [refused(lambda c=c: c.get_object(Bucket=guarded["Alias"], Key="k")) for c in (ann, nil)]

    assert reads() == ["AccessDenied"] * 2
    delegate(house.here.id)
    assert reads() == ["AccessDenied"] * 2
    put(control, house.here.id, "guarded", statement(arns[0], {"AWS": house.there.id}))
    assert reads() == ["", "AccessDenied"]
    assert refused(lambda: ann.get_object(Bucket=closed, Key="k")) == "AccessDenied"
    house.s3.delete_bucket_policy(Bucket=closed)
    assert reads() == ["AccessDenied"] * 2


@behaviour("S3-61")
def test_an_account_may_have_access_points_of_anothers_bucket(
    house, closed, delegate, refused
):
    control = house.there.admin.s3control()
    made = control.create_access_point(
        AccountId=house.there.id, Name="theirs", Bucket=closed, BucketAccountId=house.here.id
    )
    ann = house.there.user("ann", EVERYTHING).client("s3")
    read = lambda: refused(lambda: ann.get_object(Bucket=made["Alias"], Key="k"))  # noqa: E731
    assert read() == "AccessDenied"
    delegate(house.there.id)
    assert read() == ""
    assert refused(lambda: ann.get_object(Bucket=closed, Key="k")) == "AccessDenied"


@behaviour("S3-61")
def test_the_public_comes_by_an_access_point_if_it_is_let(house, unblocked, put_policy, refused):
    control = house.here.admin.s3control()
    made = control.create_access_point(
        AccountId=house.here.id, Name="open", Bucket=unblocked,
        PublicAccessBlockConfiguration={"BlockPublicPolicy": False},
    )  # fmt: skip
    objects = f"{made['AccessPointArn']}/object/*"
    put(control, house.here.id, "open", statement(objects, "*"))
    put_policy(
        unblocked,
        statement(
            f"arn:aws:s3:::{unblocked}/*", "*",
            Condition={"StringEquals": {"s3:DataAccessPointAccount": house.here.id}},
        ),
    )  # fmt: skip
    anyone = house.anyone()
    read = lambda: refused(lambda: anyone.get_object(Bucket=made["Alias"], Key="k"))  # noqa: E731
    assert read() == ""
    assert refused(lambda: anyone.get_object(Bucket=unblocked, Key="k")) == "AccessDenied"
    # The account's block is for every bucket and access point of it.
    block = {"AccountId": house.here.id}
    control.put_public_access_block(
        **block, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )
    assert read() == "AccessDenied"
    control.delete_public_access_block(**block)
    assert read() == ""
    house.s3.put_public_access_block(
        Bucket=unblocked, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )
    assert read() == "AccessDenied"


def test_an_accounts_block_shuts_its_buckets(house, unblocked, put_policy, grant, refused):
    put_policy(unblocked, grant(unblocked, "s3:GetObject"))
    anyone, control = house.anyone(), house.here.admin.s3control()
    read = lambda: refused(lambda: anyone.get_object(Bucket=unblocked, Key="k"))  # noqa: E731
    assert read() == ""
    for setting, code in (
        ({"RestrictPublicBuckets": True}, "AccessDenied"), ({"BlockPublicAcls": True}, ""),
    ):  # fmt: skip
        control.put_public_access_block(
            AccountId=house.here.id, PublicAccessBlockConfiguration=setting
        )
        assert read() == code
    house.s3.put_bucket_ownership_controls(
        Bucket=unblocked, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    acl = lambda: refused(  # noqa: E731
        lambda: house.s3.put_object_acl(Bucket=unblocked, Key="k", ACL="public-read")
    )
    assert acl() == "AccessDenied"
    control.delete_public_access_block(AccountId=house.here.id)
    assert acl() == ""
    house.s3.delete_bucket_policy(Bucket=unblocked)
    assert read() == ""
    control.put_public_access_block(
        AccountId=house.here.id, PublicAccessBlockConfiguration={"IgnorePublicAcls": True}
    )
    assert read() == "AccessDenied"


@behaviour("S3-61")
def test_managing_access_points_is_asked_of_policies(house, closed, refused):
    arn = f"arn:aws:s3:us-east-1:{house.here.id}:accesspoint/*"
    only = {"StringEquals": {"s3:AccessPointNetworkOrigin": "VPC"}}
    making = statement(arn, action="s3:CreateAccessPoint", Condition=only)
    bob = house.here.user("bob", making).s3control()
    given = {"AccountId": house.here.id, "Name": "point", "Bucket": closed}
    assert refused(lambda: bob.create_access_point(**given)) == "AccessDenied"
    bob.create_access_point(**given, VpcConfiguration={"VpcId": "vpc-1"})
    named = {"AccountId": house.here.id, "Name": "point"}
    assert refused(lambda: bob.get_access_point(**named)) == "AccessDenied"
    assert refused(lambda: bob.list_access_points(AccountId=house.here.id)) == "AccessDenied"
    account = {"AccountId": house.here.id}
    assert refused(lambda: bob.get_public_access_block(**account)) == "AccessDenied"
    amy = house.here.user("amy", statement("*", action="s3:GetAccountPublicAccessBlock"))
    code = refused(lambda: amy.s3control().get_public_access_block(**account))
    assert code == "NoSuchPublicAccessBlockConfiguration"


def test_other_accounts_are_kept_out_where_nobody_is_asked_either(aws, s3, point, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    other = aws.elsewhere(account="999988887777").client("s3")
    read = lambda: other.get_object(Bucket=point["Alias"], Key="k")  # noqa: E731
    assert refusal(read).code == "AccessDenied"
    control = aws.s3control()
    objects = f"{point['AccessPointArn']}/object/*"
    put(control, aws.account, "point", statement(objects, {"AWS": "999988887777"}))
    assert refusal(read).code == "AccessDenied"
    condition = {"StringEquals": {"s3:DataAccessPointAccount": aws.account}}
    allowing = statement(f"arn:aws:s3:::{bucket}/*", "*", Condition=condition)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowing]})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert read()["Body"].read() == b"x"
