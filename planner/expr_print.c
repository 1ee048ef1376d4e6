/// expr_print.c: bound expressions as SQL text, for EXPLAIN. Columns are shown by the names of the input's columns.
#include "planner/expr_walk.h"

#include "functions/text_nested.h"
#include "functions/text.h"
#include "planner/logical.h"

#include <stdio.h>
#include <string.h>

/// Text that grows in an arena; `failed` once memory was refused.
typedef struct printer {
    msl_arena *arena;
    const char *const *names;
    uint32_t name_count;
    char *text;
    size_t length, room;
    bool failed;
} printer;

#define PRINT_MAX 4000u ///< longer expressions end in "..."

static void put_n(printer *p, const char *text, size_t n) {
    if (p->failed || p->length > PRINT_MAX) return;
    if (p->length + n + 4 > p->room) {
        size_t room = (p->length + n + 4) * 2;
        char *grown = msl_arena_bytes(p->arena, room);
        if (!grown) {
            p->failed = true;
            return;
        }
        if (p->length) memcpy(grown, p->text, p->length);
        p->text = grown;
        p->room = room;
    }
    memcpy(p->text + p->length, text, n);
    p->length += n;
}

static void put(printer *p, const char *text) { put_n(p, text, strlen(text)); }

static void put_quoted(printer *p, const char *text, size_t n) {
    put(p, "'");
    for (size_t k = 0; k < n && k < 80; k++) put_n(p, text[k] == '\'' ? "''" : text + k, text[k] == '\'' ? 2 : 1);
    put(p, n > 80 ? "...'" : "'");
}

static void put_type(printer *p, const msl_type *type) {
    char name[256];
    (void)msl_type_format(type, name, sizeof name);
    put(p, name);
}

static void put_value(printer *p, const msl_value *v) {
    char text[MSL_TEXT_ROOM];
    if (v->is_null) {
        put(p, "NULL");
    } else if (v->type->id == MSL_TYPE_VARCHAR || v->type->id == MSL_TYPE_UNTYPED || v->type->id == MSL_TYPE_BLOB) {
        put_quoted(p, v->text, v->length);
    } else if (v->type->id == MSL_TYPE_BOOLEAN) {
        put(p, v->boolean ? "TRUE" : "FALSE");
    } else if (msl_type_is_numeric(v->type)) {
        put_n(p, text, msl_format_value(v, text));
    } else if (msl_type_is_nested(v->type)) {
        msl_nested_writer w = {.arena = p->arena};
        msl_string value = msl_string_make(v->text, v->length);
        p->failed |= !msl_nested_format(&w, v->type, &value);
        if (!p->failed) put_quoted(p, w.bytes, w.length);
        put(p, "::");
        put_type(p, v->type);
    } else {
        put_type(p, v->type);
        put(p, " ");
        put_quoted(p, text, msl_format_value(v, text));
    }
}

static void print(printer *p, const msl_expr *e, bool nested);

static void put_list(printer *p, msl_expr *const *args, uint32_t count, const char *separator) {
    for (uint32_t k = 0; k < count; k++) {
        if (k) put(p, separator);
        print(p, args[k], strcmp(separator, ", ") != 0);
    }
}

static bool is_word(const char *name) { return (name[0] >= 'a' && name[0] <= 'z') && !strchr(name, ' '); }

static bool is_infix(const char *name) {
    return !is_word(name) || strcmp(name, "like") == 0 || strcmp(name, "ilike") == 0 || strcmp(name, "glob") == 0;
}

static void put_upper(printer *p, const char *name) {
    for (; *name; name++) {
        char c = *name >= 'a' && *name <= 'z' ? (char)(*name - 32) : *name;
        put_n(p, &c, 1);
    }
}

/// list_transform(list, lambda x: body); captured values are printed in their places.
static void print_lambda(printer *p, const msl_expr *e) {
    static const char *const functions[] = {"list_transform", "list_filter", "list_reduce"};
    const msl_lambda *lambda = e->detail;
    uint32_t own = lambda->has_initial ? 2 : 1, captures = e->arg_count - own;
    put(p, functions[lambda->kind]);
    put(p, "(");
    print(p, e->args[0], false);
    put(p, ", lambda ");
    const char **names = MSL_NEW_ARRAY(p->arena, const char *, lambda->param_count + captures);
    p->failed = p->failed || !names;
    for (uint32_t k = 0; !p->failed && k < lambda->param_count; k++) {
        if (k) put(p, ", ");
        put(p, names[k] = lambda->names[k]);
    }
    for (uint32_t k = 0; !p->failed && k < captures; k++) {
        names[lambda->param_count + k] = msl_expr_text(e->args[own + k], p->names, p->name_count, p->arena);
        p->failed = !names[lambda->param_count + k];
    }
    if (p->failed) return;
    put(p, ": ");
    put(p, msl_expr_text(lambda->body, names, lambda->param_count + captures, p->arena));
    if (lambda->has_initial) put(p, ", ");
    if (lambda->has_initial) print(p, e->args[1], false);
    put(p, ")");
}

static void print_call(printer *p, const msl_expr *e, bool nested) {
    const char *name = e->call.function->name;
    if (e->arg_count == 2 && is_infix(name)) {
        if (nested) put(p, "(");
        print(p, e->args[0], true);
        put(p, " ");
        put_upper(p, name);
        put(p, " ");
        print(p, e->args[1], true);
        if (nested) put(p, ")");
    } else if (e->arg_count == 1 && (strcmp(name, "not") == 0 || !is_word(name))) {
        bool is_suffix = strncmp(name, "is ", 3) == 0;
        if (nested) put(p, "(");
        if (is_suffix) print(p, e->args[0], true);
        if (is_suffix) put(p, " ");
        put_upper(p, name);
        if (strcmp(name, "not") == 0) put(p, " ");
        if (!is_suffix) print(p, e->args[0], true);
        if (nested) put(p, ")");
    } else {
        put(p, name);
        put(p, "(");
        put_list(p, e->args, e->arg_count, ", ");
        put(p, ")");
    }
}

static void print_case(printer *p, const msl_expr *e) {
    put(p, "CASE");
    for (uint32_t k = 0; k + 1 < e->arg_count; k += 2) {
        put(p, " WHEN ");
        print(p, e->args[k], false);
        put(p, " THEN ");
        print(p, e->args[k + 1], false);
    }
    put(p, " ELSE ");
    print(p, e->args[e->arg_count - 1], false);
    put(p, " END");
}

static void print_column(printer *p, const msl_expr *e) {
    char number[24];
    if (p->names && e->column < p->name_count && p->names[e->column] && p->names[e->column][0]) {
        put(p, p->names[e->column]);
        return;
    }
    snprintf(number, sizeof number, "#%u", e->column);
    put(p, number);
}

/// Recursion is bounded by the parser's nesting limit.
static void print(printer *p, const msl_expr *e, bool nested) {
    char number[24];
    if (p->failed || p->length > PRINT_MAX) return;
    switch (e->kind) {
    case MSL_EXPR_COLUMN: print_column(p, e); return;
    case MSL_EXPR_CONSTANT: put_value(p, &e->value); return;
    case MSL_EXPR_PARAM:
        snprintf(number, sizeof number, "$%u", e->column + 1);
        put(p, number);
        return;
    case MSL_EXPR_CALL: print_call(p, e, nested); return;
    case MSL_EXPR_CAST:
        put(p, e->flags & MSL_EXPR_TRY ? "TRY_CAST(" : "CAST(");
        print(p, e->args[0], false);
        put(p, " AS ");
        put_type(p, e->type);
        put(p, ")");
        return;
    case MSL_EXPR_AND:
    case MSL_EXPR_OR:
        if (nested) put(p, "(");
        put_list(p, e->args, e->arg_count, e->kind == MSL_EXPR_AND ? " AND " : " OR ");
        if (nested) put(p, ")");
        return;
    case MSL_EXPR_CASE: print_case(p, e); return;
    case MSL_EXPR_COALESCE:
        put(p, "coalesce(");
        put_list(p, e->args, e->arg_count, ", ");
        put(p, ")");
        return;
    case MSL_EXPR_IN:
        if (nested) put(p, "(");
        print(p, e->args[0], true);
        put(p, e->flags & MSL_EXPR_NEGATED ? " NOT IN (" : " IN (");
        put_list(p, e->args + 1, e->arg_count - 1, ", ");
        put(p, nested ? "))" : ")");
        return;
    case MSL_EXPR_AGGREGATE: put(p, ((const msl_logical_call *)e->detail)->display); return;
    case MSL_EXPR_SUBQUERY: put(p, "(subquery)"); return;
    case MSL_EXPR_WINDOW: put(p, "(window)"); return;
    case MSL_EXPR_LAMBDA: print_lambda(p, e); return;
    case MSL_EXPR_UNNEST: put(p, "(unnest)"); return;
    }
}

char *msl_expr_text(const msl_expr *expr, const char *const *names, uint32_t name_count, msl_arena *arena) {
    printer p = {.arena = arena, .names = names, .name_count = name_count};
    print(&p, expr, false);
    bool is_cut = p.length > PRINT_MAX;
    if (is_cut) p.length = PRINT_MAX;
    return p.failed ? NULL
                    : msl_arena_printf(arena, "%.*s%s", (int)p.length, p.text ? p.text : "", is_cut ? "..." : "");
}
