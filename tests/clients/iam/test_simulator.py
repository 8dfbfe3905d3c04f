"""The policy simulator says what the platform then does."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def document(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action, resource="*", **more) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def decisions(answer) -> dict:
    return {
        (result["EvalActionName"], result["EvalResourceName"]): result["EvalDecision"]
        for result in answer["EvaluationResults"]
    }


@behaviour("IAM-13")
def test_what_is_simulated_is_what_happens(root, user):
    bucket = f"lake-{uuid.uuid4().hex}"
    root.client("s3").create_bucket(Bucket=bucket)
    for key in ("ann/x", "bob/x"):
        root.client("s3").put_object(Bucket=bucket, Key=key, Body=b"")
    ann = user(
        "ann",
        allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{bucket}/${{aws:username}}/*"),
        {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"},
    )
    me = root.client("iam").get_user(UserName="ann")["User"]["Arn"]
    keys = {key: f"arn:aws:s3:::{bucket}/{key}" for key in ("ann/x", "bob/x")}
    answer = root.client("iam").simulate_principal_policy(
        PolicySourceArn=me, ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=list(keys.values()),
    )
    simulated = decisions(answer)
    calls = {
        "s3:GetObject": ann.client("s3").get_object, "s3:PutObject": ann.client("s3").put_object,
    }
    for action, call in calls.items():
        for key, arn in keys.items():
            try:
                call(Bucket=bucket, Key=key)
                happened = "allowed"
            except ClientError as refused:
                explicit = "explicit deny" in error(refused).message
                happened = "explicitDeny" if explicit else "implicitDeny"
            assert simulated[action, arn] == happened, (action, key)
    assert simulated["s3:GetObject", keys["ann/x"]] == "allowed"


@behaviour("IAM-13")
def test_the_statements_that_decide_are_named_with_their_places(iam):
    text = (
        '{"Version": "2012-10-17",\n "Statement": [\n'
        '  {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},\n'
        '  {"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"}]}'
    )
    answer = iam.simulate_custom_policy(
        PolicyInputList=[text], ActionNames=["s3:GetObject", "s3:PutObject", "glue:GetTable"]
    )
    allowed, denied, unknown = answer["EvaluationResults"]
    assert (allowed["EvalDecision"], allowed["EvalResourceName"]) == ("allowed", "*")
    assert allowed["MatchedStatements"] == [{
        "SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "none",
        "StartPosition": {"Line": 3, "Column": 3}, "EndPosition": {"Line": 3, "Column": 57},
    }]
    assert denied["EvalDecision"] == "explicitDeny"
    assert denied["MatchedStatements"][0]["StartPosition"] == {"Line": 4, "Column": 3}
    assert (unknown["EvalDecision"], unknown["MatchedStatements"]) == ("implicitDeny", [])


@behaviour("IAM-13")
def test_conditions_are_asked_of_the_entries_given(iam):
    policy = document(allow(
        "s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}
    ))
    question = {"PolicyInputList": [policy], "ActionNames": ["s3:GetObject"]}
    without = iam.simulate_custom_policy(**question)["EvaluationResults"][0]
    assert without["EvalDecision"] == "implicitDeny"
    assert without["MissingContextValues"] == ["aws:principaltag/team"]
    entry = {
        "ContextKeyName": "aws:PrincipalTag/team", "ContextKeyType": "string",
        "ContextKeyValues": ["red"],
    }
    given = iam.simulate_custom_policy(**question, ContextEntries=[entry])["EvaluationResults"][0]
    assert (given["EvalDecision"], given["MissingContextValues"]) == ("allowed", [])


@behaviour("IAM-13")
def test_groups_boundaries_and_more_policies_have_their_say(iam):
    iam.create_user(UserName="ann")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="ann")
    iam.put_group_policy(
        GroupName="g", PolicyName="reading", PolicyDocument=document(allow("s3:Get*"))
    )
    arn = iam.get_user(UserName="ann")["User"]["Arn"]
    actions = ["s3:GetObject", "glue:GetTable"]

    def simulate(**options):
        answer = iam.simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=actions, **options
        )
        return [result["EvalDecision"] for result in answer["EvaluationResults"]]

    assert simulate() == ["allowed", "implicitDeny"]
    more = [document(allow("glue:*"))]
    assert simulate(PolicyInputList=more) == ["allowed", "allowed"]
    bounds = [document(allow("glue:*"))]
    assert simulate(PolicyInputList=more, PermissionsBoundaryPolicyInputList=bounds) == [
        "implicitDeny", "allowed",
    ]
    group = iam.get_group(GroupName="g")["Group"]["Arn"]
    answer = iam.simulate_principal_policy(PolicySourceArn=group, ActionNames=actions)
    matched = answer["EvaluationResults"][0]["MatchedStatements"][0]
    assert (matched["SourcePolicyId"], matched["SourcePolicyType"]) == ("group_g_reading", "group")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.simulate_principal_policy(PolicySourceArn=arn + "x", ActionNames=actions)


def test_results_come_in_pages(iam):
    pages = list(iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[document(allow("s3:*"))],
        ActionNames=[f"s3:Get{n}" for n in range(7)],
        PaginationConfig={"PageSize": 3},
    ))
    names = [r["EvalActionName"] for page in pages for r in page["EvaluationResults"]]
    assert [len(page["EvaluationResults"]) for page in pages] == [3, 3, 1]
    assert names == [f"s3:Get{n}" for n in range(7)]
