-- 17 tables, anti-joins: red and blue items in stock in a country in 2022 that nobody there bought that year, neither in a shop nor on the web.
SELECT y.name AS country, i.item_id, i.name AS item, g.name AS department, sum(k.quantity) AS pieces
FROM stock k
JOIN calendar d ON d.day_id = k.day_id
JOIN warehouse w ON w.warehouse_id = k.warehouse_id
JOIN city c ON c.city_id = w.city_id
JOIN province p ON p.province_id = c.province_id
JOIN country y ON y.country_id = p.country_id
JOIN item i ON i.item_id = k.item_id
JOIN category h ON h.category_id = i.category_id
JOIN department g ON g.department_id = h.department_id
WHERE d.year = 2022 AND i.colour IN ('red', 'blue') AND g.name <> 'Food'
  AND (k.item_id, p.country_id) NOT IN (SELECT s.item_id, tp.country_id
                                        FROM shop_sales s JOIN store t ON t.store_id = s.store_id JOIN city tc ON tc.city_id = t.city_id
                                        JOIN province tp ON tp.province_id = tc.province_id JOIN calendar sd ON sd.day_id = s.day_id
                                        WHERE sd.year = 2022)
  AND NOT EXISTS (SELECT 1 FROM web_sales s JOIN site t ON t.site_id = s.site_id JOIN calendar sd ON sd.day_id = s.day_id
                  WHERE s.item_id = k.item_id AND t.country_id = y.country_id AND sd.year = 2022)
GROUP BY y.country_id, y.name, i.item_id, i.name, g.name
HAVING sum(k.quantity) > 500
ORDER BY pieces DESC, country, i.item_id
LIMIT 100;
