-- How much of what shops sold in 2022 comes back, by format of the shop and by department, by either alone, and in all, with the most
-- frequent kind of reason apart.
WITH lines AS (
  SELECT t.format, g.name AS department, r.ticket_id, s.quantity AS sold, s.price, s.discount, r.quantity, r.refund, e.kind
  FROM shop_sales s
  JOIN calendar d ON d.day_id = s.day_id AND d.year = 2022
  JOIN store t ON t.store_id = s.store_id
  JOIN item i ON i.item_id = s.item_id
  JOIN category k ON k.category_id = i.category_id
  JOIN department g ON g.department_id = k.department_id
  LEFT JOIN shop_returns r ON r.ticket_id = s.ticket_id AND r.line_no = s.line_no
  LEFT JOIN reason e ON e.reason_id = r.reason_id
), sets AS (
  SELECT 0 AS a, 0 AS b UNION ALL SELECT 0, 1 UNION ALL SELECT 1, 0 UNION ALL SELECT 1, 1
)
SELECT CASE WHEN a = 0 THEN format END AS f, CASE WHEN b = 0 THEN department END AS g, count(*), count(ticket_id),
       100.0 * sum(coalesce(quantity, 0)) / sum(sold), sum(sold * (price - discount)) - sum(coalesce(refund, 0)),
       count(CASE WHEN kind = 'fit' THEN 1 END), count(ticket_id) - count(kind)
FROM lines, sets
GROUP BY a, b, f, g
ORDER BY a, b, f, g;
