-- 16 tables, selective at the ends of long chains: what is dear, from Asia, for low incomes in Europe, in the evening.
SELECT u.customer_id, u.last_name, c.name AS city, b.name AS brand, m.name AS maker, s.quantity, s.price, d.day_date
FROM shop_sales s, calendar d, clock h, customer u, household hh, income_band v, address a, city c, province p, country y, continent n,
     item i, brand b, maker m, country my, continent mn
WHERE d.day_id = s.day_id AND h.hour_id = s.hour_id AND u.customer_id = s.customer_id AND hh.household_id = u.household_id
  AND v.band_id = hh.band_id AND a.address_id = u.address_id AND c.city_id = a.city_id AND p.province_id = c.province_id
  AND y.country_id = p.country_id AND n.continent_id = y.continent_id AND i.item_id = s.item_id AND b.brand_id = i.brand_id
  AND m.maker_id = b.maker_id AND my.country_id = m.country_id AND mn.continent_id = my.continent_id
  AND n.name = 'Europe' AND mn.name = 'Asia' AND v.high <= 50000 AND b.tier IN ('luxury', 'premium') AND h.part = 'evening'
ORDER BY s.quantity * s.price DESC, u.customer_id, s.ticket_id, s.line_no
LIMIT 100;
