/// generate_values.c: scopes, and expressions with a value.
#include "generate_int.h"

#include <stdio.h>

void scope_add(scope *s, const char *alias, const char *column, kind k, int is_big) {
    if (s->count == MOST_COLUMNS) return;
    snprintf(s->columns[s->count].name, sizeof s->columns[0].name, "%s%s%s", alias, alias[0] ? "." : "", column);
    s->columns[s->count].kind = k;
    s->columns[s->count++].is_big = is_big;
}

void scope_add_table(scope *s, const char *alias) {
    scope_add(s, alias, "i", INT, 0);
    scope_add(s, alias, "b", INT, 1);
    scope_add(s, alias, "d", REAL, 0);
    scope_add(s, alias, "s", TEXT, 0);
    scope_add(s, alias, "k", INT, 0);
}

/// A column of the kind, or NULL; big ones only where no arithmetic follows.
const char *scope_pick(choice *c, const scope *s, kind k, int may_be_big) {
    if (s->outer && chance(c, 30)) {
        const char *outer = scope_pick(c, s->outer, k, may_be_big);
        if (outer) return outer;
    }
    unsigned start = s->count ? (unsigned)choose(c, s->count) : 0;
    for (unsigned n = 0; n < s->count; n++) {
        unsigned i = (start + n) % s->count;
        if (s->columns[i].kind == k && (may_be_big || !s->columns[i].is_big)) return s->columns[i].name;
    }
    return NULL;
}

/// A column, or a literal where there is none.
void add_leaf(choice *c, text *out, const scope *s, kind k, int may_be_big) {
    const char *column = chance(c, 80) ? scope_pick(c, s, k, may_be_big) : NULL;
    if (column) text_add(out, "%s", column);
    else add_literal(c, out, k);
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
        text_add(out, "(-");
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

void add_value(choice *c, text *out, const scope *s, kind k, int depth) {
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
    } else if (k == INT) {
        add_int(c, out, s, depth);
    } else if (k == REAL) {
        add_real(c, out, s, depth);
    } else {
        add_text_value(c, out, s, depth);
    }
}
