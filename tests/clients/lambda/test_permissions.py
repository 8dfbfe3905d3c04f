"""Who may call functions, and what functions may do."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.functions import Functions

ECHO = "def handler(event, context):\n    return event\n"


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised)


def test_statements_are_added_read_and_removed(functions, lambdas, account):
    arn = functions.make("f", ECHO)
    assert refused(lambdas.get_policy, FunctionName="f")[:2] == ("ResourceNotFoundException", 404)
    added = lambdas.add_permission(
        FunctionName="f", StatementId="s3", Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::b", SourceAccount=account,
    )
    statement = {
        "Sid": "s3", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": arn,
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": account},
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"},
        },
    }
    assert json.loads(added["Statement"]) == statement
    lambdas.add_permission(
        FunctionName="f", StatementId="other", Action="lambda:*", Principal="999999999999"
    )
    policy = lambdas.get_policy(FunctionName="f")
    document = json.loads(policy["Policy"])
    assert document["Statement"][0] == statement
    assert document["Statement"][1]["Principal"] == {"AWS": "arn:aws:iam::999999999999:root"}
    again = {"StatementId": "s3", "Action": "lambda:*", "Principal": "*"}
    assert refused(lambdas.add_permission, FunctionName="f", **again)[:2] == (
        "ResourceConflictException", 409,
    )
    stale = {"FunctionName": "f", "StatementId": "s3", "RevisionId": "x"}
    assert refused(lambdas.remove_permission, **stale)[:2] == ("PreconditionFailedException", 412)
    for statement in ("s3", "other"):
        lambdas.remove_permission(FunctionName="f", StatementId=statement)
    assert refused(lambdas.get_policy, FunctionName="f")[0] == "ResourceNotFoundException"


@behaviour("LAMBDA-9")
def test_another_account_needs_a_statement(functions, lambdas, aws):
    arn = functions.make("f", ECHO)
    other = aws.elsewhere(account="777777777777").client("lambda")
    assert refused(other.invoke, FunctionName=arn)[:2] == ("AccessDeniedException", 403)
    lambdas.add_permission(
        FunctionName="f", StatementId="s", Action="lambda:InvokeFunction", Principal="777777777777"
    )
    assert other.invoke(FunctionName=arn, Payload=b"1")["Payload"].read() == b"1"


TRUST = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }],
}  # fmt: skip


@behaviour("LAMBDA-9")
def test_code_has_the_rights_of_its_role(root, account):
    iam, s3, functions = root.client("iam"), root.client("s3"), Functions(root, account)
    bucket = f"rights-{account}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"inside")
    code = """
        import boto3

        def handler(event, context):
            answer = boto3.client("s3").get_object(Bucket=event, Key="k")
            return answer["Body"].read().decode()
    """
    refusal = (
        "InvalidParameterValueException", 400,
        "The role defined for the function cannot be assumed by Lambda.",
    )
    assert refused(functions.make, "f", code) == refusal
    other = json.dumps(TRUST).replace("lambda.amazonaws.com", "glue.amazonaws.com")
    iam.create_role(RoleName="lambda", AssumeRolePolicyDocument=other)
    assert refused(functions.make, "f", code) == refusal
    iam.update_assume_role_policy(RoleName="lambda", PolicyDocument=json.dumps(TRUST))
    functions.make("f", code, Timeout=60)
    told = functions.failure("f", bucket)
    assert "AccessDenied" in told["errorMessage"], told
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(RoleName="lambda", PolicyName="p", PolicyDocument=json.dumps(policy))
    assert functions.call("f", bucket) == "inside"


@behaviour("LAMBDA-9")
def test_identities_need_the_right_to_call(root, user, account):
    iam, functions = root.client("iam"), Functions(root, account)
    iam.create_role(RoleName="lambda", AssumeRolePolicyDocument=json.dumps(TRUST))
    arn = functions.make("f", ECHO)
    nobody = user("nobody").client("lambda")
    assert refused(nobody.invoke, FunctionName="f") == (
        "AccessDeniedException", 403,
        f"User: arn:aws:iam::{account}:user/nobody is not authorized to perform: "
        f"lambda:InvokeFunction on resource: {arn} because no identity-based policy allows the "
        "lambda:InvokeFunction action",
    )
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn}
    caller = user("caller", allowed).client("lambda")
    assert caller.invoke(FunctionName="f", Payload=b"1")["Payload"].read() == b"1"
    assert refused(caller.get_function, FunctionName="f")[0] == "AccessDeniedException"
