"""Buckets that are reached from inside of a private network by a gateway endpoint."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.doors import door, inside

SERVICE = "com.amazonaws.us-east-1.s3"


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(effect: str, action, resource, **more) -> dict:
    return {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource, **more}


def refusal(call, **options) -> str:
    """The sentence of an `AccessDenied`; empty where there is none."""
    try:
        call(**options)
    except ClientError as failure:
        assert error(failure)[:2] == ("AccessDenied", 403)
        return error(failure).message
    return ""


@pytest.fixture
def ec2(root):
    return root.client("ec2")


@pytest.fixture
def network(ec2):
    """The ids of a network, a subnet of it, and an endpoint that the subnet's routes lead to."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    [table] = ec2.describe_route_tables(Filters=filters)["RouteTables"]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=SERVICE, RouteTableIds=[table["RouteTableId"]]
    )["VpcEndpoint"]["VpcEndpointId"]
    return vpc, subnet, endpoint


@pytest.fixture
def lake(root):
    """A bucket with `k`."""
    name = f"lake-{uuid.uuid4().hex}"
    s3 = root.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    return name


@behaviour("S3-60")
def test_a_bucket_is_reached_by_its_endpoint_only(root, enforce_server, user, network, lake):
    _, subnet, endpoint = network
    ann = user("ann", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    objects = [f"arn:aws:s3:::{lake}", f"arn:aws:s3:::{lake}/*"]
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": endpoint}}
    root.client("s3").put_bucket_policy(
        Bucket=lake, Policy=document(statement("Deny", "s3:*Object", objects, Condition=elsewhere))
    )
    there = inside(ann, enforce_server, subnet).client("s3")
    here = ann.client("s3")
    assert there.get_object(Bucket=lake, Key="k")["Body"].read() == b"x"
    there.put_object(Bucket=lake, Key="new", Body=b"y")
    # The record of the house knows by which way, and from where.
    last = enforce_server.admin("GET", "events").json()[0]
    assert (last["operation"], last["vpc_endpoint"]) == ("PutObject", endpoint)
    assert last["source_ip"] == "10.0.1.4"
    denied = refusal(here.get_object, Bucket=lake, Key="k")
    assert denied.endswith("with an explicit deny in a resource-based policy")
    assert refusal(here.put_object, Bucket=lake, Key="new", Body=b"")
    # Even of the account's own root.
    assert refusal(root.client("s3").get_object, Bucket=lake, Key="k")

    # Another endpoint is another way.
    there_too = inside(ann, enforce_server, subnet).client("s3")
    assert there_too.head_object(Bucket=lake, Key="k")["ContentLength"] == 1
    policy = document(
        statement("Deny", "s3:*Object", objects, Condition={
            "StringNotEquals": {"aws:SourceVpce": "vpce-00000000000000000"},
        })
    )  # fmt: skip
    root.client("s3").put_bucket_policy(Bucket=lake, Policy=policy)
    assert refusal(there.get_object, Bucket=lake, Key="k")


@behaviour("S3-60", "PL-4", "VPC-7")
def test_an_endpoint_lets_through_what_its_policy_says(
    root, ec2, enforce_server, user, network, lake
):
    _, subnet, endpoint = network
    ann = user("ann", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    there = inside(ann, enforce_server, subnet).client("s3")
    as_root = inside(root, enforce_server, subnet).client("s3")

    def let(*statements):
        ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=document(*statements))

    other = "arn:aws:s3:::another-bucket"
    let(statement("Allow", "s3:*", [other, f"{other}/*"]))
    for client in (there, as_root):
        sentence = refusal(client.get_object, Bucket=lake, Key="k")
        assert sentence.endswith("because no VPC endpoint policy allows the s3:GetObject action")
    # It is about the endpoint: by another way nothing is different.
    ann.client("s3").get_object(Bucket=lake, Key="k")

    objects = f"arn:aws:s3:::{lake}/*"
    let(statement("Allow", "s3:GetObject", objects))
    there.get_object(Bucket=lake, Key="k")
    as_root.get_object(Bucket=lake, Key="k")
    assert refusal(there.put_object, Bucket=lake, Key="new", Body=b"")
    assert refusal(there.copy_object, Bucket=lake, Key="c", CopySource=f"{lake}/k")
    assert refusal(there.list_buckets)

    let(statement("Allow", "s3:*", "*"), statement("Deny", "s3:GetObject", objects))
    sentence = refusal(there.get_object, Bucket=lake, Key="k")
    assert sentence.endswith("with an explicit deny in a VPC endpoint policy")
    there.put_object(Bucket=lake, Key="new", Body=b"")

    # It never gives what nobody else does.
    let(statement("Allow", "s3:*", "*"))
    nobody = inside(user("bob"), enforce_server, subnet).client("s3")
    assert refusal(nobody.get_object, Bucket=lake, Key="k")
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, ResetPolicy=True)
    there.get_object(Bucket=lake, Key="k")


@behaviour("S3-60")
def test_the_policy_of_an_endpoint_names_principals(root, ec2, enforce_server, user, network, lake):
    _, subnet, endpoint = network
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    ann, bob = user("ann", everything), user("bob", everything)
    arn = f"arn:aws:iam::{root.account}:user/ann"
    only_ann = {"ArnEquals": {"aws:PrincipalArn": arn}}
    for policy in (
        {**statement("Allow", "*", "*"), "Principal": {"AWS": arn}},
        statement("Allow", "*", "*", Condition=only_ann),
    ):
        ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=document(policy))
        inside(ann, enforce_server, subnet).client("s3").get_object(Bucket=lake, Key="k")
        assert refusal(
            inside(bob, enforce_server, subnet).client("s3").get_object, Bucket=lake, Key="k"
        )


@behaviour("S3-60", "IAM-5")
def test_policies_ask_where_a_request_comes_from(enforce_server, root, ec2, user, network, lake):
    vpc, subnet, endpoint = network
    wanted = {
        "endpoint": {"StringEquals": {"aws:SourceVpce": endpoint}},
        "network": {"StringEquals": {"aws:SourceVpc": vpc}},
        "address": {"IpAddress": {"aws:VpcSourceIp": "10.0.1.64/26"}},
        "no address": {"Null": {"aws:SourceIp": "true"}},
    }
    place = door(enforce_server, subnet, PrivateIp="10.0.1.77")["Endpoint"]
    default = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
    other = default["Subnets"][0]["SubnetId"]
    for name, condition in wanted.items():
        person = user(
            name.replace(" ", "-"),
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition},
        )
        at = {"Bucket": lake, "Key": "k"}
        there = inside(person, enforce_server, subnet, PrivateIp=None)
        there.url = place
        there.client("s3").get_object(**at)
        assert refusal(person.client("s3").get_object, **at), name
        # Over the internet, a network is as good as none.
        outward = inside(person, enforce_server, other).client("s3")
        assert refusal(outward.get_object, **at), name
    elsewhere = user("carl", {
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
        "Condition": {"IpAddress": {"aws:VpcSourceIp": "10.0.1.64/26"}},
    })  # fmt: skip
    near = inside(elsewhere, enforce_server, subnet, PrivateIp="10.0.1.9").client("s3")
    assert refusal(near.get_object, Bucket=lake, Key="k")


@behaviour("S3-60")
def test_who_is_nobody_may_be_let_in_from_a_network(root, enforce_server, network, lake):
    import requests

    vpc, subnet, _ = network
    s3 = root.client("s3")
    condition = {"StringEquals": {"aws:SourceVpc": vpc}}
    s3.put_bucket_policy(
        Bucket=lake,
        Policy=document(
            statement("Allow", "s3:GetObject", f"arn:aws:s3:::{lake}/*", Condition=condition)
        ),
    )
    # A policy that is tied to a network is not public.
    assert s3.get_bucket_policy_status(Bucket=lake)["PolicyStatus"]["IsPublic"] is False
    session = requests.Session()
    session.trust_env = False
    url = door(enforce_server, subnet)["Endpoint"]
    assert session.get(f"{url}/{lake}/k", timeout=30).content == b"x"
    assert session.get(f"{enforce_server.url}/{lake}/k", timeout=30).status_code == 403
