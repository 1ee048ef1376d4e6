-- 11 tables, one dimension three times, outside in: who answers for what shops and call centers sold, three levels up.
SELECT b3.name AS top, b2.name AS middle, b1.name AS low, count(DISTINCT t.store_id) AS stores, count(DISTINCT z.center_id) AS centers,
       sum(s.quantity) AS pieces
FROM shop_sales s
JOIN calendar d ON d.day_id = s.day_id
JOIN store t ON t.store_id = s.store_id
JOIN city c ON c.city_id = t.city_id
LEFT JOIN manager b1 ON b1.manager_id = t.manager_id
LEFT JOIN manager b2 ON b2.manager_id = b1.boss_id
LEFT JOIN manager b3 ON b3.manager_id = b2.boss_id
LEFT JOIN call_center z ON z.manager_id = b1.manager_id
LEFT JOIN city zc ON zc.city_id = z.city_id
LEFT JOIN province zp ON zp.province_id = zc.province_id
LEFT JOIN country y ON y.country_id = zp.country_id
WHERE d.year = 2023 AND (y.currency IS NULL OR y.currency <> 'JPY')
GROUP BY b3.manager_id, b3.name, b2.manager_id, b2.name, b1.manager_id, b1.name
ORDER BY pieces DESC, b1.manager_id NULLS FIRST;
