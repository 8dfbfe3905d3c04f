"""Crawlers that crawl: files in S3 become tables and partitions, by layout, format and policy."""

import gzip
import io
import json

import pyarrow
import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from pyarrow import parquet

ROLE = "arn:aws:iam::000000000000:role/service-role/crawler"
DATABASE = "lake"
PEOPLE = "id,name,born\n1,ada,1815-12-10\n2,björn,1980-01-02\n"
PLACES = "code,lat,lon,height\nJFK,40.6,-73.8,13\nLGA,40.8,-73.9,22\n"


def columns(table):
    return [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]]


def keys(table):
    return [(key["Name"], key["Type"]) for key in table["PartitionKeys"]]


@behaviour("GLUE-15", "GLUE-16")
def test_a_lake_of_gzip_csv_in_hive_folders_and_plain_tables_beside_it(lake, account):
    header = "day,dep_time,dep_delay,carrier,dest,time_hour"
    for month in range(1, 13):
        rows = [f"{d},{500 + d},{'NA' if d == 3 else d},UA,IAH,2013-{month:02}-01 05:00:00" for d in range(1, 28)]
        body = gzip.compress("\n".join([header, *rows]).encode() + b"\n")
        lake.put(f"raw/flights/year=2013/month={month:02}/flights.csv.gz", body)
    lake.put("raw/people/people.csv", PEOPLE)
    lake.put("raw/places/places.csv", PLACES)
    last = lake.crawl("raw/", TablePrefix="raw_")
    assert last["LogGroup"] == "/aws-glue/crawlers"
    assert last["LogStream"] == "c"
    assert last["MessagePrefix"] and last["StartTime"]

    assert sorted(lake.tables()) == ["raw_flights", "raw_people", "raw_places"]
    flights = lake.table("raw_flights")
    assert keys(flights) == [("year", "string"), ("month", "string")]
    assert columns(flights) == [
        ("day", "bigint"), ("dep_time", "bigint"), ("dep_delay", "bigint"),
        ("carrier", "string"), ("dest", "string"), ("time_hour", "timestamp"),
    ]
    storage = flights["StorageDescriptor"]
    assert storage["Location"] == lake.url("raw/flights/")
    assert storage["InputFormat"] == "org.apache.hadoop.mapred.TextInputFormat"
    assert storage["Compressed"] is True
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ","},
    }
    assert flights["TableType"] == "EXTERNAL_TABLE"
    assert flights["CreatedBy"] == f"arn:aws:sts::{account}:assumed-role/crawler/AWS-Crawler"
    parameters = flights["Parameters"]
    assert parameters.items() >= {
        "classification": "csv", "compressionType": "gzip", "typeOfData": "file",
        "delimiter": ",", "skip.header.line.count": "1", "areColumnsQuoted": "false",
        "columnsOrdered": "true", "objectCount": "12", "recordCount": str(12 * 27),
        "UPDATED_BY_CRAWLER": "c", "CrawlerSchemaSerializerVersion": "1.0",
        "CrawlerSchemaDeserializerVersion": "1.0",
    }.items()

    partitions = lake.partitions("raw_flights")
    assert sorted(partitions) == [("2013", f"{month:02}") for month in range(1, 13)]
    march = partitions["2013", "03"]
    assert march["StorageDescriptor"]["Location"] == lake.url("raw/flights/year=2013/month=03/")
    assert columns(march) == columns(flights)
    assert march["Parameters"]["recordCount"] == "27"
    spring = lake.glue.get_partitions(
        DatabaseName=DATABASE, TableName="raw_flights", Expression="month BETWEEN '03' AND '05'"
    )
    assert len(spring["Partitions"]) == 3

    assert columns(lake.table("raw_people")) == [
        ("id", "bigint"), ("name", "string"), ("born", "date")
    ]
    assert columns(lake.table("raw_places"))[1] == ("lat", "double")
    metrics = lake.glue.get_crawler_metrics(CrawlerNameList=["c"])["CrawlerMetricsList"][0]
    assert metrics["TablesCreated"] == 3
    assert metrics["TablesUpdated"] == metrics["TablesDeleted"] == 0
    assert metrics["LastRuntimeSeconds"] > 0
    assert lake.summary() == {
        "TABLE": {"ADD": {"Count": 3}}, "PARTITION": {"ADD": {"Count": 12}}
    }


@behaviour("GLUE-15")
def test_formats_have_their_serdes(lake):
    lines = [{"id": 1, "tags": ["a"], "who": {"name": "ada", "age": 3}}, {"id": 2, "score": 1.5}]
    lake.put("json/a.json", "\n".join(map(json.dumps, lines)) + "\n")
    lake.put("tsv/a.tsv", PEOPLE.replace(",", "\t"))
    lake.put("quoted/a.csv", 'id,remark\n1,"a, b"\n2,"c ""d"""\n')
    table = pyarrow.table({"Id": pyarrow.array([1, 2], pyarrow.int32()), "name": ["a", "b"]})
    body = io.BytesIO()
    parquet.write_table(table, body)
    lake.put("parquet/a.parquet", body.getvalue())
    lake.crawl("json/", "tsv/", "quoted/", "parquet/")

    def read(name):
        table = lake.table(name)
        serde = table["StorageDescriptor"]["SerdeInfo"]
        library = serde["SerializationLibrary"].rsplit(".", 1)[1]
        return table["Parameters"]["classification"], library, serde["Parameters"], columns(table)

    assert read("json") == (
        "json", "JsonSerDe", {"paths": "id,tags,who,score"},
        [("id", "int"), ("tags", "array<string>"), ("who", "struct<name:string,age:int>"), ("score", "double")],
    )
    assert read("tsv")[:3] == ("csv", "LazySimpleSerDe", {"field.delim": "\t"})
    assert read("quoted") == (
        "csv", "OpenCSVSerde", {"quoteChar": '"', "separatorChar": ","},
        [("id", "bigint"), ("remark", "string")],
    )
    assert read("parquet") == (
        "parquet", "ParquetHiveSerDe", {"serialization.format": "1"},
        [("id", "int"), ("name", "string")],
    )
    storage = lake.table("parquet")["StorageDescriptor"]
    assert storage["InputFormat"].endswith("MapredParquetInputFormat")
    assert lake.table("parquet")["Parameters"]["recordCount"] == "2"


@behaviour("GLUE-16")
def test_plain_folders_are_partitions_by_place(lake):
    for path in ("2024/01", "2024/02", "2025/01"):
        lake.put(f"sales/{path}/a.csv", PEOPLE)
    for device in ("device-a", "device-b"):
        lake.put(f"telemetry/{device}/a.csv", PLACES)
    lake.crawl("sales", "telemetry/")
    assert keys(lake.table("sales")) == [("partition_0", "string"), ("partition_1", "string")]
    assert sorted(lake.partitions("sales")) == [("2024", "01"), ("2024", "02"), ("2025", "01")]
    assert keys(lake.table("telemetry")) == [("partition_0", "string")]
    found = lake.glue.get_partitions(
        DatabaseName=DATABASE, TableName="telemetry", Expression="partition_0 = 'device-b'"
    )["Partitions"]
    assert found[0]["StorageDescriptor"]["Location"] == lake.url("telemetry/device-b/")


@behaviour("GLUE-16")
def test_a_column_named_like_a_key_leaves_the_key_its_name(lake):
    for month in ("1", "2"):
        lake.put(f"t/year=2013/month={month}/a.csv", "year,month,day\n2013,1,1\n2013,1,2\n")
    lake.crawl("t/")
    table = lake.table("t")
    assert keys(table) == [("year", "string"), ("month", "string")]
    assert columns(table) == [("year_col", "bigint"), ("month_col", "bigint"), ("day", "bigint")]


@behaviour("GLUE-17")
def test_different_schemas_are_different_tables_unless_grouped(lake):
    lake.put("d/p=1/a.csv", PEOPLE)
    lake.put("d/p=2/a.csv", PLACES)
    lake.put("files/a.csv", PEOPLE)
    lake.put("files/b.csv", PLACES)
    lake.crawl("d/", "files/")
    assert sorted(lake.tables()) == ["a_csv", "b_csv", "p_1", "p_2"]
    assert lake.table("a_csv")["StorageDescriptor"]["Location"] == lake.url("files/a.csv")

    combine = {"Version": 1.0, "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}}
    lake.glue.delete_database(Name=DATABASE)
    lake.crawl("d/", name="combining", Configuration=json.dumps(combine))
    assert sorted(lake.tables()) == ["d"]
    assert keys(lake.table("d")) == [("p", "string")]
    assert {name for name, _ in columns(lake.table("d"))} == {
        "id", "name", "born", "code", "lat", "lon", "height"
    }


@behaviour("GLUE-17")
def test_a_table_level_says_which_folders_are_tables(lake):
    for path in ("table1/p1", "table1/p2", "table2/p3", "table2/p4"):
        lake.put(f"folder1/{path}/file.csv", PEOPLE)
    lake.crawl("folder1/")
    assert sorted(lake.tables()) == ["folder1"]
    assert sorted(lake.partitions("folder1"))[0] == ("table1", "p1")

    lake.glue.delete_database(Name=DATABASE)
    level = {"Version": 1.0, "Grouping": {"TableLevelConfiguration": 3}}
    lake.crawl("folder1/", name="level", Configuration=json.dumps(level))
    assert sorted(lake.tables()) == ["table1", "table2"]
    assert sorted(lake.partitions("table2")) == [("p3",), ("p4",)]


@behaviour("GLUE-18")
def test_a_second_run_adds_what_is_new_and_changes_nothing_else(lake):
    lake.put("t/dt=2024-01-01/a.csv", PEOPLE)
    lake.put("t/dt=2024-01-02/a.csv", PEOPLE)
    lake.crawl("t/")
    before = lake.table("t"), lake.partitions("t")
    lake.run()
    assert (lake.table("t"), lake.partitions("t")) == before
    assert lake.summary() == {}

    lake.put("t/dt=2024-01-03/a.csv", PEOPLE)
    lake.run()
    after = lake.partitions("t")
    assert len(after) == 3
    old = ("2024-01-01",)
    assert after[old]["CreationTime"] == before[1][old]["CreationTime"]
    assert lake.summary()["PARTITION"] == {"ADD": {"Count": 1}}
    assert lake.table("t")["VersionId"] == "0" or len(versions(lake, "t")) == 1


def versions(lake, table):
    return lake.glue.get_table_versions(DatabaseName=DATABASE, TableName=table)["TableVersions"]


@behaviour("GLUE-18")
@pytest.mark.parametrize("policy", ["UPDATE_IN_DATABASE", "LOG"])
def test_a_new_column_is_added_or_only_logged(lake, policy):
    lake.put("t/dt=1/a.csv", PEOPLE)
    lake.crawl("t/", SchemaChangePolicy={"UpdateBehavior": policy, "DeleteBehavior": "LOG"})
    old = columns(lake.table("t"))
    lake.put("t/dt=2/a.csv", "id,name,born,place\n3,c,1990-01-01,Oslo\n4,d,1990-01-01,Rome\n")
    lake.run()
    assert sorted(lake.partitions("t")) == [("1",), ("2",)]
    if policy == "LOG":
        assert columns(lake.table("t")) == old
        return
    assert columns(lake.table("t")) == [*old, ("place", "string")]
    assert len(versions(lake, "t")) == 2
    assert lake.summary()["TABLE"] == {"UPDATE": {"Count": 1}}
    assert columns(lake.partitions("t")["1",]) == old


@behaviour("GLUE-18")
def test_partitions_follow_their_table_and_its_columns_stay_if_told_so(lake):
    lake.put("t/dt=1/a.csv", PEOPLE)
    output = {
        "Partitions": {"AddOrUpdateBehavior": "InheritFromTable"},
        "Tables": {"AddOrUpdateBehavior": "MergeNewColumns"},
    }
    lake.crawl("t/", Configuration=json.dumps({"Version": 1.0, "CrawlerOutput": output}))
    table = lake.glue.get_table(DatabaseName=DATABASE, Name="t")["Table"]
    storage = table["StorageDescriptor"]
    storage["Columns"][0].update(Type="string", Comment="kept")
    lake.glue.update_table(
        DatabaseName=DATABASE,
        TableInput={
            "Name": "t", "StorageDescriptor": storage, "PartitionKeys": table["PartitionKeys"],
            "Parameters": table["Parameters"], "TableType": "EXTERNAL_TABLE",
            "Description": "by hand",
        },
    )
    lake.put("t/dt=2/a.csv", "id,name,born,place\n3,c,1990-01-01,Oslo\n4,d,1990-01-01,Rome\n")
    lake.run()
    table = lake.table("t")
    want = [("id", "string"), ("name", "string"), ("born", "date"), ("place", "string")]
    assert columns(table) == want
    assert table["StorageDescriptor"]["Columns"][0]["Comment"] == "kept"
    assert table["Description"] == "by hand"
    assert [columns(p) for p in lake.partitions("t").values()] == [want, want]


@behaviour("GLUE-18")
@pytest.mark.parametrize("policy", ["DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE", "LOG"])
def test_what_is_gone_is_removed_marked_or_left_by_policy(lake, policy):
    lake.put("raw/t/dt=1/a.csv", PEOPLE)
    lake.put("raw/t/dt=2/a.csv", PEOPLE)
    lake.put("raw/places/a.csv", PLACES)
    lake.glue.create_database(DatabaseInput={"Name": DATABASE})
    by_hand = {"Name": "mine", "StorageDescriptor": {"Location": lake.url("raw/mine/")}}
    lake.glue.create_table(DatabaseName=DATABASE, TableInput=by_hand)
    change = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": policy}
    lake.crawl("raw/", SchemaChangePolicy=change)
    lake.delete("raw/t/dt=2/a.csv", "raw/places/a.csv")
    lake.run()

    tables, partitions = lake.tables(), lake.partitions("t")
    assert "mine" in tables, "a crawler removes only what it made"
    if policy == "DELETE_FROM_DATABASE":
        assert sorted(tables) == ["mine", "t"]
        assert sorted(partitions) == [("1",)]
        metrics = lake.glue.get_crawler_metrics()["CrawlerMetricsList"][0]
        assert metrics["TablesDeleted"] == 1
        return
    assert sorted(tables) == ["mine", "places", "t"]
    assert sorted(partitions) == [("1",), ("2",)]
    marked = policy == "DEPRECATE_IN_DATABASE"
    assert ("DEPRECATED_BY_CRAWLER" in tables["places"]["Parameters"]) == marked
    assert ("DEPRECATED_BY_CRAWLER" in partitions["2",]["Parameters"]) == marked
    assert "DEPRECATED_BY_CRAWLER" not in tables["t"]["Parameters"]
    lake.put("raw/places/a.csv", PLACES)
    lake.run()
    assert "DEPRECATED_BY_CRAWLER" not in lake.table("places")["Parameters"]


@behaviour("GLUE-19")
def test_new_folders_only(lake):
    lake.put("t/dt=1/a.csv", PEOPLE)
    with pytest.raises(lake.glue.exceptions.InvalidInputException) as raised:
        lake.crawler("t/", RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"})
    assert "can have only LOG DeleteBehavior value" in error(raised).message
    lake.crawl(
        "t/",
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
        SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
    )
    old = lake.partitions("t")
    lake.put("t/dt=1/b.csv", PEOPLE)
    lake.put("t/dt=2/a.csv", PEOPLE)
    lake.run()
    new = lake.partitions("t")
    assert sorted(new) == [("1",), ("2",)]
    assert new["1",] == old["1",]
    with pytest.raises(lake.glue.exceptions.InvalidInputException):
        lake.crawler("t/", name="events", RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVENT_MODE"})


@behaviour("GLUE-15")
def test_exclusions_and_samples(lake):
    lake.put("t/a.csv", PEOPLE)
    lake.put("t/b.csv", PEOPLE)
    lake.put("t/c.csv", PEOPLE)
    lake.put("t/skip.json", '{"a": 1}\n')
    lake.put("t/tmp/x/y.csv", PLACES)
    lake.put("t/_SUCCESS", "")
    lake.put("t/_temporary/part.csv", PLACES)
    lake.put("t_other/a.csv", PLACES)
    lake.crawl({"Path": "t", "Exclusions": ["*.json", "tmp/**"], "SampleSize": 1})
    assert sorted(lake.tables()) == ["t"]
    parameters = lake.table("t")["Parameters"]
    assert parameters["objectCount"] == "3"
    assert parameters["recordCount"] == "6"


@behaviour("GLUE-15")
def test_a_file_that_cannot_be_read_is_reported_and_the_run_goes_on(lake):
    lake.put("t/dt=1/a.csv.gz", gzip.compress(PEOPLE.encode()))
    lake.put("t/dt=2/a.csv.gz", b"\x1f\x8b\x08\x00" + b"\xff" * 200)
    lake.put("t/dt=3/a.parquet", b"PAR1 this is no footer PAR1")
    lake.crawl("t/")
    assert sorted(lake.partitions("t")) == [("1",)]
    told = lake.summary()["FILE"]["ERROR"]
    assert len(told) == 2
    assert lake.url("t/dt=2/a.csv.gz") in told[0] and "corrupt near byte" in told[0]
    assert lake.url("t/dt=3/a.parquet") in told[1]


@behaviour("GLUE-18", "GLUE-15")
def test_files_that_cannot_be_read_are_not_taken_for_gone(lake):
    body, damaged = gzip.compress(PEOPLE.encode()), b"\x1f\x8b\x08\x00" + b"\xff" * 200
    for key in ("t/dt=1", "t/dt=2", "people", "mixed/a=1"):
        lake.put(f"raw/{key}/a.csv.gz", body)
    change = {
        "UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DELETE_FROM_DATABASE"
    }
    lake.crawl("raw/", SchemaChangePolicy=change)
    before = lake.tables(), lake.partitions("t"), lake.partitions("mixed")
    lake.put("raw/t/dt=2/a.csv.gz", damaged)
    lake.put("raw/people/a.csv.gz", damaged)
    # What is left of this table has other keys.
    lake.put("raw/mixed/a=1/a.csv.gz", damaged)
    lake.put("raw/mixed/b=1/c=1/a.csv.gz", body)
    lake.run()
    assert sorted(lake.tables()) == sorted(before[0])
    assert keys(lake.table("mixed")) == [("a", "string")]
    assert lake.partitions("t").keys() == before[1].keys()
    assert lake.partitions("mixed") == before[2]

    lake.delete("raw/t/dt=2/a.csv.gz", "raw/people/a.csv.gz")
    lake.run()
    assert "people" not in lake.tables()
    assert sorted(lake.partitions("t")) == [("1",)]


@behaviour("GLUE-19")
def test_a_new_folder_that_could_not_be_read_is_new_to_the_next_run(lake):
    lake.put("t/dt=1/a.csv.gz", gzip.compress(PEOPLE.encode()))
    lake.put("t/dt=2/a.csv.gz", b"\x1f\x8b\x08\x00" + b"\xff" * 200)
    lake.crawl(
        "t/",
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
        SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
    )
    assert sorted(lake.partitions("t")) == [("1",)]
    lake.put("t/dt=2/a.csv.gz", gzip.compress(PEOPLE.encode()))
    lake.run()
    assert sorted(lake.partitions("t")) == [("1",), ("2",)]


@behaviour("GLUE-16", "GLUE-17")
def test_folders_of_one_layout_are_one_table_though_each_holds_a_single_folder(lake):
    lake.put("logs/web/errors/a.csv", PEOPLE)
    lake.put("logs/app/errors/a.csv", PEOPLE)
    lake.crawl("logs/")
    assert sorted(lake.tables()) == ["logs"]
    assert sorted(lake.partitions("logs")) == [("app", "errors"), ("web", "errors")]

    lake.glue.delete_database(Name=DATABASE)
    lake.delete("logs/app/errors/a.csv")
    level = {"Version": 1.0, "Grouping": {"TableLevelConfiguration": 2}}
    lake.crawl("", name="level", Configuration=json.dumps(level))
    assert sorted(lake.tables()) == ["logs"]
    assert sorted(lake.partitions("logs")) == [("web", "errors")]


@behaviour("GLUE-19", "GLUE-16")
def test_a_new_folder_far_below_a_table_is_its_partition(lake):
    for city in ("eu/berlin", "us/boston"):
        lake.put(f"raw/sales/{city}/a.csv", PEOPLE)
    lake.crawl(
        "raw/",
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
        SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
    )
    assert sorted(lake.tables()) == ["sales"]
    lake.put("raw/sales/eu/hamburg/a.csv", PEOPLE)
    lake.run()
    assert sorted(lake.tables()) == ["sales"]
    assert sorted(lake.partitions("sales")) == [
        ("eu", "berlin"), ("eu", "hamburg"), ("us", "boston")
    ]


@behaviour("GLUE-15")
def test_odd_folders_leave_other_tables_alone(lake):
    body = io.BytesIO()
    parquet.write_table(pyarrow.table([[1, 2], [3, 4]], names=["id", "ID"]), body)
    lake.put("raw/case/a.parquet", body.getvalue())
    lake.put("raw/twice/a=1/a=2/f.csv", PEOPLE)
    lake.put("raw/places/a.csv", PLACES)
    lake.crawl("raw/")
    assert sorted(lake.tables()) == ["case", "places", "twice"]
    assert columns(lake.table("case")) == [("id", "bigint")]
    assert keys(lake.table("twice")) == [("a", "string"), ("a_1", "string")]


@behaviour("GLUE-18")
def test_a_key_keeps_the_type_it_was_given(lake):
    lake.put("t/dt=1/a.csv", PEOPLE)
    lake.crawl("t/")
    table = lake.table("t")
    lake.glue.update_table(
        DatabaseName=DATABASE,
        TableInput={
            "Name": "t", "StorageDescriptor": table["StorageDescriptor"],
            "PartitionKeys": [{"Name": "dt", "Type": "int"}],
            "Parameters": table["Parameters"], "TableType": "EXTERNAL_TABLE",
        },
    )
    before = lake.partitions("t")
    lake.put("t/dt=2/a.csv", PEOPLE)
    lake.run()
    assert keys(lake.table("t")) == [("dt", "int")]
    after = lake.partitions("t")
    assert sorted(after) == [("1",), ("2",)]
    assert after["1",]["CreationTime"] == before["1",]["CreationTime"]
    assert "TABLE" not in lake.summary()


@behaviour("GLUE-15")
def test_a_column_of_nulls_has_the_type_of_other_files(lake):
    lake.put("t/m=1/a.json", '{"a": 1, "b": null, "c": [], "d": null}\n')
    lake.put("t/m=2/a.json", '{"a": 2, "b": 5, "c": [1.5], "d": null}\n')
    lake.crawl("t/")
    assert columns(lake.table("t")) == [
        ("a", "int"), ("b", "int"), ("c", "array<double>"), ("d", "string")
    ]


@behaviour("GLUE-15")
def test_a_crawler_does_not_see_buckets_of_other_accounts(lake, aws, lake_of):
    lake.put("t/a.csv", PEOPLE)
    other = aws.elsewhere(account=str(int(aws.account) + 500_000_000))
    thief = lake_of(other.client("glue"), other.client("s3"), lake.bucket)
    last = thief.run(thief.crawler("t/"), status="FAILED")
    assert "AccessDenied" in last["ErrorMessage"]
    with pytest.raises(ClientError):
        thief.tables()


TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}


@behaviour("GLUE-12", "GLUE-15")
def test_a_crawler_may_what_its_role_may(root, lake_of):
    iam, s3, bucket = root.client("iam"), root.client("s3"), "crawled-by-a-role"
    s3.create_bucket(Bucket=bucket)
    lake = lake_of(root.client("glue"), s3, bucket)
    lake.put("t/a.csv", PEOPLE)
    name = lake.crawler("t/")
    unable = "Service is unable to assume role"
    assert unable in lake.run(status="FAILED")["ErrorMessage"], "there is no such role"

    stranger = json.loads(json.dumps(TRUST).replace("glue.", "ec2."))
    role = {"RoleName": "crawler", "Path": "/service-role/"}
    iam.create_role(**role, AssumeRolePolicyDocument=json.dumps(stranger))
    assert unable in lake.run(status="FAILED")["ErrorMessage"], "it does not trust the service"

    iam.update_assume_role_policy(RoleName="crawler", PolicyDocument=json.dumps(TRUST))
    last = lake.run(status="FAILED")["ErrorMessage"]
    assert "AccessDenied" in last and "s3:ListBucket" in last
    assert "assumed-role/crawler/AWS-Crawler" in last

    def allow(*actions):
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_role_policy(RoleName="crawler", PolicyName="own", PolicyDocument=document)

    allow("s3:*", "glue:GetDatabase", "glue:CreateDatabase")
    assert "glue:CreateTable" in lake.run(status="FAILED")["ErrorMessage"]
    allow("s3:ListBucket", "glue:*")
    lake.run()
    told = lake.summary(name)["FILE"]["ERROR"]
    assert lake.url("t/a.csv") in told[0] and "s3:GetObject" in told[0]
    assert lake.tables() == {}
    allow("s3:*", "glue:*")
    lake.run()
    assert sorted(lake.tables()) == ["t"]


@behaviour("GLUE-15")
def test_tables_of_one_name_are_told_apart(lake):
    lake.put("x/data/a.csv", PEOPLE)
    lake.put("y/data/a.csv", PLACES)
    lake.crawl("x/data/", "y/data/")
    first, second = sorted(lake.tables())
    assert first == "data"
    assert second.startswith("data_") and len(second) == len("data_") + 32
    lake.run()
    assert sorted(lake.tables()) == [first, second]


@behaviour("GLUE-15")
def test_a_target_may_be_one_object_and_targets_may_overlap(lake):
    lake.put("raw/people.csv", PEOPLE)
    lake.put("raw/other.csv", PLACES)
    lake.put("t/dt=1/a.csv", PEOPLE)
    lake.crawl("raw/people.csv", "t/", "t")
    assert sorted(lake.tables()) == ["people_csv", "t"]
    assert lake.table("people_csv")["StorageDescriptor"]["Location"] == lake.url("raw/people.csv")
    lake.run()
    assert sorted(lake.tables()) == ["people_csv", "t"]


@behaviour("GLUE-12", "IAM-8")
def test_giving_a_crawler_a_role_must_be_allowed(user):
    targets = {"S3Targets": [{"Path": "s3://b/t/"}]}
    crawler = {"Name": "c", "Role": "crawl", "DatabaseName": "d", "Targets": targets}
    ann = user("ann", {"Effect": "Allow", "Action": "glue:*", "Resource": "*"}).client("glue")
    with pytest.raises(ClientError) as raised:
        ann.create_crawler(**crawler)
    code, _, message = error(raised)
    assert code == "AccessDeniedException"
    assert "iam:PassRole" in message and ":role/crawl" in message
    both = {"Effect": "Allow", "Action": ["glue:*", "iam:PassRole"], "Resource": "*"}
    user("bob", both).client("glue").create_crawler(**crawler)


@behaviour("GLUE-15")
def test_a_bucket_that_is_not_there_fails_the_run(lake):
    name = lake.crawler("t/")
    lake.glue.update_crawler(
        Name=name, Targets={"S3Targets": [{"Path": "s3://no-such-bucket-here/t/"}]}
    )
    last = lake.run(status="FAILED")
    assert "NoSuchBucket" in last["ErrorMessage"]
    crawl = lake.glue.list_crawls(CrawlerName=name)["Crawls"][0]
    assert crawl["State"] == "FAILED" and crawl["ErrorMessage"] == last["ErrorMessage"]


@behaviour("GLUE-21")
def test_one_run_at_a_time_and_stop_ends_it(lake):
    # Small to send and long to read.
    slow = gzip.compress(PEOPLE.encode() + b"7,somebody with a long name,1900-01-01\n" * 100_000)
    for n in range(150):
        lake.put(f"t/a{n}.csv.gz", slow)
    name = lake.crawler("t/")
    glue = lake.glue
    with pytest.raises(glue.exceptions.CrawlerNotRunningException):
        glue.stop_crawler(Name=name)
    glue.start_crawler(Name=name)
    with pytest.raises(glue.exceptions.CrawlerRunningException) as raised:
        glue.start_crawler(Name=name)
    assert error(raised).message == "Crawler with name c has already started"
    for call in (
        lambda: glue.update_crawler(Name=name, Description="x"),
        lambda: glue.delete_crawler(Name=name),
    ):
        with pytest.raises(glue.exceptions.CrawlerRunningException):
            call()
    glue.stop_crawler(Name=name)
    # It may have come to its end between the two calls.
    ended = (glue.exceptions.CrawlerStoppingException, glue.exceptions.CrawlerNotRunningException)
    with pytest.raises(ended):
        glue.stop_crawler(Name=name)
    lake.wait(status="CANCELLED")
    assert glue.list_crawls(CrawlerName=name)["Crawls"][0]["State"] == "STOPPED"
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        lake.tables()
    glue.update_crawler(
        Name=name, Targets={"S3Targets": [{"Path": lake.url("t/"), "SampleSize": 2}]}
    )
    lake.run()
    assert sorted(lake.tables()) == ["t"]
    crawls = glue.list_crawls(CrawlerName=name)["Crawls"]
    assert [crawl["State"] for crawl in crawls] == ["COMPLETED", "STOPPED"]
    state = [{"FieldName": "STATE", "FilterOperator": "EQ", "FieldValue": "STOPPED"}]
    assert len(glue.list_crawls(CrawlerName=name, Filters=state)["Crawls"]) == 1


@pytest.mark.clock
@behaviour("GLUE-21")
def test_a_schedule_starts_runs_when_they_are_due(lake, clock):
    lake.put("t/a.csv", PEOPLE)
    glue = lake.glue
    clock.set("2030-01-01T00:00:00Z")
    name = lake.crawler("t/", Schedule="cron(0 12 * * ? *)")
    schedule = glue.get_crawler(Name=name)["Crawler"]["Schedule"]
    assert schedule == {"ScheduleExpression": "cron(0 12 * * ? *)", "State": "SCHEDULED"}
    clock.advance(hours=11)
    assert glue.list_crawls(CrawlerName=name)["Crawls"] == []
    clock.advance(days=3)
    starts = [crawl["StartTime"] for crawl in glue.list_crawls(CrawlerName=name)["Crawls"]]
    assert [(at.day, at.hour) for at in starts] == [(3, 12), (2, 12), (1, 12)]
    assert sorted(lake.tables()) == ["t"]

    with pytest.raises(glue.exceptions.SchedulerRunningException):
        glue.start_crawler_schedule(CrawlerName=name)
    glue.stop_crawler_schedule(CrawlerName=name)
    with pytest.raises(glue.exceptions.SchedulerNotRunningException):
        glue.stop_crawler_schedule(CrawlerName=name)
    clock.advance(days=3)
    assert len(glue.list_crawls(CrawlerName=name)["Crawls"]) == 3
    glue.update_crawler_schedule(CrawlerName=name, Schedule="cron(0 0 1 * ? *)")
    clock.advance(days=31)
    assert len(glue.list_crawls(CrawlerName=name)["Crawls"]) == 4
    for bad in ("cron(0 12 * * * *)", "rate(5 minutes)", "noon"):
        with pytest.raises(glue.exceptions.InvalidInputException):
            glue.update_crawler(Name=name, Schedule=bad)


@behaviour("GLUE-21")
def test_a_crawler_is_as_it_was_defined(lake, account):
    glue = lake.glue
    name = lake.crawler("t/", Description="d", TablePrefix="p_", Tags={"team": "data"})
    crawler = glue.get_crawler(Name=name)["Crawler"]
    assert crawler["Role"] == "service-role/crawler"
    assert crawler["Targets"]["S3Targets"] == [{"Path": lake.url("t/")}]
    assert crawler["Targets"]["JdbcTargets"] == []
    assert crawler["State"] == "READY"
    assert crawler["Version"] == 1
    assert crawler["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVERYTHING"}
    assert crawler["SchemaChangePolicy"] == {
        "UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"
    }
    assert "LastCrawl" not in crawler
    glue.update_crawler(Name=name, Description="e")
    crawler = glue.get_crawler(Name=name)["Crawler"]
    assert (crawler["Description"], crawler["TablePrefix"], crawler["Version"]) == ("e", "p_", 2)

    lake.crawler("u/", name="other")
    arn = f"arn:aws:glue:us-east-1:{account}:crawler/{name}"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "data"}
    assert glue.list_crawlers(Tags={"team": "data"})["CrawlerNames"] == [name]
    assert glue.list_crawlers()["CrawlerNames"] == [name, "other"]
    got = glue.batch_get_crawlers(CrawlerNames=["other", "none"])
    assert [c["Name"] for c in got["Crawlers"]] == ["other"]
    assert got["CrawlersNotFound"] == ["none"]
    pages = glue.get_paginator("get_crawlers").paginate(PaginationConfig={"PageSize": 1})
    assert [[c["Name"] for c in page["Crawlers"]] for page in pages] == [[name], ["other"]]

    with pytest.raises(glue.exceptions.AlreadyExistsException):
        lake.crawler("t/")
    glue.delete_crawler(Name=name)
    with pytest.raises(glue.exceptions.EntityNotFoundException) as raised:
        glue.start_crawler(Name=name)
    assert error(raised).message == "Crawler entry with name c does not exist"


@behaviour("GLUE-22")
def test_targets_that_are_not_there_are_refused_by_name(lake):
    for targets in (
        {"JdbcTargets": [{"ConnectionName": "x", "Path": "db/%"}]},
        {"DynamoDBTargets": [{"Path": "t"}]},
        {"MongoDBTargets": [{"ConnectionName": "x", "Path": "d/c"}]},
        {"DeltaTargets": [{"DeltaTables": ["s3://b/t"], "WriteManifest": True}]},
    ):
        with pytest.raises(ClientError) as raised:
            lake.glue.create_crawler(
                Name="c", Role=ROLE, DatabaseName=DATABASE, Targets=targets
            )
        code, status, message = error(raised)
        assert (code, status) == ("NotImplemented", 501)
        assert next(iter(targets)).removesuffix("s") in message


@behaviour("GLUE-23")
def test_a_run_reports_the_units_it_used(lake):
    lake.put("t/a.csv", PEOPLE)
    lake.crawl("t/")
    crawl = lake.glue.list_crawls(CrawlerName="c")["Crawls"][0]
    metrics = lake.glue.get_crawler_metrics(CrawlerNameList=["c"])["CrawlerMetricsList"][0]
    assert crawl["DPUHour"] == pytest.approx(metrics["LastRuntimeSeconds"] * 2 / 3600)


@behaviour("GLUE-21")
def test_a_run_survives_the_end_of_the_server(durable_server, durable, lake_of):
    aws = durable()
    s3, bucket = aws.client("s3"), "crawled-through-a-crash"
    s3.create_bucket(Bucket=bucket)
    lake = lake_of(aws.client("glue"), s3, bucket)
    for n in range(200):
        lake.put(f"t/dt={n:03}/a.csv", PEOPLE)
    lake.crawler("t/")
    lake.glue.start_crawler(Name="c")
    run = lake.glue.list_crawls(CrawlerName="c")["Crawls"][0]["CrawlId"]
    durable_server.kill()
    durable_server.start()
    aws = durable()
    lake = lake_of(aws.client("glue"), aws.client("s3"), bucket)
    assert lake.wait()["MessagePrefix"] == run
    assert len(lake.partitions("t")) == 200
