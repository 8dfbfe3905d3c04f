-- One row per carrier.
SELECT
    carrier,
    name
FROM nyc_csv.raw_airlines
