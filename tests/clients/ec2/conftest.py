"""Fixtures of the tests of private networks."""

import pytest


@pytest.fixture
def ec2(aws):
    return aws.client("ec2")


@pytest.fixture
def vpc(ec2):
    """The id of a new network of 10.0.0.0/16."""
    return ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


@pytest.fixture
def subnet(ec2, vpc):
    """The id of its subnet 10.0.1.0/24, which has no way out."""
    return ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]


@pytest.fixture
def main_table(ec2, vpc):
    """The id of its main route table."""
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    return ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]
