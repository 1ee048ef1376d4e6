/// generate_values.c: scopes, and expressions with a value.
#include "generate_int.h"

#include <stdio.h>
#include <string.h>

void scope_add(scope *s, const char *alias, const char *column, kind k, int is_big) {
    if (s->count == MOST_COLUMNS) return;
    snprintf(s->columns[s->count].name, sizeof s->columns[0].name, "%s%s%s", alias, alias[0] ? "." : "", column);
    s->columns[s->count].kind = k;
    s->columns[s->count++].is_big = is_big;
}

static const struct {
    const char *name;
    kind kind;
    int is_big;
} table_columns[] = {
    {"i", INT, 0}, {"b", INT, 1},  {"d", REAL, 0}, {"s", TEXT, 0},   {"k", INT, 0},  {"m", DECIMAL, 0},
    {"a", DAY, 0}, {"h", SPAN, 0}, {"l", LIST, 0}, {"r", STRUCT, 0}, {"o", BOOL, 0}, {"n", INT, 0},
};
#define SHARED_COLUMNS 5u
#define OWN_COLUMNS    (sizeof table_columns / sizeof table_columns[0])

void scope_add_table(const choice *c, scope *s, const char *alias) {
    for (unsigned n = 0; n < (c->is_own ? OWN_COLUMNS : SHARED_COLUMNS); n++) {
        scope_add(s, alias, table_columns[n].name, table_columns[n].kind, table_columns[n].is_big);
    }
}

void scope_add_query(scope *s, const char *alias, const query *q) {
    for (unsigned i = 0; i < q->columns; i++) {
        char column[8];
        snprintf(column, sizeof column, "c%u", i);
        if (q->kinds[i] < KINDS)
            scope_add(s, alias, column, q->kinds[i], q->kinds[i] == INT); // INT may be a sum, or as great as b
    }
}

void add_table_columns(const choice *c, text *out, const char *alias) {
    for (unsigned n = 0; n < (c->is_own ? OWN_COLUMNS : SHARED_COLUMNS); n++) {
        text_add(out, "%s%s.%s", n ? ", " : "", alias, table_columns[n].name);
    }
}

kind any_kind(choice *c) { return (kind)choose(c, c->is_own && chance(c, 50) ? KINDS : SHARED_KINDS); }

/// level: how many queries lie between the place that asks and s.
static const char *pick_at(choice *c, const scope *s, kind k, int may_be_big, unsigned level) {
    if (s->outer && chance(c, 30)) {
        const char *outer = pick_at(c, s->outer, k, may_be_big, level + 1);
        if (outer) return outer;
    }
    unsigned start = s->count ? (unsigned)choose(c, s->count) : 0;
    for (unsigned n = 0; n < s->count; n++) {
        unsigned i = (start + n) % s->count;
        if (s->columns[i].kind != k || (s->columns[i].is_big && !may_be_big)) continue;
        if (level > 0) reach(c, CLAUSE_CORRELATED);
        if (level > 1) reach(c, CLAUSE_CORRELATED_2);
        return s->columns[i].name;
    }
    return NULL;
}

const char *scope_pick(choice *c, const scope *s, kind k, int may_be_big) { return pick_at(c, s, k, may_be_big, 0); }

const char *scope_pick_outer(choice *c, const scope *s, kind k, int may_be_big) {
    return s->outer ? pick_at(c, s->outer, k, may_be_big, 1) : NULL;
}

/// A column, or a literal where there is none.
void add_leaf(choice *c, text *out, const scope *s, kind k, int may_be_big) {
    static const clause of_kind[] = {CLAUSE_OF_DECIMALS, CLAUSE_OF_DATES,   CLAUSE_OF_INTERVALS,
                                     CLAUSE_OF_LISTS,    CLAUSE_OF_STRUCTS, CLAUSE_OF_BOOLEANS};
    if (k >= SHARED_KINDS) reach(c, of_kind[k - SHARED_KINDS]);
    const char *column = chance(c, 80) ? scope_pick(c, s, k, may_be_big) : NULL;
    if (column)
        text_add(out, "%s", column);
    else
        add_literal(c, out, k);
}

static void add_binary(choice *c, text *out, const scope *s, kind k, int depth, const char *op) {
    text_add(out, "(");
    add_value(c, out, s, k, depth - 1);
    text_add(out, " %s ", op);
    add_value(c, out, s, k, depth - 1);
    text_add(out, ")");
}

void add_call(choice *c, text *out, const scope *s, const char *name, kind k, unsigned args, int depth) {
    text_add(out, "%s(", name);
    for (unsigned i = 0; i < args; i++) {
        if (i) text_add(out, ", ");
        add_value(c, out, s, k, depth - 1);
    }
    text_add(out, ")");
}

static void add_case(choice *c, text *out, const scope *s, kind k, int depth) {
    text_add(out, "CASE");
    for (unsigned n = 1 + (unsigned)choose(c, 2); n; n--) {
        text_add(out, " WHEN ");
        add_predicate(c, out, s, depth - 1);
        text_add(out, " THEN ");
        add_value(c, out, s, k, depth - 1);
    }
    if (chance(c, 70)) {
        text_add(out, " ELSE ");
        add_value(c, out, s, k, depth - 1);
    }
    text_add(out, " END");
}

/// A product that would overflow for rows that the condition keeps out.
static void add_guarded_product(choice *c, text *out, const scope *s) {
    const char *big = scope_pick(c, s, INT, 1);
    if (!big) big = "3";
    text_add(out, "CASE WHEN %s BETWEEN -1000 AND 1000 THEN %s * %s %% 97 ELSE 0 END", big, big, big);
}

static void add_int(choice *c, text *out, const scope *s, int depth) {
    switch (choose(c, 11)) {
    case 0: add_binary(c, out, s, INT, depth, "+"); break;
    case 1: add_binary(c, out, s, INT, depth, "-"); break;
    case 2:
        text_add(out, "(");
        add_leaf(c, out, s, INT, 0);
        text_add(out, " * %d)", (int)choose(c, 7) - 3);
        break;
    case 3: add_binary(c, out, s, INT, depth, "/"); break;
    case 4: add_binary(c, out, s, INT, depth, "%"); break;
    case 5: add_call(c, out, s, "abs", INT, 1, depth); break;
    case 6: add_call(c, out, s, "length", TEXT, 1, depth); break;
    case 7: add_guarded_product(c, out, s); break;
    case 8: add_call(c, out, s, "instr", TEXT, 2, depth); break;
    case 9:
        text_add(out, "(- ");
        add_value(c, out, s, INT, depth - 1);
        text_add(out, ")");
        break;
    default:
        text_add(out, "CASE WHEN ");
        add_predicate(c, out, s, depth - 1);
        text_add(out, " THEN 1 ELSE 0 END");
    }
}

static void add_real(choice *c, text *out, const scope *s, int depth) {
    switch (choose(c, 6)) {
    case 0: add_binary(c, out, s, REAL, depth, "+"); break;
    case 1: add_binary(c, out, s, REAL, depth, "-"); break;
    case 2:
        text_add(out, "(");
        add_value(c, out, s, REAL, depth - 1);
        text_add(out, " * 5e-1)");
        break;
    case 3: add_call(c, out, s, "abs", REAL, 1, depth); break;
    case 4:
        text_add(out, "CAST(");
        add_value(c, out, s, INT, depth - 1);
        text_add(out, " AS DOUBLE)");
        break;
    default:
        text_add(out, "(");
        add_leaf(c, out, s, REAL, 0);
        text_add(out, " / 4e0)");
    }
}

static void add_text_value(choice *c, text *out, const scope *s, int depth) {
    switch (choose(c, 7)) {
    case 0: add_binary(c, out, s, TEXT, depth, "||"); break;
    case 1:
        text_add(out, "substr(");
        add_value(c, out, s, TEXT, depth - 1);
        text_add(out, ", %d, %d)", 1 + (int)choose(c, 4), (int)choose(c, 6));
        break;
    case 2: // SQLite answers replace(x, '', NULL) with x: the pattern is never empty
        text_add(out, "replace(");
        add_value(c, out, s, TEXT, depth - 1);
        text_add(out, ", '%s', ", chance(c, 50) ? "a" : "longer");
        add_value(c, out, s, TEXT, depth - 1);
        text_add(out, ")");
        break;
    case 3: add_call(c, out, s, "trim", TEXT, 1, depth); break;
    case 4:
        text_add(out, "CAST(");
        add_value(c, out, s, INT, depth - 1);
        text_add(out, " AS VARCHAR)");
        break;
    case 5: add_call(c, out, s, "ltrim", TEXT, 1, depth); break;
    default: add_call(c, out, s, "nullif", TEXT, 2, depth);
    }
}

/// For SQLite the collation of any part is that of the whole, also one within the condition of a CASE: what holds such
/// a part says its own.
static void say_collation(text *out, size_t start) {
    if (!strstr(out->bytes + start, " COLLATE ")) return;
    text whole = {0};
    text_add(&whole, "%s", out->bytes + start);
    out->length = start;
    text_add(out, "(%s) COLLATE binary", whole.bytes);
    text_free(&whole);
}

void add_value(choice *c, text *out, const scope *s, kind k, int depth) {
    size_t start = out->length;
    if (depth <= 0 || chance(c, 35)) {
        add_leaf(c, out, s, k, 0);
        return;
    }
    if (chance(c, 12)) {
        add_case(c, out, s, k, depth);
    } else if (chance(c, 10)) {
        add_call(c, out, s, "coalesce", k, 2 + (unsigned)choose(c, 2), depth);
    } else if (chance(c, 9)) {
        add_scalar_subquery(c, out, s, k, depth);
    } else if (k >= SHARED_KINDS || (c->is_own && chance(c, 35))) {
        add_own_value(c, out, s, k, depth);
    } else if (k == INT) {
        add_int(c, out, s, depth);
    } else if (k == REAL) {
        add_real(c, out, s, depth);
    } else {
        add_text_value(c, out, s, depth);
    }
    if (!c->is_own && k == TEXT) say_collation(out, start);
}
