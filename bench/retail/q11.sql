-- The three items that earned the most in each country and department in the summer of 2023, over all channels, where one earned at all.
WITH earned AS (
  SELECT c.country_id, s.item_id, s.quantity * (s.price - s.discount - s.cost) AS profit, s.day_id
  FROM shop_sales s JOIN store t ON t.store_id = s.store_id JOIN city c0 ON c0.city_id = t.city_id
  JOIN province c ON c.province_id = c0.province_id
  UNION ALL
  SELECT t.country_id, s.item_id, s.quantity * (s.price - s.discount - s.cost) - s.freight, s.day_id
  FROM web_sales s JOIN site t ON t.site_id = s.site_id
  UNION ALL
  SELECT c.country_id, s.item_id, s.quantity * (s.price - s.discount - s.cost) - s.freight, s.day_id
  FROM phone_sales s JOIN call_center t ON t.center_id = s.center_id JOIN city c0 ON c0.city_id = t.city_id
  JOIN province c ON c.province_id = c0.province_id
)
SELECT country, department, place, item_id, item, profit
FROM (SELECT o.name AS country, g.name AS department, i.item_id, i.name AS item, sum(e.profit) AS profit,
             row_number() OVER (PARTITION BY o.name, g.name ORDER BY round(sum(e.profit), 2) DESC, i.item_id) AS place
      FROM earned e, calendar d, country o, item i, category k, department g
      WHERE d.day_id = e.day_id AND d.year = 2023 AND d.month BETWEEN 6 AND 8 AND o.country_id = e.country_id
        AND i.item_id = e.item_id AND k.category_id = i.category_id AND g.department_id = k.department_id
      GROUP BY o.name, g.name, i.item_id, i.name
      HAVING sum(e.profit) > 0) AS ranked
WHERE place <= 3
ORDER BY country, department, place;
