-- 12 tables, three facts in a chain: bought in a shop, given back, bought again on the web by the same customer in the same category.
SELECT k.name AS category, e.kind AS reason, d3.year, count(*) AS times, sum(w.quantity * w.price) AS spent_again
FROM shop_sales s
JOIN shop_returns r ON r.ticket_id = s.ticket_id AND r.line_no = s.line_no
JOIN web_sales w ON w.customer_id = s.customer_id
JOIN item i ON i.item_id = s.item_id
JOIN item wi ON wi.item_id = w.item_id AND wi.category_id = i.category_id
JOIN category k ON k.category_id = i.category_id
JOIN reason e ON e.reason_id = r.reason_id
JOIN calendar d1 ON d1.day_id = s.day_id
JOIN calendar d2 ON d2.day_id = r.day_id
JOIN calendar d3 ON d3.day_id = w.day_id
JOIN store t ON t.store_id = s.store_id
JOIN site x ON x.site_id = w.site_id
WHERE d1.year >= 2020 AND d2.year = d1.year AND d3.day_id > d2.day_id AND t.format <> 'kiosk' AND x.kind <> 'marketplace'
GROUP BY k.name, e.kind, d3.year
ORDER BY times DESC, category, reason, d3.year
LIMIT 100;
