-- 15 tables, bushy: what the three channels sold of each brand in 2022, each channel joined by itself before the brands meet.
SELECT b.name AS brand, m.name AS maker, y.name AS country, s.pieces AS shop, p.pieces AS phone, w.pieces AS web, r.pieces AS returned
FROM brand b
JOIN maker m ON m.maker_id = b.maker_id
JOIN country y ON y.country_id = m.country_id
JOIN (SELECT i.brand_id, sum(s.quantity) AS pieces FROM shop_sales s JOIN calendar d ON d.day_id = s.day_id
      JOIN item i ON i.item_id = s.item_id WHERE d.year = 2022 GROUP BY i.brand_id) s ON s.brand_id = b.brand_id
JOIN (SELECT i.brand_id, sum(s.quantity) AS pieces FROM phone_sales s JOIN calendar d ON d.day_id = s.day_id
      JOIN item i ON i.item_id = s.item_id WHERE d.year = 2022 GROUP BY i.brand_id) p ON p.brand_id = b.brand_id
JOIN (SELECT i.brand_id, sum(s.quantity) AS pieces FROM web_sales s JOIN calendar d ON d.day_id = s.day_id
      JOIN item i ON i.item_id = s.item_id WHERE d.year = 2022 GROUP BY i.brand_id) w ON w.brand_id = b.brand_id
LEFT JOIN (SELECT i.brand_id, sum(s.quantity) AS pieces FROM shop_returns s JOIN item i ON i.item_id = s.item_id
           WHERE s.quantity > 2 GROUP BY i.brand_id) r ON r.brand_id = b.brand_id
WHERE p.pieces > s.pieces AND y.continent_id IN (SELECT continent_id FROM continent WHERE name <> 'Africa')
ORDER BY b.brand_id;
