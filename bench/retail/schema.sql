-- A retailer with three channels: shops, telephone and web. Without keys.
CREATE TABLE calendar (day_id INTEGER NOT NULL, day_date DATE NOT NULL, year INTEGER NOT NULL, quarter INTEGER NOT NULL,
                       month INTEGER NOT NULL, week_id INTEGER NOT NULL, weekday INTEGER NOT NULL, holiday VARCHAR);
CREATE TABLE clock (hour_id INTEGER NOT NULL, shift VARCHAR NOT NULL, part VARCHAR NOT NULL);
CREATE TABLE continent (continent_id INTEGER NOT NULL, name VARCHAR NOT NULL);
CREATE TABLE country (country_id INTEGER NOT NULL, continent_id INTEGER NOT NULL, name VARCHAR NOT NULL, currency VARCHAR NOT NULL);
CREATE TABLE province (province_id INTEGER NOT NULL, country_id INTEGER NOT NULL, name VARCHAR NOT NULL);
CREATE TABLE city (city_id INTEGER NOT NULL, province_id INTEGER NOT NULL, name VARCHAR NOT NULL, population INTEGER NOT NULL,
                   size_class VARCHAR NOT NULL);
CREATE TABLE address (address_id INTEGER NOT NULL, city_id INTEGER NOT NULL, street VARCHAR NOT NULL, zip INTEGER NOT NULL,
                      kind VARCHAR NOT NULL);
CREATE TABLE income_band (band_id INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL);
CREATE TABLE household (household_id INTEGER NOT NULL, band_id INTEGER NOT NULL, adults INTEGER NOT NULL, children INTEGER NOT NULL,
                        cars INTEGER NOT NULL);
CREATE TABLE customer (customer_id INTEGER NOT NULL, first_name VARCHAR NOT NULL, last_name VARCHAR NOT NULL, birth_year INTEGER,
                       gender VARCHAR, household_id INTEGER, address_id INTEGER, letter_day_id INTEGER, newsletter INTEGER NOT NULL);
CREATE TABLE department (department_id INTEGER NOT NULL, name VARCHAR NOT NULL);
CREATE TABLE category (category_id INTEGER NOT NULL, department_id INTEGER NOT NULL, name VARCHAR NOT NULL);
CREATE TABLE maker (maker_id INTEGER NOT NULL, country_id INTEGER NOT NULL, name VARCHAR NOT NULL);
CREATE TABLE brand (brand_id INTEGER NOT NULL, maker_id INTEGER NOT NULL, name VARCHAR NOT NULL, tier VARCHAR NOT NULL);
CREATE TABLE item (item_id INTEGER NOT NULL, category_id INTEGER NOT NULL, brand_id INTEGER, name VARCHAR NOT NULL, colour VARCHAR,
                   size VARCHAR NOT NULL, list_price DECIMAL(12,2) NOT NULL, launch_day_id INTEGER);
CREATE TABLE manager (manager_id INTEGER NOT NULL, name VARCHAR NOT NULL, boss_id INTEGER);
CREATE TABLE store (store_id INTEGER NOT NULL, city_id INTEGER NOT NULL, manager_id INTEGER, name VARCHAR NOT NULL,
                    format VARCHAR NOT NULL, area INTEGER NOT NULL, open_day_id INTEGER NOT NULL, close_day_id INTEGER);
CREATE TABLE site (site_id INTEGER NOT NULL, country_id INTEGER NOT NULL, name VARCHAR NOT NULL, kind VARCHAR NOT NULL);
CREATE TABLE call_center (center_id INTEGER NOT NULL, city_id INTEGER NOT NULL, name VARCHAR NOT NULL, manager_id INTEGER);
CREATE TABLE warehouse (warehouse_id INTEGER NOT NULL, city_id INTEGER NOT NULL, name VARCHAR NOT NULL, area INTEGER NOT NULL);
CREATE TABLE carrier (carrier_id INTEGER NOT NULL, name VARCHAR NOT NULL, kind VARCHAR NOT NULL);
CREATE TABLE promotion (promotion_id INTEGER NOT NULL, channel VARCHAR NOT NULL, category_id INTEGER, name VARCHAR NOT NULL,
                        medium VARCHAR NOT NULL, first_day_id INTEGER NOT NULL, last_day_id INTEGER NOT NULL, cost INTEGER NOT NULL);
CREATE TABLE reason (reason_id INTEGER NOT NULL, reason VARCHAR NOT NULL, kind VARCHAR NOT NULL);
CREATE TABLE stock (day_id INTEGER NOT NULL, item_id INTEGER NOT NULL, warehouse_id INTEGER NOT NULL, quantity INTEGER);
CREATE TABLE shop_sales (ticket_id INTEGER NOT NULL, line_no INTEGER NOT NULL, day_id INTEGER NOT NULL, hour_id INTEGER NOT NULL,
                         store_id INTEGER NOT NULL, customer_id INTEGER, item_id INTEGER NOT NULL, promotion_id INTEGER,
                         quantity INTEGER NOT NULL, price DECIMAL(12,2) NOT NULL, discount DECIMAL(12,2) NOT NULL,
                         cost DECIMAL(12,2) NOT NULL);
CREATE TABLE phone_sales (order_id INTEGER NOT NULL, line_no INTEGER NOT NULL, day_id INTEGER NOT NULL, center_id INTEGER,
                          customer_id INTEGER NOT NULL, receiver_id INTEGER NOT NULL, item_id INTEGER NOT NULL, promotion_id INTEGER,
                          warehouse_id INTEGER NOT NULL, carrier_id INTEGER, ship_day_id INTEGER, quantity INTEGER NOT NULL,
                          price DECIMAL(12,2) NOT NULL, discount DECIMAL(12,2) NOT NULL, cost DECIMAL(12,2) NOT NULL,
                          freight DECIMAL(12,2) NOT NULL);
CREATE TABLE web_sales (order_id INTEGER NOT NULL, line_no INTEGER NOT NULL, day_id INTEGER NOT NULL, hour_id INTEGER NOT NULL,
                        site_id INTEGER NOT NULL, customer_id INTEGER, address_id INTEGER, item_id INTEGER NOT NULL,
                        promotion_id INTEGER, warehouse_id INTEGER NOT NULL, carrier_id INTEGER, ship_day_id INTEGER,
                        quantity INTEGER NOT NULL, price DECIMAL(12,2) NOT NULL, discount DECIMAL(12,2) NOT NULL,
                        cost DECIMAL(12,2) NOT NULL, freight DECIMAL(12,2) NOT NULL);
CREATE TABLE shop_returns (ticket_id INTEGER NOT NULL, line_no INTEGER NOT NULL, day_id INTEGER NOT NULL, store_id INTEGER NOT NULL,
                           customer_id INTEGER, item_id INTEGER NOT NULL, reason_id INTEGER, quantity INTEGER NOT NULL,
                           refund DECIMAL(12,2) NOT NULL);
CREATE TABLE phone_returns (order_id INTEGER NOT NULL, line_no INTEGER NOT NULL, day_id INTEGER NOT NULL, customer_id INTEGER NOT NULL,
                            item_id INTEGER NOT NULL, reason_id INTEGER, quantity INTEGER NOT NULL, refund DECIMAL(12,2) NOT NULL);
CREATE TABLE web_returns (order_id INTEGER NOT NULL, line_no INTEGER NOT NULL, day_id INTEGER NOT NULL, customer_id INTEGER,
                          item_id INTEGER NOT NULL, reason_id INTEGER, quantity INTEGER NOT NULL, refund DECIMAL(12,2) NOT NULL);
