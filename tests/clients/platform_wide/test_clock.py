"""The clock can be turned, and everything that reads time follows it."""

import datetime

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

DAY = datetime.timedelta(days=1)
CLOSE = datetime.timedelta(seconds=30)


def real_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


@behaviour("PLAT-12")
@pytest.mark.clock
def test_time_starts_as_the_real_time_and_is_advanced(clock):
    assert abs(clock.now() - real_now()) < CLOSE
    before = clock.now()
    clock.advance(days=31, hours=1)
    assert CLOSE > clock.now() - before - 31 * DAY - DAY / 24 >= datetime.timedelta(0)


@behaviour("PLAT-12")
@pytest.mark.clock
def test_time_can_be_set(clock):
    clock.set("2040-01-01T00:00:00Z")
    assert abs(clock.now() - datetime.datetime(2040, 1, 1, tzinfo=datetime.timezone.utc)) < CLOSE


@behaviour("PLAT-12")
@pytest.mark.clock
def test_timestamps_follow_and_real_signatures_are_still_accepted(aws, clock):
    clock.advance(days=1)
    aws.client("s3").create_bucket(Bucket="b-tomorrow")
    aws.client("s3").put_object(Bucket="b-tomorrow", Key="k", Body=b"x")
    written = aws.client("s3").head_object(Bucket="b-tomorrow", Key="k")["LastModified"]
    assert abs(written - real_now() - DAY) < CLOSE

    aws.client("glue").create_database(DatabaseInput={"Name": "d"})
    made = aws.client("glue").get_database(Name="d")["Database"]["CreateTime"]
    assert abs(made - real_now() - DAY) < CLOSE

    user = aws.client("iam").create_user(UserName="u")["User"]
    assert abs(user["CreateDate"] - real_now() - DAY) < CLOSE


@behaviour("PLAT-12")
@pytest.mark.clock
def test_sessions_expire_by_the_clock(aws, clock):
    given = aws.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
    assert abs(given["Expiration"] - real_now() - DAY / 96) < CLOSE
    inside = aws.with_key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    assert inside.client("sts").get_caller_identity()["Account"] == aws.account
    clock.advance(minutes=16)
    with pytest.raises(ClientError) as raised:
        inside.client("sts").get_caller_identity()
    assert error(raised)[:2] == ("ExpiredToken", 403)


@behaviour("PLAT-12")
def test_the_clock_survives_a_restart(durable_server):
    from harness.server import Clock

    clock = Clock(durable_server)
    clock.advance(days=10)
    durable_server.restart()
    assert abs(clock.now() - real_now() - 10 * DAY) < CLOSE
