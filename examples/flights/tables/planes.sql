-- One row per aircraft; year is the year it was built.
SELECT
    tailnum,
    TRY_CAST(year AS integer) AS year,
    type,
    manufacturer,
    model,
    TRY_CAST(engines AS integer) AS engines,
    TRY_CAST(seats AS integer) AS seats,
    TRY_CAST(speed AS integer) AS speed,
    engine
FROM nyc_csv.raw_planes
