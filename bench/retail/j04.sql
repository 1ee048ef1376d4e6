-- 12 tables, a circle: customers who buy in their own country, of a shop in their own province, what was made in that country.
SELECT y.name AS country, p.name AS province, count(DISTINCT u.customer_id) AS customers, sum(s.quantity * s.price) AS amount
FROM shop_sales s, customer u, address a, city uc, province p, country y, store t, city tc, item i, brand b, maker m, calendar d
WHERE u.customer_id = s.customer_id AND a.address_id = u.address_id AND uc.city_id = a.city_id AND p.province_id = uc.province_id
  AND y.country_id = p.country_id AND t.store_id = s.store_id AND tc.city_id = t.city_id AND tc.province_id = p.province_id
  AND i.item_id = s.item_id AND b.brand_id = i.brand_id AND m.maker_id = b.maker_id AND m.country_id = y.country_id
  AND d.day_id = s.day_id AND d.year >= 2021
GROUP BY y.name, p.province_id, p.name
ORDER BY amount DESC, p.province_id;
