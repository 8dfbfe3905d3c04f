-- Which routes arrived latest in summer? (June to August, at least one flight a day)
SELECT
    f.origin || ' → ' || f.dest AS route,
    d.name AS destination,
    a.name AS airline,
    count(*) AS flights,
    round(avg(f.arr_delay), 1) AS avg_delay_min,
    round(1e2 * count_if(f.arr_delay >= 30) / count(f.arr_delay), 1) AS late_30_pct
FROM flights f
JOIN airlines a ON a.carrier = f.carrier
LEFT JOIN airports d ON d.faa = f.dest
WHERE f.month BETWEEN 6 AND 8
GROUP BY f.origin, f.dest, d.name, a.name
HAVING count(f.arr_delay) >= 92
ORDER BY avg_delay_min DESC, route, airline
LIMIT 12
