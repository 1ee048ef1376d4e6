-- For each department: items in it, items never sold on the web, items that nobody gave back, the lines of the web with more than
-- double the average discount of their item, and what an average piece of the telephone's best item earned.
SELECT g.name,
       (SELECT count(*) FROM item i, category k WHERE k.category_id = i.category_id AND k.department_id = g.department_id) AS items,
       (SELECT count(*) FROM item i, category k
        WHERE k.category_id = i.category_id AND k.department_id = g.department_id
          AND i.item_id NOT IN (SELECT item_id FROM web_sales WHERE quantity >= 3)) AS hardly_on_the_web,
       (SELECT count(*) FROM item i, category k
        WHERE k.category_id = i.category_id AND k.department_id = g.department_id
          AND NOT EXISTS (SELECT 1 FROM shop_returns r WHERE r.item_id = i.item_id AND r.quantity > 3)) AS kept,
       (SELECT count(*) FROM web_sales s, item i, category k
        WHERE i.item_id = s.item_id AND k.category_id = i.category_id AND k.department_id = g.department_id
          AND s.discount > 2 * (SELECT avg(o.discount) FROM web_sales o WHERE o.item_id = s.item_id)) AS cheap_lines,
       (SELECT max(profit) FROM (SELECT avg(s.price - s.discount - s.cost) AS profit FROM phone_sales s, item i, category k
                                 WHERE i.item_id = s.item_id AND k.category_id = i.category_id AND k.department_id = g.department_id
                                 GROUP BY s.item_id) AS of_items) AS best
FROM department g
ORDER BY g.name;
