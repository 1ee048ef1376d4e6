-- Customers whose spending on the web grew faster from 2021 to 2022 than their spending in shops.
WITH spent AS (
  SELECT 'shop' AS channel, customer_id, year, sum(quantity * (price - discount)) AS amount
  FROM shop_sales JOIN calendar USING (day_id) GROUP BY customer_id, year
  UNION ALL
  SELECT 'web', customer_id, year, sum(quantity * (price - discount) + freight)
  FROM web_sales JOIN calendar USING (day_id) GROUP BY customer_id, year
)
SELECT c.customer_id, c.first_name, c.last_name, w2.amount / w1.amount AS web_growth, s2.amount / s1.amount AS shop_growth
FROM spent s1, spent s2, spent w1, spent w2, customer c
WHERE s1.channel = 'shop' AND s1.year = 2021 AND s2.channel = 'shop' AND s2.year = 2022
  AND w1.channel = 'web' AND w1.year = 2021 AND w2.channel = 'web' AND w2.year = 2022
  AND s2.customer_id = s1.customer_id AND w1.customer_id = s1.customer_id AND w2.customer_id = s1.customer_id
  AND c.customer_id = s1.customer_id
  AND w2.amount / w1.amount > s2.amount / s1.amount
ORDER BY web_growth DESC, c.customer_id
LIMIT 100;
