"""How requests to S3 Control are told from requests to S3, and whose account they may name."""

import pytest
from botocore.exceptions import ClientError
from harness import error
from harness.raw import signed


def test_an_account_without_jobs_lists_none(s3control, account):
    assert s3control.list_jobs(AccountId=account)["Jobs"] == []


def test_a_job_that_is_not_there_is_told_by_its_code(s3control, account):
    with pytest.raises(ClientError) as raised:
        s3control.describe_job(AccountId=account, JobId="5f2e1c7a-0000-4000-8000-000000000000")
    assert error(raised) == ("NoSuchJob", 404, "The specified job does not exist.")
    assert raised.value.response["ResponseMetadata"]["RequestId"]


def test_another_account_is_refused(s3control):
    with pytest.raises(ClientError) as raised:
        s3control.list_jobs(AccountId="999988887777")
    assert error(raised)[:2] == ("AccessDenied", 403)


@pytest.mark.parametrize(
    "host", ["{}.localhost", "{}.s3-control.us-east-1.amazonaws.com", "s3-control.localhost"]
)
def test_the_account_may_stand_before_the_host(aws, account, host):
    headers = {"x-amz-account-id": account, "Host": host.format(account)}
    answer = signed(aws, "s3", "GET", "/v20180820/jobs", headers=headers).send()
    assert answer.status == 200, answer.body
    assert b"<ListJobsResult" in answer.body


def test_errors_stand_in_an_error_response(aws, account):
    headers = {"x-amz-account-id": account}
    answer = signed(aws, "s3", "GET", "/v20180820/jobs/absent-job", headers=headers).send()
    assert answer.status == 404
    assert b"<ErrorResponse" in answer.body and b"<Code>NoSuchJob</Code>" in answer.body


def test_an_operation_that_is_not_there_answers_501(s3control, account):
    with pytest.raises(ClientError) as raised:
        s3control.list_access_grants_instances(AccountId=account)
    assert error(raised)[:2] == ("NotImplemented", 501)


def test_a_bucket_may_be_called_as_the_paths_begin(s3, account):
    s3.create_bucket(Bucket="v20180820")
    s3.put_object(Bucket="v20180820", Key="jobs", Body=b"x")
    assert s3.get_object(Bucket="v20180820", Key="jobs")["Body"].read() == b"x"
