-- 17 tables: every arm of a sale in a shop, with the days of sale, launch and letter.
SELECT y.name AS country, n.name AS continent, b.tier, h.part, count(*) AS lines, sum(s.quantity * (s.price - s.cost)) AS profit,
       max(d.day_id - l.day_id) AS oldest, min(v.high) AS income
FROM shop_sales s, calendar d, calendar l, calendar e, clock h, store t, city tc, province tp, country y, continent n, item i, category k,
     brand b, customer u, household hh, income_band v, address a
WHERE d.day_id = s.day_id AND h.hour_id = s.hour_id AND t.store_id = s.store_id AND tc.city_id = t.city_id
  AND tp.province_id = tc.province_id AND y.country_id = tp.country_id AND n.continent_id = y.continent_id
  AND i.item_id = s.item_id AND l.day_id = i.launch_day_id AND k.category_id = i.category_id AND b.brand_id = i.brand_id
  AND u.customer_id = s.customer_id AND e.day_id = u.letter_day_id AND hh.household_id = u.household_id AND v.band_id = hh.band_id
  AND a.address_id = u.address_id
  AND d.year = 2022 AND l.year >= 2020 AND e.day_id < d.day_id AND k.name IN ('Shirts', 'Lamps', 'Shoes', 'Chairs', 'Phones')
  AND v.low < 60000 AND a.kind IN ('house', 'flat')
GROUP BY y.name, n.name, b.tier, h.part
ORDER BY profit DESC, country, b.tier, h.part;
