/* generate_retail.c: writes the tables of a retailer with three channels: shops, telephone and web.
 *
 * Role     a program of its own: no part of the library and no dependency on it.
 * Idea     a row's values come from a stream of random numbers that is named by (seed, table, row), so one seed and one scale
 *          always give the same bytes, and a fact can ask for any row of a dimension again. A basket is a stream, too: its lines,
 *          and what comes back of them, follow from it.
 * Memory   0.6 MiB, whatever the scale.
 * Threads  one.
 *
 * What the shape promises, and promises.sql checks:
 *   rows     for scale 1: items 10,000, customers 50,000, sales about 1,000,000, 500,000 and 300,000, returns a tenth of them
 *   skew     some items, customers, cities and stores sell far more than others; December sells twice as much as January
 *   NULLs    customers of shops and guests of the web are unknown at times, most lines have no promotion, half of the items are
 *            older than the calendar, some households, brands, colours, ship days and reasons are missing
 *   dates    launched <= sold <= shipped, sold < returned, opened <= sold <= closed, promotions run on the day of sale
 *   linked   prices and returns depend on the category, brands on the department, warehouses on the country; most customers buy
 *            in their own country; who returns is who bought, at most what was bought
 */
#define PROGRAM "generate_retail"
#include "../row_text.h"
#include "words.h"

enum {
    DAYS = 1826,         // 2019-01-01, a Tuesday, to 2023-12-31
    FIRST_YEAR = 2019,
    PROMOTION_DAYS = 27, // from one start to the next, in each channel
    STOCK_DAYS = 56,     // from one stock-taking to the next
    CITIES = 800,
    PROVINCES = 80,
    BRANDS = 150,
    MAKERS = 50,
    HOUSEHOLDS = 480,
    BANDS = 12,
    MANAGERS = 40,
    CARRIERS = 9,
    WAREHOUSES = 24,
    CENTERS = 24,
    SITES = 24,
    LINES_MAX = 5,
};

enum { SHOP, PHONE, WEB, CHANNELS };

enum {
    CALENDAR, CLOCK, CONTINENT, COUNTRY, PROVINCE, CITY, ADDRESS, BAND, HOUSEHOLD, CUSTOMER, DEPARTMENT, CATEGORY, MAKER, BRAND,
    ITEM, MANAGER, STORE, SITE, CENTER, WAREHOUSE, CARRIER, PROMOTION, REASON, STOCK, SALES, RETURNS = SALES + CHANNELS,
    TABLES = RETURNS + CHANNELS
};

typedef struct generator {
    uint64_t seed;
    uint64_t addresses, customers, items, stores;
    uint64_t baskets[CHANNELS];
    char dates[DAYS + 1][16];
    unsigned years[DAYS + 1], months[DAYS + 1], month_days[DAYS + 1];
    uint64_t sold_until[DAYS + 1]; // sums of the days' weights: when people buy
} generator;

// ---- rows that others ask for again; ids begin with 1 ----

/// Low numbers more often than high ones: half of them in the first quarter.
static uint64_t pick_skewed(stream *s, uint64_t count) {
    uint64_t u = pick(s, 0, 0xffffff);
    return 1 + (count * (u * u >> 24) >> 24);
}

/// As pick_skewed(), but the frequent ones stand anywhere.
static uint64_t pick_popular(stream *s, uint64_t count) { return pick_skewed(s, count) * 7919 % count + 1; }

static bool chance(stream *s, unsigned percent) { return pick(s, 1, 100) <= percent; }

/// Some countries have many provinces.
static unsigned province_country(uint64_t province) {
    stream s = stream_of(0, PROVINCE, province);
    return (unsigned)pick_skewed(&s, WORDS(countries));
}
static uint64_t city_province(uint64_t city) { return city * 31 % PROVINCES + 1; }
static unsigned city_country(uint64_t city) { return province_country(city_province(city)); }

static uint64_t address_city(const generator *g, uint64_t address) {
    stream s = stream_of(g->seed, ADDRESS, address);
    return pick_popular(&s, CITIES);
}

/// 0 when it is unknown.
static uint64_t customer_address(const generator *g, uint64_t customer) {
    return customer % 41 == 0 ? 0 : random_at(g->seed, customer) % g->addresses + 1;
}

static unsigned customer_country(const generator *g, uint64_t customer) {
    uint64_t address = customer ? customer_address(g, customer) : 0;
    return address ? city_country(address_city(g, address)) : 1;
}

typedef struct item {
    unsigned category; // of 36
    uint64_t brand;    // 0: none
    int64_t price, cost;
    unsigned launch;   // 0: before the calendar begins
} item;

static item make_item(const generator *g, uint64_t id) {
    stream s = stream_of(g->seed, ITEM, id);
    item it = {.category = (unsigned)pick_skewed(&s, WORDS(categories))};
    unsigned department = (it.category - 1) / 6;
    it.brand = chance(&s, 4) ? 0 : pick_skewed(&s, BRANDS / WORDS(departments)) * WORDS(departments) - department;
    it.price = (int64_t)(pick(&s, 99, 999) * (1 + it.category * it.category % 13) + it.brand);
    it.cost = it.price * (int64_t)(45 + it.category) / 100;
    if (id % 2) it.launch = (unsigned)pick(&s, 1, DAYS * 2 / 3);
    return it;
}

typedef struct store {
    uint64_t city;
    unsigned opened, closed; // closed 0: still open
} store;

static store make_store(const generator *g, uint64_t id) {
    stream s = stream_of(g->seed, STORE, id);
    store st = {.city = pick_popular(&s, CITIES), .opened = 1};
    if (id % 4 == 0) st.opened = (unsigned)pick(&s, 2, DAYS / 2);
    if (id % 9 == 0) st.closed = (unsigned)pick(&s, DAYS * 2 / 3, DAYS - 1);
    return st;
}

typedef struct promotion {
    unsigned first, last, category; // category 0: all
} promotion;

/// The n-th (from 0) of a channel.
static promotion make_promotion(const generator *g, unsigned channel, uint64_t n) {
    stream s = stream_of(g->seed, PROMOTION, n * CHANNELS + channel);
    promotion p = {.first = (unsigned)n * PROMOTION_DAYS + 1};
    p.last = p.first + (unsigned)pick(&s, 9, PROMOTION_DAYS + 12);
    if (p.last > DAYS) p.last = DAYS;
    if (chance(&s, 40)) p.category = (unsigned)pick_skewed(&s, WORDS(categories));
    return p;
}

static uint64_t warehouse_city(uint64_t id) { return id * 31; }

/// One in the customer's country where there is one.
static uint64_t near_warehouse(stream *s, unsigned country) {
    uint64_t id = pick(s, 1, WAREHOUSES);
    for (unsigned i = 0; i < WAREHOUSES && city_country(warehouse_city(id)) != country; i++) id = id % WAREHOUSES + 1;
    return id;
}

// ---- fields ----

static char *field_text(char *to, const char *text) {
    to = put_text(to, text);
    *to++ = '\t';
    return to;
}
static char *field_number(char *to, uint64_t n) {
    to = put_integer(to, n);
    *to++ = '\t';
    return to;
}
/// 0 is none.
static char *field_id(char *to, uint64_t id) { return id ? field_number(to, id) : field_text(to, ""); }
static char *field_cents(char *to, int64_t cents) {
    to = put_cents(to, cents);
    *to++ = '\t';
    return to;
}
/// A made-up word that begins with a capital.
static char *field_name(char *to, stream *s) {
    char *first = to;
    for (uint64_t n = pick(s, 2, 3); n > 0; n--) to = put_text(to, WORD(s, syllables));
    *first = (char)(*first - 'a' + 'A');
    *to++ = '\t';
    return to;
}
/// Ends a row after its last field.
static void end_row(sink *out, char *to) {
    to[-1] = '\n';
    sink_advance(out, to);
}

// ---- dimensions ----

static const char *holiday_of(const generator *g, unsigned day, unsigned weekday) {
    unsigned month = g->months[day], d = g->month_days[day];
    if (month == 1 && d == 1) return "New Year";
    if (month == 5 && d == 1) return "Labour Day";
    if (month == 11 && weekday == 5 && d >= 23 && d <= 29) return "Black Friday";
    if (month == 12 && d >= 24 && d <= 26) return "Christmas";
    return "";
}

static char *put_calendar(const generator *g, char *to, uint64_t day) {
    unsigned weekday = (unsigned)(day % 7) + 1; // Monday is 1
    to = field_number(to, day);
    to = field_text(to, g->dates[day]);
    to = field_number(to, g->years[day]);
    to = field_number(to, (g->months[day] + 2) / 3);
    to = field_number(to, g->months[day]);
    to = field_number(to, (day + 7) / 7); // weeks begin on Mondays
    to = field_number(to, weekday);
    return field_text(to, holiday_of(g, (unsigned)day, weekday));
}

static char *put_clock(const generator *g, char *to, uint64_t hour) {
    (void)g;
    to = field_number(to, hour);
    to = field_text(to, hour < 8 ? "night" : hour < 16 ? "day" : "late");
    return field_text(to, hour < 6 ? "night" : hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening");
}

static char *put_continent(const generator *g, char *to, uint64_t id) {
    (void)g;
    return field_text(field_number(to, id), continents[id - 1]);
}

static char *put_country(const generator *g, char *to, uint64_t id) {
    (void)g;
    to = field_number(field_number(to, id), countries[id - 1].continent);
    return field_text(field_text(to, countries[id - 1].name), countries[id - 1].currency);
}

static char *put_province(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, PROVINCE, id);
    return field_name(field_number(field_number(to, id), province_country(id)), &s);
}

static char *put_city(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, CITY, id);
    uint64_t people = 1000 * pick(&s, 1, 20) * pick(&s, 1, 20) * pick(&s, 1, 10);
    to = field_name(field_number(field_number(to, id), city_province(id)), &s);
    return field_text(field_number(to, people), people < 100000 ? "town" : people < 1000000 ? "city" : "metropolis");
}

static char *put_address(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, ADDRESS, id);
    uint64_t city = pick_popular(&s, CITIES);
    to = field_number(field_number(to, id), city);
    to = field_name(to, &s);
    to = field_number(to, 10000 + city * 100 + pick(&s, 0, 9));
    return field_text(to, WORD(&s, address_kinds));
}

static char *put_band(const generator *g, char *to, uint64_t id) {
    (void)g;
    return field_number(field_number(field_number(to, id), (id - 1) * 10000), id == BANDS ? 1000000 : id * 10000);
}

static char *put_household(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, HOUSEHOLD, id);
    uint64_t band = (id - 1) % BANDS + 1;
    to = field_number(field_number(to, id), band);
    to = field_number(field_number(to, pick(&s, 1, 2)), pick(&s, 0, 4));
    return field_number(to, pick(&s, 0, band / 3));
}

static char *put_customer(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, CUSTOMER, id);
    to = field_text(field_number(to, id), WORD(&s, first_names));
    to = field_name(to, &s);
    to = field_id(to, chance(&s, 3) ? 0 : pick(&s, 1935, 2004));
    to = field_text(to, chance(&s, 4) ? "" : chance(&s, 54) ? "female" : "male");
    to = field_id(to, chance(&s, 6) ? 0 : pick_skewed(&s, HOUSEHOLDS));
    to = field_id(to, customer_address(g, id));
    to = field_id(to, chance(&s, 30) ? 0 : pick(&s, 1, DAYS)); // when the first letter was sent
    return field_number(to, chance(&s, 35));
}

static char *put_department(const generator *g, char *to, uint64_t id) {
    (void)g;
    return field_text(field_number(to, id), departments[id - 1]);
}

static char *put_category(const generator *g, char *to, uint64_t id) {
    (void)g;
    return field_text(field_number(field_number(to, id), (id - 1) / 6 + 1), categories[id - 1]);
}

static char *put_maker(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, MAKER, id);
    return field_name(field_number(field_number(to, id), pick_skewed(&s, WORDS(countries))), &s);
}

static char *put_brand(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, BRAND, id);
    to = field_name(field_number(field_number(to, id), pick(&s, 1, MAKERS)), &s);
    return field_text(to, WORD(&s, tiers));
}

static char *put_item(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, TABLES + ITEM, id);
    item it = make_item(g, id);
    to = field_id(field_number(field_number(to, id), it.category), it.brand);
    to = field_name(to, &s);
    to = field_text(to, chance(&s, 5) ? "" : WORD(&s, colours));
    to = field_text(to, it.category > 18 ? sizes[it.category % 4] : WORD(&s, sizes));
    return field_id(field_cents(to, it.price), it.launch);
}

static char *put_manager(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, MANAGER, id);
    return field_id(field_name(field_number(to, id), &s), (id + 1) / 3);
}

static char *put_store(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, TABLES + STORE, id);
    store st = make_store(g, id);
    to = field_number(field_number(to, id), st.city);
    to = field_id(to, id % 11 == 0 ? 0 : pick_skewed(&s, MANAGERS));
    to = field_text(field_name(to, &s), WORD(&s, formats));
    return field_id(field_number(field_number(to, 50 * pick(&s, 2, 60)), st.opened), st.closed);
}

static char *put_site(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, SITE, id);
    to = field_name(field_number(field_number(to, id), id % WORDS(countries) + 1), &s);
    return field_text(to, WORD(&s, site_kinds));
}

static char *put_center(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, CENTER, id);
    to = field_name(field_number(field_number(to, id), pick(&s, 1, CITIES)), &s);
    return field_id(to, pick(&s, 0, MANAGERS));
}

static char *put_warehouse(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, WAREHOUSE, id);
    to = field_name(field_number(field_number(to, id), warehouse_city(id)), &s);
    return field_number(to, 1000 * pick(&s, 5, 90));
}

static char *put_carrier(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, CARRIER, id);
    return field_text(field_name(field_number(to, id), &s), carrier_kinds[id % WORDS(carrier_kinds)]);
}

static char *put_promotion(const generator *g, char *to, uint64_t id) {
    stream s = stream_of(g->seed, TABLES + PROMOTION, id);
    unsigned channel = (unsigned)((id - 1) % CHANNELS);
    promotion p = make_promotion(g, channel, (id - 1) / CHANNELS);
    to = field_text(field_number(to, id), channel_names[channel]);
    to = field_text(field_name(field_id(to, p.category), &s), WORD(&s, media));
    return field_number(field_number(field_number(to, p.first), p.last), 100 * pick(&s, 5, 80));
}

static char *put_reason(const generator *g, char *to, uint64_t id) {
    (void)g;
    return field_text(field_text(field_number(to, id), reasons[id - 1].text), reasons[id - 1].kind);
}

// ---- facts ----

/// Row `n` from 1; items that a warehouse keeps are one of seven. False: no row.
static bool put_stock(const generator *g, sink *out, uint64_t day, uint64_t id, uint64_t warehouse) {
    if ((id + warehouse) % 7 != 0) return false;
    stream s = stream_of(g->seed, STOCK, (day * WAREHOUSES + warehouse) * g->items + id);
    if (make_item(g, id).launch > day) return false;
    char *to = field_number(field_number(field_number(sink_reserve(out), day), id), warehouse);
    uint64_t most = 20 + id % 7 * 100;
    end_row(out, chance(&s, 2) ? field_text(to, "") : field_number(to, pick(&s, 0, most)));
    return true;
}

typedef struct line {
    uint64_t item, promotion, warehouse, carrier;
    unsigned category, ship; // day; 0: not yet
    int64_t quantity, price, cost, discount, freight;
} line;

typedef struct basket {
    unsigned channel, day, hour, line_count;
    uint64_t number, place, customer, receiver, address; // place: a store, a call center or a site
    line lines[LINES_MAX];
} basket;

static unsigned pick_day(const generator *g, stream *s) {
    uint64_t at = pick(s, 0, g->sold_until[DAYS] - 1);
    unsigned low = 1, high = DAYS; // the first day whose sum is beyond
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (g->sold_until[middle] > at) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/// A store that is open, most often one in the customer's country.
static uint64_t pick_store(const generator *g, stream *s, unsigned day, unsigned country) {
    uint64_t open = 1;
    for (unsigned i = 0; i < 12; i++) {
        uint64_t id = pick_skewed(s, g->stores);
        store st = make_store(g, id);
        if (st.opened > day || (st.closed != 0 && st.closed < day)) continue;
        if (city_country(st.city) == country) return id;
        open = id;
    }
    return open;
}

static void fill_basket(const generator *g, stream *s, basket *b) {
    static const unsigned unknown[CHANNELS] = {8, 0, 15};
    b->day = pick_day(g, s);
    b->hour = (unsigned)(pick(s, 4, 11) + pick(s, 4, 12));
    b->customer = chance(s, unknown[b->channel]) ? 0 : pick_popular(s, g->customers);
    unsigned country = customer_country(g, b->customer);
    b->receiver = b->customer;
    if (chance(s, 20)) b->receiver = pick(s, 1, g->customers);
    b->address = b->receiver ? customer_address(g, b->receiver) : pick(s, 1, g->addresses);
    b->place = b->channel == SHOP    ? pick_store(g, s, b->day, country)
               : b->channel == PHONE ? (chance(s, 5) ? 0 : pick_skewed(s, CENTERS))
                                     : pick_skewed(s, SITES);
    b->line_count = (unsigned)pick(s, 1, LINES_MAX);
}

static line make_line(const generator *g, stream *s, const basket *b) {
    line l = {.item = pick_popular(s, g->items)};
    item it = make_item(g, l.item);
    for (unsigned i = 0; it.launch > b->day && i < 4; i++) it = make_item(g, l.item = pick_popular(s, g->items));
    if (it.launch > b->day) it = make_item(g, l.item = l.item / 2 * 2 + 2 > g->items ? 2 : l.item / 2 * 2 + 2);
    l.category = it.category;
    uint64_t nth = (b->day - 1) / PROMOTION_DAYS;
    promotion p = make_promotion(g, b->channel, nth);
    bool is_promoted = p.last >= b->day && (p.category == 0 || p.category == it.category) && chance(s, 60);
    if (is_promoted) l.promotion = nth * CHANNELS + b->channel + 1;
    unsigned rate = is_promoted ? (unsigned)pick(s, 10, 40) : chance(s, 15) ? 5 : 0;
    l.quantity = (int64_t)pick_skewed(s, b->channel == PHONE ? 40 : 8);
    l.price = it.price;
    l.cost = it.cost;
    l.discount = it.price * rate / 100;
    if (b->channel == SHOP) return l;
    l.carrier = chance(s, 2) ? 0 : pick_skewed(s, CARRIERS);
    l.warehouse = near_warehouse(s, b->address ? city_country(address_city(g, b->address)) : 1);
    l.ship = b->day + (unsigned)(l.carrier % 4 * 7 + pick(s, 0, 3 + l.warehouse * 2));
    if (l.ship > DAYS || chance(s, 3)) l.ship = 0;
    l.freight = (int64_t)pick(s, 0, 400) + l.quantity * 25;
    return l;
}

/// number, line, day, hour, place, customer, [receiver,] [address,] item, promotion, [warehouse, carrier, ship day,] quantity, ...
static void put_sale(sink *out, const basket *b, unsigned nth) {
    const line *l = &b->lines[nth];
    char *to = field_number(field_number(field_number(sink_reserve(out), b->number), nth + 1), b->day);
    if (b->channel != PHONE) to = field_number(to, b->hour);
    to = field_id(field_id(to, b->place), b->customer);
    if (b->channel == PHONE) to = field_id(to, b->receiver);
    if (b->channel == WEB) to = field_id(to, b->address);
    to = field_id(field_number(to, l->item), l->promotion);
    if (b->channel != SHOP) to = field_id(field_id(field_id(to, l->warehouse), l->carrier), l->ship);
    to = field_cents(field_cents(field_cents(field_number(to, (uint64_t)l->quantity), l->price), l->discount), l->cost);
    end_row(out, b->channel == SHOP ? to : field_cents(to, l->freight));
}

/// number, line, day, [store,] customer, item, reason, quantity, refund
static void put_return(stream *s, sink *out, const basket *b, unsigned nth) {
    const line *l = &b->lines[nth];
    unsigned day = b->day + (unsigned)pick(s, 1, 60);
    if (!chance(s, (b->channel == WEB ? 10 : 6) + (l->category <= 6 ? 12 : 0)) || day > DAYS) return;
    int64_t quantity = (int64_t)pick(s, 1, (uint64_t)l->quantity);
    char *to = field_number(field_number(field_number(sink_reserve(out), b->number), nth + 1), day);
    if (b->channel == SHOP) to = field_number(to, b->place);
    to = field_number(field_id(to, b->customer), l->item);
    to = field_id(to, chance(s, 10) ? 0 : pick_skewed(s, WORDS(reasons)));
    end_row(out, field_cents(field_number(to, (uint64_t)quantity), quantity * (l->price - l->discount)));
}

// ---- files ----

typedef char *(*put_row_fn)(const generator *g, char *to, uint64_t id);

static const struct {
    const char *name, *columns;
    put_row_fn put; // NULL for facts
} tables[TABLES] = {
    [CALENDAR] = {"calendar", "day_id day_date year quarter month week_id weekday holiday", put_calendar},
    [CLOCK] = {"clock", "hour_id shift part", put_clock},
    [CONTINENT] = {"continent", "continent_id name", put_continent},
    [COUNTRY] = {"country", "country_id continent_id name currency", put_country},
    [PROVINCE] = {"province", "province_id country_id name", put_province},
    [CITY] = {"city", "city_id province_id name population size_class", put_city},
    [ADDRESS] = {"address", "address_id city_id street zip kind", put_address},
    [BAND] = {"income_band", "band_id low high", put_band},
    [HOUSEHOLD] = {"household", "household_id band_id adults children cars", put_household},
    [CUSTOMER] = {"customer", "customer_id first_name last_name birth_year gender household_id address_id letter_day_id newsletter",
                  put_customer},
    [DEPARTMENT] = {"department", "department_id name", put_department},
    [CATEGORY] = {"category", "category_id department_id name", put_category},
    [MAKER] = {"maker", "maker_id country_id name", put_maker},
    [BRAND] = {"brand", "brand_id maker_id name tier", put_brand},
    [ITEM] = {"item", "item_id category_id brand_id name colour size list_price launch_day_id", put_item},
    [MANAGER] = {"manager", "manager_id name boss_id", put_manager},
    [STORE] = {"store", "store_id city_id manager_id name format area open_day_id close_day_id", put_store},
    [SITE] = {"site", "site_id country_id name kind", put_site},
    [CENTER] = {"call_center", "center_id city_id name manager_id", put_center},
    [WAREHOUSE] = {"warehouse", "warehouse_id city_id name area", put_warehouse},
    [CARRIER] = {"carrier", "carrier_id name kind", put_carrier},
    [PROMOTION] = {"promotion", "promotion_id channel category_id name medium first_day_id last_day_id cost", put_promotion},
    [REASON] = {"reason", "reason_id reason kind", put_reason},
    [STOCK] = {"stock", "day_id item_id warehouse_id quantity", NULL},
    [SALES + SHOP] = {"shop_sales", "ticket_id line_no day_id hour_id store_id customer_id item_id promotion_id quantity price discount "
                      "cost", NULL},
    [SALES + PHONE] = {"phone_sales", "order_id line_no day_id center_id customer_id receiver_id item_id promotion_id warehouse_id "
                       "carrier_id ship_day_id quantity price discount cost freight", NULL},
    [SALES + WEB] = {"web_sales", "order_id line_no day_id hour_id site_id customer_id address_id item_id promotion_id warehouse_id "
                     "carrier_id ship_day_id quantity price discount cost freight", NULL},
    [RETURNS + SHOP] = {"shop_returns", "ticket_id line_no day_id store_id customer_id item_id reason_id quantity refund", NULL},
    [RETURNS + PHONE] = {"phone_returns", "order_id line_no day_id customer_id item_id reason_id quantity refund", NULL},
    [RETURNS + WEB] = {"web_returns", "order_id line_no day_id customer_id item_id reason_id quantity refund", NULL},
};

static void open_table(sink *out, const char *folder, unsigned table, char *path, size_t room) {
    int n = snprintf(path, room, "%s/%s.tsv", folder, tables[table].name);
    if (n < 0 || (size_t)n >= room) fail("the path '%s' is too long", folder);
    sink_open(out, path);
    sink_header(out, tables[table].columns);
}

static void write_dimension(const generator *g, const char *folder, unsigned table, uint64_t rows) {
    static sink out;
    char path[4096];
    open_table(&out, folder, table, path, sizeof path);
    for (uint64_t id = 1; id <= rows && out.error == 0; id++) end_row(&out, tables[table].put(g, sink_reserve(&out), id));
    sink_close(&out, path);
}

static void write_stock(const generator *g, const char *folder) {
    static sink out;
    char path[4096];
    open_table(&out, folder, STOCK, path, sizeof path);
    for (uint64_t day = 7; day <= DAYS && out.error == 0; day += STOCK_DAYS) {
        for (uint64_t id = 1; id <= g->items; id++) {
            for (uint64_t w = 1; w <= WAREHOUSES; w++) put_stock(g, &out, day, id, w);
        }
    }
    sink_close(&out, path);
}

static void write_channel(const generator *g, const char *folder, unsigned channel) {
    static sink sales, returns;
    char sales_path[4096], returns_path[4096];
    open_table(&sales, folder, SALES + channel, sales_path, sizeof sales_path);
    open_table(&returns, folder, RETURNS + channel, returns_path, sizeof returns_path);
    for (uint64_t n = 1; n <= g->baskets[channel] && sales.error == 0 && returns.error == 0; n++) {
        stream s = stream_of(g->seed, SALES + channel, n);
        basket b = {.channel = channel, .number = n};
        fill_basket(g, &s, &b);
        for (unsigned k = 0; k < b.line_count; k++) b.lines[k] = make_line(g, &s, &b);
        for (unsigned k = 0; k < b.line_count; k++) put_sale(&sales, &b, k);
        for (unsigned k = 0; k < b.line_count; k++) put_return(&s, &returns, &b, k);
    }
    sink_close(&sales, sales_path);
    sink_close(&returns, returns_path);
}

static void fill_calendar(generator *g) {
    static const unsigned month_weights[] = {14, 15, 18, 18, 20, 19, 17, 17, 19, 20, 28, 33};
    int year = FIRST_YEAR, month = 1, day = 1;
    for (unsigned i = 1; i <= DAYS; i++) {
        // The fields have four, two and two digits; the modulo tells the compiler so.
        snprintf(g->dates[i], sizeof g->dates[i], "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
        g->years[i] = (unsigned)year, g->months[i] = (unsigned)month, g->month_days[i] = (unsigned)day;
        unsigned weight = month_weights[month - 1] * (10 + (unsigned)(year - FIRST_YEAR)) * (i % 7 >= 5 ? 3 : 2);
        g->sold_until[i] = g->sold_until[i - 1] + weight;
        next_day(&year, &month, &day);
    }
}

// ---- command line ----

static void print_usage(FILE *to) {
    fputs("usage: generate_retail [--scale X] [--seed N] -o FOLDER\n"
          "  --scale X   0.01 .. 1000 (default 1: 1,800,000 lines sold, 130 MB)\n"
          "  --seed N    another seed gives other rows (default 1)\n"
          "  -o FOLDER   where the files are written, one a table; it must exist\n",
          to);
}

static uint64_t scaled(double scale, double rows, uint64_t least) {
    uint64_t n = (uint64_t)(rows * scale + 0.5);
    return n < least ? least : n;
}

static void write_tables(const generator *g, const char *folder) {
    const uint64_t rows[STOCK] = {
        [CALENDAR] = DAYS, [CLOCK] = 24, [CONTINENT] = WORDS(continents), [COUNTRY] = WORDS(countries), [PROVINCE] = PROVINCES,
        [CITY] = CITIES, [ADDRESS] = g->addresses, [BAND] = BANDS, [HOUSEHOLD] = HOUSEHOLDS, [CUSTOMER] = g->customers,
        [DEPARTMENT] = WORDS(departments), [CATEGORY] = WORDS(categories), [MAKER] = MAKERS, [BRAND] = BRANDS, [ITEM] = g->items,
        [MANAGER] = MANAGERS, [STORE] = g->stores, [SITE] = SITES, [CENTER] = CENTERS, [WAREHOUSE] = WAREHOUSES,
        [CARRIER] = CARRIERS, [PROMOTION] = CHANNELS * ((DAYS - 1) / PROMOTION_DAYS + 1), [REASON] = WORDS(reasons),
    };
    for (unsigned table = 0; table < STOCK; table++) write_dimension(g, folder, table, rows[table]);
    write_stock(g, folder);
    for (unsigned channel = 0; channel < CHANNELS; channel++) write_channel(g, folder, channel);
}

int main(int argc, char **argv) {
    static generator g;
    const char *folder = NULL;
    uint64_t seed = 1;
    double scale = 1;
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            print_usage(stdout);
            return EXIT_SUCCESS;
        }
        const char *value = i + 1 < argc ? argv[++i] : NULL;
        if (value != NULL && strcmp(option, "--scale") == 0) {
            scale = scale_argument(value);
        } else if (value != NULL && strcmp(option, "--seed") == 0) {
            seed = number_argument(option, value, 0, UINT64_MAX);
        } else if (value != NULL && strcmp(option, "-o") == 0) {
            folder = value;
        } else {
            print_usage(stderr);
            fail("'%s' is not an option, or its value is missing", option);
        }
    }
    if (folder == NULL) {
        print_usage(stderr);
        fail("-o is missing");
    }
    g.seed = random_at(0, seed);
    g.items = scaled(scale, 10000, 400);
    g.customers = scaled(scale, 50000, 600);
    g.addresses = g.customers + g.customers / 5;
    g.stores = scaled(scale, 90, 30);
    g.baskets[SHOP] = scaled(scale, 1000000. / 3, 0);
    g.baskets[PHONE] = scaled(scale, 500000. / 3, 0);
    g.baskets[WEB] = scaled(scale, 300000. / 3, 0);
    fill_calendar(&g);
    write_tables(&g, folder);
    return EXIT_SUCCESS;
}
