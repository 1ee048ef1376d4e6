-- Items that a customer bought in a shop, gave back, and ordered by telephone within the year after, by item: how often, how many pieces.
SELECT i.item_id, i.name, t.format, count(*) AS times, avg(s.quantity) AS bought, avg(r.quantity) AS given_back, avg(p.quantity) AS ordered,
       max(p.day_id - r.day_id) AS longest
FROM shop_sales s, shop_returns r, phone_sales p, calendar sold, calendar returned, calendar ordered, store t, item i
WHERE r.ticket_id = s.ticket_id AND r.line_no = s.line_no AND p.customer_id = r.customer_id AND p.item_id = r.item_id
  AND sold.day_id = s.day_id AND returned.day_id = r.day_id AND ordered.day_id = p.day_id
  AND sold.year >= 2020 AND returned.year >= 2020 AND ordered.day_id > returned.day_id AND ordered.year <= returned.year + 1
  AND t.store_id = s.store_id AND i.item_id = s.item_id
GROUP BY i.item_id, i.name, t.format
ORDER BY times DESC, i.item_id, t.format
LIMIT 100;
