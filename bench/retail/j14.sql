-- 13 tables, chains of outer joins with conditions inside: customers of a few cities with all that is known of them and their orders.
SELECT c.name AS city, coalesce(v.low, -1) AS income, count(DISTINCT u.customer_id) AS customers, count(s.order_id) AS lines,
       count(i.item_id) AS dear_items, count(b.brand_id) AS luxury, count(l.day_id) AS letters, sum(coalesce(r.refund, 0)) AS refunds
FROM customer u
JOIN address a ON a.address_id = u.address_id
JOIN city c ON c.city_id = a.city_id
JOIN province p ON p.province_id = c.province_id
LEFT JOIN (household h JOIN income_band v ON v.band_id = h.band_id AND v.high <= 100000) ON h.household_id = u.household_id
LEFT JOIN calendar l ON l.day_id = u.letter_day_id AND l.year = 2021
LEFT JOIN (phone_sales s JOIN calendar d ON d.day_id = s.day_id AND d.year = 2022) ON s.customer_id = u.customer_id
LEFT JOIN item i ON i.item_id = s.item_id AND i.list_price > 50
LEFT JOIN brand b ON b.brand_id = i.brand_id AND b.tier = 'luxury'
LEFT JOIN phone_returns r ON r.order_id = s.order_id AND r.line_no = s.line_no
LEFT JOIN reason e ON e.reason_id = r.reason_id
WHERE p.country_id IN (1, 2) AND (e.kind IS NULL OR e.kind <> 'mistake')
GROUP BY c.city_id, c.name, v.low
ORDER BY lines DESC, c.city_id, income
LIMIT 100;
