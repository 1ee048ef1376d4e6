-- Customers who bought in a shop and by telephone or on the web in 2021 and have never given anything back in a shop, by sex, decade of
-- birth and income.
SELECT c.gender, c.birth_year / 10 * 10 AS decade, b.low AS income, count(*) AS customers, avg(h.children) AS children, max(h.cars) AS cars
FROM customer c LEFT JOIN household h ON h.household_id = c.household_id LEFT JOIN income_band b ON b.band_id = h.band_id
WHERE EXISTS (SELECT 1 FROM shop_sales s, calendar d WHERE s.customer_id = c.customer_id AND s.day_id = d.day_id AND d.year = 2021)
  AND (EXISTS (SELECT 1 FROM phone_sales p, calendar d WHERE p.customer_id = c.customer_id AND p.day_id = d.day_id AND d.year = 2021)
       OR EXISTS (SELECT 1 FROM web_sales w, calendar d WHERE w.customer_id = c.customer_id AND w.day_id = d.day_id AND d.year = 2021))
  AND NOT EXISTS (SELECT 1 FROM shop_returns r WHERE r.customer_id = c.customer_id)
GROUP BY c.gender, decade, b.low
ORDER BY c.gender NULLS FIRST, decade NULLS FIRST, income NULLS FIRST;
