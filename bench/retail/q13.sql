-- Items of which a warehouse held at least half as much and at most twice as much in the half year after the first of July 2021 as in
-- the half year before.
SELECT w.name, i.item_id, sum(CASE WHEN d.day_date < '2021-07-01' THEN k.quantity ELSE 0 END) AS before,
       sum(CASE WHEN d.day_date >= '2021-07-01' THEN k.quantity ELSE 0 END) AS after
FROM stock k, warehouse w, item i, calendar d
WHERE w.warehouse_id = k.warehouse_id AND i.item_id = k.item_id AND d.day_id = k.day_id
  AND d.day_date BETWEEN '2021-01-01' AND '2021-12-31' AND i.list_price BETWEEN 20 AND 60
GROUP BY w.warehouse_id, w.name, i.item_id
HAVING 1.0 * sum(CASE WHEN d.day_date >= '2021-07-01' THEN k.quantity ELSE 0 END)
         / sum(CASE WHEN d.day_date < '2021-07-01' THEN k.quantity ELSE 0 END) BETWEEN 0.5 AND 2
ORDER BY w.warehouse_id, i.item_id
LIMIT 100;
