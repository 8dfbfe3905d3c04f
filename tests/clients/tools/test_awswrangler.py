"""awswrangler (AWS SDK for pandas): data frames to the lake and back, by the endpoint alone."""

import datetime

import awswrangler
import pandas
import pytest
from harness import behaviour


@pytest.fixture
def sales():
    return pandas.DataFrame(
        {
            "id": [1, 2, 3, 4],
            "amount": [1.5, 2.25, -3.0, None],
            "who": ["ada", "björn", None, "dinh, \"quoted\""],
            "day": [datetime.date(2026, 1, day) for day in (1, 2, 3, 4)],
            "region": ["eu", "eu", "us", "us"],
        }
    )


@pytest.fixture
def lake(aws, bucket):
    """A database for the tables; its bucket also takes the results."""
    aws.client("glue").create_database(DatabaseInput={"Name": "shop"})
    return f"s3://{bucket}"


@behaviour("PLAT-1")
@pytest.mark.parametrize("ctas", [False, True])
def test_a_partitioned_data_set_comes_back_as_it_went(session, lake, sales, ctas):
    awswrangler.s3.to_parquet(
        df=sales, path=f"{lake}/sales/", dataset=True, database="shop", table="sales",
        partition_cols=["region"], boto3_session=session,
    )
    columns = awswrangler.catalog.get_table_types("shop", "sales", boto3_session=session)
    assert columns == {
        "id": "bigint", "amount": "double", "who": "string", "day": "date", "region": "string",
    }
    back = awswrangler.athena.read_sql_query(
        "SELECT id, amount, who, day, region FROM sales ORDER BY id",
        database="shop", ctas_approach=ctas, s3_output=f"{lake}/results/",
        boto3_session=session,
    )
    back = back.sort_values("id")
    assert back["id"].tolist() == [1, 2, 3, 4]
    assert back["amount"].tolist()[:3] == [1.5, 2.25, -3.0] and pandas.isna(back["amount"].iloc[3])
    assert back["who"].iloc[[0, 1, 3]].tolist() == ["ada", "björn", 'dinh, "quoted"']
    assert pandas.isna(back["who"].iloc[2])
    assert back["day"].tolist() == sales["day"].tolist()
    assert back["region"].tolist() == ["eu", "eu", "us", "us"]


@behaviour("PLAT-1")
def test_one_partition_can_be_replaced(session, lake, sales):
    keep = {
        "path": f"{lake}/sales/", "dataset": True, "database": "shop", "table": "sales",
        "partition_cols": ["region"], "boto3_session": session,
    }
    awswrangler.s3.to_parquet(df=sales, **keep)
    new = sales[sales.region == "us"].assign(amount=100.0)
    awswrangler.s3.to_parquet(df=new, mode="overwrite_partitions", **keep)
    back = awswrangler.athena.read_sql_query(
        "SELECT region, sum(amount) AS total, count(*) AS n FROM sales GROUP BY 1 ORDER BY 1",
        database="shop", ctas_approach=False, s3_output=f"{lake}/results/",
        boto3_session=session,
    )
    assert back.values.tolist() == [["eu", 3.75, 2], ["us", 200.0, 2]]
