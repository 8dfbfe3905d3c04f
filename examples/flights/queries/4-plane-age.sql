-- Do older planes cancel more, or leave later?
WITH aged AS (
    SELECT
        f.tailnum, f.dep_delay,
        least((2013 - p.year) / 5, 5) AS band
    FROM flights f
    JOIN planes p ON p.tailnum = f.tailnum
    WHERE p.year IS NOT NULL
)
SELECT
    CASE
        WHEN band = 5 THEN '25 and more'
        ELSE CAST(band * 5 AS varchar) || ' to ' || CAST(band * 5 + 4 AS varchar)
    END AS age_years,
    count(DISTINCT tailnum) AS planes,
    count(*) AS flights,
    round(1e2 * count_if(dep_delay IS NULL) / count(*), 2) AS cancelled_pct,
    round(avg(dep_delay), 1) AS avg_delay_min,
    round(1e2 * count_if(dep_delay >= 60) / count(dep_delay), 1) AS hour_late_pct
FROM aged
GROUP BY band
ORDER BY band
