-- Shops whose average ticket is above that of all shops of their format, and whose tickets number at least half of the average shop's.
SELECT t.store_id, t.name, t.format, count(DISTINCT s.ticket_id) AS tickets, sum(s.quantity * s.price) / count(DISTINCT s.ticket_id) AS ticket,
       count(DISTINCT s.customer_id) AS customers
FROM shop_sales s JOIN store t ON t.store_id = s.store_id
GROUP BY t.store_id, t.name, t.format
HAVING sum(s.quantity * s.price) / count(DISTINCT s.ticket_id)
         > (SELECT sum(o.quantity * o.price) / count(DISTINCT o.ticket_id)
            FROM shop_sales o JOIN store u ON u.store_id = o.store_id WHERE u.format = t.format)
   AND count(DISTINCT s.ticket_id) > (SELECT count(DISTINCT ticket_id) / count(DISTINCT store_id) / 2 FROM shop_sales)
ORDER BY t.store_id;
