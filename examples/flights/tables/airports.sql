-- One row per airport.
SELECT
    faa,
    name,
    TRY_CAST(lat AS double) AS lat,
    TRY_CAST(lon AS double) AS lon,
    TRY_CAST(alt AS integer) AS alt,
    TRY_CAST(tz AS integer) AS tz,
    dst,
    NULLIF(tzone, 'NA') AS tzone
FROM nyc_csv.raw_airports
