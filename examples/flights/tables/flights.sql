-- One row per scheduled flight. "NA" becomes NULL, the partition keys become numbers; the partition
-- column of the Parquet table (month) comes last. time_hour repeats the date and hour and is left out.
SELECT
    TRY_CAST(day AS integer) AS day,
    TRY_CAST(dep_time AS integer) AS dep_time,
    TRY_CAST(sched_dep_time AS integer) AS sched_dep_time,
    TRY_CAST(dep_delay AS integer) AS dep_delay,
    TRY_CAST(arr_time AS integer) AS arr_time,
    TRY_CAST(sched_arr_time AS integer) AS sched_arr_time,
    TRY_CAST(arr_delay AS integer) AS arr_delay,
    carrier,
    TRY_CAST(flight AS integer) AS flight,
    NULLIF(tailnum, 'NA') AS tailnum,
    origin,
    dest,
    TRY_CAST(air_time AS integer) AS air_time,
    TRY_CAST(distance AS integer) AS distance,
    TRY_CAST(hour AS integer) AS hour,
    TRY_CAST(minute AS integer) AS minute,
    TRY_CAST(year AS integer) AS year,
    TRY_CAST(month AS integer) AS month
FROM nyc_csv.raw_flights
