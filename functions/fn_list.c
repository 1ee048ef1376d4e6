/// fn_list.c: the table of list functions and how they are bound. An ARRAY is taken as a LIST. The kernels are in
/// fn_list_access.c, fn_list_make.c and fn_list_set.c; those that run an aggregate over each list in fn_list_fold.c.
#include "functions/families.h"
#include "functions/fn_list_fold.h"
#include "functions/fn_nested_int.h"

#include <string.h>

/* ---- binding ---- */

/// Argument k becomes a LIST of its own element type.
static morsel_status own_list(const msl_type *type, uint32_t k, msl_arena *arena, msl_function_binding *out,
                              const msl_type **list, msl_error *err) {
    const msl_type *element = msl_list_element(type);
    return element ? msl_want_list(out, k, element, arena, list, err) : MORSEL_TYPE;
}

/// [a, b, ...]: the common type of the elements.
static morsel_status bind_value(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *element = msl_type_of(MSL_TYPE_NULL);
    for (uint32_t k = 0; k < arg_count; k++) {
        const msl_type *common = msl_type_common(element, types[k]);
        if (!common) {
            char left[128], right[128];
            msl_type_format(element, left, sizeof left);
            msl_type_format(types[k], right, sizeof right);
            return msl_error_set(err, MORSEL_TYPE, "42804", "list element types %s and %s do not match", left, right);
        }
        element = common;
    }
    if (element->id == MSL_TYPE_UNTYPED) element = msl_type_of(MSL_TYPE_VARCHAR);
    for (uint32_t k = 0; k < arg_count; k++) out->arg_types[k] = element;
    if (strcmp(self->name, "array_value") == 0) return msl_type_array(arena, element, arg_count, &out->result, err);
    return msl_type_list(arena, element, &out->result, err);
}

/// list[position], text[position].
static morsel_status bind_extract(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *list;
    if (arg_count != 2 || msl_type_implicit_cost(types[1], msl_type_of(MSL_TYPE_BIGINT)) < 0) return MORSEL_TYPE;
    out->arg_types[1] = msl_type_of(MSL_TYPE_BIGINT);
    if (msl_type_is_text(types[0])) {
        out->result = out->arg_types[0] = msl_type_of(MSL_TYPE_VARCHAR);
        out->kernel = msl_kernel_text_extract;
        return MORSEL_OK;
    }
    if (!msl_list_element(types[0])) return MORSEL_TYPE;
    MSL_TRY(msl_want_list(out, 0, msl_fn_typed(msl_list_element(types[0])), arena, &list, err));
    out->result = list->children[0];
    return MORSEL_OK;
}

static morsel_status bind_slice(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    bool is_text = arg_count == 3 && msl_type_is_text(types[0]);
    if (arg_count < 3 || arg_count > 4) return MORSEL_TYPE;
    if (is_text) out->result = out->arg_types[0] = msl_type_of(MSL_TYPE_VARCHAR);
    if (is_text) out->kernel = msl_kernel_text_slice;
    else MSL_TRY(own_list(types[0], 0, arena, out, &out->result, err));
    for (uint32_t k = 1; k < arg_count; k++) {
        if (msl_type_implicit_cost(types[k], bigint) < 0) return MORSEL_TYPE;
        out->arg_types[k] = bigint;
    }
    return MORSEL_OK;
}

/// A number about one list, or about one map (cardinality); array_length may name the first dimension.
static morsel_status bind_length(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    bool is_map = types && arg_count == 1 && types[0]->id == MSL_TYPE_MAP;
    const msl_type *list;
    out->result = msl_type_of(MSL_TYPE_BIGINT);
    bool counts_maps = strcmp(self->name, "cardinality") == 0 || strcmp(self->name, "len") == 0;
    if (is_map) return counts_maps ? MORSEL_OK : MORSEL_TYPE;
    if (arg_count != 1 || types[0]->id == MSL_TYPE_NULL) return MORSEL_TYPE;
    return own_list(types[0], 0, arena, out, &list, err);
}

/// (list, value), both in their common type.
static morsel_status bind_search(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *element = arg_count == 2 ? msl_list_element(types[0]) : NULL, *list;
    const msl_type *common = element ? msl_type_common(element, types[1]) : NULL;
    if (!common) return MORSEL_TYPE;
    MSL_TRY(msl_want_list(out, 0, msl_fn_typed(common), arena, &list, err));
    out->arg_types[1] = list->children[0];
    out->result = msl_type_of(self->kernel == msl_kernel_list_contains ? MSL_TYPE_BOOLEAN : MSL_TYPE_BIGINT);
    return MORSEL_OK;
}

/// x op ANY (list): the operator is the first word of the function's name.
static morsel_status bind_quantified(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    static const struct {
        const char *symbol;
        msl_quantifier forms[2]; ///< ANY, ALL
    } operators[] = {
        {"=", {{0, 1, 0, 0}, {0, 1, 0, 1}}},  {"<>", {{1, 0, 1, 0}, {1, 0, 1, 1}}}, {"<", {{1, 0, 0, 0}, {1, 0, 0, 1}}},
        {"<=", {{1, 1, 0, 0}, {1, 1, 0, 1}}}, {">", {{0, 0, 1, 0}, {0, 0, 1, 1}}},
        {">=", {{0, 1, 1, 0}, {0, 1, 1, 1}}},
    };
    const msl_type *element = arg_count == 2 ? msl_list_element(types[1]) : NULL, *list;
    const msl_type *common = element ? msl_type_common(element, types[0]) : NULL;
    if (!common) return MORSEL_TYPE;
    MSL_TRY(msl_want_list(out, 1, msl_fn_typed(common), arena, &list, err));
    out->arg_types[0] = list->children[0];
    out->result = msl_type_of(MSL_TYPE_BOOLEAN);
    size_t length = strcspn(self->name, " ");
    for (size_t k = 0; k < sizeof operators / sizeof operators[0]; k++) {
        bool is_it = strlen(operators[k].symbol) == length && memcmp(operators[k].symbol, self->name, length) == 0;
        if (is_it) out->bound = &operators[k].forms[strcmp(self->name + length, " all") == 0];
    }
    return MORSEL_OK;
}

/// Lists of one common type; the result is of it, or a truth value.
static morsel_status bind_lists(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *element = msl_type_of(MSL_TYPE_NULL), *list = NULL;
    bool is_pair = self->kernel != msl_kernel_list_concat, any = false;
    if (is_pair ? arg_count != 2 : arg_count == 0) return MORSEL_TYPE;
    for (uint32_t k = 0; k < arg_count; k++) {
        const msl_type *own = msl_list_element(types[k]);
        any |= msl_type_is_list(types[k]);
        if (!own || !(element = msl_type_common(element, own))) return MORSEL_TYPE;
    }
    if (!any && strcmp(self->name, "||") == 0) return MORSEL_TYPE; // NULL || NULL is text
    for (uint32_t k = 0; k < arg_count; k++) MSL_TRY(msl_want_list(out, k, element, arena, &list, err));
    bool is_truth = self->kernel == msl_kernel_list_has_any || self->kernel == msl_kernel_list_has_all;
    out->result = is_truth ? msl_type_of(MSL_TYPE_BOOLEAN) : list;
    return MORSEL_OK;
}

/// `a <@ b` is `b @> a`: the kernel sees the arguments as they stand.
static morsel_status kernel_contained(MSL_KERNEL_ARGS) {
    const msl_vector *swapped[2] = {args[1], args[0]};
    return msl_kernel_list_has_all(ctx, swapped, arg_count, sel, n, out);
}

static morsel_status bind_contained(MSL_BIND_ARGS) {
    MSL_TRY(bind_lists(self, types, constants, arg_count, arena, out, err));
    out->result = msl_type_of(MSL_TYPE_BOOLEAN);
    return MORSEL_OK;
}

/// A list and an element, in either order.
static morsel_status bind_add(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    static const uint32_t places[2] = {0, 1};
    bool is_front = strcmp(self->name, "list_prepend") == 0 || strcmp(self->name, "array_prepend") == 0;
    uint32_t at = is_front ? 1 : 0;
    const msl_type *element = arg_count == 2 ? msl_list_element(types[at]) : NULL;
    const msl_type *common = element ? msl_type_common(element, types[1 - at]) : NULL;
    if (!common) return MORSEL_TYPE;
    MSL_TRY(msl_want_list(out, at, msl_fn_typed(common), arena, &out->result, err));
    out->arg_types[1 - at] = out->result->children[0];
    out->bound = &places[at];
    return MORSEL_OK;
}

/// A list to a list of the same type, with texts that say how.
static morsel_status bind_same(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    uint32_t most = self->kernel == msl_kernel_list_sort ? 3 : 1;
    if (arg_count == 0 || arg_count > most) return MORSEL_TYPE;
    MSL_TRY(own_list(types[0], 0, arena, out, &out->result, err));
    for (uint32_t k = 1; k < arg_count; k++) {
        if (msl_fn_typed(types[k])->id != MSL_TYPE_VARCHAR) return MORSEL_TYPE;
        out->arg_types[k] = msl_type_of(MSL_TYPE_VARCHAR);
    }
    if (self->kernel == msl_kernel_list_grade_up) {
        return msl_type_list(arena, msl_type_of(MSL_TYPE_BIGINT), &out->result, err);
    }
    return MORSEL_OK;
}

static morsel_status bind_resize(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *element = arg_count >= 2 && arg_count <= 3 ? msl_list_element(types[0]) : NULL;
    if (element && arg_count == 3) element = msl_type_common(element, types[2]);
    if (element && element->id == MSL_TYPE_UNTYPED) element = msl_type_of(MSL_TYPE_VARCHAR);
    if (!element || msl_type_implicit_cost(types[1], msl_type_of(MSL_TYPE_BIGINT)) < 0) return MORSEL_TYPE;
    MSL_TRY(msl_want_list(out, 0, element, arena, &out->result, err));
    out->arg_types[1] = msl_type_of(MSL_TYPE_BIGINT);
    if (arg_count == 3) out->arg_types[2] = element;
    return MORSEL_OK;
}

static morsel_status bind_flatten(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *inner = arg_count == 1 ? msl_list_element(types[0]) : NULL, *list, *outer;
    const msl_type *element = inner ? msl_list_element(inner) : NULL;
    if (!element) return MORSEL_TYPE;
    MSL_TRY(msl_type_list(arena, element, &list, err));
    MSL_TRY(msl_want_list(out, 0, list, arena, &outer, err));
    out->result = list;
    return MORSEL_OK;
}

static morsel_status bind_zip(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    bool has_flag = arg_count > 1 && types[arg_count - 1]->id == MSL_TYPE_BOOLEAN;
    uint32_t lists = arg_count - has_flag;
    const msl_type *children[MSL_TYPE_MAX_FIELDS], *list, *entry;
    if (lists == 0 || lists > MSL_TYPE_MAX_FIELDS) return MORSEL_TYPE;
    for (uint32_t k = 0; k < lists; k++) {
        MSL_TRY(own_list(types[k], k, arena, out, &list, err));
        children[k] = list->children[0];
    }
    MSL_TRY(msl_type_struct(arena, children, NULL, lists, &entry, err));
    return msl_type_list(arena, entry, &out->result, err);
}

/// (list, list of positions) and (list, list of truth values).
static morsel_status bind_pick(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    bool by_position = self->kernel == msl_kernel_list_select;
    const msl_type *own = arg_count == 2 ? msl_list_element(types[1]) : NULL, *list;
    const msl_type *wanted = msl_type_of(by_position ? MSL_TYPE_BIGINT : MSL_TYPE_BOOLEAN);
    if (!own || msl_type_implicit_cost(own, wanted) < 0) return MORSEL_TYPE;
    MSL_TRY(own_list(types[0], 0, arena, out, &out->result, err));
    return msl_want_list(out, 1, wanted, arena, &list, err);
}

static morsel_status bind_range(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    if (arg_count < 1 || arg_count > 3) return MORSEL_TYPE;
    for (uint32_t k = 0; k < arg_count; k++) {
        if (msl_type_implicit_cost(types[k], bigint) < 0 || types[k]->id == MSL_TYPE_UNTYPED) return MORSEL_TYPE;
        out->arg_types[k] = bigint;
    }
    return msl_type_list(arena, bigint, &out->result, err);
}

/// (list, separator[, text for NULL]): every element is written as text.
static morsel_status bind_text(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *varchar = msl_type_of(MSL_TYPE_VARCHAR), *list;
    if (arg_count < 2 || arg_count > 3 || !msl_list_element(types[0])) return MORSEL_TYPE;
    MSL_TRY(msl_want_list(out, 0, varchar, arena, &list, err));
    for (uint32_t k = 1; k < arg_count; k++) {
        if (msl_fn_typed(types[k])->id != MSL_TYPE_VARCHAR) return MORSEL_TYPE;
        out->arg_types[k] = varchar;
    }
    out->result = varchar;
    return MORSEL_OK;
}

/// Two lists of numbers, as doubles.
static morsel_status bind_vectors(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *list;
    if (arg_count != 2) return MORSEL_TYPE;
    for (uint32_t k = 0; k < 2; k++) {
        const msl_type *element = msl_list_element(types[k]);
        if (!element || msl_type_implicit_cost(element, msl_type_of(MSL_TYPE_DOUBLE)) < 0) return MORSEL_TYPE;
        MSL_TRY(msl_want_list(out, k, msl_type_of(MSL_TYPE_DOUBLE), arena, &list, err));
    }
    out->result = msl_type_of(MSL_TYPE_DOUBLE);
    return MORSEL_OK;
}

/// The binder has taken calls with a lambda; these have none, or another number of arguments.
static morsel_status bind_lambda(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    return MORSEL_TYPE;
}

static morsel_status bind_split(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    const msl_type *varchar = msl_type_of(MSL_TYPE_VARCHAR);
    if (arg_count != 2) return MORSEL_TYPE;
    for (uint32_t k = 0; k < 2; k++) {
        if (msl_fn_typed(types[k])->id != MSL_TYPE_VARCHAR) return MORSEL_TYPE;
        out->arg_types[k] = varchar;
    }
    return msl_type_list(arena, varchar, &out->result, err);
}

/* ---- table ---- */

#define FN(NAME, ARGS, FLAGS, BIND, KERNEL, TEXT)                                                                      \
    {.name = NAME, .arg_count = ARGS, .flags = FLAGS, .bind = BIND, .kernel = KERNEL, .description = TEXT}
#define NULLS MSL_FN_HANDLES_NULL
#define FAIL MSL_FN_CAN_FAIL
#define MANY MSL_FN_VARIADIC
#define TWO(A, B, ARGS, FLAGS, BIND, KERNEL, TEXT)                                                                     \
    FN(A, ARGS, FLAGS, BIND, KERNEL, A TEXT), FN(B, ARGS, FLAGS, BIND, KERNEL, B TEXT)
#define FOLD(NAME, TEXT)                                                                                               \
    FN("list_" NAME, 1, NULLS | FAIL, msl_bind_list_fold, msl_kernel_list_fold, "list_" NAME "(list): " TEXT)

#define QUANTIFIED(SYMBOL)                                                                                             \
    FN(SYMBOL " any", 2, NULLS, bind_quantified, msl_kernel_list_quantified,                                          \
       "x " SYMBOL " ANY (list): does it hold for an element?"),                                                      \
    FN(SYMBOL " all", 2, NULLS, bind_quantified, msl_kernel_list_quantified,                                          \
       "x " SYMBOL " ALL (list): does it hold for every element?")

const msl_function msl_fn_list[] = {
    FN("list_value", 0, NULLS | MANY, bind_value, msl_kernel_list_value,
       "list_value(value, ...): a list of the values, as [a, b]"),
    FN("list_pack", 0, NULLS | MANY, bind_value, msl_kernel_list_value,
       "list_pack(value, ...): another name of list_value"),
    FN("array_value", 1, NULLS | MANY, bind_value, msl_kernel_list_value,
       "array_value(value, ...): an ARRAY of the values"),
    TWO("list_extract", "array_extract", 2, 0, bind_extract, msl_kernel_list_extract,
        "(list, position): the element, from 1 or from -1 at the end; NULL where there is none"),
    TWO("list_element", "element_at", 2, 0, bind_extract, msl_kernel_list_extract,
        "(list, position): the element at the position"),
    TWO("list_slice", "array_slice", 3, FAIL, bind_slice, msl_kernel_list_slice,
        "(list, begin, end[, step]): the elements from begin to end, both included"),
    TWO("len", "length", 1, 0, bind_length, msl_kernel_list_length, "(list): number of elements"),
    TWO("array_length", "cardinality", 1, 0, bind_length, msl_kernel_list_length, "(list): number of elements"),
    TWO("list_contains", "array_contains", 2, 0, bind_search, msl_kernel_list_contains,
        "(list, value): is the value an element?"),
    TWO("list_has", "array_has", 2, 0, bind_search, msl_kernel_list_contains,
        "(list, value): is the value an element?"),
    FN("contains", 2, 0, bind_search, msl_kernel_list_contains, "contains(list, value): is the value an element?"),
    TWO("list_position", "array_position", 2, NULLS, bind_search, msl_kernel_list_position,
        "(list, value): position of the first such element, NULL when there is none"),
    TWO("list_indexof", "array_indexof", 2, NULLS, bind_search, msl_kernel_list_position,
        "(list, value): another name of list_position"),
    FN("||", 2, 0, bind_lists, msl_kernel_list_concat, "a || b: the elements of both lists"),
    TWO("list_concat", "array_concat", 1, NULLS | MANY, bind_lists, msl_kernel_list_concat,
        "(list, ...): the elements of all lists; a NULL is an empty one"),
    TWO("list_cat", "array_cat", 1, NULLS | MANY, bind_lists, msl_kernel_list_concat,
        "(list, ...): another name of list_concat"),
    TWO("list_append", "array_append", 2, NULLS, bind_add, msl_kernel_list_append,
        "(list, value): the list and the value"),
    FN("array_push_back", 2, NULLS, bind_add, msl_kernel_list_append,
       "array_push_back(list, value): the list and the value"),
    TWO("list_prepend", "array_prepend", 2, NULLS, bind_add, msl_kernel_list_prepend,
        "(value, list): the value and the list"),
    FN("array_push_front", 2, NULLS, bind_add, msl_kernel_list_prepend,
       "array_push_front(list, value): the value and the list"),
    TWO("list_reverse", "array_reverse", 1, 0, bind_same, msl_kernel_list_reverse, "(list): the elements backwards"),
    TWO("list_sort", "array_sort", 1, FAIL, bind_same, msl_kernel_list_sort,
        "(list[, 'ASC' | 'DESC'[, 'NULLS FIRST' | 'NULLS LAST']]): the elements in order"),
    TWO("list_reverse_sort", "array_reverse_sort", 1, 0, bind_same, msl_kernel_list_reverse_sort,
        "(list): the elements in descending order"),
    TWO("list_grade_up", "array_grade_up", 1, 0, bind_same, msl_kernel_list_grade_up,
        "(list): the positions of the elements in ascending order"),
    TWO("list_distinct", "array_distinct", 1, 0, bind_same, msl_kernel_list_distinct,
        "(list): the different values in the order they first appear, without NULLs"),
    TWO("list_unique", "array_unique", 1, 0, bind_length, msl_kernel_list_unique,
        "(list): how many different values there are, NULLs aside"),
    TWO("list_has_any", "array_has_any", 2, 0, bind_lists, msl_kernel_list_has_any, "(a, b): has a an element of b?"),
    TWO("list_has_all", "array_has_all", 2, 0, bind_lists, msl_kernel_list_has_all,
        "(a, b): has a every element of b?"),
    QUANTIFIED("="),
    QUANTIFIED("<>"),
    QUANTIFIED("<"),
    QUANTIFIED("<="),
    QUANTIFIED(">"),
    QUANTIFIED(">="),
    FN("&&", 2, 0, bind_lists, msl_kernel_list_has_any, "a && b: have both lists an element in common?"),
    FN("@>", 2, 0, bind_lists, msl_kernel_list_has_all, "a @> b: has a every element of b?"),
    FN("<@", 2, 0, bind_contained, kernel_contained, "a <@ b: has b every element of a?"),
    TWO("list_intersect", "array_intersect", 2, 0, bind_lists, msl_kernel_list_intersect,
        "(a, b): the different values that both have"),
    TWO("list_resize", "array_resize", 2, NULLS | FAIL, bind_resize, msl_kernel_list_resize,
        "(list, size[, value]): cut, or filled up with the value"),
    FN("flatten", 1, 0, bind_flatten, msl_kernel_list_flatten, "flatten(list): the elements of the lists in a list"),
    TWO("list_zip", "array_zip", 1, NULLS | MANY, bind_zip, msl_kernel_list_zip,
        "(list, ...[, truncate]): a list of structs of the elements that stand at one position"),
    TWO("list_select", "array_select", 2, 0, bind_pick, msl_kernel_list_select,
        "(list, positions): the elements at the positions"),
    TWO("list_where", "array_where", 2, 0, bind_pick, msl_kernel_list_where,
        "(list, mask): the elements where the mask is TRUE"),
    FN("range", 1, FAIL, bind_range, msl_kernel_list_range,
       "range([start, ]stop[, step]): numbers from start to before stop"),
    FN("generate_series", 1, FAIL, bind_range, msl_kernel_list_series,
       "generate_series([start, ]stop[, step]): numbers from start to stop"),
    TWO("array_to_string", "list_to_string", 2, 0, bind_text, msl_kernel_list_text,
        "(list, separator[, null_text]): the elements as one text"),
    TWO("string_split", "str_split", 2, 0, bind_split, msl_kernel_text_split,
        "(text, separator): the parts between the separators"),
    TWO("split", "string_to_array", 2, 0, bind_split, msl_kernel_text_split,
        "(text, separator): another name of string_split"),
    TWO("list_aggregate", "array_aggregate", 2, NULLS | FAIL | MANY, msl_bind_list_fold, msl_kernel_list_fold,
        "(list, name, ...): the aggregate of that name over the elements"),
    TWO("list_aggr", "array_aggr", 2, NULLS | FAIL | MANY, msl_bind_list_fold, msl_kernel_list_fold,
        "(list, name, ...): another name of list_aggregate"),
    TWO("list_inner_product", "array_inner_product", 2, FAIL, bind_vectors, msl_kernel_list_product,
        "(a, b): sum of the products of the elements; NULL where one is NULL"),
    TWO("list_dot_product", "array_dot_product", 2, FAIL, bind_vectors, msl_kernel_list_product,
        "(a, b): another name of list_inner_product"),
    TWO("list_negative_inner_product", "array_negative_inner_product", 2, FAIL, bind_vectors,
        msl_kernel_list_negative_product, "(a, b): its negative, so that less is nearer"),
    TWO("list_distance", "array_distance", 2, FAIL, bind_vectors, msl_kernel_list_distance,
        "(a, b): Euclidean distance"),
    TWO("list_cosine_similarity", "array_cosine_similarity", 2, FAIL, bind_vectors, msl_kernel_list_cosine,
        "(a, b): cosine of the angle between them"),
    TWO("list_cosine_distance", "array_cosine_distance", 2, FAIL, bind_vectors, msl_kernel_list_cosine_distance,
        "(a, b): 1 - list_cosine_similarity(a, b)"),
    TWO("list_transform", "array_transform", 2, 0, bind_lambda, NULL,
        "(list, lambda x[, i]: ...): the lambda's result for each element"),
    TWO("list_apply", "array_apply", 2, 0, bind_lambda, NULL, "(list, lambda): another name of list_transform"),
    TWO("list_filter", "array_filter", 2, 0, bind_lambda, NULL,
        "(list, lambda x[, i]: ...): the elements for which the lambda is TRUE"),
    TWO("list_reduce", "array_reduce", 2, 0, bind_lambda, NULL,
        "(list, lambda a, x[, i]: ...[, first]): the elements joined into one value from the left"),
    FOLD("sum", "sum of the elements"),
    FOLD("avg", "mean of the elements"),
    FOLD("min", "least element"),
    FOLD("max", "greatest element"),
    FOLD("count", "number of elements that are not NULL"),
    FOLD("first", "first element"),
    FOLD("last", "last element"),
    FOLD("any_value", "first element that is not NULL"),
    FOLD("product", "product of the elements"),
    FOLD("median", "middle of the elements"),
    FOLD("mode", "most frequent element"),
    FOLD("stddev_samp", "standard deviation of a sample"),
    FOLD("stddev_pop", "standard deviation"),
    FOLD("var_samp", "variance of a sample"),
    FOLD("var_pop", "variance"),
    FOLD("bool_and", "are all elements TRUE?"),
    FOLD("bool_or", "is an element TRUE?"),
    FOLD("string_agg", "the texts with commas between them"),
};
const size_t msl_fn_list_count = sizeof msl_fn_list / sizeof msl_fn_list[0];
