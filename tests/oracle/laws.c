/// laws.c: random queries in Morsel's own dialect, compared with themselves.
///
///     laws [--seed N] [--queries N] [--first N] [--only partition|norec|rewriting|settings] [--print]
///
/// Three of four queries are laws (law.h), each asked in one of the settings below; the fourth, any query, is asked in
/// all of them and must give the same rows: threads 1 and 8, vectors of 1 and 3 rows, tiny morsels, every hash 0, all
/// passes of the planner off, and one pass off, another one each time. Each seed gives new tables every 200 queries.
///
/// Rows are compared exactly. An error of a value (an overflow, say) ends a law: it depends on which rows are looked
/// at, so that such a query only counts; so does one that fails in the first setting, but it must not fail in another
/// alone, unless of memory, of which there is 1 GB. An error of another kind is a failure: the generator writes what
/// must run. What is not supported yet is counted too. --first begins at a query of the seed, --print shows each before
/// it runs.
#include "generate.h"
#include "law.h"
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUERIES_A_BATCH 200u
#define MOST_PASSES     40u
#define MEMORY_LIMIT    "1GB"

typedef struct setting {
    const char *name;
    unsigned database; ///< 0: of one thread, 1: of eight
    morsel_option options[4];
    size_t option_count;
} setting;

static const setting settings[] = {
    {"8 threads", 1, {{NULL, NULL}}, 0}, // the first: what the others are compared with
    {"1 thread, vectors of 3, hash 0", 0, {{"vector_size", "3"}, {"hash_zero", "true"}}, 2},
    {"8 threads, vectors of 1, tiny morsels", 1, {{"vector_size", "1"}, {"morsel_bytes", "64"}}, 2},
    {"all passes off", 0, {{"disabled_optimizers", "all"}}, 1},
    {"one pass off", 1, {{NULL, NULL}}, 0},
};
#define SETTINGS     (sizeof settings / sizeof settings[0])
#define ONE_PASS_OFF (SETTINGS - 1)

typedef enum outcome { SAME, VALUE_ERROR, NO_MEMORY, UNSUPPORTED, FAILED, OUTCOMES } outcome;

/// A run and its counts.
typedef struct run {
    morsel_database *databases[2];
    morsel_connection *connections[SETTINGS];
    char passes[MOST_PASSES][32];
    unsigned pass_count;
    uint64_t seed, number, of[OUTCOMES];
    const char *only;
    int is_printing;
    coverage coverage;
} run;

static void close_engines(run *r) {
    for (size_t i = 0; i < SETTINGS; i++) morsel_disconnect(&r->connections[i]);
    for (size_t i = 0; i < 2; i++) morsel_close(&r->databases[i]);
}

static void set(morsel_connection *con, const char *name, const char *value) {
    morsel_error *err = NULL;
    if (morsel_set_option(con, name, value, &err)) fatal("Morsel", morsel_error_render(err));
}

static void open_engines(run *r, const char *tables) {
    static const char *const threads[2] = {"1", "8"};
    morsel_error *err = NULL;
    close_engines(r);
    for (size_t i = 0; i < 2; i++) {
        morsel_option options[] = {{"threads", threads[i]}, {"memory_limit", MEMORY_LIMIT}};
        if (morsel_open(NULL, options, 2, &r->databases[i], &err)) fatal("Morsel", morsel_error_render(err));
    }
    for (size_t i = 0; i < SETTINGS; i++) {
        if (morsel_connect(r->databases[settings[i].database], &r->connections[i], &err))
            fatal("Morsel", morsel_error_render(err));
        for (size_t o = 0; o < settings[i].option_count; o++)
            set(r->connections[i], settings[i].options[o].name, settings[i].options[o].value);
        if (i < 2 && morsel_exec(r->connections[i], tables, -1, NULL, &err)) fatal("Morsel", morsel_error_render(err));
    }
}

/// The planner's passes, as EXPLAIN lists them.
static void find_passes(run *r) {
    rows lines = {0};
    rows_of_morsel(r->connections[0], "EXPLAIN (PASSES) SELECT 1", &lines);
    snprintf(r->passes[r->pass_count++], sizeof r->passes[0], "runtime_filters"); // of the physical planner
    for (size_t i = 0; i < lines.count && r->pass_count < MOST_PASSES; i++) {
        for (const char *line = lines.lines[i]; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
            const char *colon = strstr(line, ": no change");
            const char *end = strchr(line, '\n');
            if (!colon || (end && end < colon) || r->pass_count == MOST_PASSES) continue;
            snprintf(r->passes[r->pass_count++], sizeof r->passes[0], "%.*s", (int)(colon - line), line);
        }
    }
    if (r->pass_count < 5) fatal("EXPLAIN (PASSES)", "shows no passes");
    rows_free(&lines);
}

/// Runs statements and collects their rows, up to the first error.
static void ask(morsel_connection *con, const text *statements, unsigned most, int is_undone, rows *out) {
    rows nothing = {0};
    if (is_undone) rows_of_morsel(con, "BEGIN", &nothing);
    for (unsigned n = 0; n < most && !out->error; n++) {
        if (statements[n].bytes) rows_of_morsel(con, statements[n].bytes, out);
    }
    if (is_undone) rows_of_morsel(con, "ROLLBACK", &nothing);
    if (nothing.error) fatal("a transaction", nothing.error);
    rows_free(&nothing);
}

/// What an error comes to.
static outcome judge(const rows *r) {
    if (!r->error) return SAME;
    if (r->status == MORSEL_UNSUPPORTED) return UNSUPPORTED;
    if (r->status == MORSEL_NOMEM) return NO_MEMORY;
    return r->status == MORSEL_DATA ? VALUE_ERROR : FAILED;
}

static void tell(const run *r, const char *name, const char *where, const char *what) {
    fprintf(stderr, "seed %llu query %llu: %s (%s)\n%s\n", (unsigned long long)r->seed, (unsigned long long)r->number,
            name, where, what);
}

static void try_law(run *r, choice *c, law *l) {
    static const char *const names[2] = {"one side", "the other"};
    size_t with = (size_t)choose(c, SETTINGS);
    rows side[2] = {{0}, {0}};
    outcome result = SAME;
    char room[1024];
    const char *what = NULL;
    for (unsigned i = 0; i < 2 && result == SAME; i++) {
        ask(r->connections[with], l->sides[i], MOST_STATEMENTS, l->is_undone, &side[i]);
        result = judge(&side[i]);
        what = side[i].error;
        rows_sort(&side[i]);
    }
    if (result == SAME) what = rows_difference(&side[0], &side[1], names, room, sizeof room);
    if (what && result == SAME) result = FAILED;
    coverage_add(&r->coverage, c->reached, result == SAME, side[0].count > 0);
    r->of[result]++;
    if (r->is_printing && what) printf("-- %s\n", what);
    if (result == FAILED) {
        tell(r, l->name, settings[with].name, what);
        for (unsigned i = 0; i < 2; i++) {
            for (unsigned n = 0; n < MOST_STATEMENTS; n++) {
                if (l->sides[i][n].bytes) fprintf(stderr, "%s: %s;\n", names[i], l->sides[i][n].bytes);
            }
        }
        fprintf(stderr, "\n");
    }
    for (unsigned i = 0; i < 2; i++) rows_free(&side[i]);
}

/// Asks a query in every setting.
static void try_settings(run *r, choice *c, const query *q) {
    rows want = {0};
    outcome result = SAME;
    for (size_t i = 0; i < SETTINGS && result == SAME; i++) {
        const char *const names[2] = {settings[0].name, settings[i].name};
        rows got = {0};
        char room[1024];
        ask(r->connections[i], &q->sql, 1, 0, &got);
        result = judge(&got);
        if (!q->is_ordered) rows_sort(&got);
        const char *what = got.error;
        if (i && result == SAME) what = rows_difference(&want, &got, names, room, sizeof room);
        if (i && what && result != UNSUPPORTED && result != NO_MEMORY) result = FAILED;
        if (r->is_printing && what) printf("-- %s\n", what);
        if (result == FAILED) {
            tell(r, "settings", settings[i].name, what);
            fprintf(stderr, "%s;\n\n", q->sql.bytes);
        }
        if (i == 0)
            want = got;
        else
            rows_free(&got);
    }
    coverage_add(&r->coverage, c->reached, result == SAME, want.count > 0);
    r->of[result]++;
    rows_free(&want);
}

static void print_law(const law *l) {
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned n = 0; n < MOST_STATEMENTS; n++) {
            if (l->sides[i][n].bytes) printf("%s %u: %s;\n", l->name, i, l->sides[i][n].bytes);
        }
    }
    fflush(stdout);
}

static void try_query(run *r, uint64_t query_seed) {
    static const char *const oracles[] = {"partition", "norec", "rewriting", "settings"};
    static void (*const makers[])(choice *, law *) = {make_partition, make_norec, make_rewriting};
    choice c = {.state = query_seed ^ 0xabcdef, .is_own = 1};
    unsigned oracle = (unsigned)(r->number % 4);
    if (r->only && strcmp(r->only, oracles[oracle]) != 0) return;
    set(r->connections[ONE_PASS_OFF], "disabled_optimizers", r->passes[choose(&c, r->pass_count)]);
    if (oracle < 3) {
        law l = {0};
        makers[oracle](&c, &l);
        if (r->is_printing) print_law(&l);
        try_law(r, &c, &l);
        law_free(&l);
        return;
    }
    query q;
    generate_query(&c, &q);
    if (r->is_printing) printf("settings: %s;\n", q.sql.bytes), fflush(stdout);
    try_settings(r, &c, &q);
    query_free(&q);
}

int main(int argc, char **argv) {
    run r = {.seed = 1};
    uint64_t queries = 2000, first = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            r.seed = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--queries") == 0 && i + 1 < argc)
            queries = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--first") == 0 && i + 1 < argc)
            first = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            r.only = argv[++i];
        else if (strcmp(argv[i], "--print") == 0)
            r.is_printing = 1;
        else
            fatal("unknown argument", argv[i]);
    }
    for (uint64_t q = 0; q < first + queries; q++) {
        uint64_t query_seed = r.seed * 1000003 + q;
        r.number = q;
        if (q % QUERIES_A_BATCH == 0 && q + QUERIES_A_BATCH > first) {
            choice c = {.state = query_seed};
            text tables = {0}, for_sqlite = {0};
            generate_tables(&c, &tables, &for_sqlite);
            open_engines(&r, tables.bytes);
            if (r.is_printing) printf("%s", tables.bytes);
            if (!r.pass_count) find_passes(&r);
            text_free(&tables);
            text_free(&for_sqlite);
        }
        if (q >= first) try_query(&r, query_seed);
    }
    close_engines(&r);
    unsigned missing = coverage_print(&r.coverage, 0);
    printf("%llu queries agreed, %llu ended with an error of a value, %llu without memory, %llu not supported yet, "
           "%llu failed\n",
           (unsigned long long)r.of[SAME], (unsigned long long)r.of[VALUE_ERROR], (unsigned long long)r.of[NO_MEMORY],
           (unsigned long long)r.of[UNSUPPORTED], (unsigned long long)r.of[FAILED]);
    return r.of[FAILED] != 0 || r.of[SAME] * 10 < queries * 9 || (queries >= 2000 && !r.only && missing);
}
