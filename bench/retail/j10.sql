-- 10 tables, two facts that meet in many rows: web orders of items that the warehouse had hardly any of at the last counting before.
SELECT w.name AS warehouse, g.name AS department, count(*) AS lines, sum(s.quantity - k.quantity) AS missing
FROM web_sales s
JOIN stock k ON k.item_id = s.item_id AND k.warehouse_id = s.warehouse_id AND k.quantity < s.quantity
JOIN calendar sd ON sd.day_id = s.day_id
JOIN calendar kd ON kd.day_id = k.day_id
JOIN item i ON i.item_id = s.item_id
JOIN category c ON c.category_id = i.category_id
JOIN department g ON g.department_id = c.department_id
JOIN warehouse w ON w.warehouse_id = s.warehouse_id
JOIN city t ON t.city_id = w.city_id
JOIN province p ON p.province_id = t.province_id
WHERE sd.week_id >= kd.week_id AND sd.week_id < kd.week_id + 8
GROUP BY w.name, g.name
ORDER BY missing DESC, warehouse, department;
