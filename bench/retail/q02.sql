-- Categories that sold fewer pieces than in the year before, all channels together, with the fall of their price a piece.
WITH sold AS (
  SELECT day_id, item_id, quantity, price - discount AS net FROM shop_sales
  UNION ALL SELECT day_id, item_id, quantity, price - discount FROM phone_sales
  UNION ALL SELECT day_id, item_id, quantity, price - discount FROM web_sales
), yearly AS (
  SELECT d.year, g.category_id, g.name, sum(s.quantity) AS pieces, sum(s.quantity * s.net) AS revenue
  FROM sold s JOIN calendar d ON d.day_id = s.day_id JOIN item i ON i.item_id = s.item_id JOIN category g ON g.category_id = i.category_id
  GROUP BY d.year, g.category_id, g.name
)
SELECT now.year, now.name, now.pieces, before.pieces AS pieces_before, now.pieces - before.pieces AS change,
       now.revenue / now.pieces - before.revenue / before.pieces AS price_change
FROM yearly now JOIN yearly before ON before.category_id = now.category_id AND before.year = now.year - 1
WHERE now.pieces < before.pieces
ORDER BY change, now.year, now.name
LIMIT 50;
