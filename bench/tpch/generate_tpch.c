/* generate_tpch.c: writes the eight tables of TPC-H, in the shape that its specification (version 3, clause 4.2) gives them.
 *
 * Role     a program of its own: no part of the library and no dependency on it.
 * Idea     a row's values come from a stream of random numbers that is named by (seed, table, row), so one seed and one
 *          scale always give the same bytes. Words and their order are this program's own: the bytes are not those of
 *          the council's dbgen, the sizes, domains and correlations are.
 * Memory   5 MiB, whatever the scale.
 * Threads  one.
 *
 * What the shape promises, and promises.sql checks:
 *   rows     region 5, nation 25; for scale 1: supplier 10,000, part 200,000, partsupp 4 a part, customer 150,000, orders
 *            1,500,000, lineitem 1 to 7 an order
 *   keys     1..rows, but for o_orderkey: of 32 numbers in a row the first 8; a third of the customers has no order
 *   money    two decimals; o_totalprice is the sum of its lines; l_extendedprice = quantity * the part's p_retailprice
 *   pairs    (l_partkey, l_suppkey) is one of the part's four in partsupp
 *   dates    order < ship < receipt, l_returnflag and l_linestatus follow from them; orders end 151 days before 1998 does
 */
#define PROGRAM "generate_tpch"
#include "../row_text.h"
#include "words.h"

enum {
    DAYS = 2557,                 // 1992-01-01 .. 1998-12-31
    LAST_ORDER_DAY = DAYS - 152, // receipts come at most 151 days later
    CURRENT_DAY = 1263,          // 1995-06-17
    POOL_BYTES = 4 << 20,        // comments are cut out of this much text
    LINES_MAX = 7,
};

enum { REGION, NATION, SUPPLIER, PART, PARTSUPP, CUSTOMER, ORDERS, LINEITEM, TABLES, POOL };

static const struct {
    const char *name, *columns;
} tables[TABLES] = {
    {"region", "r_regionkey r_name r_comment"},
    {"nation", "n_nationkey n_name n_regionkey n_comment"},
    {"supplier", "s_suppkey s_name s_address s_nationkey s_phone s_acctbal s_comment"},
    {"part", "p_partkey p_name p_mfgr p_brand p_type p_size p_container p_retailprice p_comment"},
    {"partsupp", "ps_partkey ps_suppkey ps_availqty ps_supplycost ps_comment"},
    {"customer", "c_custkey c_name c_address c_nationkey c_phone c_acctbal c_mktsegment c_comment"},
    {"orders", "o_orderkey o_custkey o_orderstatus o_totalprice o_orderdate o_orderpriority o_clerk o_shippriority "
               "o_comment"},
    {"lineitem", "l_orderkey l_partkey l_suppkey l_linenumber l_quantity l_extendedprice l_discount l_tax "
                 "l_returnflag l_linestatus l_shipdate l_commitdate l_receiptdate l_shipinstruct l_shipmode l_comment"},
};

typedef struct generator {
    uint64_t seed;
    double scale;
    uint64_t suppliers, parts, customers, orders, clerks, remarks;
    bool is_tbl;    // '|' after each value and no header, instead of TSV
    char separator;
    char dates[DAYS][16];
    char *pool;
} generator;

typedef struct line {
    uint64_t part, supplier;
    int64_t quantity, price, discount, tax; // money in cents, rates in hundredths
    unsigned ship, commit, receipt;         // days
    char return_flag, status;
} line;

typedef struct order {
    uint64_t key, customer;
    unsigned day, line_count;
    int64_t total;
    char status;
    line lines[LINES_MAX];
} order;

// ---- text ----

static char *put_word(char *to, const char *word) {
    to = put_text(to, word);
    *to++ = ' ';
    return to;
}

static char *put_noun_phrase(char *to, stream *s) {
    uint64_t form = pick(s, 0, 3);
    if (form == 3) to = put_word(to, WORD(s, adverbs));
    if (form >= 1) to = put_word(to, WORD(s, adjectives));
    if (form == 2) to = put_word(to, WORD(s, adjectives));
    return put_word(to, WORD(s, nouns));
}

static char *put_verb_phrase(char *to, stream *s) {
    uint64_t form = pick(s, 0, 3);
    if (form & 1) to = put_word(to, WORD(s, auxiliaries));
    to = put_word(to, WORD(s, verbs));
    return form & 2 ? put_word(to, WORD(s, adverbs)) : to;
}

static char *put_preposition(char *to, stream *s) {
    to = put_word(to, WORD(s, prepositions));
    return put_noun_phrase(put_word(to, "the"), s);
}

/// At most 200 bytes.
static char *put_sentence(char *to, stream *s) {
    uint64_t form = pick(s, 0, 4);
    to = put_noun_phrase(to, s);
    if (form >= 3) to = put_preposition(to, s);
    to = put_verb_phrase(to, s);
    if (form == 1 || form == 4) to = put_preposition(to, s);
    if (form == 2 || form == 3) to = put_noun_phrase(to, s);
    to = put_text(to - 1, WORD(s, terminators)); // in the place of the last space
    *to++ = ' ';
    return to;
}

static void fill_pool(generator *g) {
    enum { SENTENCE_BYTES = 512 };
    g->pool = malloc(POOL_BYTES + SENTENCE_BYTES);
    if (g->pool == NULL) fail("out of memory");
    char *to = g->pool;
    for (uint64_t i = 0; to < g->pool + POOL_BYTES; i++) {
        stream s = stream_of(g->seed, POOL, i);
        to = put_sentence(to, &s);
    }
}

/// A comment of least..most bytes.
static char *put_comment(const generator *g, char *to, stream *s, unsigned least, unsigned most) {
    size_t length = pick(s, least, most);
    memcpy(to, g->pool + pick(s, 0, POOL_BYTES - length), length);
    if (to[0] == ' ') to[0] = 'x'; // no reader need keep blanks at the ends
    if (to[length - 1] == ' ') to[length - 1] = 'x';
    return to + length;
}

/// 10 to 40 letters, digits and signs.
static char *put_address(char *to, stream *s) {
    static const char signs[65] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,.";
    for (uint64_t n = pick(s, 10, 40); n > 0; n--) *to++ = signs[pick(s, 0, 63)];
    return to;
}

/// `value` with at least `width` digits.
static char *put_digits(char *to, uint64_t value, int width) {
    return to + sprintf(to, "%0*llu", width, (unsigned long long)value);
}

static char *put_phone(char *to, stream *s, uint64_t nation) {
    static const unsigned widths[] = {3, 3, 4}, least[] = {100, 100, 1000}, most[] = {999, 999, 9999};
    to = put_integer(to, nation + 10);
    for (unsigned k = 0; k < 3; k++) {
        *to++ = '-';
        to = put_digits(to, pick(s, least[k], most[k]), (int)widths[k]);
    }
    return to;
}

// ---- fields ----

static char *end_field(const generator *g, char *to) {
    *to++ = g->separator;
    return to;
}
static char *field_text(const generator *g, char *to, const char *text) { return end_field(g, put_text(to, text)); }
static char *field_integer(const generator *g, char *to, uint64_t n) { return end_field(g, put_integer(to, n)); }
static char *field_cents(const generator *g, char *to, int64_t cents) { return end_field(g, put_cents(to, cents)); }
static char *field_numbered(const generator *g, char *to, const char *text, uint64_t n) {
    return end_field(g, put_digits(put_text(to, text), n, 9));
}

/// Ends a row after its last field.
static void end_row(const generator *g, sink *out, char *to) {
    if (!g->is_tbl) to--;
    *to++ = '\n';
    sink_advance(out, to);
}

// ---- the small tables ----

static int64_t retail_price(uint64_t part) { return (int64_t)(90000 + part / 10 % 20001 + 100 * (part % 1000)); }

/// The supplier of entry `i` (0..3) of a part.
static uint64_t supplier_of(const generator *g, uint64_t part, uint64_t i) {
    uint64_t s = g->suppliers;
    return (part + i * (s / 4 + (part - 1) / s)) % s + 1;
}

static void put_region(const generator *g, sink *out, uint64_t row) {
    stream s = stream_of(g->seed, REGION, row);
    char *to = field_integer(g, sink_reserve(out), row);
    to = field_text(g, to, region_names[row]);
    end_row(g, out, end_field(g, put_comment(g, to, &s, 31, 115)));
}

static void put_nation(const generator *g, sink *out, uint64_t row) {
    stream s = stream_of(g->seed, NATION, row);
    char *to = field_integer(g, sink_reserve(out), row);
    to = field_text(g, to, nations[row].name);
    to = field_integer(g, to, nations[row].region);
    end_row(g, out, end_field(g, put_comment(g, to, &s, 31, 114)));
}

/// name, address, nation, phone, balance: what suppliers and customers begin with.
static char *put_party(const generator *g, char *to, stream *s, const char *kind, uint64_t key, int64_t *balance) {
    uint64_t nation = pick(s, 0, WORDS(nations) - 1);
    to = field_integer(g, to, key);
    to = field_numbered(g, to, kind, key);
    to = end_field(g, put_address(to, s));
    to = field_integer(g, to, nation);
    to = end_field(g, put_phone(to, s, nation));
    *balance = (int64_t)pick(s, 0, 1099998) - 99999; // -999.99 .. 9999.99
    return field_cents(g, to, *balance);
}

/// Five suppliers of 10,000 have complaints in their comment, five recommendations.
static void put_supplier(const generator *g, sink *out, uint64_t row) {
    stream s = stream_of(g->seed, SUPPLIER, row);
    int64_t balance;
    char *to = put_party(g, sink_reserve(out), &s, "Supplier#", row + 1, &balance);
    char *comment = to;
    to = put_comment(g, to, &s, 25, 100);
    uint64_t step = g->suppliers / g->remarks, place = row % step;
    if (row / step < g->remarks && (place == step / 3 || place == step / 2)) {
        memcpy(comment, "Customer", 8);
        memcpy(to - 10, place == step / 3 ? "Complaints" : "Recommends", 10);
    }
    end_row(g, out, end_field(g, to));
}

static char *put_part_name(char *to, stream *s) {
    uint64_t chosen[5];
    for (unsigned k = 0; k < 5;) { // five different colours
        bool is_new = true;
        chosen[k] = pick(s, 0, WORDS(colours) - 1);
        for (unsigned j = 0; j < k; j++) is_new = is_new && chosen[j] != chosen[k];
        k += is_new;
    }
    for (unsigned k = 0; k < 5; k++) to = put_word(to, colours[chosen[k]]);
    return to - 1;
}

static void put_part(const generator *g, sink *out, uint64_t row) {
    stream s = stream_of(g->seed, PART, row);
    uint64_t maker = pick(&s, 1, 5);
    char *to = field_integer(g, sink_reserve(out), row + 1);
    to = end_field(g, put_part_name(to, &s));
    to = field_integer(g, put_text(to, "Manufacturer#"), maker);
    to = field_integer(g, put_text(to, "Brand#"), maker * 10 + pick(&s, 1, 5));
    to = put_word(to, WORD(&s, type_sizes));
    to = put_word(to, WORD(&s, type_finishes));
    to = field_text(g, to, WORD(&s, type_metals));
    to = field_integer(g, to, pick(&s, 1, 50));
    to = put_word(to, WORD(&s, box_sizes));
    to = field_text(g, to, WORD(&s, boxes));
    to = field_cents(g, to, retail_price(row + 1));
    end_row(g, out, end_field(g, put_comment(g, to, &s, 5, 22)));
}

static void put_partsupp(const generator *g, sink *out, uint64_t row) {
    stream s = stream_of(g->seed, PARTSUPP, row);
    uint64_t part = row / 4 + 1;
    char *to = field_integer(g, sink_reserve(out), part);
    to = field_integer(g, to, supplier_of(g, part, row % 4));
    to = field_integer(g, to, pick(&s, 1, 9999));
    to = field_cents(g, to, (int64_t)pick(&s, 100, 100000));
    end_row(g, out, end_field(g, put_comment(g, to, &s, 49, 198)));
}

static void put_customer(const generator *g, sink *out, uint64_t row) {
    stream s = stream_of(g->seed, CUSTOMER, row);
    int64_t balance;
    char *to = put_party(g, sink_reserve(out), &s, "Customer#", row + 1, &balance);
    to = field_text(g, to, WORD(&s, segments));
    end_row(g, out, end_field(g, put_comment(g, to, &s, 29, 116)));
}

// ---- orders and their lines ----

static line make_line(const generator *g, stream *s, unsigned order_day) {
    line l = {.part = pick(s, 1, g->parts), .quantity = (int64_t)pick(s, 1, 50)};
    l.supplier = supplier_of(g, l.part, pick(s, 0, 3));
    l.price = l.quantity * retail_price(l.part);
    l.discount = (int64_t)pick(s, 0, 10);
    l.tax = (int64_t)pick(s, 0, 8);
    l.ship = order_day + (unsigned)pick(s, 1, 121);
    l.commit = order_day + (unsigned)pick(s, 30, 90);
    l.receipt = l.ship + (unsigned)pick(s, 1, 30);
    l.return_flag = l.receipt > CURRENT_DAY ? 'N' : pick(s, 0, 1) ? 'R' : 'A';
    l.status = l.ship > CURRENT_DAY ? 'O' : 'F';
    return l;
}

static order make_order(const generator *g, stream *s, uint64_t row) {
    order o = {.key = row / 8 * 32 + row % 8 + 1, .day = (unsigned)pick(s, 0, LAST_ORDER_DAY)};
    uint64_t among = g->customers - g->customers / 3; // those whose key 3 does not divide
    uint64_t nth = pick(s, 0, among - 1);
    o.customer = nth / 2 * 3 + nth % 2 + 1;
    o.line_count = (unsigned)pick(s, 1, LINES_MAX);
    unsigned open = 0;
    for (unsigned k = 0; k < o.line_count; k++) {
        o.lines[k] = make_line(g, s, o.day);
        open += o.lines[k].status == 'O';
        // price * (1 + tax) * (1 - discount), rounded to cents
        o.total += (o.lines[k].price * (100 + o.lines[k].tax) * (100 - o.lines[k].discount) + 5000) / 10000;
    }
    o.status = open == 0 ? 'F' : open == o.line_count ? 'O' : 'P';
    return o;
}

static void put_line(const generator *g, sink *out, const order *o, unsigned number, stream *s) {
    const line *l = &o->lines[number];
    char *to = field_integer(g, sink_reserve(out), o->key);
    to = field_integer(g, to, l->part);
    to = field_integer(g, to, l->supplier);
    to = field_integer(g, to, number + 1);
    to = field_cents(g, to, l->quantity * 100);
    to = field_cents(g, to, l->price);
    to = field_cents(g, to, l->discount);
    to = field_cents(g, to, l->tax);
    *to++ = l->return_flag;
    to = end_field(g, to);
    *to++ = l->status;
    to = end_field(g, to);
    to = field_text(g, to, g->dates[l->ship]);
    to = field_text(g, to, g->dates[l->commit]);
    to = field_text(g, to, g->dates[l->receipt]);
    to = field_text(g, to, WORD(s, instructions));
    to = field_text(g, to, WORD(s, ship_modes));
    end_row(g, out, end_field(g, put_comment(g, to, s, 10, 43)));
}

static void put_order(const generator *g, sink *orders, sink *lines, uint64_t row) {
    stream s = stream_of(g->seed, ORDERS, row);
    order o = make_order(g, &s, row);
    char *to = field_integer(g, sink_reserve(orders), o.key);
    to = field_integer(g, to, o.customer);
    *to++ = o.status;
    to = end_field(g, to);
    to = field_cents(g, to, o.total);
    to = field_text(g, to, g->dates[o.day]);
    to = field_text(g, to, WORD(&s, priorities));
    to = field_numbered(g, to, "Clerk#", pick(&s, 1, g->clerks));
    to = field_integer(g, to, 0);
    end_row(g, orders, end_field(g, put_comment(g, to, &s, 19, 78)));
    for (unsigned k = 0; k < o.line_count; k++) put_line(g, lines, &o, k, &s);
}

// ---- files ----

static void table_path(const generator *g, const char *folder, unsigned table, char *path, size_t room) {
    int n = snprintf(path, room, "%s/%s.%s", folder, tables[table].name, g->is_tbl ? "tbl" : "tsv");
    if (n < 0 || (size_t)n >= room) fail("the path '%s' is too long", folder);
}

static void open_table(const generator *g, sink *out, const char *folder, unsigned table, char *path, size_t room) {
    table_path(g, folder, table, path, room);
    sink_open(out, path);
    if (!g->is_tbl) sink_header(out, tables[table].columns);
}

typedef void (*put_row_fn)(const generator *g, sink *out, uint64_t row);

static void write_table(const generator *g, const char *folder, unsigned table, uint64_t rows, put_row_fn put) {
    static sink out;
    char path[4096];
    open_table(g, &out, folder, table, path, sizeof path);
    for (uint64_t row = 0; row < rows && out.error == 0; row++) put(g, &out, row);
    sink_close(&out, path);
}

static void write_orders(const generator *g, const char *folder) {
    static sink orders, lines;
    char orders_path[4096], lines_path[4096];
    open_table(g, &orders, folder, ORDERS, orders_path, sizeof orders_path);
    open_table(g, &lines, folder, LINEITEM, lines_path, sizeof lines_path);
    for (uint64_t row = 0; row < g->orders && orders.error == 0 && lines.error == 0; row++)
        put_order(g, &orders, &lines, row);
    sink_close(&orders, orders_path);
    sink_close(&lines, lines_path);
}

static void fill_dates(generator *g) {
    int year = 1992, month = 1, day = 1;
    for (int i = 0; i < DAYS; i++) {
        // The fields have four, two and two digits; the modulo tells the compiler so.
        snprintf(g->dates[i], sizeof g->dates[i], "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
        next_day(&year, &month, &day);
    }
}

// ---- command line ----

static void print_usage(FILE *to) {
    fputs("usage: generate_tpch [--scale X] [--seed N] [--format tsv|tbl] -o FOLDER\n"
          "  --scale X   0.01 .. 1000 (default 1: about 1 GB)\n"
          "  --seed N    another seed gives other rows (default 1)\n"
          "  --format F  tsv (default): tabs and a header line; tbl: a bar after each value, no header\n"
          "  -o FOLDER   where the eight files are written; it must exist\n",
          to);
}

static uint64_t scaled(const generator *g, double rows) { return (uint64_t)(rows * g->scale + 0.5); }

int main(int argc, char **argv) {
    static generator g;
    const char *folder = NULL;
    uint64_t seed = 1;
    g.scale = 1;
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
        if (strcmp(option, "--scale") == 0) {
            g.scale = scale_argument(value);
        } else if (strcmp(option, "--seed") == 0) {
            seed = number_argument(option, value, 0, UINT64_MAX);
        } else if (strcmp(option, "-o") == 0) {
            folder = value;
        } else if (strcmp(option, "--format") == 0 && (strcmp(value, "tsv") == 0 || strcmp(value, "tbl") == 0)) {
            g.is_tbl = strcmp(value, "tbl") == 0;
        } else {
            print_usage(stderr);
            fail("there is no option '%s %s'", option, value);
        }
    }
    if (folder == NULL) {
        print_usage(stderr);
        fail("-o is missing");
    }
    g.seed = random_at(0, seed);
    g.separator = g.is_tbl ? '|' : '\t';
    g.suppliers = scaled(&g, 10000);
    g.parts = scaled(&g, 200000);
    g.customers = scaled(&g, 150000);
    g.orders = scaled(&g, 1500000);
    g.clerks = scaled(&g, 1000);
    g.remarks = scaled(&g, 5) > 0 ? scaled(&g, 5) : 1;
    fill_dates(&g);
    fill_pool(&g);
    write_table(&g, folder, REGION, WORDS(region_names), put_region);
    write_table(&g, folder, NATION, WORDS(nations), put_nation);
    write_table(&g, folder, SUPPLIER, g.suppliers, put_supplier);
    write_table(&g, folder, PART, g.parts, put_part);
    write_table(&g, folder, PARTSUPP, 4 * g.parts, put_partsupp);
    write_table(&g, folder, CUSTOMER, g.customers, put_customer);
    write_orders(&g, folder);
    free(g.pool);
    return EXIT_SUCCESS;
}
