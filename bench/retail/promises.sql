-- lines sold
SELECT (SELECT count(*) FROM shop_sales) NOT BETWEEN 960000 * :scale AND 1040000 * :scale
    OR (SELECT count(*) FROM phone_sales) NOT BETWEEN 480000 * :scale AND 520000 * :scale
    OR (SELECT count(*) FROM web_sales) NOT BETWEEN 285000 * :scale AND 315000 * :scale;
-- keys
SELECT count(*) FROM (SELECT 1 FROM shop_sales GROUP BY ticket_id, line_no HAVING count(*) > 1);
-- skewed items: a tenth of them sells a quarter of the lines
SELECT sum(n) < 0.25 * (SELECT count(*) FROM shop_sales)
FROM (SELECT count(*) AS n, row_number() OVER (ORDER BY count(*) DESC) AS place FROM shop_sales GROUP BY item_id)
WHERE place <= (SELECT count(*) FROM item) / 10;
-- seasons
SELECT sum(month = 12) < 1.7 * sum(month = 1) FROM shop_sales JOIN calendar USING (day_id);
-- unknown buyers
SELECT abs(avg(customer_id IS NULL) - 0.08) > 0.02 OR (SELECT abs(avg(customer_id IS NULL) - 0.15) > 0.04 FROM web_sales) FROM shop_sales;
-- promotions on few lines
SELECT avg(promotion_id IS NOT NULL) NOT BETWEEN 0.1 AND 0.4 FROM web_sales;
-- launches
SELECT count(*) FROM shop_sales s JOIN item i USING (item_id) WHERE i.launch_day_id > s.day_id;
-- ship days
SELECT count(*) FROM web_sales WHERE ship_day_id < day_id;
-- open stores
SELECT count(*) FROM shop_sales s JOIN store t USING (store_id) WHERE s.day_id < t.open_day_id OR s.day_id > t.close_day_id;
-- days of promotions
SELECT count(*) FROM phone_sales s JOIN promotion p USING (promotion_id) JOIN item i USING (item_id)
WHERE s.day_id NOT BETWEEN p.first_day_id AND p.last_day_id OR p.channel <> 'phone' OR p.category_id <> i.category_id;
-- returns of what was sold
SELECT count(*) FROM shop_returns r LEFT JOIN shop_sales s USING (ticket_id, line_no)
WHERE s.ticket_id IS NULL OR s.item_id <> r.item_id OR s.customer_id IS NOT r.customer_id OR r.quantity > s.quantity
   OR r.day_id <= s.day_id OR abs(r.refund - r.quantity * (s.price - s.discount)) > 0.001;
-- buyers at home
SELECT avg(ac.country_id = sc.country_id) < 0.5
FROM shop_sales s JOIN store t USING (store_id) JOIN city tc ON tc.city_id = t.city_id JOIN province sc ON sc.province_id = tc.province_id
JOIN customer c USING (customer_id) JOIN address a USING (address_id) JOIN city cc ON cc.city_id = a.city_id
JOIN province ac ON ac.province_id = cc.province_id;
-- brands of a department
SELECT count(*) FROM (SELECT 1 FROM item JOIN category USING (category_id) WHERE brand_id IS NOT NULL
                      GROUP BY brand_id HAVING count(DISTINCT department_id) > 1);
