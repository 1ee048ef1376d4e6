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
), dated AS (SELECT * FROM movement JOIN calendar USING (day_id))
SELECT 0 AS level, channel, year, quarter, sum(sold), sum(refunded), sum(profit), count(*) FROM dated GROUP BY channel, year, quarter
UNION ALL
SELECT 1, channel, year, NULL, sum(sold), sum(refunded), sum(profit), count(*) FROM dated GROUP BY channel, year
UNION ALL
SELECT 2, channel, NULL, NULL, sum(sold), sum(refunded), sum(profit), count(*) FROM dated GROUP BY channel
UNION ALL
SELECT 3, NULL, NULL, NULL, sum(sold), sum(refunded), sum(profit), count(*) FROM dated
ORDER BY level, channel, year, quarter;
