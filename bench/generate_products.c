/* generate_products.c: writes the tables that the benchmarks query.
 *
 * Role     a program of its own: no part of the library and no dependency on it.
 * Idea     every value of a row is a function of (seed, row number, rows), so one seed and one size always give the
 *          same bytes. A row is 16 bytes of random numbers, two copies from tables of ready text and three numbers.
 * Tables   products  rid, cat_1, cat_2, cat_3, r_date, pid, price, qty
 *          managers  cat_2, manager, margin: the small side of the join
 * Memory   about 450 KiB, whatever the number of rows.
 * Threads  one.
 *
 * What the shape of `products` promises, and the tests in test_bench.py check:
 *   rid      1..rows, ascending, each once
 *   cat_1    10 values; cat_2: 100, each under one cat_1; cat_3: 1,000, each under one cat_2. The most frequent cat_3
 *            has about three times the rows of the rarest.
 *   r_date   2015-01-01..2024-12-31, even
 *   pid      2/13 of the rows are distinct (2,000,000 for 13,000,000), of 3 to 9 characters; a pid has one cat_3
 *   price    0.01..9999.99, two decimals, small prices more frequent; many ties
 *   qty      1..10, even
 */
#define PROGRAM "generate_products"
#include "row_text.h"

enum {
    TOPS = 10,             // values of cat_1
    MIDDLES = 10 * TOPS,   // values of cat_2
    LEAVES = 10 * MIDDLES, // values of cat_3
    DAYS = 3653,           // 2015-01-01 .. 2024-12-31: ten years, three leap days
    PRICES = 999999,       // prices in cents: 1 .. PRICES
    QUANTITIES = 10,       // qty: 1 .. QUANTITIES
    PRODUCT_SHARE = 13,    // two products for this many rows
    CATEGORY_BYTES = 64,   // room for "cat_1 TAB cat_2 TAB cat_3 TAB"; copied whole
    DATE_BYTES = 16,       // room for "2015-01-01 TAB"; copied whole
};

typedef struct category_text {
    char text[CATEGORY_BYTES];
    uint32_t length; // bytes of `text` that count
} category_text;

typedef struct generator {
    uint64_t seed;
    uint64_t rows;
    uint64_t products; // distinct pid values that can appear
    category_text categories[LEAVES];
    char dates[DAYS][DATE_BYTES];
} generator;

static const char *const top_names[TOPS] = {
    "electronics", "books",  "clothing", "home & kitchen", "toys",
    "sports",      "garden", "beauty",   "groceries",      "automotive",
};

static const char *const middle_names[TOPS][MIDDLES / TOPS] = {
    {"phones", "laptops", "tablets", "cameras", "audio", "tv", "consoles", "cables", "printers", "smart home"},
    {"fiction", "history", "science", "cooking", "comics", "poetry", "law", "maps", "languages", "biographies"},
    {"shirts", "shoes", "jackets", "jeans", "hats", "socks", "dresses", "suits", "gloves", "swimwear"},
    {"pans", "knives", "lamps", "rugs", "curtains", "bedding", "mugs", "clocks", "storage", "coffee machines"},
    {"puzzles", "dolls", "trains", "blocks", "board games", "kites", "robots", "plush", "cards", "model kits"},
    {"cycling", "running", "football", "tennis", "yoga", "skiing", "climbing", "golf", "fishing", "swimming"},
    {"seeds", "pots", "mowers", "hoses", "soil", "fences", "grills", "sheds", "bird feeders", "pruning shears"},
    {"perfume", "shampoo", "lipstick", "soap", "razors", "brushes", "nail care", "sun care", "creams", "hair dye"},
    {"bread", "cheese", "coffee", "tea", "pasta", "rice", "fruit", "olive oil", "chocolate", "breakfast cereals"},
    {"tyres", "oils", "batteries", "wipers", "bulbs", "seat covers", "tools", "filters", "brakes", "roof boxes"},
};

static const char *const leaf_names[LEAVES / MIDDLES] = {
    "mini", "pro", "kids", "basic", "premium", "used", "eco", "travel", "gift sets", "spares",
};

static const char *const manager_names[] = {
    "Adeyemi", "Bergström", "Castillo", "Dvořák", "Eriksen", "Fontaine",
    "Greco",   "Haddad",    "Ivanova",  "Jansen", "Kim",     "O'Leary",
};

// ---- values ----

static void fill_dates(generator *g) {
    int year = 2015, month = 1, day = 1;
    for (int i = 0; i < DAYS; i++) {
        // The fields have four, two and two digits; the modulo tells the compiler so.
        snprintf(g->dates[i], DATE_BYTES, "%04d-%02d-%02d\t", year % 10000, month % 100, day % 100);
        next_day(&year, &month, &day);
    }
}

static void fill_categories(generator *g) {
    for (int i = 0; i < LEAVES; i++) {
        category_text *category = &g->categories[i];
        const char *top = top_names[i / 100], *middle = middle_names[i / 100][i / 10 % 10];
        int n = snprintf(category->text, CATEGORY_BYTES, "%s\t%s\t%s %s\t", top, middle, middle, leaf_names[i % 10]);
        if (n < 0 || n >= CATEGORY_BYTES) fail("the category of number %d is too long", i);
        category->length = (uint32_t)n;
    }
}

/// The category of a product: 0 .. LEAVES-1. At x of the way through them the density is 2 / sqrt(1 + 8x): from 2 to
/// 2/3 of the even one.
static uint32_t category_of(uint32_t bits) {
    uint64_t square = ((uint64_t)bits * bits) >> 32;
    return (uint32_t)scale((uint32_t)((bits + square) / 2), LEAVES);
}

/// Writes row `i` (0-based) with its newline and returns the end.
static char *put_row(const generator *g, uint64_t i, char *to) {
    uint64_t first = random_at(g->seed, 2 * i), second = random_at(g->seed, 2 * i + 1);
    uint64_t product = scale((uint32_t)(first >> 32), g->products);
    uint64_t letters = random_at(~g->seed, product);
    const category_text *category = &g->categories[category_of((uint32_t)(letters >> 32))];
    uint32_t cheap = (uint32_t)((((second >> 32) * (second >> 32))) >> 32); // squared: small prices are frequent

    to = put_integer(to, i + 1);
    *to++ = '\t';
    memcpy(to, category->text, CATEGORY_BYTES);
    to += category->length;
    memcpy(to, g->dates[scale((uint32_t)first, DAYS)], DATE_BYTES);
    to += strlen("2015-01-01\t");
    *to++ = (char)('a' + (letters & 0xffff) % 26);
    *to++ = (char)('a' + (letters >> 16 & 0xffff) % 26);
    to = put_integer(to, product + 1);
    *to++ = '\t';
    to = put_cents(to, (int64_t)(1 + scale(cheap, PRICES)));
    *to++ = '\t';
    to = put_integer(to, 1 + scale((uint32_t)second, QUANTITIES));
    *to++ = '\n';
    return to;
}

// ---- tables ----

static void write_products(generator *g, sink *out) {
    sink_advance(out, put_text(sink_reserve(out), "rid\tcat_1\tcat_2\tcat_3\tr_date\tpid\tprice\tqty\n"));
    for (uint64_t i = 0; i < g->rows && out->error == 0; i++) { sink_advance(out, put_row(g, i, sink_reserve(out))); }
}

/// One row for each cat_2 but every 20th, and three that no product has, so that an inner join drops rows on both
/// sides. Manager and margin do not depend on the seed.
static void write_managers(sink *out) {
    static const char *const unknown_names[] = {"antiques", "musical instruments", "pet food"};
    size_t managers = sizeof manager_names / sizeof *manager_names;
    sink_advance(out, put_text(sink_reserve(out), "cat_2\tmanager\tmargin\n"));
    for (unsigned i = 0; i < MIDDLES + 3; i++) {
        if (i % 20 == 13) continue;
        const char *name = i < MIDDLES ? middle_names[i / 10][i % 10] : unknown_names[i - MIDDLES];
        char *to = sink_reserve(out);
        int n = snprintf(to, ROW_BYTES, "%s\t%s\t0.%03u\n", name, manager_names[i * 7 % managers], 25 + i * 37 % 400);
        sink_advance(out, to + n);
    }
}

// ---- command line ----

static void print_usage(FILE *to) {
    fputs("usage: generate_products [--rows N] [--seed N] [--table products|managers] [-o FILE]\n"
          "  --rows N   rows of products, 1 .. 20000000000 (default 13000000: about 0.9 GB)\n"
          "  --seed N   another seed gives other rows (default 1)\n"
          "  --table T  products (default), or managers: the small table of the join\n"
          "  -o FILE    where to write (default: standard output)\n",
          to);
}

int main(int argc, char **argv) {
    generator g = {.seed = 1, .rows = 13000000};
    const char *path = NULL, *table = "products";
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            print_usage(stdout);
            return EXIT_SUCCESS;
        }
        if (i + 1 == argc) {
            print_usage(stderr);
            fail("'%s' is not an option, or its value is missing", option);
        }
        const char *value = argv[++i];
        if (strcmp(option, "--rows") == 0) {
            g.rows = number_argument(option, value, 1, UINT64_C(20000000000)); // products must fit 32 bits
        } else if (strcmp(option, "--seed") == 0) {
            g.seed = number_argument(option, value, 0, UINT64_MAX);
        } else if (strcmp(option, "--table") == 0) {
            table = value;
        } else if (strcmp(option, "-o") == 0) {
            path = value;
        } else {
            print_usage(stderr);
            fail("there is no option '%s'", option);
        }
    }
    bool is_managers = strcmp(table, "managers") == 0;
    if (!is_managers && strcmp(table, "products") != 0) fail("there is no table '%s'", table);

    // The numbers of neighbouring seeds must have nothing in common.
    g.seed = random_at(0, g.seed);
    g.products = (2 * g.rows + PRODUCT_SHARE - 1) / PRODUCT_SHARE;
    fill_dates(&g);
    fill_categories(&g);
    sink out;
    sink_open(&out, path);
    if (is_managers) {
        write_managers(&out);
    } else {
        write_products(&g, &out);
    }
    sink_close(&out, path);
    return EXIT_SUCCESS;
}
