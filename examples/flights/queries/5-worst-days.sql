-- What was the worst day of each month, and by what hour had half of its delay built up?
WITH hourly AS (
    SELECT
        month, day, hour,
        count(*) AS flights,
        count_if(dep_delay IS NULL) AS cancelled,
        sum(CASE WHEN dep_delay > 0 THEN dep_delay ELSE 0 END) AS lost
    FROM flights
    GROUP BY month, day, hour
),
running AS (
    SELECT
        month, day, hour, flights, cancelled, lost,
        sum(lost) OVER (PARTITION BY month, day ORDER BY hour) AS lost_so_far,
        sum(lost) OVER (PARTITION BY month, day) AS lost_all_day
    FROM hourly
),
days AS (
    SELECT
        month, day,
        sum(flights) AS flights,
        sum(cancelled) AS cancelled,
        sum(lost) AS lost,
        min(hour) FILTER (WHERE lost_so_far * 2 >= lost_all_day) AS half_by_hour
    FROM running
    GROUP BY month, day
),
ranked AS (
    SELECT days.*, rank() OVER (PARTITION BY month ORDER BY lost DESC) AS place
    FROM days
)
SELECT
    month, day, flights, cancelled,
    round(lost / 6e1, 1) AS hours_lost,
    half_by_hour
FROM ranked
WHERE place = 1
ORDER BY month, day
