/// generate_predicates.c: conditions.
#include "generate_int.h"

/// An operand with a collation. In parentheses, so that it holds for the whole of it.
static void add_collated(choice *c, text *out, const scope *s, kind k, int depth) {
    static const char *const collations[] = {"nocase", "rtrim", "binary"};
    int is_collated = k == TEXT && chance(c, 12);
    if (is_collated) text_add(out, "(");
    add_value(c, out, s, k, depth);
    if (!is_collated) return;
    reach(c, CLAUSE_COLLATE);
    text_add(out, ") COLLATE %s", collations[choose(c, 3)]);
}

static void add_comparison(choice *c, text *out, const scope *s, int depth) {
    static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"};
    kind k = any_kind(c);
    unsigned op = (unsigned)choose(c, chance(c, 85) ? 6 : 8);
    if (k == INT && chance(c, 30))
        add_leaf(c, out, s, INT, 1);
    else
        add_collated(c, out, s, k, depth - 1);
    text_add(out, " %s ", ops[op]);
    if (k == INT && chance(c, 30))
        add_leaf(c, out, s, INT, 1);
    else if (k == INT && chance(c, 10))
        add_value(c, out, s, REAL, depth - 1);
    else
        add_collated(c, out, s, k, depth - 1);
}

void add_predicate(choice *c, text *out, const scope *s, int depth) {
    static const char *const patterns[] = {"%%a%%", "a%%", "%%b",  "_b%%",  "%%",
                                           "",      "___", "%%語", "100%%", "%%longer%%lies%%"};
    if (depth > 0 && c->is_own && chance(c, 20)) {
        add_own_predicate(c, out, s, depth);
        return;
    }
    text_add(out, "(");
    switch (depth <= 0 ? choose(c, 3) : choose(c, 11)) {
    case 0:
    case 1: add_comparison(c, out, s, depth); break;
    case 2:
        add_leaf(c, out, s, any_kind(c), 1);
        text_add(out, chance(c, 50) ? " IS NULL" : " IS NOT NULL");
        break;
    case 3:
    case 4:
        add_predicate(c, out, s, depth - 1);
        for (unsigned n = 1 + (unsigned)choose(c, 2); n; n--) {
            text_add(out, " AND ");
            add_predicate(c, out, s, depth - 1);
        }
        break;
    case 5:
        add_predicate(c, out, s, depth - 1);
        text_add(out, " OR ");
        add_predicate(c, out, s, depth - 1);
        break;
    case 6:
        text_add(out, "NOT ");
        add_predicate(c, out, s, depth - 1);
        break;
    case 7: {
        kind k = any_kind(c);
        add_collated(c, out, s, k, depth - 1);
        text_add(out, chance(c, 25) ? " NOT BETWEEN " : " BETWEEN ");
        add_collated(c, out, s, k, depth - 1);
        text_add(out, " AND ");
        add_value(c, out, s, k, depth - 1);
        break;
    }
    case 8: add_in_predicate(c, out, s, depth); break;
    case 9:
        add_value(c, out, s, TEXT, depth - 1);
        text_add(out, chance(c, 25) ? " NOT LIKE '" : " LIKE '");
        text_add(out, patterns[choose(c, sizeof patterns / sizeof patterns[0])], 0);
        text_add(out, "'");
        break;
    default: add_exists(c, out, s, depth);
    }
    text_add(out, ")");
}
