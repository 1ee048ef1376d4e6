-- 13 tables, semi-joins: sales of items that were on stock in a near warehouse that year, to people who also phoned, in shops whose
-- manager has people below.
SELECT y.name AS country, d.year, count(*) AS lines, sum(s.quantity) AS pieces
FROM shop_sales s
JOIN calendar d ON d.day_id = s.day_id
JOIN store t ON t.store_id = s.store_id
JOIN city c ON c.city_id = t.city_id
JOIN province p ON p.province_id = c.province_id
JOIN country y ON y.country_id = p.country_id
WHERE EXISTS (SELECT 1 FROM stock k, calendar kd, warehouse w, city wc, province wp
              WHERE k.item_id = s.item_id AND kd.day_id = k.day_id AND kd.year = d.year AND w.warehouse_id = k.warehouse_id
                AND wc.city_id = w.city_id AND wp.province_id = wc.province_id AND wp.country_id = y.country_id AND k.quantity > 100)
  AND s.customer_id IN (SELECT customer_id FROM phone_sales WHERE quantity > 20)
  AND t.manager_id IN (SELECT boss_id FROM manager)
GROUP BY y.name, d.year
ORDER BY y.name, d.year;
