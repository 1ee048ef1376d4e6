-- 9 tables, the calendar three times: web orders of the quarter in which their item was launched, shipped in a later month than ordered.
SELECT o.year, o.month, sh.month AS ship_month, w.name AS warehouse, count(*) AS lines, sum(s.quantity) AS pieces, min(i.list_price) AS cheapest
FROM web_sales s
JOIN calendar o ON o.day_id = s.day_id
JOIN calendar sh ON sh.day_id = s.ship_day_id
JOIN item i ON i.item_id = s.item_id
JOIN calendar l ON l.day_id = i.launch_day_id
JOIN site t ON t.site_id = s.site_id
JOIN country y ON y.country_id = t.country_id
JOIN warehouse w ON w.warehouse_id = s.warehouse_id
JOIN carrier c ON c.carrier_id = s.carrier_id
WHERE o.year = l.year AND o.quarter = l.quarter AND sh.month <> o.month AND y.currency = 'EUR' AND c.kind <> 'express'
GROUP BY o.year, o.month, sh.month, w.name
ORDER BY o.year, o.month, sh.month, w.name;
