/// registry.c: finds the function or aggregate that a name and argument types mean.
///
/// The registry is the list of constant family tables below; nothing is built at start-up. A lookup walks the tables
/// (some hundred names, first compared by length and first byte). Of the entries of that name each is priced: 0 for
/// exact types, the sum of msl_type_implicit_cost() otherwise; the cheapest wins. Text literals and parameters
/// (UNTYPED) cost least as VARCHAR, and entries with a bind function give them the type of the other side.
///
///   memory   arg_types of a binding lies in the caller's arena
///   threads  immutable data only
#include "functions/families.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

typedef struct function_family {
    const msl_function *entries;
    const size_t *count;
} function_family;
typedef struct aggregate_family {
    const msl_aggregate *entries;
    const size_t *count;
} aggregate_family;

static const function_family function_families[] = {
    {msl_fn_arith, &msl_fn_arith_count},     {msl_fn_decimal, &msl_fn_decimal_count},
    {msl_fn_bits, &msl_fn_bits_count},       {msl_fn_time, &msl_fn_time_count},
    {msl_fn_compare, &msl_fn_compare_count}, {msl_fn_bool, &msl_fn_bool_count},
    {msl_fn_string, &msl_fn_string_count},
    {msl_fn_pattern, &msl_fn_pattern_count}, {msl_fn_math, &msl_fn_math_count},
    {msl_fn_date, &msl_fn_date_count},       {msl_fn_list, &msl_fn_list_count},
    {msl_fn_struct, &msl_fn_struct_count},   {msl_fn_map, &msl_fn_map_count},
    {msl_fn_misc, &msl_fn_misc_count},
};
static const aggregate_family aggregate_families[] = {
    {msl_agg_basic, &msl_agg_basic_count},     {msl_agg_stats, &msl_agg_stats_count},
    {msl_agg_moments, &msl_agg_moments_count}, {msl_agg_order, &msl_agg_order_count},
    {msl_agg_bool, &msl_agg_bool_count},       {msl_agg_collect, &msl_agg_collect_count},
    {msl_agg_mode, &msl_agg_mode_count},
    {msl_agg_list, &msl_agg_list_count},
};
#define FUNCTION_FAMILIES (sizeof function_families / sizeof function_families[0])
#define AGGREGATE_FAMILIES (sizeof aggregate_families / sizeof aggregate_families[0])

/* ---- walking the tables ---- */

const msl_function *msl_function_at(size_t index) {
    for (size_t f = 0; f < FUNCTION_FAMILIES; f++) {
        if (index < *function_families[f].count) return &function_families[f].entries[index];
        index -= *function_families[f].count;
    }
    return NULL;
}

const msl_aggregate *msl_aggregate_at(size_t index) {
    for (size_t f = 0; f < AGGREGATE_FAMILIES; f++) {
        if (index < *aggregate_families[f].count) return &aggregate_families[f].entries[index];
        index -= *aggregate_families[f].count;
    }
    return NULL;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/// Does `entry` (lower case) spell `name` (any case)?
static bool same_name(const char *entry, const char *name, size_t length) {
    for (size_t k = 0; k < length; k++) {
        if (entry[k] != lower(name[k])) return false; // also stops at the entry's NUL
    }
    return entry[length] == 0;
}

static const msl_function *next_function(const char *name, size_t length, size_t *family, size_t *entry) {
    for (; *family < FUNCTION_FAMILIES; (*family)++, *entry = 0) {
        const function_family *f = &function_families[*family];
        while (*entry < *f->count) {
            const msl_function *candidate = &f->entries[(*entry)++];
            if (same_name(candidate->name, name, length)) return candidate;
        }
    }
    return NULL;
}

static const msl_aggregate *next_aggregate(const char *name, size_t length, size_t *family, size_t *entry) {
    for (; *family < AGGREGATE_FAMILIES; (*family)++, *entry = 0) {
        const aggregate_family *f = &aggregate_families[*family];
        while (*entry < *f->count) {
            const msl_aggregate *candidate = &f->entries[(*entry)++];
            if (same_name(candidate->name, name, length)) return candidate;
        }
    }
    return NULL;
}

bool msl_function_exists(const char *name, size_t name_length) {
    size_t family = 0, entry = 0;
    return next_function(name, name_length, &family, &entry) != NULL;
}

bool msl_aggregate_exists(const char *name, size_t name_length) {
    size_t family = 0, entry = 0;
    return next_aggregate(name, name_length, &family, &entry) != NULL;
}

/* ---- errors ---- */

/// Appends to a bounded text; returns the new length, never past room - 1.
static size_t append(char *out, size_t length, size_t room, const char *text) {
    size_t n = strlen(text);
    if (n > room - 1 - length) n = room - 1 - length;
    memcpy(out + length, text, n);
    out[length + n] = 0;
    return length + n;
}

static size_t append_types(char *out, size_t length, size_t room, const msl_type *const *types, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        char name[128];
        if (types[k]->id == MSL_TYPE_UNTYPED) {
            snprintf(name, sizeof name, "text literal");
        } else {
            msl_type_format(types[k], name, sizeof name);
        }
        length = append(out, length, room, k ? ", " : "");
        length = append(out, length, room, name);
    }
    return length;
}

/// Is the name written as an operator in SQL (a symbol, or a keyword of the grammar)?
static bool is_operator_name(const char *name, size_t length) {
    static const char *const words[] = {"not", "like", "ilike", "glob"};
    if (lower(name[0]) < 'a' || lower(name[0]) > 'z' || memchr(name, ' ', length)) return true;
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        if (same_name(words[k], name, length)) return true;
    }
    return false;
}

/// "no function named x", with the nearest function or aggregate as hint.
static morsel_status unknown_name(const char *kind, const char *name, size_t length, msl_error *err) {
    int shown = length > 200 ? 200 : (int)length;
    msl_nearest best = msl_nearest_start(name, length);
    const msl_function *function;
    for (size_t k = 0; (function = msl_function_at(k)); k++) {
        size_t n = strlen(function->name);
        if (!is_operator_name(function->name, n)) msl_nearest_offer(&best, function->name, n);
    }
    const msl_aggregate *aggregate;
    for (size_t k = 0; (aggregate = msl_aggregate_at(k)); k++) {
        msl_nearest_offer(&best, aggregate->name, strlen(aggregate->name));
    }
    msl_error_set(err, MORSEL_BIND, "42883", "no %s named %.*s", kind, shown, name);
    const char *nearest = msl_nearest_name(&best);
    if (nearest) msl_error_hint(err, "did you mean %.*s?", (int)best.best_length, nearest);
    return MORSEL_BIND;
}

/// "no upper(INTEGER)" or "no operator + for DATE, BOOLEAN"; `signatures` lists those that exist.
static morsel_status no_overload(const char *name, size_t length, const msl_type *const *types, uint32_t arg_count,
                                 const char *signatures, msl_error *err) {
    char text[800], shown[200];
    size_t n = length < sizeof shown ? length : sizeof shown - 1;
    bool is_operator = is_operator_name(name, length);
    for (size_t k = 0; k < n; k++) {
        bool upper = is_operator && name[k] >= 'a' && name[k] <= 'z'; // keywords are written in capitals
        shown[k] = upper ? (char)(name[k] & ~32) : name[k];
    }
    shown[n] = 0;
    size_t used = (size_t)snprintf(text, sizeof text, is_operator ? "no operator %s for " : "no %s(", shown);
    used = append_types(text, used, sizeof text, types, arg_count);
    if (!is_operator) append(text, used, sizeof text, ")");
    msl_error_set(err, MORSEL_TYPE, "42883", "%s", text);
    if (is_operator) {
        bool with_text = arg_count == 2 && types[1]->id == MSL_TYPE_VARCHAR;
        const char *wanted = same_name("not", name, length) ? "BOOLEAN" : with_text ? "VARCHAR" : "BIGINT";
        const char *which = arg_count == 2 ? "one side to the type of the other" : "the operand";
        msl_error_hint(err, "cast %s, as in CAST(x AS %s)", which, wanted);
    } else if (signatures[0]) {
        msl_error_hint(err, "there is %s", signatures);
    }
    return MORSEL_TYPE;
}

/// Adds "name(TYPES)" (or the description of an entry that decides by itself) to the list of signatures.
static size_t append_signature(char *out, size_t length, size_t room, const char *name, const uint8_t *args,
                               uint32_t arg_count, bool variadic, const char *description) {
    if (length) length = append(out, length, room, "; ");
    if (description) return append(out, length, room, description);
    const msl_type *types[MSL_FN_MAX_ARGS];
    for (uint32_t k = 0; k < arg_count; k++) types[k] = msl_type_of((msl_type_id)args[k]);
    length = append(out, length, room, name);
    length = append(out, length, room, "(");
    length = append_types(out, length, room, types, arg_count);
    return append(out, length, room, variadic ? "...)" : ")");
}

static morsel_status ambiguous(const char *name, size_t length, const msl_type *const *types, uint32_t arg_count,
                               msl_error *err) {
    char text[512];
    append_types(text, 0, sizeof text, types, arg_count);
    if (!arg_count) text[0] = 0;
    msl_error_set(err, MORSEL_TYPE, "42725", "%.*s(%s) fits several functions equally well",
                  length > 200 ? 200 : (int)length, name, text);
    msl_error_hint(err, "cast the arguments to the types you mean");
    return MORSEL_TYPE;
}

/* ---- choice ---- */

#define COST_NO_FIT INT32_MAX
#define COST_FORCED 1000 /* a bind function asks for a cast that is not implicit (text from anything, for concat) */

/// Sum of the implicit conversions, or COST_NO_FIT.
static int32_t plain_cost(const uint8_t *args, uint32_t entry_args, bool variadic, const msl_type *const *types,
                          uint32_t arg_count) {
    if (variadic ? arg_count + 1 < entry_args : arg_count != entry_args) return COST_NO_FIT;
    int32_t sum = variadic ? 1 : 0; // at the same price the entry of fixed length is meant
    for (uint32_t k = 0; k < arg_count; k++) {
        const msl_type *wanted = msl_type_of((msl_type_id)args[k < entry_args ? k : entry_args - 1]);
        int cost = msl_type_implicit_cost(types[k], wanted);
        if (cost < 0) return COST_NO_FIT;
        sum += cost;
    }
    return sum;
}

static int32_t bound_cost(const msl_type *const *types, const msl_type *const *wanted, uint32_t arg_count) {
    int32_t sum = 0;
    for (uint32_t k = 0; k < arg_count; k++) {
        int cost = msl_type_implicit_cost(types[k], wanted[k]);
        sum += cost < 0 ? COST_FORCED : cost;
    }
    return sum;
}

static const msl_type **new_arg_types(msl_arena *arena, uint32_t arg_count, msl_error *err) {
    const msl_type **types = MSL_NEW_ARRAY(arena, const msl_type *, arg_count + 1);
    if (!types) msl_error_nomem(err, NULL, sizeof *types * arg_count);
    return types;
}

/// An argument without a type of its own cannot make a call ambiguous: the first entry of least cost is taken.
static bool has_untyped(const msl_type *const *types, uint32_t arg_count) {
    for (uint32_t k = 0; k < arg_count; k++) {
        if (types[k]->id == MSL_TYPE_UNTYPED || types[k]->id == MSL_TYPE_NULL) return true;
    }
    return false;
}

/// What a bind function answered: does the search go on (MORSEL_TYPE, nothing recorded), or is it over?
static bool bind_failed_for_good(morsel_status status, const msl_error *err) {
    return status != MORSEL_OK && (status != MORSEL_TYPE || (err && err->status != MORSEL_OK));
}

morsel_status msl_function_resolve(const char *name, size_t name_length, const msl_type *const *types,
                                   const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                   msl_function_binding *out, msl_error *err) {
    *out = (msl_function_binding){0};
    int32_t best_cost = COST_NO_FIT;
    bool tie = false;
    size_t family = 0, entry = 0, found = 0;
    char signatures[400] = "";
    size_t signatures_length = 0;
    const msl_function *f;
    while ((f = next_function(name, name_length, &family, &entry))) {
        found++;
        msl_function_binding binding = {.function = f, .kernel = f->kernel};
        bool variadic = f->flags & MSL_FN_VARIADIC;
        if (found <= 4) {
            signatures_length = append_signature(signatures, signatures_length, sizeof signatures, f->name, f->args,
                                                 f->arg_count, variadic, f->bind ? f->description : NULL);
        }
        int32_t cost;
        if (f->bind) {
            if (!(binding.arg_types = new_arg_types(arena, arg_count, err))) return MORSEL_NOMEM;
            for (uint32_t k = 0; k < arg_count; k++) binding.arg_types[k] = types[k];
            morsel_status status = f->bind(f, types, constants, arg_count, arena, &binding, err);
            if (bind_failed_for_good(status, err)) return status;
            if (status != MORSEL_OK) continue;
            cost = bound_cost(types, binding.arg_types, arg_count);
        } else {
            cost = plain_cost(f->args, f->arg_count, variadic, types, arg_count);
            if (cost == COST_NO_FIT) continue;
        }
        tie = cost == best_cost;
        if (cost >= best_cost) continue;
        best_cost = cost;
        *out = binding;
        if (cost == 0) break;
    }
    if (!found) return unknown_name("function", name, name_length, err);
    if (!out->function) return no_overload(name, name_length, types, arg_count, signatures, err);
    if (tie && !has_untyped(types, arg_count)) return ambiguous(name, name_length, types, arg_count, err);
    if (out->arg_types) return MORSEL_OK;
    f = out->function;
    if (!(out->arg_types = new_arg_types(arena, arg_count, err))) return MORSEL_NOMEM;
    for (uint32_t k = 0; k < arg_count; k++) {
        out->arg_types[k] = msl_type_of((msl_type_id)f->args[k < f->arg_count ? k : f->arg_count - 1u]);
    }
    out->result = msl_type_of((msl_type_id)f->result);
    return MORSEL_OK;
}

morsel_status msl_aggregate_resolve(const char *name, size_t name_length, const msl_type *const *types,
                                    const msl_value *const *constants, uint32_t arg_count, msl_arena *arena,
                                    msl_aggregate_binding *out, msl_error *err) {
    *out = (msl_aggregate_binding){0};
    int32_t best_cost = COST_NO_FIT;
    bool tie = false;
    size_t family = 0, entry = 0, found = 0;
    char signatures[400] = "";
    size_t signatures_length = 0;
    const msl_aggregate *a;
    while ((a = next_aggregate(name, name_length, &family, &entry))) {
        found++;
        msl_aggregate_binding binding = {.aggregate = a};
        if (found <= 4) {
            signatures_length = append_signature(signatures, signatures_length, sizeof signatures, a->name, a->args,
                                                 a->arg_count, false, a->bind ? a->description : NULL);
        }
        int32_t cost;
        if (a->bind) {
            if (!(binding.arg_types = new_arg_types(arena, arg_count, err))) return MORSEL_NOMEM;
            for (uint32_t k = 0; k < arg_count; k++) binding.arg_types[k] = types[k];
            morsel_status status = a->bind(a, types, constants, arg_count, arena, &binding, err);
            if (bind_failed_for_good(status, err)) return status;
            if (status != MORSEL_OK) continue;
            cost = bound_cost(types, binding.arg_types, arg_count);
        } else {
            cost = plain_cost(a->args, a->arg_count, false, types, arg_count);
            if (cost == COST_NO_FIT) continue;
        }
        tie = cost == best_cost;
        if (cost >= best_cost) continue;
        best_cost = cost;
        *out = binding;
        if (cost == 0) break;
    }
    if (!found) return unknown_name("aggregate function", name, name_length, err);
    if (!out->aggregate) return no_overload(name, name_length, types, arg_count, signatures, err);
    if (tie && !has_untyped(types, arg_count)) return ambiguous(name, name_length, types, arg_count, err);
    if (out->arg_types) return MORSEL_OK;
    a = out->aggregate;
    if (!(out->arg_types = new_arg_types(arena, arg_count, err))) return MORSEL_NOMEM;
    for (uint32_t k = 0; k < arg_count; k++) out->arg_types[k] = msl_type_of((msl_type_id)a->args[k]);
    out->result = msl_type_of((msl_type_id)a->result);
    return MORSEL_OK;
}
