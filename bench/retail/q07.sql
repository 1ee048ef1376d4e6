-- The brands that make four fifths of the revenue of each department in shops: rank, share, and share of all brands up to it.
SELECT department, brand, revenue, place, share, share_so_far
FROM (SELECT g.name AS department, b.name AS brand, b.brand_id, sum(s.quantity * (s.price - s.discount)) AS revenue,
             rank() OVER (PARTITION BY g.name ORDER BY sum(s.quantity * (s.price - s.discount)) DESC) AS place,
             100.0 * sum(s.quantity * (s.price - s.discount)) / sum(sum(s.quantity * (s.price - s.discount))) OVER (PARTITION BY g.name)
               AS share,
             100.0 * sum(sum(s.quantity * (s.price - s.discount)))
                       OVER (PARTITION BY g.name ORDER BY sum(s.quantity * (s.price - s.discount)) DESC, b.brand_id
                             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
               / sum(sum(s.quantity * (s.price - s.discount))) OVER (PARTITION BY g.name) AS share_so_far
      FROM shop_sales s, item i, brand b, category k, department g
      WHERE i.item_id = s.item_id AND b.brand_id = i.brand_id AND k.category_id = i.category_id AND g.department_id = k.department_id
      GROUP BY g.name, b.name, b.brand_id) AS ranked
WHERE share_so_far - share < 80
ORDER BY department, place, brand_id;
