-- Items whose stock in a warehouse varies more than its average in a year, and in the year after it again.
WITH sums AS (
  SELECT k.warehouse_id, k.item_id, d.year, avg(k.quantity) AS average, count(k.quantity) AS counted,
         1.0 * (count(k.quantity) * sum(k.quantity * k.quantity) - sum(k.quantity) * sum(k.quantity))
           / nullif(count(k.quantity) * (count(k.quantity) - 1), 0) AS variance
  FROM stock k JOIN calendar d ON d.day_id = k.day_id
  GROUP BY k.warehouse_id, k.item_id, d.year
), variation AS (
  SELECT * FROM sums WHERE average > 0 AND variance > 0.5 * average * average
)
SELECT a.warehouse_id, a.item_id, a.year, a.average, a.variance, b.average AS average_after, b.variance AS variance_after
FROM variation a JOIN variation b ON b.warehouse_id = a.warehouse_id AND b.item_id = a.item_id AND b.year = a.year + 1
WHERE a.counted + b.counted >= 12
ORDER BY a.warehouse_id, a.item_id, a.year
LIMIT 100;
