/// bind_distinct_on.c: SELECT DISTINCT ON (k) ... ORDER BY o: of the rows of each k the first by o.
///
///   SELECT DISTINCT ON (k) a, b FROM t ORDER BY o   ->   SELECT a, b FROM t QUALIFY row_number() OVER (PARTITION BY k
///                                                        ORDER BY o) = 1 ORDER BY o
///
/// The window is made as a syntax tree, so that names, aliases and positions mean what they mean elsewhere in the
/// SELECT.
#include "planner/bind_window.h"

#include <string.h>

/// The expression that a key stands for: of a position, the select item's.
static morsel_status key_tree(msl_binder *b, const msl_ast_expr *key, const msl_select_items *items,
                              msl_ast_expr **out) {
    *out = (msl_ast_expr *)(uintptr_t)key; // the binder only reads trees
    if (key->kind != MSL_AST_NUMBER) return MORSEL_OK;
    msl_value v;
    msl_at at = msl_binder_at(b, key->at);
    MSL_TRY(msl_bind_constant(b, key, MSL_CLAUSE_DISTINCT_ON, &v));
    if (v.type->id != MSL_TYPE_INTEGER || v.i64 < 1 || v.i64 > items->count) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                            "DISTINCT ON position must be from 1 to %u", items->count);
    }
    const msl_select_item *item = &items->items[v.i64 - 1];
    if (item->ast) {
        *out = (msl_ast_expr *)(uintptr_t)item->ast;
        return MORSEL_OK;
    }
    msl_ast_expr *column; // an item that came from a star
    MSL_TRY(MSL_TAKE(b->p, column, 1));
    MSL_TRY(MSL_TAKE(b->p, column->u.names.items, 1));
    column->kind = MSL_AST_COLUMN;
    column->at = key->at;
    column->u.names.count = 1;
    column->u.names.items[0] =
        (msl_ast_name){.text = item->name, .length = (uint32_t)strlen(item->name), .at = key->at};
    *out = column;
    return MORSEL_OK;
}

static morsel_status window_tree(msl_binder *b, const msl_ast_select *ast, const msl_ast_order *order,
                                 const msl_select_items *items, msl_ast_window **out) {
    msl_ast_window *w;
    MSL_TRY(MSL_TAKE(b->p, w, 1));
    MSL_TRY(MSL_TAKE(b->p, w->partition_by.items, ast->distinct_on.count));
    MSL_TRY(MSL_TAKE(b->p, w->order_by.items, order->count));
    w->at = ast->distinct_on.items[0]->at;
    w->partition_by.count = ast->distinct_on.count;
    for (uint32_t k = 0; k < ast->distinct_on.count; k++)
        MSL_TRY(key_tree(b, ast->distinct_on.items[k], items, &w->partition_by.items[k]));
    w->order_by.count = order->count;
    for (uint32_t k = 0; k < order->count; k++) {
        if (!order->items[k].expr) return msl_unsupported(b, order->items[k].at, "ORDER BY ALL with DISTINCT ON");
        w->order_by.items[k] = order->items[k];
        MSL_TRY(key_tree(b, order->items[k].expr, items, &w->order_by.items[k].expr));
    }
    *out = w;
    return MORSEL_OK;
}

morsel_status msl_bind_distinct_on(msl_binder *b, const msl_ast_select *ast, const msl_ast_order *order,
                                   const msl_select_items *items, msl_expr **out) {
    msl_ast_name name = {.text = "row_number", .length = 10, .at = ast->distinct_on.items[0]->at};
    msl_ast_expr *tree;
    msl_expr *number, *one;
    if (ast->qualify) return msl_unsupported(b, ast->qualify->at, "QUALIFY with DISTINCT ON");
    MSL_TRY(MSL_TAKE(b->p, tree, 1));
    MSL_TRY(MSL_TAKE(b->p, tree->u.call, 1));
    MSL_TRY(MSL_TAKE(b->p, tree->u.call->name.items, 1));
    tree->kind = MSL_AST_CALL;
    tree->at = name.at;
    tree->u.call->name.count = 1;
    tree->u.call->name.items[0] = name;
    MSL_TRY(window_tree(b, ast, order, items, &tree->u.call->over));
    MSL_TRY(msl_bind_expr(b, tree, &number));
    ((msl_window_parts *)number->detail)->call.display = "row_number()"; // the tree's text is only the key's
    MSL_TRY(msl_expr_bigint(b->p, 1, &one));
    return msl_expr_call2(b->p, "=", number, one, msl_binder_at(b, name.at), out);
}
