"""Custom classifiers: defined, and tried by crawlers before the built-in ones."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually


@behaviour("GLUE-20")
def test_a_classifier_is_as_it_was_defined(glue):
    csv = {"Name": "semi", "Delimiter": ";", "QuoteSymbol": "'", "ContainsHeader": "ABSENT"}
    glue.create_classifier(CsvClassifier=csv)
    glue.create_classifier(JsonClassifier={"Name": "rows", "JsonPath": "$.rows[*]"})
    found = glue.get_classifier(Name="semi")["Classifier"]["CsvClassifier"]
    assert found.items() >= csv.items()
    assert found["Version"] == 1
    glue.update_classifier(CsvClassifier={"Name": "semi", "Header": ["a", "b"]})
    found = glue.get_classifier(Name="semi")["Classifier"]["CsvClassifier"]
    assert (found["Delimiter"], found["Header"], found["Version"]) == (";", ["a", "b"], 2)
    pages = glue.get_paginator("get_classifiers").paginate(PaginationConfig={"PageSize": 1})
    assert [list(page["Classifiers"][0]) for page in pages] == [
        ["JsonClassifier"], ["CsvClassifier"]
    ]

    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_classifier(CsvClassifier=csv)
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.create_classifier(JsonClassifier={"Name": "x", "JsonPath": "rows"})
    glue.delete_classifier(Name="semi")
    for call in (glue.delete_classifier, glue.get_classifier):
        with pytest.raises(glue.exceptions.EntityNotFoundException):
            call(Name="semi")


@behaviour("GLUE-20")
def test_kinds_that_are_not_there_are_refused_by_name(glue):
    classifier = {"XMLClassifier": {"Name": "x", "Classification": "xml"}}
    with pytest.raises(ClientError) as raised:
        glue.create_classifier(**classifier)
    code, status, message = error(raised)
    assert (code, status) == ("NotImplemented", 501)
    assert next(iter(classifier)) in message


@behaviour("GLUE-20")
def test_custom_classifiers_go_first(glue, s3, bucket):
    def put(key, body):
        s3.put_object(Bucket=bucket, Key=key, Body=body.encode())

    put("semi/a.txt", "1;'a; b'\n2;'c'\n")
    put("airlines/a.csv", "carrier,name\nAA,American\nUA,United\n")
    put("array/a.json", json.dumps([{"a": 1}, {"a": 2, "b": "x"}]))
    put("inside/a.json", json.dumps({"meta": {"n": 2}, "rows": [{"a": 1}, {"a": 2}]}))
    semi = {"Delimiter": ";", "QuoteSymbol": "'", "ContainsHeader": "ABSENT", "Header": ["n", "t"]}
    glue.create_classifier(CsvClassifier={"Name": "semi", **semi})
    glue.create_classifier(
        CsvClassifier={"Name": "header", "Delimiter": ",", "ContainsHeader": "PRESENT"}
    )
    glue.create_classifier(JsonClassifier={"Name": "array", "JsonPath": "$[*]"})
    glue.create_classifier(JsonClassifier={"Name": "inside", "JsonPath": "$.rows[*]"})

    def crawl(folder, classifier):
        glue.create_crawler(
            Name=folder, Role="r", DatabaseName="d", Classifiers=[classifier],
            Targets={"S3Targets": [{"Path": f"s3://{bucket}/{folder}/"}]},
        )
        glue.start_crawler(Name=folder)
        ready = lambda: glue.get_crawler(Name=folder)["Crawler"]["State"] == "READY"
        eventually(ready)
        table = glue.get_table(DatabaseName="d", Name=folder)["Table"]
        columns = table["StorageDescriptor"]["Columns"]
        return table, [(c["Name"], c["Type"]) for c in columns]

    table, columns = crawl("semi", "semi")
    assert columns == [("n", "bigint"), ("t", "string")]
    serde = table["StorageDescriptor"]["SerdeInfo"]
    assert serde["Parameters"] == {"quoteChar": "'", "separatorChar": ";"}
    assert "skip.header.line.count" not in table["Parameters"]

    # Nothing but the classifier tells this header from a row.
    table, columns = crawl("airlines", "header")
    assert columns == [("carrier", "string"), ("name", "string")]
    assert table["Parameters"]["skip.header.line.count"] == "1"

    table, columns = crawl("array", "array")
    assert columns == [("a", "int"), ("b", "string")]
    assert table["Parameters"]["jsonPath"] == "$[*]"
    table, columns = crawl("inside", "inside")
    assert columns == [("a", "int")]

    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.create_crawler(
            Name="x", Role="r", DatabaseName="d", Classifiers=["none"],
            Targets={"S3Targets": [{"Path": f"s3://{bucket}/"}]},
        )


@behaviour("GLUE-20")
def test_lines_of_a_log_become_named_columns(glue, s3, bucket):
    line = '10.0.0.{n} - ann [10/Oct/2000:13:55:3{n} -0700] "GET /{n} HTTP/1.1" 200 7 | {n}ms ok\n'
    lines = "".join(line.replace("{n}", str(n)) for n in range(3))
    s3.put_object(Bucket=bucket, Key="logs/dt=1/a.log", Body=lines.encode())
    s3.put_object(Bucket=bucket, Key="logs/dt=2/a.log", Body=lines.encode())
    grok = {
        "Name": "web", "Classification": "weblog",
        "GrokPattern": "%{COMMONAPACHELOG} \\| %{MILLIS:took:int}ms %{STATE:State}",
        "CustomPatterns": "MILLIS [0-9]+\nSTATE (ok|failed)",
    }
    glue.create_classifier(GrokClassifier=grok)
    found = glue.get_classifier(Name="web")["Classifier"]["GrokClassifier"]
    assert found.items() >= grok.items()
    assert found["Version"] == 1

    glue.create_crawler(
        Name="c", Role="r", DatabaseName="d", Classifiers=["web"],
        Targets={"S3Targets": [{"Path": f"s3://{bucket}/logs/"}]},
    )
    glue.start_crawler(Name="c")
    eventually(lambda: glue.get_crawler(Name="c")["Crawler"]["State"] == "READY")
    table = glue.get_table(DatabaseName="d", Name="logs")["Table"]
    names = (
        "clientip ident auth timestamp verb request httpversion rawrequest response bytes"
    ).split()
    columns = [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]]
    assert columns == [*((name, "string") for name in names), ("took", "int"), ("state", "string")]
    assert table["Parameters"]["classification"] == "weblog"
    assert table["Parameters"]["recordCount"] == "6"
    assert table["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": "com.amazonaws.glue.serde.GrokSerDe",
        "Parameters": {
            "input.format": grok["GrokPattern"],
            "input.grokCustomPatterns": grok["CustomPatterns"],
        },
    }
    assert [key["Name"] for key in table["PartitionKeys"]] == ["dt"]

    # What the expression does not read is left to the other classifiers.
    glue.update_classifier(GrokClassifier={"Name": "web", "GrokPattern": "%{IP:ip} %{INT:n}"})
    found = glue.get_classifier(Name="web")["Classifier"]["GrokClassifier"]
    assert (found["CustomPatterns"], found["Version"]) == (grok["CustomPatterns"], 2)
    s3.put_object(Bucket=bucket, Key="plain/a.csv", Body=b"id,name\n1,a\n")
    glue.create_crawler(
        Name="plain", Role="r", DatabaseName="d", Classifiers=["web"],
        Targets={"S3Targets": [{"Path": f"s3://{bucket}/plain/"}]},
    )
    glue.start_crawler(Name="plain")
    eventually(lambda: glue.get_crawler(Name="plain")["Crawler"]["State"] == "READY")
    table = glue.get_table(DatabaseName="d", Name="plain")["Table"]
    assert table["Parameters"]["classification"] == "csv"


@behaviour("GLUE-20")
@pytest.mark.parametrize(
    "pattern, why",
    [
        ("%{NOSUCH:x}", "there is no pattern named NOSUCH"),
        ("%{INT:n:date}", "date is not one of"),
        ("(?<!a)%{INT:n}", "not a regular expression"),
        ("%{INT}", "names no column"),
    ],
)
def test_an_expression_that_cannot_be_used_is_refused(glue, pattern, why):
    grok = {"Name": "g", "Classification": "log", "GrokPattern": pattern}
    with pytest.raises(glue.exceptions.InvalidInputException) as raised:
        glue.create_classifier(GrokClassifier=grok)
    assert why in error(raised).message


@behaviour("GLUE-20", "GLUE-15")
def test_elements_of_the_row_tag_are_rows(glue, s3, bucket):
    people = "<people>{}</people>"
    first = '<person id="7"><name>ann</name><tag>1</tag><tag>2</tag></person>'
    second = '<person id="8"><name>bob</name><tag>3</tag><born>1990-01-01</born></person>'
    for day, rows in (("1", first), ("2", first + second)):
        s3.put_object(
            Bucket=bucket, Key=f"people/day={day}/a.xml", Body=people.format(rows).encode()
        )
    s3.put_object(Bucket=bucket, Key="others/a.xml", Body=b"<x><y>1</y></x>")
    xml = {"Name": "people", "Classification": "people-xml", "RowTag": "someone"}
    glue.create_classifier(XMLClassifier=xml)
    glue.update_classifier(XMLClassifier={"Name": "people", "RowTag": "person"})
    found = glue.get_classifier(Name="people")["Classifier"]["XMLClassifier"]
    assert found.items() >= {**xml, "RowTag": "person", "Version": 2}.items()
    glue.create_crawler(
        Name="c", Role="r", DatabaseName="d", Classifiers=["people"],
        Targets={"S3Targets": [{"Path": f"s3://{bucket}/"}]},
    )
    glue.start_crawler(Name="c")
    eventually(lambda: glue.get_crawler(Name="c")["Crawler"]["State"] == "READY")
    tables = glue.get_tables(DatabaseName="d")["TableList"]
    assert [table["Name"] for table in tables] == ["people"]
    storage, parameters = tables[0]["StorageDescriptor"], tables[0]["Parameters"]
    assert [(c["Name"], c["Type"]) for c in storage["Columns"]] == [
        ("_id", "int"), ("name", "string"), ("tag", "array<int>"), ("born", "date")
    ]
    assert storage["SerdeInfo"] == {"Parameters": {"rowTag": "person"}}
    assert (parameters["classification"], parameters["recordCount"]) == ("people-xml", "3")
    assert [key["Name"] for key in tables[0]["PartitionKeys"]] == ["day"]
