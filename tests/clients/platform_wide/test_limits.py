"""Published rates hold where they are asked for, and nowhere else."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def refusals(call, times: int) -> list:
    """Which of so many calls were refused, at once one after the other."""
    refused = []
    for _ in range(times):
        try:
            call()
        except ClientError as raised:
            refused.append(error(raised))
    return refused


@behaviour("PLAT-14")
@pytest.mark.serve("--limits")
def test_calls_beyond_the_published_rate_are_throttled(server, athena, aws):
    # Ten at once, then five a second.
    refused = refusals(athena.list_named_queries, 60)
    assert refused
    assert set(refused) == {("ThrottlingException", 400, "Rate exceeded")}
    # Each operation counts for itself, and each account.
    athena.list_work_groups()
    aws.elsewhere(account="999900000001").client("athena").list_named_queries()
    # Rest gives them back.
    answer = server.admin("POST", "clock", json={"advance": "PT10S"})
    assert answer.status_code == 200
    assert refusals(athena.list_named_queries, 5) == []


@behaviour("PLAT-14")
def test_without_asking_nothing_is_throttled(athena):
    assert refusals(athena.list_named_queries, 60) == []
