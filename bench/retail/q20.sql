-- Customers by the year and channel of their first purchase: how many there are, how many of them bought in each year, the share that
-- came back after a year, and how many came to use all channels.
WITH bought AS (
  SELECT customer_id, year, 'shop' AS channel, min(day_id) AS first_day
  FROM shop_sales JOIN calendar USING (day_id) WHERE customer_id IS NOT NULL GROUP BY customer_id, year
  UNION ALL
  SELECT customer_id, year, 'phone', min(day_id) FROM phone_sales JOIN calendar USING (day_id) GROUP BY customer_id, year
  UNION ALL
  SELECT customer_id, year, 'web', min(day_id)
  FROM web_sales JOIN calendar USING (day_id) WHERE customer_id IS NOT NULL GROUP BY customer_id, year
), first_purchase AS (
  SELECT customer_id, year, channel
  FROM (SELECT customer_id, year, channel, row_number() OVER (PARTITION BY customer_id ORDER BY first_day, channel) AS nth FROM bought) AS b
  WHERE nth = 1
)
SELECT f.year, f.channel, count(DISTINCT f.customer_id) AS customers,
       count(DISTINCT CASE WHEN b.year = 2020 THEN f.customer_id END) AS in_2020,
       count(DISTINCT CASE WHEN b.year = 2021 THEN f.customer_id END) AS in_2021,
       count(DISTINCT CASE WHEN b.year = 2022 THEN f.customer_id END) AS in_2022,
       count(DISTINCT CASE WHEN b.year = 2023 THEN f.customer_id END) AS in_2023,
       1.0 * count(DISTINCT CASE WHEN b.year = f.year + 1 THEN f.customer_id END) / count(DISTINCT f.customer_id) AS came_back,
       (SELECT count(*) FROM (SELECT a.customer_id FROM bought a, first_purchase o
                              WHERE o.customer_id = a.customer_id AND o.year = f.year AND o.channel = f.channel
                              GROUP BY a.customer_id HAVING count(DISTINCT a.channel) = 3) AS everywhere) AS all_channels
FROM first_purchase f JOIN bought b ON b.customer_id = f.customer_id
GROUP BY f.year, f.channel
ORDER BY f.year, f.channel;
