-- 15 tables, a clique over the country: shops, sites, warehouses, call centers and makers of one country, and what they share.
SELECT y.name AS country, count(*) AS combinations, count(DISTINCT t.store_id) AS stores, count(DISTINCT x.site_id) AS sites,
       count(DISTINCT w.warehouse_id) AS warehouses, count(DISTINCT z.center_id) AS centers, count(DISTINCT m.maker_id) AS makers,
       count(DISTINCT b.brand_id) AS brands, max(t.area) AS largest
FROM store t, city tc, province tp, site x, warehouse w, city wc, province wp, call_center z, city zc, province zp, maker m, brand b,
     country y, continent n, manager g
WHERE tc.city_id = t.city_id AND tp.province_id = tc.province_id AND wc.city_id = w.city_id AND wp.province_id = wc.province_id
  AND zc.city_id = z.city_id AND zp.province_id = zc.province_id AND tp.country_id = x.country_id AND x.country_id = wp.country_id
  AND wp.country_id = zp.country_id AND zp.country_id = m.country_id AND m.country_id = y.country_id AND b.maker_id = m.maker_id
  AND n.continent_id = y.continent_id AND g.manager_id = t.manager_id
GROUP BY y.name
ORDER BY y.name;
