-- 16 tables, conditions across arms joined by OR: web orders of three kinds of people and places, each with its own class of goods.
SELECT y.name AS country, g.name AS department, x.kind AS site, count(*) AS lines, avg(s.quantity) AS quantity, sum(s.freight) AS freight
FROM web_sales s, calendar d, clock h, site x, customer u, household hh, income_band v, address a, city c, province p, country y, item i,
     category k, department g, brand b, carrier f
WHERE d.day_id = s.day_id AND h.hour_id = s.hour_id AND x.site_id = s.site_id AND u.customer_id = s.customer_id
  AND a.address_id = s.address_id AND c.city_id = a.city_id AND p.province_id = c.province_id AND y.country_id = p.country_id
  AND i.item_id = s.item_id AND k.category_id = i.category_id AND g.department_id = k.department_id AND b.brand_id = i.brand_id
  AND f.carrier_id = s.carrier_id
  AND ((hh.household_id = u.household_id AND v.band_id = hh.band_id AND hh.children >= 2 AND g.name IN ('Toys', 'Clothing') AND v.low >= 30000)
       OR (hh.household_id = u.household_id AND v.band_id = hh.band_id AND hh.cars = 0 AND f.kind = 'express' AND c.size_class = 'metropolis')
       OR (hh.household_id = u.household_id AND v.band_id = hh.band_id AND v.high > 100000 AND b.tier = 'luxury' AND h.part <> 'morning'))
GROUP BY y.name, g.name, x.kind
ORDER BY lines DESC, country, department, site
LIMIT 100;
