-- 11 tables, right and full joins: every province with its shops and warehouses and what they sold and sent, also where there is none.
SELECT y.name AS country, p.name AS province, count(DISTINCT q.store_id) AS stores, sum(q.pieces) AS sold, count(DISTINCT o.warehouse_id) AS warehouses,
       sum(o.pieces) AS sent
FROM (SELECT c.province_id, t.store_id, sum(s.quantity) AS pieces
      FROM shop_sales s JOIN calendar d ON d.day_id = s.day_id AND d.year = 2022
      RIGHT JOIN store t ON t.store_id = s.store_id JOIN city c ON c.city_id = t.city_id
      GROUP BY c.province_id, t.store_id) AS q
FULL JOIN (SELECT c.province_id, w.warehouse_id, sum(s.quantity) AS pieces
           FROM web_sales s JOIN calendar d ON d.day_id = s.day_id AND d.year = 2022
           RIGHT JOIN warehouse w ON w.warehouse_id = s.warehouse_id JOIN city c ON c.city_id = w.city_id
           GROUP BY c.province_id, w.warehouse_id) AS o ON o.province_id = q.province_id
RIGHT JOIN province p ON p.province_id = coalesce(q.province_id, o.province_id)
JOIN country y ON y.country_id = p.country_id
JOIN continent n ON n.continent_id = y.continent_id
GROUP BY y.name, p.province_id, p.name
ORDER BY y.name, p.province_id;
