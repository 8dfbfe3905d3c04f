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


@behaviour("PLAT-1", "S3-1")
@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_a_frame_is_a_file(session, bucket, sales, form):
    sales = sales.drop(columns="day")
    write = getattr(awswrangler.s3, f"to_{form}")
    read = getattr(awswrangler.s3, f"read_{form}")
    more = {"csv": {"index": False}, "json": {"orient": "records", "lines": True}}.get(form, {})
    path = f"s3://{bucket}/frames/a b/{form}"
    write(df=sales, path=path, boto3_session=session, **more)
    more = {"json": {"orient": "records", "lines": True}}.get(form, {})
    back = read(path, boto3_session=session, **more)
    assert back["id"].tolist() == [1, 2, 3, 4]
    assert back["who"].iloc[1] == "björn" and pandas.isna(back["who"].iloc[2])
    assert awswrangler.s3.list_objects(f"s3://{bucket}/frames/", boto3_session=session) == [path]
    assert awswrangler.s3.size_objects(path, boto3_session=session)[path] > 0
    awswrangler.s3.copy_objects(
        [path], f"s3://{bucket}/frames", f"s3://{bucket}/copies", boto3_session=session
    )
    awswrangler.s3.delete_objects(f"s3://{bucket}/frames/", boto3_session=session)
    assert not awswrangler.s3.does_object_exist(path, boto3_session=session)
    copy = path.replace("/frames/", "/copies/")
    assert awswrangler.s3.does_object_exist(copy, boto3_session=session)
