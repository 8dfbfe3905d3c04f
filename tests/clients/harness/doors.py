"""Doors: how a client is inside of a private network, when all are at the same address."""

from .clients import Aws
from .server import Server


def door(server: Server, subnet: str, **wanted) -> dict:
    """Opens a door of a subnet; what is `Endpoint` is where to connect to."""
    answer = server.admin("POST", "network/doors", json={"SubnetId": subnet, **wanted})
    assert answer.status_code == 200, answer.text
    return answer.json()


def inside(aws: Aws, server: Server, subnet: str, **wanted) -> Aws:
    """The same caller, from inside of a subnet."""
    url = door(server, subnet, **wanted)["Endpoint"]
    return Aws(url, aws.access_key, aws.secret, aws.token, aws.region, aws.watcher, aws.account)
