"""PyAthena: the Python database API over Athena, by the endpoint alone."""

import datetime
import decimal

import pyathena
import pytest
from harness import behaviour


@pytest.fixture
def connection(aws, bucket):
    return pyathena.connect(
        s3_staging_dir=f"s3://{bucket}/results/",
        region_name=aws.region,
        endpoint_url=aws.url,
        aws_access_key_id=aws.access_key,
        aws_secret_access_key=aws.secret,
        poll_interval=0.01,
    )


@behaviour("PLAT-1")
def test_values_come_back_with_their_types(connection):
    cursor = connection.cursor()
    cursor.execute(
        "SELECT 1 AS i, BIGINT '9223372036854775807' AS b, 1.5E0 AS d, true AS t, 'x' AS s, "
        "DATE '2026-01-02' AS day, DECIMAL '12.34' AS money, NULL AS nothing"
    )
    assert [column[0] for column in cursor.description] == [
        "i", "b", "d", "t", "s", "day", "money", "nothing",
    ]
    assert cursor.fetchall() == [
        (
            1, 9223372036854775807, 1.5, True, "x", datetime.date(2026, 1, 2),
            decimal.Decimal("12.34"), None,
        )
    ]


@behaviour("PLAT-1")
def test_parameters_and_many_rows(connection):
    cursor = connection.cursor()
    cursor.execute(
        "SELECT n, %(word)s AS word FROM UNNEST(sequence(1, 2500)) AS s (n) ORDER BY n",
        {"word": "it's"},
    )
    rows = cursor.fetchall()
    assert len(rows) == 2500
    assert rows[0] == (1, "it's") and rows[-1] == (2500, "it's")


@behaviour("PLAT-1")
def test_a_mistake_is_an_error_with_its_place(connection):
    with pytest.raises(pyathena.error.OperationalError) as raised:
        connection.cursor().execute("SELECT nothing_like_it FROM (VALUES 1) AS t (a)")
    assert "COLUMN_NOT_FOUND" in str(raised.value)
    assert "line 1:8" in str(raised.value)
