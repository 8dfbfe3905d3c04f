-- What does the weather at the airport cost, hour by hour? (average departure delay in minutes)
WITH conditions AS (
    SELECT
        origin, month, day, hour,
        CASE
            WHEN visib < 3 THEN 'fog'
            WHEN precip > 0 THEN 'rain'
            WHEN wind_speed >= 20 THEN 'wind'
            ELSE 'fair'
        END AS sky
    FROM weather
)
SELECT
    f.hour,
    count(*) AS flights,
    round(avg(f.dep_delay) FILTER (WHERE c.sky = 'fair'), 1) AS fair_min,
    round(avg(f.dep_delay) FILTER (WHERE c.sky = 'wind'), 1) AS wind_min,
    round(avg(f.dep_delay) FILTER (WHERE c.sky = 'rain'), 1) AS rain_min,
    round(avg(f.dep_delay) FILTER (WHERE c.sky = 'fog'), 1) AS fog_min
FROM flights f
JOIN conditions c
    ON c.origin = f.origin AND c.month = f.month AND c.day = f.day AND c.hour = f.hour
WHERE f.dep_delay IS NOT NULL
GROUP BY f.hour
ORDER BY f.hour
