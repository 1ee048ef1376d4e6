-- 11 tables, outer joins to sparse dimensions: what became of the telephone's orders of 2021, with and without promotion, center, carrier.
SELECT coalesce(m.medium, 'no promotion') AS medium, coalesce(z.name, 'no center') AS center, coalesce(c.kind, 'no carrier') AS carrier,
       count(*) AS lines, count(r.order_id) AS returned, count(e.reason_id) AS explained, count(b.brand_id) AS branded,
       sum(s.quantity * s.price) - sum(coalesce(r.refund, 0)) AS kept
FROM phone_sales s
JOIN calendar d ON d.day_id = s.day_id
JOIN item i ON i.item_id = s.item_id
LEFT JOIN brand b ON b.brand_id = i.brand_id AND b.tier <> 'budget'
LEFT JOIN promotion m ON m.promotion_id = s.promotion_id
LEFT JOIN call_center z ON z.center_id = s.center_id
LEFT JOIN manager x ON x.manager_id = z.manager_id
LEFT JOIN carrier c ON c.carrier_id = s.carrier_id
LEFT JOIN phone_returns r ON r.order_id = s.order_id AND r.line_no = s.line_no
LEFT JOIN reason e ON e.reason_id = r.reason_id
LEFT JOIN calendar rd ON rd.day_id = r.day_id
WHERE d.year = 2021 AND (rd.year IS NULL OR rd.year = 2021)
GROUP BY medium, center, carrier
ORDER BY medium, center, carrier;
