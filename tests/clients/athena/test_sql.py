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
]


@behaviour("ATH-3")
@pytest.mark.parametrize("sql, rows", CASES)
def test_queries_answer_as_trino_does(lake, sql, rows):
    assert lake.ask(sql).rows() == rows


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
