-- 13 tables, customers beside customers: pairs from one province who bought the same item in the same shop in the same month.
SELECT p.name AS province, k.name AS category, count(*) AS pairs, count(DISTINCT u1.customer_id) AS customers, sum(s1.quantity + s2.quantity) AS pieces
FROM shop_sales s1, shop_sales s2, calendar d1, calendar d2, customer u1, customer u2, address a1, address a2, city c1, city c2,
     province p, item i, category k
WHERE s2.item_id = s1.item_id AND s2.store_id = s1.store_id AND s1.customer_id < s2.customer_id
  AND d1.day_id = s1.day_id AND d2.day_id = s2.day_id AND d2.year = d1.year AND d2.month = d1.month
  AND u1.customer_id = s1.customer_id AND u2.customer_id = s2.customer_id
  AND a1.address_id = u1.address_id AND a2.address_id = u2.address_id AND c1.city_id = a1.city_id
  AND c2.city_id = a2.city_id AND c2.province_id = c1.province_id AND p.province_id = c1.province_id
  AND i.item_id = s1.item_id AND k.category_id = i.category_id
GROUP BY p.province_id, p.name, k.name
ORDER BY pairs DESC, p.province_id, category
LIMIT 100;
