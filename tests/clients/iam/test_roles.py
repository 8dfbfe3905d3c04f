"""Roles: trust policies, sessions' lengths, and their documents."""

import json

import pytest
from harness import behaviour, error


def trusting(principal: dict) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


GLUE = trusting({"Service": "glue.amazonaws.com"})


@behaviour("IAM-3")
def test_a_role_is_answered_as_it_was_made(iam, account):
    made = iam.create_role(
        RoleName="Etl", Path="/jobs/", AssumeRolePolicyDocument=GLUE, Description="nightly",
        MaxSessionDuration=7200, Tags=[{"Key": "team", "Value": "red"}],
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::{account}:role/jobs/Etl"
    assert made["RoleId"].startswith("AROA") and len(made["RoleId"]) == 21
    assert made["AssumeRolePolicyDocument"] == json.loads(GLUE)
    got = iam.get_role(RoleName="etl")["Role"]
    assert got == made
    assert (got["Description"], got["MaxSessionDuration"]) == ("nightly", 7200)

    iam.update_role(RoleName="Etl", Description="daily")
    got = iam.get_role(RoleName="Etl")["Role"]
    assert (got["Description"], got["MaxSessionDuration"]) == ("daily", 3600)
    lambdas = trusting({"Service": "lambda.amazonaws.com"})
    iam.update_assume_role_policy(RoleName="Etl", PolicyDocument=lambdas)
    assert iam.get_role(RoleName="Etl")["Role"]["AssumeRolePolicyDocument"] == json.loads(lambdas)
    assert [role["RoleName"] for role in iam.list_roles(PathPrefix="/jobs/")["Roles"]] == ["Etl"]
    assert iam.list_roles(PathPrefix="/other/")["Roles"] == []


@behaviour("IAM-3")
def test_roles_that_are_there_or_not_are_named(iam):
    iam.create_role(RoleName="etl", AssumeRolePolicyDocument=GLUE)
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException) as refused:
        iam.create_role(RoleName="ETL", AssumeRolePolicyDocument=GLUE)
    assert error(refused) == ("EntityAlreadyExists", 409, "Role with name ETL already exists.")
    for call in (iam.get_role, iam.delete_role, iam.list_role_policies, iam.list_role_tags):
        with pytest.raises(iam.exceptions.NoSuchEntityException) as refused:
            call(RoleName="x")
        assert error(refused) == ("NoSuchEntity", 404, "The role with name x cannot be found.")


@behaviour("IAM-3")
@pytest.mark.parametrize(("document", "sentence"), [
    ("nonsense", "Syntax errors in policy."),
    (
        GLUE.replace('"Action"', '"Resource": "*", "Action"'),
        "Has prohibited field Resource",
    ),
    (
        trusting({"AWS": "nobody"}),
        'Invalid principal in policy: "AWS":"nobody"',
    ),
])
def test_trust_policies_that_are_none_are_refused(iam, document, sentence):
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException) as refused:
        iam.create_role(RoleName="etl", AssumeRolePolicyDocument=document)
    assert error(refused) == ("MalformedPolicyDocument", 400, sentence)
    assert iam.list_roles()["Roles"] == []


@behaviour("IAM-3")
def test_a_role_is_deleted_only_when_it_holds_nothing(iam):
    iam.create_role(RoleName="etl", AssumeRolePolicyDocument=GLUE)
    iam.put_role_policy(
        RoleName="etl", PolicyName="p",
        PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        }),
    )
    with pytest.raises(iam.exceptions.DeleteConflictException) as refused:
        iam.delete_role(RoleName="etl")
    assert error(refused).message == "Cannot delete entity, must delete policies first."
    iam.delete_role_policy(RoleName="etl", PolicyName="p")
    iam.delete_role(RoleName="etl")
