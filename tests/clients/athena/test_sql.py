"""SQL of the Trino family, as far as an analyst's day goes."""

import pytest
from harness import behaviour

CASES = [
    ("SELECT o.name, p.label FROM (VALUES (1, 'a'), (2, 'b')) AS o (id, name) "
     "LEFT JOIN (VALUES (1, 'x')) AS p (id, label) ON o.id = p.id ORDER BY 1",
     [("a", "x"), ("b", None)]),
    ("SELECT n, sum(n) OVER (ORDER BY n) AS s, row_number() OVER (ORDER BY n DESC) AS r "
     "FROM (VALUES 1, 2, 3) AS t (n) ORDER BY n", [(1, 1, 3), (2, 3, 2), (3, 6, 1)]),
    ("WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT x, y FROM a, b", [(1, 2)]),
    ("SELECT t.id, u.tag, u.pos FROM (VALUES (1, ARRAY['a', 'b'])) AS t (id, tags) "
     "CROSS JOIN UNNEST(t.tags) WITH ORDINALITY AS u (tag, pos) ORDER BY pos",
     [(1, "a", 1), (1, "b", 2)]),
    ("SELECT transform(ARRAY[1, 2, 3], x -> x * 10) AS a, filter(ARRAY[1, 2, 3], x -> x > 1) AS b, "
     "reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s) AS c", [("[10, 20, 30]", "[2, 3]", 6)]),
    ("SELECT approx_distinct(n) AS d FROM (VALUES 1, 2, 2, 3) AS t (n)", [(3,)]),
    ("SELECT json_extract_scalar('{\"a\": {\"b\": [1, 2]}}', '$.a.b[1]') AS j", [("2",)]),
    ("SELECT regexp_extract('order-42', '(\\d+)', 1) AS a, regexp_replace('a1b2', '\\d', '#') AS b",
     [("42", "a#b#")]),
    ("SELECT date_diff('day', DATE '2026-01-01', DATE '2026-03-01') AS d, "
     "date_format(TIMESTAMP '2026-01-02 03:04:05', '%Y/%m/%d') AS f", [(59, "2026/01/02")]),
    ("SELECT CAST(2.5E0 AS integer) AS a, 7 / 2 AS b, -7 % 3 AS c, try(1 / 0) AS d", [(3, 3, -1, None)]),
    ("SELECT k, count(*) AS n, max_by(v, w) AS m FROM (VALUES ('a', 1, 2), ('a', 5, 1), ('b', 3, 0)) "
     "AS t (k, v, w) GROUP BY k HAVING count(*) >= 1 ORDER BY k", [("a", 2, 1), ("b", 1, 3)]),
    ("SELECT a FROM (VALUES 1, 2) AS t (a) UNION ALL SELECT 3 EXCEPT SELECT 2 ORDER BY 1", [(1,), (3,)]),
    ("SELECT grouping(a) AS g, a, sum(b) AS s FROM (VALUES ('x', 1), ('y', 2)) AS t (a, b) "
     "GROUP BY ROLLUP (a) ORDER BY g, a", [(0, "x", 1), (0, "y", 2), (1, None, 3)]),
    ("SELECT c.name, count(*) AS n FROM (VALUES (1.0, 1.0), (1.5, 0.5), (5.0, 5.0)) AS p (x, y) "
     "JOIN (VALUES ('west', 'POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))'), ('east', 'POLYGON ((4 4, 4 6, 6 6, 6 4, 4 4))')) "
     "AS c (name, shape) ON ST_Contains(ST_GeometryFromText(c.shape), ST_Point(p.x, p.y)) GROUP BY 1 ORDER BY 1",
     [("east", 1), ("west", 2)]),
    ("SELECT ST_AsText(ST_Intersection(ST_GeometryFromText('LINESTRING (0 0, 2 2)'), ST_GeometryFromText('LINESTRING (0 2, 2 0)'))) AS a, "
     "ST_Area(ST_GeometryFromText('POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))')) AS b, ST_Distance(ST_Point(0, 0), ST_Point(3, 4)) AS c, "
     "round(great_circle_distance(36.12, -86.67, 33.94, -118.40)) AS d, bing_tile_quadkey(bing_tile_at(30.12, 60, 15)) AS e",
     [("POINT (1 1)", 4.0, 5.0, 2886.0, "123030123010121")]),
    ("SELECT json_value('{\"a\": 5}', 'lax $.a' RETURNING bigint) AS a, json_query('[1, 2]', 'lax $[*]' WITH ARRAY WRAPPER) AS b, "
     "json_exists('{\"a\": 5}', 'lax $.a ? (@ > 4)') AS c, json_object('k' : json_array(1, 'x')) AS d",
     [(5, "[1,2]", True, '{"k":[1,"x"]}')]),
    ("SELECT cardinality(approx_set(x)) AS a, value_at_quantile(tdigest_agg(x), 0.5) AS b FROM (VALUES 1, 2, 2, 3) AS t (x)",
     [(3, 2.0)]),
    ("SELECT contains(IPPREFIX '10.0.0.0/8', IPADDRESS '10.1.2.3') AS a, x FROM (VALUES 3, 1, 2, 2) AS t (x) "
     "ORDER BY x FETCH FIRST 2 ROWS WITH TIES", [(True, 1), (True, 2), (True, 2)]),
    ("SELECT regexp_replace('new york', '(\\w)(\\w*)', x -> upper(x[1]) || lower(x[2])) AS a, "
     "map_zip_with(MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['a'], ARRAY[2]), (k, v, w) -> v + w) AS b",
     [("New York", "{a=3}")]),
]


@behaviour("ATH-3")
@pytest.mark.parametrize("sql, rows", CASES)
def test_queries_answer_as_trino_does(lake, sql, rows):
    assert lake.ask(sql).rows() == rows


@behaviour("ATH-3", "ATH-5")
@pytest.mark.parametrize("sql, reason", [
    ("SELECT nvl(1, 2)", "FUNCTION_NOT_FOUND: line 1:8: Function 'nvl' not registered"),
    ("SELECT learn_classifier(1, 2)", "NOT_SUPPORTED: line 1:8: Function 'learn_classifier' is not supported"),
    ("SELECT upper(1)", "FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (integer) for function upper"),
    ("SELECT ARRAY[1, 2][3]", "INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: 3 > 2"),
    ("SELECT 1 / 0", "DIVISION_BY_ZERO: Division by zero"),
    ("SELECT CAST('x' AS bigint)", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to BIGINT"),
])
def test_errors_are_told_as_trino_tells_them(lake, sql, reason):
    failed = lake.run(sql)
    assert failed.state == "FAILED" and failed.reason.startswith(reason)
    assert failed.execution["Status"]["AthenaError"]["ErrorCategory"] == 2


@behaviour("ATH-3")
def test_what_is_not_here_is_refused_by_name(lake):
    query = "SELECT * FROM (VALUES 1) AS t (a) MATCH_RECOGNIZE (ORDER BY a PATTERN (x) DEFINE x AS a > 1)"
    failed = lake.run(query)
    assert failed.state == "FAILED"
    assert failed.reason == "NOT_SUPPORTED: line 1:35: MATCH_RECOGNIZE is not supported"


@behaviour("ATH-43")
def test_explain_tells_the_plan_and_what_it_did(orders):
    plan = orders.ask("EXPLAIN SELECT count(*) FROM orders")
    assert plan.execution["StatementType"] == "UTILITY"
    assert plan.output.endswith(".txt") and plan.scanned == 0
    assert any("orders" in line for line in plan.lines())
    done = "\n".join(orders.ask("EXPLAIN ANALYZE SELECT count(*) FROM orders").lines())
    assert "Input: 4 rows" in done


@behaviour("ATH-48")
def test_statements_are_prepared_and_executed(orders):
    orders.ask("PREPARE by_id FROM SELECT name FROM orders WHERE id = ? AND paid = ?")
    assert orders.ask("EXECUTE by_id USING 3, true").rows() == [("cleo",)]
    assert orders.ask("EXECUTE by_id", ExecutionParameters=["1", "true"]).rows() == [("ada",)]
    direct = orders.ask("SELECT id FROM orders WHERE name = ?", ExecutionParameters=["'ada'"])
    assert direct.rows() == [(1,)]
    got = orders.athena.get_prepared_statement(StatementName="by_id", WorkGroup="primary")
    assert got["PreparedStatement"]["QueryStatement"].startswith("SELECT name FROM orders")
    orders.ask("DEALLOCATE PREPARE by_id")
    gone = orders.run("EXECUTE by_id USING 3, true")
    assert gone.state == "FAILED" and "by_id" in gone.reason


@behaviour("ATH-48")
def test_views_are_kept_in_the_catalog(orders):
    orders.ask("CREATE VIEW paid AS SELECT id, upper(name) AS who FROM orders WHERE paid")
    assert orders.ask("SELECT who FROM paid WHERE id = 1").rows() == [("ADA",)]
    table = orders.glue.get_table(DatabaseName="d", Name="paid")["Table"]
    assert table["TableType"] == "VIRTUAL_VIEW"
    assert table["ViewOriginalText"].startswith("/* Presto View: ")
    assert [c["Type"] for c in table["StorageDescriptor"]["Columns"]] == ["int", "string"]

    again = orders.run("CREATE VIEW paid AS SELECT 1 AS x")
    assert again.state == "FAILED" and "already exists" in again.reason
    orders.ask("CREATE OR REPLACE VIEW paid AS SELECT 1 AS x")
    assert orders.ask("SELECT * FROM paid").rows() == [(1,)]
    assert orders.ask("SHOW VIEWS").lines() == ["paid"]
    assert "SELECT 1 AS x" in orders.ask("SHOW CREATE VIEW paid").lines()
    orders.ask("DROP VIEW paid")
    orders.ask("DROP VIEW IF EXISTS paid")
    assert orders.run("SELECT * FROM paid").reason.startswith("TABLE_NOT_FOUND")
