-- How much of what shops sold in 2022 comes back, by format of the shop and by department, by either alone, and in all, with the most
-- frequent kind of reason apart.
SELECT t.format, g.name AS department, count(*) AS lines, count(r.ticket_id) AS returned,
       100.0 * sum(coalesce(r.quantity, 0)) / sum(s.quantity) AS pieces_percent,
       sum(s.quantity * (s.price - s.discount)) - sum(coalesce(r.refund, 0)) AS kept,
       count(CASE WHEN e.kind = 'fit' THEN 1 END) AS did_not_fit, count(r.ticket_id) - count(e.kind) AS no_reason
FROM shop_sales s
JOIN calendar d ON d.day_id = s.day_id AND d.year = 2022
JOIN store t ON t.store_id = s.store_id
JOIN item i ON i.item_id = s.item_id
JOIN category k ON k.category_id = i.category_id
JOIN department g ON g.department_id = k.department_id
LEFT JOIN shop_returns r ON r.ticket_id = s.ticket_id AND r.line_no = s.line_no
LEFT JOIN reason e ON e.reason_id = r.reason_id
GROUP BY GROUPING SETS ((t.format, g.name), (t.format), (g.name), ())
ORDER BY grouping(t.format), grouping(g.name), t.format, g.name;
