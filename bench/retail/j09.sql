-- 12 tables, two customers with a chain each: presents ordered by telephone that go from one country to another.
SELECT y1.name AS giver, y2.name AS receiver, count(*) AS lines, count(DISTINCT s.order_id) AS orders, sum(s.freight) AS freight
FROM phone_sales s, calendar d, customer u1, address a1, city c1, province p1, country y1, customer u2, address a2, city c2, province p2,
     country y2
WHERE d.day_id = s.day_id AND u1.customer_id = s.customer_id AND a1.address_id = u1.address_id AND c1.city_id = a1.city_id
  AND p1.province_id = c1.province_id AND y1.country_id = p1.country_id
  AND u2.customer_id = s.receiver_id AND a2.address_id = u2.address_id AND c2.city_id = a2.city_id
  AND p2.province_id = c2.province_id AND y2.country_id = p2.country_id
  AND y1.currency = 'EUR' AND y2.currency <> 'EUR' AND d.quarter = 4
GROUP BY y1.name, y2.name
ORDER BY lines DESC, giver, receiver;
