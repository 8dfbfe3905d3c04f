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
@pytest.mark.parametrize(
    "classifier",
    [
        {"GrokClassifier": {"Name": "g", "Classification": "log", "GrokPattern": "%{WORD:w}"}},
        {"XMLClassifier": {"Name": "x", "Classification": "xml", "RowTag": "row"}},
    ],
    ids=["grok", "xml"],
)
def test_kinds_that_are_not_there_are_refused_by_name(glue, classifier):
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
