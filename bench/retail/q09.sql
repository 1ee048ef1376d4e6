-- Months up to which the web has sold more of an item than shops have, counted from the first sale on.
WITH web AS (
  SELECT item_id, year * 12 + month AS month_no, sum(sum(quantity)) OVER (PARTITION BY item_id ORDER BY year * 12 + month) AS so_far
  FROM web_sales JOIN calendar USING (day_id)
  GROUP BY item_id, year * 12 + month
), shop AS (
  SELECT item_id, year * 12 + month AS month_no, sum(sum(quantity)) OVER (PARTITION BY item_id ORDER BY year * 12 + month) AS so_far
  FROM shop_sales JOIN calendar USING (day_id)
  GROUP BY item_id, year * 12 + month
), both_so_far AS (
  SELECT item_id, month_no,
         max(web_so_far) OVER (PARTITION BY item_id ORDER BY month_no ROWS UNBOUNDED PRECEDING) AS web_so_far,
         max(shop_so_far) OVER (PARTITION BY item_id ORDER BY month_no ROWS UNBOUNDED PRECEDING) AS shop_so_far
  FROM (SELECT coalesce(w.item_id, s.item_id) AS item_id, coalesce(w.month_no, s.month_no) AS month_no,
               w.so_far AS web_so_far, s.so_far AS shop_so_far
        FROM web w FULL JOIN shop s ON s.item_id = w.item_id AND s.month_no = w.month_no) AS months
)
SELECT i.item_id, i.name, min(month_no) AS first_month, max(month_no) AS last_month, count(*) AS months, max(web_so_far - shop_so_far) AS lead
FROM both_so_far b JOIN item i ON i.item_id = b.item_id
WHERE web_so_far > shop_so_far
GROUP BY i.item_id, i.name
ORDER BY months DESC, i.item_id
LIMIT 100;
