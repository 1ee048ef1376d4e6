-- Web orders that come in more than one parcel and of which nothing was given back, by country of the address: orders, freight, profit.
SELECT y.name AS country, count(DISTINCT s.order_id) AS orders, sum(s.freight) AS freight,
       sum(s.quantity * (s.price - s.discount - s.cost)) AS profit
FROM web_sales s, address a, city c, province p, country y
WHERE a.address_id = s.address_id AND c.city_id = a.city_id AND p.province_id = c.province_id AND y.country_id = p.country_id
  AND EXISTS (SELECT 1 FROM web_sales o WHERE o.order_id = s.order_id AND o.carrier_id <> s.carrier_id)
  AND NOT EXISTS (SELECT 1 FROM web_returns r WHERE r.order_id = s.order_id)
GROUP BY y.country_id, y.name
ORDER BY orders DESC, country;
