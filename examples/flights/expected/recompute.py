"""Recomputes the expected answers with DuckDB (`pip install duckdb zstandard`).

The answers are what another engine says about the same rows and nearly the same text: DuckDB divides
two integers into a double, Trino into an integer, so `/ 5` becomes `// 5` here and nothing else changes.
"""

import pathlib
import tempfile

import duckdb
import zstandard

here = pathlib.Path(__file__).resolve().parent
db = duckdb.connect()
with tempfile.TemporaryDirectory() as folder:
    for packed in sorted((here.parent / "data").glob("*.csv.zst")):
        table = packed.name.removesuffix(".csv.zst")
        plain = pathlib.Path(folder) / f"{table}.csv"
        with packed.open("rb") as source, plain.open("wb") as target:
            zstandard.ZstdDecompressor().copy_stream(source, target)
        db.execute(
            f"CREATE TABLE {table} AS FROM read_csv('{plain}', nullstr = 'NA', sample_size = -1)"
        )
for query in sorted((here.parent / "queries").glob("*.sql")):
    sql = query.read_text().replace("/ 5,", "// 5,")
    db.sql(sql).write_csv(str(here / f"{query.stem}.csv"))
    print(query.stem, db.sql(sql).shape)
