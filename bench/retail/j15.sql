-- 9 tables, a join by a range of days: lines sold in shops without promotion while one ran for their category, by country and medium.
SELECT y.name AS country, m.medium, g.name AS department, count(*) AS lines, count(DISTINCT m.promotion_id) AS promotions,
       sum(s.quantity * s.price) AS amount
FROM shop_sales s, promotion m, item i, category k, department g, store t, city c, province p, country y
WHERE s.promotion_id IS NULL AND m.channel = 'shop' AND s.day_id BETWEEN m.first_day_id AND m.last_day_id
  AND m.category_id = i.category_id AND i.item_id = s.item_id AND k.category_id = i.category_id AND g.department_id = k.department_id
  AND t.store_id = s.store_id AND c.city_id = t.city_id AND p.province_id = c.province_id AND y.country_id = p.country_id
GROUP BY y.name, m.medium, g.name
ORDER BY lines DESC, country, m.medium, department
LIMIT 100;
