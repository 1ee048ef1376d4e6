-- What each channel took in, gave back and earned, by channel, year and quarter, with totals of years, of channels and of everything.
WITH movement AS (
  SELECT 'shop' AS channel, day_id, quantity * (price - discount) AS sold, 0.00 AS refunded, quantity * (price - discount - cost) AS profit
  FROM shop_sales
  UNION ALL
  SELECT 'phone', day_id, quantity * (price - discount), 0.00, quantity * (price - discount - cost) - freight FROM phone_sales
  UNION ALL
  SELECT 'web', day_id, quantity * (price - discount), 0.00, quantity * (price - discount - cost) - freight FROM web_sales
  UNION ALL
  SELECT 'shop', day_id, 0.00, refund, -refund FROM shop_returns
  UNION ALL
  SELECT 'phone', day_id, 0.00, refund, -refund FROM phone_returns
  UNION ALL
  SELECT 'web', day_id, 0.00, refund, -refund FROM web_returns
)
SELECT grouping(channel) + grouping(year) + grouping(quarter) AS level, channel, year, quarter,
       sum(sold) AS sold, sum(refunded) AS refunded, sum(profit) AS profit, count(*) AS movements
FROM movement JOIN calendar USING (day_id)
GROUP BY ROLLUP (channel, year, quarter)
ORDER BY level, channel NULLS FIRST, year NULLS FIRST, quarter NULLS FIRST;
