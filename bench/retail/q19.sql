-- Months of 2022 in which a brand's sales in shops were off its monthly average of the year by a third, with the months around them.
WITH monthly AS (
  SELECT b.brand_id, b.name, d.year, d.month, sum(s.quantity) AS pieces,
         avg(sum(s.quantity)) OVER (PARTITION BY b.brand_id, d.year) AS average,
         lag(sum(s.quantity)) OVER (PARTITION BY b.brand_id ORDER BY d.year, d.month) AS before,
         lead(sum(s.quantity)) OVER (PARTITION BY b.brand_id ORDER BY d.year, d.month) AS after,
         rank() OVER (PARTITION BY d.year, d.month ORDER BY sum(s.quantity) DESC) AS place
  FROM shop_sales s JOIN calendar d ON d.day_id = s.day_id JOIN item i ON i.item_id = s.item_id JOIN brand b ON b.brand_id = i.brand_id
  WHERE d.year BETWEEN 2021 AND 2023
  GROUP BY b.brand_id, b.name, d.year, d.month
)
SELECT name, month, pieces, average, before, after, place
FROM monthly
WHERE year = 2022 AND average > 0 AND abs(pieces - average) > average / 3
ORDER BY pieces - average DESC, brand_id, month
LIMIT 100;
