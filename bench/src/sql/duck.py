"""Answers queries with DuckDB: one JSON line in, one out. Arguments: folder of Parquet files, threads."""

import datetime
import decimal
import json
import pathlib
import sys
import time

import duckdb

folder, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2])
db = duckdb.connect()
db.execute(f"SET threads = {threads}")
db.execute("SET enable_progress_bar = false")  # it would write among the answers
for table in sorted(folder.iterdir()):
    files = f"{table}/**/*"
    db.execute(f"CREATE VIEW {table.name} AS FROM read_parquet('{files}', hive_partitioning = true)")


def plain(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return str(value)
    return value


def say(answer):
    print(json.dumps(answer), flush=True)


say({"version": f"DuckDB {duckdb.__version__}"})
for line in sys.stdin:
    started = time.perf_counter()
    rows = db.execute(json.loads(line)).fetchall()
    seconds = time.perf_counter() - started
    say({"ms": seconds * 1e3, "rows": [[plain(value) for value in row] for row in rows]})
