"""Networks and their subnets: sizes, conflicts, defaults, and what may be deleted when."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def refused(call, **options) -> tuple[str, str]:
    """Code and sentence of the refusal."""
    with pytest.raises(ClientError) as raised:
        call(**options)
    assert error(raised).status == 400
    return error(raised).code, error(raised).message


def of(vpc: str) -> list[dict]:
    return [{"Name": "vpc-id", "Values": [vpc]}]


@behaviour("VPC-1")
def test_networks_have_a_size(ec2):
    for wrong in ("10.0.0.0/15", "10.0.0.0/29"):
        refusal = ("InvalidVpc.Range", f"The CIDR '{wrong}' is invalid.")
        assert refused(ec2.create_vpc, CidrBlock=wrong) == refusal
    assert refused(ec2.create_vpc, CidrBlock="ten")[0] == "InvalidParameterValue"
    for right in ("10.0.0.0/16", "10.1.0.0/28"):
        vpc = ec2.create_vpc(CidrBlock=right)["Vpc"]
        assert (vpc["CidrBlock"], vpc["State"], vpc["IsDefault"]) == (right, "available", False)


@behaviour("VPC-1")
def test_subnets_lie_apart_within_their_network(ec2, vpc):
    def create(block):
        return ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]

    first = create("10.0.1.0/24")
    # Five addresses of each are AWS's own.
    assert first["AvailableIpAddressCount"] == 251
    assert create("10.0.2.0/28")["AvailableIpAddressCount"] == 11
    for block in ("10.0.1.0/24", "10.0.1.128/25", "10.0.0.0/16"):
        refusal = ("InvalidSubnet.Conflict", f"The CIDR '{block}' conflicts with another subnet")
        assert refused(ec2.create_subnet, VpcId=vpc, CidrBlock=block) == refusal
    for block in ("10.0.3.0/29", "10.0.0.0/15", "10.1.0.0/24"):
        refusal = ("InvalidSubnet.Range", f"The CIDR '{block}' is invalid.")
        assert refused(ec2.create_subnet, VpcId=vpc, CidrBlock=block) == refusal
    filters = [*of(vpc), {"Name": "cidr-block", "Values": ["10.0.1.*"]}]
    found = ec2.describe_subnets(Filters=filters)["Subnets"]
    assert [subnet["SubnetId"] for subnet in found] == [first["SubnetId"]]


@behaviour("VPC-1")
def test_addresses_that_are_taken_are_counted(ec2, server, subnet):
    def free():
        found = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]
        return found["AvailableIpAddressCount"]

    def door(**wanted):
        return server.admin("POST", "network/doors", json={"SubnetId": subnet, **wanted})

    opened = door().json()
    assert opened["PrivateIp"] == "10.0.1.4"
    assert door(PrivateIp="10.0.1.200").json()["PrivateIp"] == "10.0.1.200"
    assert free() == 249
    assert "InvalidIPAddress.InUse" in door(PrivateIp="10.0.1.200").json()["error"]
    for reserved in ("10.0.1.0", "10.0.1.3", "10.0.1.255", "10.0.2.9"):
        assert "InvalidParameterValue" in door(PrivateIp=reserved).json()["error"]

    assert server.admin("DELETE", f"network/doors/{opened['Port']}").status_code == 200
    assert free() == 250
    ports = [other["Port"] for other in server.admin("GET", "network/doors").json()]
    assert opened["Port"] not in ports
    assert server.admin("DELETE", f"network/doors/{opened['Port']}").status_code == 404
    answer = server.admin("POST", "network/doors", json={"SubnetId": "subnet-0"})
    assert "InvalidSubnetID.NotFound" in answer.json()["error"]


@behaviour("VPC-2")
def test_every_account_has_a_network_from_the_beginning(aws, ec2):
    default = [{"Name": "is-default", "Values": ["true"]}]
    [vpc] = ec2.describe_vpcs(Filters=default)["Vpcs"]
    assert (vpc["CidrBlock"], vpc["IsDefault"]) == ("172.31.0.0/16", True)
    assert vpc == ec2.describe_vpcs()["Vpcs"][0]
    [old] = ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"]
    assert old == vpc

    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    subnets = ec2.describe_subnets(Filters=of(vpc["VpcId"]))["Subnets"]
    assert sorted(subnet["AvailabilityZone"] for subnet in subnets) == [
        zone["ZoneName"] for zone in zones
    ]
    assert all(subnet["DefaultForAz"] and subnet["MapPublicIpOnLaunch"] for subnet in subnets)
    assert {subnet["CidrBlock"].rpartition("/")[2] for subnet in subnets} == {"20"}
    assert subnets[0]["AvailableIpAddressCount"] == 4091

    [table] = ec2.describe_route_tables(Filters=of(vpc["VpcId"]))["RouteTables"]
    [gateway] = ec2.describe_internet_gateways()["InternetGateways"]
    assert gateway["Attachments"] == [{"State": "available", "VpcId": vpc["VpcId"]}]
    routes = {route["DestinationCidrBlock"]: route["GatewayId"] for route in table["Routes"]}
    assert routes == {"172.31.0.0/16": "local", "0.0.0.0/0": gateway["InternetGatewayId"]}
    assert [association["Main"] for association in table["Associations"]] == [True]

    # Each region has one; the attributes are those of default networks.
    there = aws.elsewhere(region="eu-west-1").client("ec2")
    [other] = there.describe_vpcs(Filters=default)["Vpcs"]
    assert other["VpcId"] != vpc["VpcId"] and other["CidrBlock"] == "172.31.0.0/16"
    assert len(there.describe_subnets()["Subnets"]) == 3
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        found = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=attribute)
        assert found[attribute[0].upper() + attribute[1:]] == {"Value": True}


@behaviour("VPC-2")
def test_a_default_network_is_deleted_and_made_again(ec2):
    assert refused(ec2.create_default_vpc)[0] == "DefaultVpcAlreadyExists"
    [vpc] = ec2.describe_vpcs()["Vpcs"]
    subnets = ec2.describe_subnets()["Subnets"]
    zone = subnets[0]["AvailabilityZone"]
    taken = refused(ec2.create_default_subnet, AvailabilityZone=zone)
    assert taken[0] == "DefaultSubnetAlreadyExistsInAvailabilityZone"
    ec2.delete_subnet(SubnetId=subnets[0]["SubnetId"])
    again = ec2.create_default_subnet(AvailabilityZone=zone)["Subnet"]
    assert again["CidrBlock"] == subnets[0]["CidrBlock"] and again["DefaultForAz"]

    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    [gateway] = ec2.describe_internet_gateways()["InternetGateways"]
    ec2.detach_internet_gateway(
        InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc["VpcId"]
    )
    ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    ec2.delete_vpc(VpcId=vpc["VpcId"])
    # It does not come back by itself.
    assert ec2.describe_vpcs()["Vpcs"] == [] == ec2.describe_route_tables()["RouteTables"]
    assert refused(ec2.create_default_subnet, AvailabilityZone=zone)[0] == "DefaultVpcDoesNotExist"
    made = ec2.create_default_vpc()["Vpc"]
    assert made["IsDefault"] and len(ec2.describe_subnets()["Subnets"]) == len(subnets)


@behaviour("VPC-16")
def test_what_is_used_is_not_deleted(ec2, server, vpc, subnet, main_table):
    def dependent(call, noun, id, **options):
        sentence = f"The {noun} '{id}' has dependencies and cannot be deleted."
        assert refused(call, **options) == ("DependencyViolation", sentence)

    dependent(ec2.delete_vpc, "vpc", vpc, VpcId=vpc)
    door = server.admin("POST", "network/doors", json={"SubnetId": subnet}).json()
    dependent(ec2.delete_subnet, "subnet", subnet, SubnetId=subnet)
    server.admin("DELETE", f"network/doors/{door['Port']}")

    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    dependent(ec2.delete_route_table, "routeTable", table, RouteTableId=table)
    dependent(ec2.delete_route_table, "routeTable", main_table, RouteTableId=main_table)
    ec2.delete_subnet(SubnetId=subnet)
    assert refused(ec2.disassociate_route_table, AssociationId=association) == (
        "InvalidAssociationID.NotFound", f"The association ID '{association}' does not exist",
    )  # fmt: skip

    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    dependent(
        ec2.delete_internet_gateway, "internetGateway", gateway, InternetGatewayId=gateway
    )
    dependent(ec2.delete_vpc, "vpc", vpc, VpcId=vpc)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    dependent(ec2.delete_vpc, "vpc", vpc, VpcId=vpc)
    ec2.delete_route_table(RouteTableId=table)
    name = "com.amazonaws.us-east-1.s3"
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=name)["VpcEndpoint"]
    dependent(ec2.delete_vpc, "vpc", vpc, VpcId=vpc)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    ec2.delete_vpc(VpcId=vpc)
    sentence = f"The vpc ID '{vpc}' does not exist"
    assert refused(ec2.delete_vpc, VpcId=vpc) == ("InvalidVpcID.NotFound", sentence)


def test_no_more_networks_than_the_quota(ec2):
    for number in range(4):
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
    sentence = "The maximum number of VPCs has been reached."
    assert refused(ec2.create_vpc, CidrBlock="10.9.0.0/16") == ("VpcLimitExceeded", sentence)


def test_attributes_are_set_one_at_a_time(ec2, vpc, subnet):
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    found = ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames")
    assert found["EnableDnsHostnames"] == {"Value": True}
    both = {"EnableDnsHostnames": {"Value": True}, "EnableDnsSupport": {"Value": True}}
    assert refused(ec2.modify_vpc_attribute, VpcId=vpc, **both)[0] == "InvalidParameterCombination"
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    filters = [*of(vpc), {"Name": "map-public-ip-on-launch", "Values": ["true"]}]
    assert len(ec2.describe_subnets(Filters=filters)["Subnets"]) == 1


def test_lists_come_in_pages_and_filters_are_known_ones(aws, ec2):
    pages = ec2.get_paginator("describe_subnets").paginate(PaginationConfig={"PageSize": 5})
    found = [len(page["Subnets"]) for page in pages]
    assert found == [5, 1]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    assert refused(ec2.describe_vpcs, VpcIds=[vpc], MaxResults=5) == (
        "InvalidParameterCombination",
        "The parameter vpcIds cannot be used with the parameter maxResults",
    )
    unchecked = aws.client("ec2", parameter_validation=False)
    assert refused(unchecked.describe_vpcs, MaxResults=4)[0] == "InvalidParameterValue"
    assert refused(unchecked.delete_vpc) == (
        "MissingParameter", "The request must contain the parameter VpcId",
    )  # fmt: skip
    assert refused(ec2.describe_vpcs, NextToken="garbage")[0] == "InvalidNextToken"
    colour = [{"Name": "colour", "Values": ["red"]}]
    assert refused(ec2.describe_vpcs, Filters=colour) == (
        "InvalidParameterValue", "The filter 'colour' is invalid",
    )  # fmt: skip
    assert refused(ec2.describe_vpcs, VpcIds=["vpc-0"])[0] == "InvalidVpcID.NotFound"
    assert refused(ec2.describe_vpcs, VpcIds=["net-0"])[0] == "InvalidVpcID.Malformed"


def test_tags_are_given_found_and_taken_away(ec2, vpc, subnet):
    tags = [{"Key": "stage", "Value": "test"}, {"Key": "team", "Value": "red"}]
    of_table = [{"ResourceType": "route-table", "Tags": tags}]
    table = ec2.create_route_table(VpcId=vpc, TagSpecifications=of_table)["RouteTable"]
    assert sorted(table["Tags"], key=lambda tag: tag["Key"]) == tags
    wrong = refused(ec2.create_route_table, VpcId=vpc, TagSpecifications=[
        {"ResourceType": "vpc", "Tags": tags},
    ])  # fmt: skip
    assert wrong == (
        "InvalidParameterValue",
        "'vpc' is not a valid taggable resource type for this operation.",
    )
    ec2.create_tags(Resources=[vpc, subnet], Tags=tags)
    filters = [{"Name": "tag:stage", "Values": ["te*"]}]
    assert [found["VpcId"] for found in ec2.describe_vpcs(Filters=filters)["Vpcs"]] == [vpc]
    ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "stage", "Value": "other"}, {"Key": "team"}])
    ec2.delete_tags(Resources=[subnet])
    found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [vpc, subnet]}])["Tags"]
    assert found == [
        {"Key": "stage", "ResourceId": vpc, "ResourceType": "vpc", "Value": "test"}
    ]
    reserved = [{"Key": "aws:x", "Value": "1"}]
    assert refused(ec2.create_tags, Resources=[vpc], Tags=reserved)[0] == "InvalidParameterValue"
    assert refused(ec2.create_tags, Resources=["i-0"], Tags=tags)[0] == "InvalidID"


def test_regions_and_zones(ec2):
    names = [region["RegionName"] for region in ec2.describe_regions()["Regions"]]
    assert len(names) == 17 and names == sorted(names)
    assert len(ec2.describe_regions(AllRegions=True)["Regions"]) > 30
    [zone] = ec2.describe_availability_zones(ZoneNames=["us-east-1b"])["AvailabilityZones"]
    assert (zone["ZoneId"], zone["State"]) == ("use1-az2", "available")
    unknown = refused(ec2.describe_availability_zones, ZoneNames=["us-east-1z"])
    assert unknown[0] == "InvalidParameterValue"


def test_a_dry_run_changes_nothing(ec2, vpc):
    with pytest.raises(ClientError) as raised:
        ec2.delete_vpc(VpcId=vpc, DryRun=True)
    assert error(raised) == (
        "DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set.",
    )  # fmt: skip
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]


def test_policies_decide_on_networks(root, user):
    vpc = root.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    arn = f"arn:aws:ec2:us-east-1:{root.account}:vpc/{vpc}"
    ann = user(
        "ann",
        {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "ec2:DeleteVpc", "Resource": arn},
        {"Effect": "Deny", "Action": "ec2:CreateTags", "Resource": "*"},
    ).client("ec2")
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "1"}]}]
    for call in (
        lambda: ann.delete_vpc(VpcId=vpc, DryRun=True),
        lambda: ann.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=tags),
        lambda: ann.create_tags(Resources=[vpc], Tags=tags[0]["Tags"]),
    ):
        with pytest.raises(ClientError) as raised:
            call()
        assert error(raised)[:2] == ("UnauthorizedOperation", 403)
        assert error(raised).message.startswith("You are not authorized to perform this operation.")
    ann.create_vpc(CidrBlock="10.1.0.0/16")


def test_networks_outlive_the_server(durable_server, durable):
    ec2 = durable().client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    before = ec2.describe_route_tables()["RouteTables"]
    durable_server.restart()
    ec2 = durable().client("ec2")
    assert ec2.describe_route_tables()["RouteTables"] == before
    assert [found["VpcId"] for found in ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]] == [vpc]
    assert len(ec2.describe_vpcs()["Vpcs"]) == 2


def test_the_command_line(aws):
    import json

    def ec2(*args):
        return json.loads(aws.cli("ec2", *args, "--output", "json").stdout)

    made = ec2(
        "create-vpc", "--cidr-block", "10.0.0.0/16",
        "--tag-specifications", "ResourceType=vpc,Tags=[{Key=Name,Value=lake}]",
    )  # fmt: skip
    found = ec2("describe-vpcs", "--filters", "Name=tag:Name,Values=lake")
    assert found["Vpcs"] == [made["Vpc"]]
    done = aws.cli("ec2", "create-vpc", "--cidr-block", "10.0.0.0/8", check=False)
    assert "InvalidVpc.Range" in done.stderr
