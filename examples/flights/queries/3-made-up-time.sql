-- Which carriers make up lost time in the air? (minutes gained after leaving 15 or more late; short: under 500 miles, long: 1,500 and more)
WITH late AS (
    SELECT carrier, distance, dep_delay - arr_delay AS gained
    FROM flights
    WHERE dep_delay >= 15 AND arr_delay IS NOT NULL
)
SELECT
    a.name AS airline,
    count(*) AS late_departures,
    round(avg(l.gained) FILTER (WHERE l.distance < 500), 1) AS short_min,
    round(avg(l.gained) FILTER (WHERE l.distance >= 500 AND l.distance < 1500), 1) AS middle_min,
    round(avg(l.gained) FILTER (WHERE l.distance >= 1500), 1) AS long_min,
    round(avg(l.gained), 1) AS overall_min
FROM late l
JOIN airlines a ON a.carrier = l.carrier
GROUP BY a.name
HAVING count(*) >= 50
ORDER BY overall_min DESC, airline
