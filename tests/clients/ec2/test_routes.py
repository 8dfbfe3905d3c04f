"""Routes, and where requests from inside of a subnet get to by them."""

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from harness import behaviour, error
from harness.doors import door, inside

S3 = "com.amazonaws.us-east-1.s3"


def refused(call, **options) -> tuple[str, str]:
    """Code and sentence of the refusal."""
    with pytest.raises(ClientError) as raised:
        call(**options)
    return error(raised).code, error(raised).message


def arrives(aws, service="s3", call="list_buckets") -> bool:
    """Whether a request gets an answer at all."""
    try:
        getattr(aws.client(service), call)()
    except ConnectionClosedError:
        return False
    return True


@pytest.fixture
def gateway(ec2, vpc):
    """The id of the network's internet gateway."""
    id = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=id, VpcId=vpc)
    return id


def test_routes_are_made_replaced_and_removed(ec2, vpc, main_table, gateway):
    everything = {"RouteTableId": main_table, "DestinationCidrBlock": "0.0.0.0/0"}
    local = {"RouteTableId": main_table, "DestinationCidrBlock": "10.0.0.0/16"}
    by = {"GatewayId": gateway}
    assert ec2.create_route(**everything, **by)["Return"] is True
    assert refused(ec2.create_route, **everything, **by) == (
        "RouteAlreadyExists", "The route identified by 0.0.0.0/0 already exists.",
    )  # fmt: skip
    assert refused(ec2.create_route, **local, **by)[0] == "RouteAlreadyExists"
    within = {**local, "DestinationCidrBlock": "10.0.1.0/24"}
    assert refused(ec2.create_route, **within, **by)[0] == "InvalidParameterValue"
    assert refused(ec2.create_route, RouteTableId=main_table, **by) == (
        "MissingParameter", "The request must contain the parameter destinationCidrBlock",
    )  # fmt: skip
    other = {**everything, "DestinationCidrBlock": "1.0.0.0/8"}
    sentence = "The internetGateway ID 'igw-0' does not exist"
    assert refused(ec2.create_route, **other, GatewayId="igw-0") == (
        "InvalidInternetGatewayID.NotFound", sentence,
    )  # fmt: skip
    assert refused(ec2.replace_route, **other, **by)[0] == "InvalidParameterValue"
    ec2.replace_route(**everything, **by)
    refusal = f"cannot remove local route 10.0.0.0/16 in route table {main_table}"
    assert refused(ec2.delete_route, **local) == ("InvalidParameterValue", refusal)
    assert refused(ec2.delete_route, **other) == (
        "InvalidRoute.NotFound",
        f"no route with destination-cidr-block 1.0.0.0/8 in route table {main_table}",
    )
    ec2.delete_route(**everything)
    with pytest.raises(ClientError) as raised:
        ec2.create_route(**everything, NatGatewayId="nat-0")
    assert error(raised)[:2] == ("NotImplemented", 501)


def test_gateways_are_of_one_network(ec2, vpc, gateway):
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    assert refused(ec2.attach_internet_gateway, InternetGatewayId=gateway, VpcId=other) == (
        "Resource.AlreadyAssociated", f"resource {gateway} is already attached to network {vpc}",
    )  # fmt: skip
    assert refused(ec2.detach_internet_gateway, InternetGatewayId=gateway, VpcId=other) == (
        "Gateway.NotAttached", f"resource {gateway} is not attached to network {other}",
    )  # fmt: skip
    second = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    taken = refused(ec2.attach_internet_gateway, InternetGatewayId=second, VpcId=vpc)
    assert taken[0] == "InvalidParameterValue"


@behaviour("VPC-5")
def test_a_subnet_has_no_way_out_until_a_route_leads_there(
    aws, server, ec2, vpc, subnet, main_table, gateway
):
    from_there = inside(aws, server, subnet)
    hidden = inside(aws, server, subnet, PublicIp=False)
    assert not arrives(from_there) and not arrives(from_there, "sqs", "list_queues")
    ec2.create_route(
        RouteTableId=main_table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
    )
    assert arrives(from_there) and arrives(from_there, "sqs", "list_queues")
    # Without a public address the gateway is of no use.
    assert not arrives(hidden)

    # A gateway that is gone leaves its route behind, which leads nowhere.
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    assert not arrives(from_there)
    [table] = ec2.describe_route_tables(RouteTableIds=[main_table])["RouteTables"]
    states = {route["DestinationCidrBlock"]: route["State"] for route in table["Routes"]}
    assert states == {"10.0.0.0/16": "active", "0.0.0.0/0": "blackhole"}
    assert arrives(aws)


@behaviour("VPC-5")
def test_a_subnet_has_its_own_table_or_the_main_one(
    aws, server, ec2, vpc, subnet, main_table, gateway
):
    public = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=public, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    from_there = inside(aws, server, subnet)
    assert not arrives(from_there)
    association = ec2.associate_route_table(RouteTableId=public, SubnetId=subnet)["AssociationId"]
    assert arrives(from_there)
    again = refused(ec2.associate_route_table, RouteTableId=main_table, SubnetId=subnet)
    assert again[0] == "Resource.AlreadyAssociated"
    ec2.disassociate_route_table(AssociationId=association)
    assert not arrives(from_there)

    # Another main table is every other subnet's.
    [main] = ec2.describe_route_tables(
        Filters=[{"Name": "association.main", "Values": ["true"]}, {"Name": "vpc-id", "Values": [vpc]}]
    )["RouteTables"]
    main = main["Associations"][0]["RouteTableAssociationId"]
    refusal = f"cannot disassociate the main route table association {main}"
    assert refused(ec2.disassociate_route_table, AssociationId=main) == (
        "InvalidParameterValue", refusal,
    )  # fmt: skip
    new = ec2.replace_route_table_association(AssociationId=main, RouteTableId=public)
    assert arrives(from_there)
    own = ec2.associate_route_table(RouteTableId=main_table, SubnetId=subnet)["AssociationId"]
    assert not arrives(from_there)
    ec2.replace_route_table_association(AssociationId=own, RouteTableId=public)
    assert arrives(from_there)
    [table] = ec2.describe_route_tables(RouteTableIds=[public])["RouteTables"]
    assert [found["Main"] for found in table["Associations"]] == [True, False]
    assert table["Associations"][0]["RouteTableAssociationId"] == new["NewAssociationId"]


@behaviour("VPC-5")
def test_the_longest_prefix_wins(aws, server, ec2, vpc, subnet, main_table, gateway):
    """Of two routes that fit, the closer one is taken: to nowhere, and back to the internet."""
    from_there = inside(aws, server, subnet)
    [s3] = [
        found for found in ec2.describe_prefix_lists()["PrefixLists"]
        if found["PrefixListName"] == S3
    ]  # fmt: skip
    ec2.create_route(
        RouteTableId=main_table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
    )
    assert arrives(from_there)
    # An endpoint is closer, and lets nothing through.
    nothing = '{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}'
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=S3, RouteTableIds=[main_table], PolicyDocument=nothing
    )["VpcEndpoint"]
    [table] = ec2.describe_route_tables(RouteTableIds=[main_table])["RouteTables"]
    routes = {
        route.get("DestinationCidrBlock") or route["DestinationPrefixListId"]: route["GatewayId"]
        for route in table["Routes"]
    }
    assert routes == {
        "10.0.0.0/16": "local",
        "0.0.0.0/0": gateway,
        s3["PrefixListId"]: endpoint["VpcEndpointId"],
    }
    # The list of its blocks is what the route is for; a part of one of them is closer still.
    [block] = s3["Cidrs"]
    closer = block.rpartition("/")[0] + "/24"
    ec2.create_route(RouteTableId=main_table, DestinationCidrBlock=closer, GatewayId=gateway)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    assert not arrives(from_there)
    ec2.delete_route(RouteTableId=main_table, DestinationCidrBlock=closer)
    assert arrives(from_there)
    assert not arrives(from_there, "sqs", "list_queues")


@behaviour("VPC-7")
@pytest.mark.serve()
def test_an_endpoint_needs_no_gateway_and_costs_nothing(aws, server, ec2, subnet, vpc, main_table):
    from_there = inside(aws, server, subnet)
    assert not arrives(from_there)
    made = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=S3, RouteTableIds=[main_table], VpcEndpointType="Gateway"
    )["VpcEndpoint"]
    assert made["State"] == "available" and made["RouteTableIds"] == [main_table]
    assert '"Principal":"*"' in made["PolicyDocument"]
    assert arrives(from_there)
    # The services of another region are elsewhere.
    assert not arrives(from_there.elsewhere(region="eu-west-1"))
    assert not arrives(from_there, "sqs", "list_queues")

    ec2.modify_vpc_endpoint(
        VpcEndpointId=made["VpcEndpointId"], RemoveRouteTableIds=[main_table]
    )
    assert not arrives(from_there)
    ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], AddRouteTableIds=[main_table])
    assert arrives(from_there)
    s3 = from_there.client("s3")
    bucket = f"free-{vpc}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x" * 1000)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x" * 1000
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])
    assert not arrives(from_there)
    [table] = ec2.describe_route_tables(RouteTableIds=[main_table])["RouteTables"]
    assert len(table["Routes"]) == 1

    # Neither the endpoint nor the bytes that went by it cost anything; requests do, as ever.
    lines = server.admin("GET", "bill").json()
    assert {line["amount"] for line in lines if line["service"] == "ec2"} == {0}
    kinds = {line["usage_type"] for line in lines if line["service"] == "s3"}
    assert "Requests-Tier1" in kinds
    assert not [kind for kind in kinds if kind.startswith("DataTransfer")]


def test_endpoints_are_made_for_services_that_have_them(ec2, vpc, main_table):
    names = ec2.describe_vpc_endpoint_services()["ServiceNames"]
    assert names == ["com.amazonaws.us-east-1.dynamodb", S3]
    [details] = ec2.describe_vpc_endpoint_services(ServiceNames=[S3])["ServiceDetails"]
    assert details["ServiceType"] == [{"ServiceType": "Gateway"}]
    assert refused(ec2.create_vpc_endpoint, VpcId=vpc, ServiceName="com.example") == (
        "InvalidServiceName", "The Vpc Endpoint Service 'com.example' does not exist",
    )  # fmt: skip
    for wrong in ("{", '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'):
        options = {"VpcId": vpc, "ServiceName": S3, "PolicyDocument": wrong}
        assert refused(ec2.create_vpc_endpoint, **options)[0] == "InvalidPolicyDocument"
    with pytest.raises(ClientError) as raised:
        ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3, VpcEndpointType="Interface")
    assert error(raised)[:2] == ("NotImplemented", 501)

    asked = {"VpcId": vpc, "ServiceName": S3, "RouteTableIds": [main_table], "ClientToken": "once"}
    first = ec2.create_vpc_endpoint(**asked)["VpcEndpoint"]
    assert ec2.create_vpc_endpoint(**asked)["VpcEndpoint"] == first
    changed = {**asked, "ServiceName": names[0]}
    assert refused(ec2.create_vpc_endpoint, **changed)[0] == "IdempotentParameterMismatch"
    del asked["ClientToken"]
    assert refused(ec2.create_vpc_endpoint, **asked)[0] == "RouteAlreadyExists"
    [found] = ec2.describe_vpc_endpoints(
        Filters=[{"Name": "service-name", "Values": ["*.s3"]}]
    )["VpcEndpoints"]
    assert found == first
    [lost] = ec2.delete_vpc_endpoints(VpcEndpointIds=["vpce-0"])["Unsuccessful"]
    assert lost["Error"]["Code"] == "InvalidVpcEndpointId.NotFound"
    lists = {
        found["PrefixListName"]: found["PrefixListId"]
        for found in ec2.describe_managed_prefix_lists()["PrefixLists"]
    }
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=lists[S3])["Entries"]
    [plain] = ec2.describe_prefix_lists(PrefixListIds=[lists[S3]])["PrefixLists"]
    assert [entry["Cidr"] for entry in entries] == plain["Cidrs"]


def test_a_door_leads_to_no_api_of_the_house(server, subnet):
    import requests

    url = door(server, subnet)["Endpoint"]
    session = requests.Session()
    session.trust_env = False
    with pytest.raises(requests.ConnectionError):
        session.get(f"{url}/_aquifer/health", timeout=30)
