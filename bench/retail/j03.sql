-- 11 tables, both chains of an item: goods of foreign makers in each country's shops.
SELECT y.name AS sold_in, m.name AS maker, my.name AS made_in, g.name AS department, sum(s.quantity) AS pieces
FROM shop_sales s
JOIN store t ON t.store_id = s.store_id
JOIN city c ON c.city_id = t.city_id
JOIN province p ON p.province_id = c.province_id
JOIN country y ON y.country_id = p.country_id
JOIN item i ON i.item_id = s.item_id
JOIN category k ON k.category_id = i.category_id
JOIN department g ON g.department_id = k.department_id
JOIN brand b ON b.brand_id = i.brand_id
JOIN maker m ON m.maker_id = b.maker_id
JOIN country my ON my.country_id = m.country_id
WHERE my.continent_id <> y.continent_id AND b.tier IN ('premium', 'luxury')
GROUP BY y.name, m.maker_id, m.name, my.name, g.name
ORDER BY pieces DESC, sold_in, m.maker_id, department
LIMIT 100;
