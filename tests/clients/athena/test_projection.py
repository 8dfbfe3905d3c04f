"""Partition projection: partitions that follow from properties of the table."""

from datetime import timedelta

import pytest
from harness import behaviour

CREATE = (
    "CREATE EXTERNAL TABLE t (a int) PARTITIONED BY ({}) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
    "LOCATION 's3://{{bucket}}/t/' TBLPROPERTIES ({})"
)


def create(lake, keys, **properties):
    """A table `t` with projection and such properties, dots spelled `__`."""
    properties = {"projection__enabled": "true", **properties}
    pairs = ", ".join(f"'{name.replace('__', '.')}' = '{value}'" for name, value in properties.items())
    lake.ask(CREATE.format(keys, pairs))


@behaviour("ATH-42")
def test_partitions_of_every_type_follow_from_rules(lake):
    for region, n, day in (("eu", "01", "2026-01-30"), ("eu", "03", "2026-02-01"), ("us", "03", "2026-02-01")):
        lake.put(f"t/region={region}/n={n}/dt={day}/a.csv", f"{int(n)}\n")
    # Where no rule leads nobody looks.
    lake.put("t/region=eu/n=02/dt=2026-01-31/a.csv", "2\n")
    lake.put("t/region=xx/n=01/dt=2026-01-30/a.csv", "9\n")
    create(
        lake, "region string, n int, dt date",
        projection__region__type="enum", projection__region__values="eu,us",
        projection__n__type="integer", projection__n__range="1,9", projection__n__interval="2",
        projection__n__digits="2",
        projection__dt__type="date", projection__dt__format="yyyy-MM-dd",
        projection__dt__range="2026-01-01,2026-02-01",
    )
    assert lake.ask("SELECT a, region, n, dt FROM t ORDER BY a, region").rows() == [
        (1, "eu", 1, "2026-01-30"), (3, "eu", 3, "2026-02-01"), (3, "us", 3, "2026-02-01"),
    ]
    one = lake.ask("SELECT a FROM t WHERE region = 'us' AND dt > DATE '2026-01-31'")
    assert one.rows() == [(3,)] and one.scanned == 2
    assert lake.ask("SELECT a FROM t WHERE n BETWEEN 2 AND 3 AND region = 'eu'").rows() == [(3,)]
    assert lake.ask("SELECT a FROM t WHERE n = 2").rows() == []
    # The catalog has none of them, and is not asked.
    assert lake.glue.get_partitions(DatabaseName="d", TableName="t")["Partitions"] == []
    assert lake.ask("SHOW PARTITIONS t").lines() == []


@behaviour("ATH-42")
@pytest.mark.clock
def test_dates_may_be_relative_and_finer_than_days(lake, clock):
    today = clock.now()
    day = lambda moment: moment.strftime("%Y/%m/%d/%H")
    for hours in (0, 1, 30, 60):
        lake.put(f"logs/{day(today - timedelta(hours=hours))}/a.csv", f"{hours}\n")
    create(
        lake, "at string",
        projection__at__type="date", projection__at__format="yyyy/MM/dd/HH",
        projection__at__range="NOW-2DAYS,NOW", projection__at__interval="1",
        projection__at__interval__unit="HOURS",
        storage__location__template=f"s3://{lake.bucket}/logs/${{at}}/",
    )
    assert lake.ask("SELECT a FROM t ORDER BY a").rows() == [(0,), (1,), (30,)]
    since = day(today - timedelta(hours=2))
    assert lake.ask(f"SELECT a FROM t WHERE at >= '{since}' ORDER BY a").rows() == [(0,), (1,)]
    # The window moves with the clock.
    clock.advance(hours=20)
    assert lake.ask("SELECT a FROM t ORDER BY a").rows() == [(0,), (1,)]


@behaviour("ATH-42")
def test_injected_values_come_from_the_query(lake):
    for device in ("7", "8", "a-b"):
        lake.put(f"devices/{device}/x/a.csv", f"{len(device)}\n")
    create(
        lake, "device string", projection__device__type="injected",
        storage__location__template=f"s3://{lake.bucket}/devices/${{device}}/x/",
    )
    assert lake.ask("SELECT device, a FROM t WHERE device = 'a-b'").rows() == [("a-b", 3)]
    assert lake.ask("SELECT device FROM t WHERE device IN ('7', '8', 'none') ORDER BY 1").rows() == [
        ("7",), ("8",),
    ]
    for where in ("", "WHERE device > '7'", "WHERE device LIKE '7%'", "WHERE device = '7' OR a = 1"):
        query = lake.run(f"SELECT * FROM t {where}")
        assert query.state == "FAILED"
        assert query.reason == (
            "CONSTRAINT_VIOLATION: For the injected projected partition column device, the WHERE "
            "clause must contain only static equality conditions, and at least one such condition "
            "must be present."
        )


@behaviour("ATH-42")
def test_rules_that_do_not_hold_are_told(lake):
    create(lake, "a1 string, b1 string", projection__a1__type="injected")
    query = lake.run("SELECT * FROM t WHERE a1 = 'x'")
    assert query.state == "FAILED"
    assert query.reason == (
        "HIVE_METASTORE_ERROR: Table d.t is configured for partition projection, but the following "
        "partition columns are missing projection configuration: [b1] (table d.t)"
    )
    lake.ask("ALTER TABLE t SET TBLPROPERTIES ('projection.b1.type' = 'date', "
             "'projection.b1.format' = 'yyyy', 'projection.b1.range' = '2020,NOW')")
    assert "interval is required" in lake.run("SELECT * FROM t").reason
    # Without projection the catalog says what there is.
    lake.ask("ALTER TABLE t SET TBLPROPERTIES ('projection.enabled' = 'false')")
    assert lake.ask("SELECT * FROM t").rows() == []


@behaviour("ATH-42")
def test_more_than_a_million_partitions_are_refused(lake):
    create(
        lake, "n bigint, m bigint",
        projection__n__type="integer", projection__n__range="0,9223372036854775807",
        projection__m__type="integer", projection__m__range="0,99999",
    )
    lake.put("t/n=123456789012/m=7/a.csv", "5\n")
    query = lake.run("SELECT * FROM t WHERE n < 1000")
    assert query.state == "FAILED" and query.reason.startswith("CONSTRAINT_VIOLATION")
    asked = "SELECT a FROM t WHERE n BETWEEN 123456789011 AND 123456789013 AND m IN (7, 8)"
    assert lake.ask(asked).rows() == [(5,)]
