-- One row per airport and hour.
SELECT
    origin,
    TRY_CAST(year AS integer) AS year,
    TRY_CAST(month AS integer) AS month,
    TRY_CAST(day AS integer) AS day,
    TRY_CAST(hour AS integer) AS hour,
    TRY_CAST(temp AS double) AS temp,
    TRY_CAST(dewp AS double) AS dewp,
    TRY_CAST(humid AS double) AS humid,
    TRY_CAST(wind_dir AS integer) AS wind_dir,
    TRY_CAST(wind_speed AS double) AS wind_speed,
    TRY_CAST(wind_gust AS double) AS wind_gust,
    TRY_CAST(precip AS double) AS precip,
    TRY_CAST(pressure AS double) AS pressure,
    TRY_CAST(visib AS double) AS visib
FROM nyc_csv.raw_weather
