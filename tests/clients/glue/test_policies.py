"""The resource policy of a catalog, and catalogs of other accounts."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

OTHER = "888800000001"


def arn(account, what):
    return f"arn:aws:glue:us-east-1:{account}:{what}"


def document(principal, actions, *resources, effect="Allow"):
    who = principal if principal == "*" else {"AWS": principal}
    statement = {"Effect": effect, "Principal": who, "Action": actions, "Resource": list(resources)}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def code(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised).code


@pytest.fixture
def sales(glue):
    glue.create_database(DatabaseInput={"Name": "sales"})
    for name in ("orders", "secret"):
        keys = [{"Name": "dt", "Type": "string"}]
        glue.create_table(
            DatabaseName="sales", TableInput={"Name": name, "PartitionKeys": keys}
        )
    return glue


@behaviour("GLUE-12")
def test_a_policy_is_put_read_changed_under_conditions_and_removed(glue, account):
    assert code(glue.get_resource_policy) == "EntityNotFoundException"
    assert glue.get_resource_policies()["GetResourcePoliciesResponseList"] == []
    first = document(OTHER, "glue:GetTable", arn(account, "*"))
    must = {"PolicyInJson": first, "PolicyExistsCondition": "MUST_EXIST"}
    assert code(glue.put_resource_policy, **must) == "ConditionCheckFailureException"
    hashed = glue.put_resource_policy(
        PolicyInJson=first, PolicyExistsCondition="NOT_EXIST", EnableHybrid="TRUE"
    )["PolicyHash"]
    found = glue.get_resource_policy()
    assert (found["PolicyInJson"], found["PolicyHash"]) == (first, hashed)
    again = {"PolicyInJson": first, "PolicyExistsCondition": "NOT_EXIST"}
    assert code(glue.put_resource_policy, **again) == "ConditionCheckFailureException"
    second = document(OTHER, "glue:GetTables", arn(account, "*"))
    stale = {"PolicyInJson": second, "PolicyHashCondition": "stale"}
    assert code(glue.put_resource_policy, **stale) == "ConditionCheckFailureException"
    newer = glue.put_resource_policy(PolicyInJson=second, PolicyHashCondition=hashed)["PolicyHash"]
    assert newer != hashed
    listed = glue.get_resource_policies()["GetResourcePoliciesResponseList"]
    assert [one["PolicyHash"] for one in listed] == [newer]
    assert listed[0]["CreateTime"] == found["CreateTime"]
    own = glue.get_resource_policy(ResourceArn=arn(account, "catalog"))
    assert own["PolicyHash"] == newer
    assert code(glue.delete_resource_policy, PolicyHashCondition=hashed) == (
        "ConditionCheckFailureException"
    )
    glue.delete_resource_policy(PolicyHashCondition=newer)
    assert code(glue.delete_resource_policy) == "EntityNotFoundException"


@behaviour("GLUE-12")
def test_what_is_no_policy_of_the_catalog_is_refused(glue, account):
    for wrong in (
        "no json",
        json.dumps({"Version": "2012-10-17", "Statement": []}),
        document(OTHER, "glue:GetTable", arn(OTHER, "*")),
        document(OTHER, "glue:GetTable", "arn:aws:s3:::bucket"),
        document(OTHER, "glue:GetTable", arn(account, "*"), *[arn(account, "x" * 99)] * 120),
    ):
        assert code(glue.put_resource_policy, PolicyInJson=wrong) == "InvalidInputException"


@behaviour("GLUE-12")
def test_another_account_reads_what_the_policy_shares(aws, sales, account):
    stranger = aws.elsewhere(account=OTHER).client("glue")
    orders = {"CatalogId": account, "DatabaseName": "sales", "Name": "orders"}
    assert code(stranger.get_table, **orders) == "AccessDeniedException"
    # A table is reached through its catalog and its database: all three must be let.
    partial = document(OTHER, "glue:GetTable", arn(account, "table/sales/orders"))
    sales.put_resource_policy(PolicyInJson=partial)
    assert code(stranger.get_table, **orders) == "AccessDeniedException"
    shared = [arn(account, what) for what in ("catalog", "database/sales", "table/sales/orders")]
    actions = ["glue:GetTable", "glue:GetPartitions", "glue:BatchCreatePartition"]
    sales.put_resource_policy(PolicyInJson=document(OTHER, actions, *shared))
    table = stranger.get_table(**orders)["Table"]
    assert (table["Name"], table["CatalogId"]) == ("orders", account)
    secret = {**orders, "Name": "secret"}
    assert code(stranger.get_table, **secret) == "AccessDeniedException"
    # What it makes there is in the catalog of the account that shares it.
    there = {"CatalogId": account, "DatabaseName": "sales", "TableName": "orders"}
    stranger.batch_create_partition(**there, PartitionInputList=[{"Values": ["2024"]}])
    assert len(sales.get_partitions(DatabaseName="sales", TableName="orders")["Partitions"]) == 1
    assert len(stranger.get_partitions(**there)["Partitions"]) == 1
    assert stranger.get_databases()["DatabaseList"] == []
    assert code(stranger.create_partition, **there, PartitionInput={"Values": ["x"]}) == (
        "AccessDeniedException"
    )
    sales.delete_resource_policy()
    assert code(stranger.get_table, **orders) == "AccessDeniedException"


@behaviour("GLUE-12")
def test_a_policy_denies_one_table_to_its_own_people_and_lets_in_those_without_rights(
    user, root, account
):
    glue = root.client("glue")
    glue.create_database(DatabaseInput={"Name": "sales"})
    for name in ("orders", "secret"):
        glue.create_table(DatabaseName="sales", TableInput={"Name": name})
    everything = {"Effect": "Allow", "Action": "glue:*", "Resource": "*"}
    ann = user("ann", everything).client("glue")
    bob = user("bob").client("glue")
    denial = {
        "Effect": "Deny", "Principal": "*", "Action": "glue:GetTable",
        "Resource": arn(account, "table/sales/secret"),
    }
    grant = {
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:user/bob"},
        "Action": "glue:GetTable", "Resource": arn(account, "*"),
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [denial, grant]})
    glue.put_resource_policy(PolicyInJson=policy)
    for caller in (ann, bob):
        assert caller.get_table(DatabaseName="sales", Name="orders")["Table"]["Name"] == "orders"
        assert code(caller.get_table, DatabaseName="sales", Name="SECRET") == (
            "AccessDeniedException"
        )
    assert code(bob.get_databases) == "AccessDeniedException"
    # Nobody locks an account out of its own policy.
    everyone = document("*", "glue:*", arn(account, "*"), effect="Deny")
    glue.put_resource_policy(PolicyInJson=everyone)
    assert code(ann.get_databases) == "AccessDeniedException"
    ann.delete_resource_policy()
    ann.get_databases()
