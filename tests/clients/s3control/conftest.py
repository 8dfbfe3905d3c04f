"""Jobs of Batch Operations: how tests make them, and wait for them."""

import time
import uuid

import pytest
from harness.batch import ENDED


@pytest.fixture
def create(s3control, account):
    def make(operation, report=None, **more) -> str:
        given = {
            "AccountId": account, "Operation": operation, "Priority": 10,
            "Report": report or {"Enabled": False}, "ConfirmationRequired": False,
            "RoleArn": f"arn:aws:iam::{account}:role/batch",
            "ClientRequestToken": uuid.uuid4().hex, **more,
        }  # fmt: skip
        return s3control.create_job(**given)["JobId"]

    return make


@pytest.fixture
def job(s3control, account):
    """The description of a job once it has a status, or has ended."""

    def wait(job_id, *statuses) -> dict:
        deadline = time.monotonic() + 20
        while True:
            described = s3control.describe_job(AccountId=account, JobId=job_id)["Job"]
            if described["Status"] in (statuses or ENDED):
                return described
            assert time.monotonic() < deadline, described
            time.sleep(0.05)

    return wait
