-- Customers who gave back half as much again as the customers of the same shop do on the average.
WITH given_back AS (
  SELECT customer_id, store_id, sum(refund) AS refund, count(*) AS times
  FROM shop_returns
  GROUP BY customer_id, store_id
)
SELECT c.customer_id, c.last_name, g.store_id, g.refund, g.times
FROM given_back g JOIN customer c ON c.customer_id = g.customer_id
WHERE g.refund > 1.5 * (SELECT avg(o.refund) FROM given_back o WHERE o.store_id = g.store_id)
  AND g.times > 1
ORDER BY g.refund DESC, c.customer_id, g.store_id
LIMIT 100;
