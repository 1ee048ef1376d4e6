-- How long carriers take, by warehouse and carrier, for what was ordered by telephone and on the web: lines in each class of days.
SELECT w.name AS warehouse, coalesce(c.name, 'unknown') AS carrier, o.channel, count(*) AS lines,
       sum(CASE WHEN o.ship_day_id - o.day_id <= 7 THEN 1 ELSE 0 END) AS week,
       sum(CASE WHEN o.ship_day_id - o.day_id > 7 AND o.ship_day_id - o.day_id <= 14 THEN 1 ELSE 0 END) AS fortnight,
       sum(CASE WHEN o.ship_day_id - o.day_id > 14 AND o.ship_day_id - o.day_id <= 28 THEN 1 ELSE 0 END) AS month,
       sum(CASE WHEN o.ship_day_id - o.day_id > 28 THEN 1 ELSE 0 END) AS longer,
       sum(CASE WHEN o.ship_day_id IS NULL THEN 1 ELSE 0 END) AS never,
       avg(o.ship_day_id - o.day_id) AS average
FROM (SELECT 'phone' AS channel, warehouse_id, carrier_id, day_id, ship_day_id FROM phone_sales
      UNION ALL
      SELECT 'web', warehouse_id, carrier_id, day_id, ship_day_id FROM web_sales) AS o
JOIN warehouse w ON w.warehouse_id = o.warehouse_id
LEFT JOIN carrier c ON c.carrier_id = o.carrier_id
WHERE o.day_id IN (SELECT day_id FROM calendar WHERE year = 2022)
GROUP BY w.warehouse_id, w.name, c.carrier_id, c.name, o.channel
ORDER BY w.warehouse_id, c.carrier_id NULLS FIRST, o.channel;
