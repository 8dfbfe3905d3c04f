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


@behaviour("PLAT-14")
@pytest.mark.serve()
def test_limits_hold_for_the_services_that_are_named_at_the_rates_that_are_set(server, athena, glue):
    def change(status=200, **change):
        answer = server.admin("POST", "limits", json=change)
        assert answer.status_code == status, answer.text
        return answer.json()

    named = {"service": "athena", "operation": "ListNamedQueries"}
    assert server.admin("GET", "limits").json()["enabled"] == []
    told = change(service="athena", enabled=True)
    assert told["enabled"] == ["athena"]
    assert {**named, "per_second": 5, "burst": 10} in told["rates"]
    change(**named, per_second=0.001, burst=3)
    assert len(refusals(athena.list_named_queries, 8)) == 5
    assert refusals(glue.get_databases, 50) == []
    change(service="athena", enabled=False)
    assert refusals(athena.list_named_queries, 50) == []
    for wrong in (
        {}, {"service": "none", "enabled": True}, {"service": "athena"},
        {"service": "athena", "operation": "ListNamedQueries"}, {**named, "per_second": 0},
        {**named, "per_second": 5, "burst": 0.5}, {**named, "per_second": 5, "more": 1},
        {"service": "athena", "operation": "None", "per_second": 5},
        {"service": "athena", "per_second": 5},
    ):  # fmt: skip
        assert "error" in change(400, **wrong)
    assert server.admin("POST", "reset").status_code == 200
    rates = server.admin("GET", "limits").json()["rates"]
    assert {**named, "per_second": 5, "burst": 10} in rates
