-- Items sold in all three channels in the last quarter of 2022 that nobody gave back afterwards, with what each channel sold of them.
WITH everywhere AS (
  SELECT item_id FROM shop_sales JOIN calendar USING (day_id) WHERE year = 2022 AND quarter = 4
  INTERSECT
  SELECT item_id FROM phone_sales JOIN calendar USING (day_id) WHERE year = 2022 AND quarter = 4
  INTERSECT
  SELECT item_id FROM web_sales JOIN calendar USING (day_id) WHERE year = 2022 AND quarter >= 3
  EXCEPT
  SELECT item_id FROM web_returns JOIN calendar USING (day_id) WHERE year = 2023
  EXCEPT
  SELECT item_id FROM phone_returns JOIN calendar USING (day_id) WHERE year = 2023
)
SELECT i.item_id, i.name, p.pieces AS shop_pieces, q.pieces AS phone_pieces, r.pieces AS web_pieces
FROM everywhere e JOIN item i ON i.item_id = e.item_id
JOIN (SELECT item_id, sum(quantity) AS pieces FROM shop_sales GROUP BY item_id) p ON p.item_id = e.item_id
JOIN (SELECT item_id, sum(quantity) AS pieces FROM phone_sales GROUP BY item_id) q ON q.item_id = e.item_id
JOIN (SELECT item_id, sum(quantity) AS pieces FROM web_sales GROUP BY item_id) r ON r.item_id = e.item_id
ORDER BY p.pieces + q.pieces + r.pieces DESC, i.item_id
LIMIT 100;
