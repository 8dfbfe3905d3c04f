"""Logs as they are written: the DDLs that AWS publishes for them, over files of their forms."""

import gzip
import json

import pytest
from harness import behaviour

REGEX = "org.apache.hadoop.hive.serde2.RegexSerDe"

# As the documentation gives them, with fewer words in between.
ALB = """
CREATE EXTERNAL TABLE IF NOT EXISTS alb_access_logs (
    type string, time string, elb string, client_ip string, client_port int, target_ip string,
    target_port int, request_processing_time double, target_processing_time double,
    response_processing_time double, elb_status_code int, target_status_code string,
    received_bytes bigint, sent_bytes bigint, request_verb string, request_url string,
    request_proto string, user_agent string, ssl_cipher string, ssl_protocol string,
    target_group_arn string, trace_id string, domain_name string, chosen_cert_arn string,
    matched_rule_priority string, request_creation_time string, actions_executed string,
    redirect_url string, lambda_error_reason string, target_port_list string,
    target_status_code_list string, classification string, classification_reason string,
    conn_trace_id string
)
PARTITIONED BY (day STRING)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
WITH SERDEPROPERTIES (
    'serialization.format' = '1',
    'input.regex' =
'([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*):([0-9]*) ([^ ]*)[:-]([0-9]*) ([-.0-9]*) ([-.0-9]*) ([-.0-9]*) (|[-0-9]*) (-|[-0-9]*) ([-0-9]*) ([-0-9]*) \\"([^ ]*) (.*) (- |[^ ]*)\\" \\"([^\\"]*)\\" ([A-Z0-9-_]+) ([A-Za-z0-9.-]*) ([^ ]*) \\"([^\\"]*)\\" \\"([^\\"]*)\\" \\"([^\\"]*)\\" ([-.0-9]*) ([^ ]*) \\"([^\\"]*)\\" \\"([^\\"]*)\\" \\"([^ ]*)\\" \\"([^\\\\s]+?)\\" \\"([^\\\\s]+)\\" \\"([^ ]*)\\" \\"([^ ]*)\\" ?([^ ]*)? ?( .*)?'
)
LOCATION 's3://{bucket}/alb/'
TBLPROPERTIES (
    "projection.enabled" = "true", "projection.day.type" = "date",
    "projection.day.range" = "2026/01/01,2026/01/31", "projection.day.format" = "yyyy/MM/dd",
    "projection.day.interval" = "1", "projection.day.interval.unit" = "DAYS",
    "storage.location.template" = "s3://{bucket}/alb/${day}"
)
"""
ALB_LINE = (
    'h2 2026-01-05T22:23:00.186641Z app/my-lb/50dc6c495c0c9188 10.0.1.252:48160 10.0.0.66:9000 0.000 '
    '0.002 0.000 {status} 200 5 257 "GET https://10.0.2.105:773/ HTTP/2.0" "curl/7.46.0" '
    'ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup'
    '/my-targets/73e2d6bc24d8a067 "Root=1-58337327-72bd00b0343d75b906739c42" "-" "-" 1 '
    '2026-01-05T22:22:48.364000Z "redirect" "https://example.com:80/" "-" "10.0.0.66:9000" "200" "-" "-" '
    'TID_x\n'
)

ELB = """
CREATE EXTERNAL TABLE IF NOT EXISTS elb_logs (
    timestamp string, elb_name string, request_ip string, request_port int, backend_ip string,
    backend_port int, request_processing_time double, backend_processing_time double,
    client_response_time double, elb_response_code string, backend_response_code string,
    received_bytes bigint, sent_bytes bigint, request_verb string, url string, protocol string,
    user_agent string, ssl_cipher string, ssl_protocol string
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
WITH SERDEPROPERTIES (
    'serialization.format' = '1',
    'input.regex' = '([^ ]*) ([^ ]*) ([^ ]*):([0-9]*) ([^ ]*)[:-]([0-9]*) ([-.0-9]*) ([-.0-9]*) ([-.0-9]*) (|[-0-9]*) (-|[-0-9]*) ([-0-9]*) ([-0-9]*) \\\\\\"([^ ]*) ([^ ]*) (- |[^ ]*)\\\\\\" (\\"[^\\"]*\\") ([A-Z0-9-]+) ([A-Za-z0-9.-]*)$'
)
LOCATION 's3://{bucket}/elb/'
"""
ELB_LINE = (
    '2026-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 '
    '0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -\n'
)

VPC = """
CREATE EXTERNAL TABLE IF NOT EXISTS vpc_flow_logs (
    version int, account_id string, interface_id string, srcaddr string, dstaddr string, srcport int,
    dstport int, protocol bigint, packets bigint, bytes bigint, start bigint, `end` bigint,
    action string, log_status string
)
PARTITIONED BY (`date` date)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '
LOCATION 's3://{bucket}/flow/'
TBLPROPERTIES ("skip.header.line.count"="1")
"""
VPC_FILE = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
    "action log-status\n"
    "2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n"
    "2 123456789010 eni-1 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 1418530010 1418530070 REJECT OK\n"
    "2 123456789010 eni-2 - - - - - - - 1431280876 1431280934 - NODATA\n"
)

TRAIL = """
CREATE EXTERNAL TABLE trail (
    eventVersion STRING,
    userIdentity STRUCT<type: STRING, principalId: STRING, arn: STRING, accountId: STRING,
        invokedBy: STRING, accessKeyId: STRING, userName: STRING,
        sessionContext: STRUCT<attributes: STRUCT<mfaAuthenticated: STRING, creationDate: STRING>>>,
    eventTime STRING, eventSource STRING, eventName STRING, awsRegion STRING, sourceIpAddress STRING,
    userAgent STRING, errorCode STRING, errorMessage STRING, requestParameters STRING,
    responseElements STRING, requestId STRING, eventId STRING, readOnly STRING,
    resources ARRAY<STRUCT<arn: STRING, accountId: STRING, type: STRING>>,
    eventType STRING, recipientAccountId STRING
)
{partitions}
ROW FORMAT SERDE '{serde}'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://{{bucket}}/AWSLogs/123456789012/CloudTrail/us-east-1'
{properties}
"""
PROJECTED = """TBLPROPERTIES (
    'projection.enabled'='true', 'projection.timestamp.format'='yyyy/MM/dd',
    'projection.timestamp.interval'='1', 'projection.timestamp.interval.unit'='DAYS',
    'projection.timestamp.range'='2026/01/01,NOW', 'projection.timestamp.type'='date',
    'storage.location.template'='s3://{bucket}/AWSLogs/123456789012/CloudTrail/us-east-1/${timestamp}')
"""


def record(n, **more):
    return {
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "userName": f"user{n % 2}", "sessionContext": {
            "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-01-05T00:00:00Z"}}},
        "eventTime": "2026-01-05T01:02:03Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
        "readOnly": True, "requestParameters": {"bucketName": "b", "key": f"k{n}"},
        "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/k"}, {"accountId": "1"}],
        **more,
    }


@behaviour("ATH-13", "ATH-12")
@pytest.mark.parametrize("projected", [True, False])
def test_trails(lake, projected):
    folder = "AWSLogs/123456789012/CloudTrail/us-east-1/"
    first = {"Records": [record(n) for n in range(5)]}
    second = {"Records": [record(5, errorCode="AccessDenied", resources=None)]}
    for day, body in (("05", first), ("06", second)):
        packed = gzip.compress(json.dumps(body).encode())
        lake.put(f"{folder}2026/01/{day}/123456789012_CloudTrail_x.json.gz", packed)
    serde = "org.apache.hive.hcatalog.data.JsonSerDe" if projected else "com.amazon.emr.hive.serde.CloudTrailSerde"
    ddl = TRAIL.format(
        serde=serde, partitions="PARTITIONED BY (`timestamp` string)" if projected else "",
        properties=PROJECTED if projected else "",
    )
    lake.ask(ddl.replace("{{bucket}}", "{bucket}"))
    assert lake.ask("SELECT count(*) AS n FROM trail").rows() == [(6,)]
    assert lake.ask(
        "SELECT useridentity.username, count(*) AS n, count(errorcode) AS e FROM trail GROUP BY 1 ORDER BY 1"
    ).rows() == [("user0", 3, 0), ("user1", 3, 1)]
    assert lake.ask(
        "SELECT json_extract_scalar(requestparameters, '$.key') AS k, resources[1].arn AS a, readonly, "
        "useridentity.sessioncontext.attributes.mfaauthenticated AS m FROM trail "
        "WHERE requestparameters LIKE '%k3%'"
    ).rows() == [("k3", "arn:aws:s3:::b/k", "true", "false")]
    if projected:
        one = lake.ask("SELECT count(*) AS n FROM trail WHERE \"timestamp\" = '2026/01/06'")
        assert one.rows() == [(1,)]
        assert one.scanned == len(gzip.compress(json.dumps(second).encode()))
    lake.put(f"{folder}2026/01/06/broken.json", '{"Records":[{"eventName":"x"')
    query = lake.run("SELECT * FROM trail")
    assert query.state == "FAILED" and query.reason.startswith("HIVE_BAD_DATA: "), query.reason


@behaviour("ATH-13", "ATH-12")
def test_load_balancers(lake):
    lake.put("alb/2026/01/05/a.log.gz", gzip.compress((ALB_LINE.format(status=301) * 3).encode()))
    lake.put("alb/2026/01/06/b.log", ALB_LINE.format(status=200) + "not a line of the log\n")
    lake.ask(ALB)
    assert lake.ask(
        "SELECT elb_status_code, count(*) AS n, max(request_url) AS u, max(sent_bytes) AS s FROM "
        "alb_access_logs WHERE day >= '2026/01/05' GROUP BY 1 ORDER BY 1"
    ).rows() == [(200, 1, "https://10.0.2.105:773/", 257), (301, 3, "https://10.0.2.105:773/", 257),
                 (None, 1, None, None)]
    lake.put("elb/a.log", ELB_LINE * 2)
    lake.ask(ELB)
    assert lake.ask(
        "SELECT count(*) AS n, max(request_ip) AS ip, max(backend_port) AS p, max(url) AS u FROM elb_logs"
    ).rows() == [(2, "192.168.131.39", 80, "http://www.example.com:80/")]


@behaviour("ATH-13")
def test_flows(lake):
    lake.put("flow/2026-01-05/x.log.gz", gzip.compress(VPC_FILE.encode()))
    lake.ask(VPC)
    lake.ask(
        "ALTER TABLE vpc_flow_logs ADD PARTITION (`date`='2026-01-05') LOCATION 's3://{bucket}/flow/2026-01-05'"
    )
    assert lake.ask(
        "SELECT action, count(*) AS n, sum(bytes) AS b FROM vpc_flow_logs WHERE \"date\" = DATE '2026-01-05' "
        "GROUP BY action ORDER BY action"
    ).rows() == [("-", 1, None), ("ACCEPT", 1, 4249), ("REJECT", 1, 4249)]


@behaviour("ATH-12")
def test_expressions_take_lines_apart(lake):
    lake.put("t/a.log", "# head\nFeb  9 04:02:14 mail postfix[2183]: 51E31C4A7D3: sent 17\nnoise\n")
    lake.ask(
        "CREATE EXTERNAL TABLE g (syslogbase string, queue_id string, n int) ROW FORMAT SERDE "
        "'com.amazonaws.glue.serde.GrokSerDe' WITH SERDEPROPERTIES ("
        "'input.grokCustomPatterns' = 'POSTFIX_QUEUEID [0-9A-F]{7,12}', "
        "'input.format'='%{SYSLOGBASE} %{POSTFIX_QUEUEID:queue_id}: sent %{INT:n}') "
        "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' "
        "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' "
        "LOCATION 's3://{bucket}/t/' TBLPROPERTIES ('skip.header.line.count'='1')"
    )
    assert lake.ask("SELECT * FROM g ORDER BY n NULLS LAST").rows() == [
        ("Feb  9 04:02:14 mail postfix[2183]:", "51E31C4A7D3", 17), (None, None, None),
    ]
    create = (
        "CREATE EXTERNAL TABLE {} ({}) ROW FORMAT SERDE '" + REGEX + "' WITH SERDEPROPERTIES "
        "('input.regex'='{}') LOCATION 's3://{{bucket}}/t/'"
    )
    lake.ask(create.format("r", "a string, b int", "(?!#)([a-z]+)( [0-9]+)?"))
    assert lake.ask("SELECT count(*) AS n, count(a) AS a, count(b) AS b FROM r").rows() == [(3, 1, 0)]
    lake.ask(create.format("few", "a string, b string, c int", "(.)(.*)"))
    query = lake.run("SELECT * FROM few")
    assert query.reason == (
        "HIVE_CURSOR_ERROR: Number of matching groups doesn't match the number of columns"
    )
    lake.ask(create.format("none", "a string", "(.*"))
    assert "HIVE_INVALID_METADATA: input.regex is not a regular expression" in lake.run("SELECT * FROM none").reason
    query = lake.run("INSERT INTO r VALUES ('x', 1)")
    assert query.state == "FAILED" and query.reason.startswith("NOT_SUPPORTED: Inserting into")


@behaviour("ATH-13")
@pytest.mark.clock
def test_requests_for_a_bucket(lake, clock):
    """The platform's own: S3's server access logs, by the table AWS publishes for them."""
    from harness import eventually

    lake.s3.create_bucket(Bucket=f"{lake.bucket}-logs")
    lake.s3.put_bucket_logging(
        Bucket=lake.bucket,
        BucketLoggingStatus={
            "LoggingEnabled": {"TargetBucket": f"{lake.bucket}-logs", "TargetPrefix": "access/"}
        },
    )
    for n in range(7):
        lake.put(f"a/{n}", "x" * (n + 1))
    lake.s3.get_object(Bucket=lake.bucket, Key="a/3")

    def delivered():
        clock.advance(minutes=6)
        pages = lake.s3.list_objects_v2(Bucket=f"{lake.bucket}-logs").get("Contents", [])
        return pages and all(entry["Size"] for entry in pages)

    eventually(delivered, 30)
    lake.ask(
        "CREATE EXTERNAL TABLE s3_access_logs_db (bucketowner STRING, bucket_name STRING, requestdatetime STRING, "
        "remoteip STRING, requester STRING, requestid STRING, operation STRING, key STRING, "
        "request_uri STRING, httpstatus STRING, errorcode STRING, bytessent BIGINT, objectsize BIGINT, "
        "totaltime STRING, turnaroundtime STRING, referrer STRING, useragent STRING, versionid STRING, "
        "hostid STRING, sigv STRING, ciphersuite STRING, authtype STRING, endpoint STRING, tlsversion STRING, "
        "accesspointarn STRING, aclrequired STRING) "
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES ('input.regex'="
        "'([^ ]*) ([^ ]*) \\\\[(.*?)\\\\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) (\"[^\"]*\"|-) (-|[0-9]*) ([^ ]*) "
        "([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) (\"[^\"]*\"|-) ([^ ]*)(?: ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) "
        "([^ ]*) ([^ ]*) ([^ ]*))?.*$') "
        "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' "
        "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' "
        "LOCATION 's3://{bucket}-logs/access/'"
    )
    assert lake.ask(
        "SELECT operation, count(*) AS n, sum(objectsize) AS s FROM s3_access_logs_db WHERE key LIKE 'a/%' "
        "GROUP BY 1 ORDER BY 1"
    ).rows() == [("REST.GET.OBJECT", 1, 4), ("REST.PUT.OBJECT", 7, 28)]
