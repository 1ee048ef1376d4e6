-- 9 tables, a snowflake of two arms: what shops of big cities sold at Christmas, by country and department.
SELECT y.name AS country, g.name AS department, count(*) AS lines, sum(s.quantity * (s.price - s.discount)) AS revenue
FROM shop_sales s, calendar d, store t, city c, province p, country y, item i, category k, department g
WHERE d.day_id = s.day_id AND t.store_id = s.store_id AND c.city_id = t.city_id AND p.province_id = c.province_id
  AND y.country_id = p.country_id AND i.item_id = s.item_id AND k.category_id = i.category_id AND g.department_id = k.department_id
  AND d.month = 12 AND c.size_class <> 'town'
GROUP BY y.name, g.name
ORDER BY revenue DESC, country, department;
