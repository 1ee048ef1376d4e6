/// bind_asof.c: ASOF joins: of the right rows that match, the nearest one.
///
///   a ASOF JOIN b ON a.k = b.k AND a.time >= b.time     the b with the greatest time that is not after a's
///   a ASOF JOIN b USING (k, time)                       the same: the last column of USING is compared by >=
///
/// The condition has exactly one inequality between the sides; whatever else stands in it limits the candidates.
#include "planner/binder.h"

#include "functions/order_word.h"

#include <string.h>

/// Does `e` compare a value of the left side with one of the right side by <, <=, > or >=?
static bool is_inequality(const msl_expr *e, const msl_logical *left, const msl_logical *right) {
    const char *name = msl_expr_function(e);
    if ((name[0] != '<' && name[0] != '>') || (name[1] && strcmp(name + 1, "=") != 0)) return false;
    for (uint32_t swap = 0; swap < 2; swap++) {
        const msl_expr *l = e->args[swap], *r = e->args[1 - swap];
        if (!msl_expr_has_kind(l, MSL_EXPR_COLUMN) || !msl_expr_has_kind(r, MSL_EXPR_COLUMN)) continue;
        if (!msl_expr_within(l, left->columns, left->column_count)) continue;
        if (msl_expr_within(r, right->columns, right->column_count)) return true;
    }
    return false;
}

static morsel_status check_nearest(msl_binder *b, const msl_expr *e, msl_at at) {
    if (!msl_order_has_words(e->args[0]->type)) {
        return msl_error_unsupported(b->p->err, at.offset, at.length, "ASOF JOIN by values of type %s",
                                     msl_type_text(b->p, e->args[0]->type));
    }
    if (!(e->flags & MSL_EXPR_VOLATILE)) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                        "the inequality of ASOF JOIN must give the same value each time");
}

/// Takes the inequality out of the conjuncts.
static morsel_status take_inequality(msl_binder *b, const msl_logical *join, msl_exprs *conjuncts, msl_at at,
                                     msl_expr **out) {
    uint32_t kept = 0;
    *out = NULL;
    for (uint32_t k = 0; k < conjuncts->count; k++) {
        msl_expr *e = conjuncts->items[k];
        if (!is_inequality(e, join->children[0], join->children[1])) {
            conjuncts->items[kept++] = e;
            continue;
        }
        if (*out) {
            morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42601", e->sql_offset, e->sql_length,
                                                "ASOF JOIN has two inequalities: only one says which row is the nearest");
            msl_error_hint(b->p->err, "leave one, and filter the result by the other with WHERE");
            return status;
        }
        *out = e;
    }
    conjuncts->count = kept;
    if (*out) return MORSEL_OK;
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                        "ASOF JOIN needs an inequality between its sides that says which row is the nearest");
    msl_error_hint(b->p->err, "ON a.id = b.id AND a.time >= b.time takes the last b that is not after a");
    return status;
}

morsel_status msl_make_asof(msl_binder *b, msl_logical *join, msl_at at) {
    msl_exprs conjuncts = {join->join.conjuncts, join->join.count, join->join.count};
    msl_expr *nearest;
    MSL_TRY(take_inequality(b, join, &conjuncts, at, &nearest));
    MSL_TRY(check_nearest(b, nearest, nearest->sql_offset >= 0 ? msl_expr_at(nearest) : at));
    join->join.count = conjuncts.count;
    join->join.nearest = nearest;
    join->kind = MSL_LOGICAL_ASOF_JOIN;
    return MORSEL_OK;
}
