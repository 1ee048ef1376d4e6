-- What each shop took in on each day of the week, each week of the second half of 2022 beside the same week of 2021.
WITH weekly AS (
  SELECT s.store_id, d.week_id,
         sum(CASE WHEN d.weekday = 1 THEN s.quantity * s.price END) AS monday,
         sum(CASE WHEN d.weekday = 3 THEN s.quantity * s.price END) AS wednesday,
         sum(CASE WHEN d.weekday = 5 THEN s.quantity * s.price END) AS friday,
         sum(CASE WHEN d.weekday IN (6, 7) THEN s.quantity * s.price ELSE 0 END) AS weekend
  FROM shop_sales s JOIN calendar d ON d.day_id = s.day_id
  GROUP BY s.store_id, d.week_id
)
SELECT t.name, t.store_id, now.week_id, now.monday / before.monday AS monday, now.wednesday / before.wednesday AS wednesday,
       now.friday / before.friday AS friday, now.weekend - before.weekend AS weekend
FROM weekly now JOIN weekly before ON before.store_id = now.store_id AND before.week_id = now.week_id - 52
JOIN store t ON t.store_id = now.store_id
WHERE now.week_id IN (SELECT week_id FROM calendar WHERE year = 2022 AND quarter >= 3)
ORDER BY t.store_id, now.week_id;
