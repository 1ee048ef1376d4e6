/// fn_struct.c: structs: making, reading and changing fields. Names come as constant texts: the binder writes
/// {'a': 1} and struct_pack(a := 1) as struct_pack('a', 1).
#include "functions/families.h"
#include "functions/fn_nested_int.h"

#include <string.h>
#include <strings.h>

/// A constant text argument as a field's name.
static morsel_status field_name(const msl_value *value, msl_arena *arena, const char **out, msl_error *err) {
    if (!value || value->is_null || value->type->phys != MSL_PHYS_STRING || msl_type_is_nested(value->type)) {
        return msl_error_set(err, MORSEL_TYPE, "42804", "the name of a field must be a constant text");
    }
    *out = msl_arena_strndup(arena, value->text, value->length);
    return *out ? MORSEL_OK : msl_error_nomem(err, NULL, value->length);
}

/* ---- making ---- */

/// Fields under construction: their types, names, and where their values come from.
typedef struct struct_plan {
    uint32_t count;
    uint32_t *arg;     ///< argument that has the value ...
    int32_t *field;    ///< ... or that is a struct with it in this field; -1 = the argument itself
    const msl_type **types;
    const char **names;
} struct_plan;

static morsel_status plan_new(struct_plan **out, uint32_t room, msl_arena *arena, msl_error *err) {
    struct_plan *p = MSL_NEW(arena, struct_plan);
    if (p) {
        p->arg = MSL_NEW_ARRAY(arena, uint32_t, room + 1);
        p->field = MSL_NEW_ARRAY(arena, int32_t, room + 1);
        p->types = MSL_NEW_ARRAY(arena, const msl_type *, room + 1);
        p->names = MSL_NEW_ARRAY(arena, const char *, room + 1);
    }
    *out = p;
    return p && p->arg && p->field && p->types && p->names ? MORSEL_OK : msl_error_nomem(err, NULL, sizeof *p);
}

static morsel_status add_field(struct_plan *p, const char *name, const msl_type *type, uint32_t arg, int32_t field,
                               msl_error *err) {
    for (uint32_t k = 0; name && k < p->count; k++) {
        if (strcasecmp(p->names[k], name) != 0) continue;
        return msl_error_set(err, MORSEL_TYPE, "42701", "a struct has two fields named %s", name);
    }
    p->names[p->count] = name;
    p->types[p->count] = type;
    p->arg[p->count] = arg;
    p->field[p->count++] = field;
    return MORSEL_OK;
}

static morsel_status add_fields_of(struct_plan *p, const msl_type *type, uint32_t arg, msl_error *err) {
    for (uint32_t k = 0; k < type->child_count; k++) {
        MSL_TRY(add_field(p, type->child_names ? type->child_names[k] : NULL, type->children[k], arg, (int32_t)k, err));
    }
    return MORSEL_OK;
}

static morsel_status finish_plan(const struct_plan *p, msl_arena *arena, msl_function_binding *out, msl_error *err) {
    if (p->count == 0) return msl_error_set(err, MORSEL_TYPE, "42601", "a struct needs at least one field");
    out->bound = p;
    return msl_type_struct(arena, p->types, p->names[0] ? p->names : NULL, p->count, &out->result, err);
}

/// struct_pack(name, value, ...).
static morsel_status bind_pack(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    struct_plan *p;
    if (arg_count % 2) return MORSEL_TYPE;
    MSL_TRY(plan_new(&p, arg_count / 2, arena, err));
    for (uint32_t k = 0; k < arg_count; k += 2) {
        const char *name;
        MSL_TRY(field_name(constants ? constants[k] : NULL, arena, &name, err));
        out->arg_types[k] = msl_type_of(MSL_TYPE_VARCHAR);
        out->arg_types[k + 1] = types[k + 1]->id == MSL_TYPE_UNTYPED ? msl_type_of(MSL_TYPE_VARCHAR) : types[k + 1];
        MSL_TRY(add_field(p, name, out->arg_types[k + 1], k + 1, -1, err));
    }
    return finish_plan(p, arena, out, err);
}

static morsel_status bind_row(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    struct_plan *p;
    MSL_TRY(plan_new(&p, arg_count, arena, err));
    for (uint32_t k = 0; k < arg_count; k++) {
        out->arg_types[k] = types[k]->id == MSL_TYPE_UNTYPED ? msl_type_of(MSL_TYPE_VARCHAR) : types[k];
        MSL_TRY(add_field(p, NULL, out->arg_types[k], k, -1, err));
    }
    return finish_plan(p, arena, out, err);
}

/// struct_insert(s, name, value, ...) and struct_update, which may name fields that are there.
static morsel_status bind_insert(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    struct_plan *p;
    bool may_replace = strcmp(self->name, "struct_update") == 0;
    if (arg_count < 3 || arg_count % 2 == 0 || types[0]->id != MSL_TYPE_STRUCT) return MORSEL_TYPE;
    if (!types[0]->child_names) return MORSEL_TYPE;
    MSL_TRY(plan_new(&p, types[0]->child_count + arg_count / 2, arena, err));
    MSL_TRY(add_fields_of(p, types[0], 0, err));
    for (uint32_t k = 1; k < arg_count; k += 2) {
        const char *name;
        MSL_TRY(field_name(constants ? constants[k] : NULL, arena, &name, err));
        out->arg_types[k] = msl_type_of(MSL_TYPE_VARCHAR);
        out->arg_types[k + 1] = types[k + 1]->id == MSL_TYPE_UNTYPED ? msl_type_of(MSL_TYPE_VARCHAR) : types[k + 1];
        int64_t at = may_replace ? msl_type_field(types[0], name, strlen(name)) : -1;
        if (at < 0) {
            MSL_TRY(add_field(p, name, out->arg_types[k + 1], k + 1, -1, err));
        } else {
            p->types[at] = out->arg_types[k + 1];
            p->arg[at] = k + 1;
            p->field[at] = -1;
        }
    }
    return finish_plan(p, arena, out, err);
}

static morsel_status bind_concat(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    struct_plan *p;
    uint32_t fields = 0;
    for (uint32_t k = 0; k < arg_count; k++) {
        if (types[k]->id != MSL_TYPE_STRUCT || !types[k]->child_names != !types[0]->child_names) return MORSEL_TYPE;
        fields += types[k]->child_count;
    }
    if (arg_count == 0) return MORSEL_TYPE;
    MSL_TRY(plan_new(&p, fields, arena, err));
    for (uint32_t k = 0; k < arg_count; k++) MSL_TRY(add_fields_of(p, types[k], k, err));
    return finish_plan(p, arena, out, err);
}

/// A struct that is NULL gives NULL fields.
static morsel_status kernel_make(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const struct_plan *p = ctx->bound;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        bool put = true;
        for (uint32_t k = 0; put && k < p->count; k++) {
            const msl_vector *v = args[p->arg[k]];
            if (p->field[k] < 0) {
                put = msl_slot_of(&w, v, row);
            } else if (!msl_vector_is_valid(v, row)) {
                put = msl_nested_put(&w, p->types[k], NULL);
            } else {
                const char *at = msl_nested_field(v->type, msl_nested_at(v, row), (uint32_t)p->field[k]);
                put = msl_nested_copy(&w, at, (size_t)(msl_nested_skip(p->types[k], at) - at));
            }
        }
        if (!put) return msl_nested_failed(&w, ctx->err);
        msl_nested_store(out, row, msl_nested_take(&w));
    }
    return MORSEL_OK;
}

/* ---- reading ---- */

static morsel_status no_field(const msl_type *type, const char *name, msl_error *err) {
    char text[200];
    msl_type_format(type, text, sizeof text);
    msl_error_set(err, MORSEL_TYPE, "42703", "no field named %s in %s", name, text);
    return MORSEL_TYPE;
}

/// A field by its constant name or position.
static morsel_status bind_extract(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    if (arg_count != 2 || types[0]->id != MSL_TYPE_STRUCT) return MORSEL_TYPE;
    const msl_value *value = constants ? constants[1] : NULL;
    uint32_t *field = MSL_NEW(arena, uint32_t);
    if (!field) return msl_error_nomem(err, NULL, sizeof *field);
    if (value && !value->is_null && msl_type_is_integer(value->type) && value->type->phys != MSL_PHYS_I128) {
        if (value->i64 < 1 || value->i64 > types[0]->child_count) {
            return msl_error_set(err, MORSEL_TYPE, "42703", "a struct of %u fields has no field number %lld",
                                 types[0]->child_count, (long long)value->i64);
        }
        *field = (uint32_t)value->i64 - 1;
        out->arg_types[1] = types[1];
    } else {
        const char *name;
        MSL_TRY(field_name(value, arena, &name, err));
        int64_t at = msl_type_field(types[0], name, strlen(name));
        if (at < 0) return no_field(types[0], name, err);
        *field = (uint32_t)at;
        out->arg_types[1] = msl_type_of(MSL_TYPE_VARCHAR);
    }
    out->bound = field;
    out->result = types[0]->children[*field];
    return MORSEL_OK;
}

static morsel_status kernel_extract(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const uint32_t *field = ctx->bound;
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        MSL_TRY(msl_slot_into(ctx, msl_nested_field(args[0]->type, msl_nested_at(args[0], row), *field), out, row));
    }
    return MORSEL_OK;
}

static morsel_status bind_keys(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    if (arg_count != 1 || types[0]->id != MSL_TYPE_STRUCT || !types[0]->child_names) return MORSEL_TYPE;
    return msl_type_list(arena, msl_type_of(MSL_TYPE_VARCHAR), &out->result, err);
}

static morsel_status kernel_keys(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const msl_type *type = args[0]->type, *varchar = msl_type_of(MSL_TYPE_VARCHAR);
    msl_nested_writer w = {.arena = ctx->scratch};
    bool put = true;
    for (uint32_t k = 0; put && k < type->child_count; k++) {
        msl_string name = msl_string_make(type->child_names[k], strlen(type->child_names[k]));
        put = msl_nested_put(&w, varchar, &name);
    }
    if (!put || !msl_nested_end(&w)) return msl_nested_failed(&w, ctx->err);
    msl_string keys = msl_nested_take(&w);
    MSL_ROWS(row) {
        if (msl_vector_is_valid(out, row)) msl_nested_store(out, row, keys);
    }
    return MORSEL_OK;
}

/* ---- table ---- */

#define FN(NAME, ARGS, FLAGS, BIND, KERNEL, TEXT)                                                                      \
    {.name = NAME, .arg_count = ARGS, .flags = FLAGS, .bind = BIND, .kernel = KERNEL, .description = NAME TEXT}
const msl_function msl_fn_struct[] = {
    FN("struct_pack", 0, MSL_FN_HANDLES_NULL | MSL_FN_VARIADIC, bind_pack, kernel_make,
       "(name := value, ...): a struct of the values, as {'name': value}"),
    FN("row", 1, MSL_FN_HANDLES_NULL | MSL_FN_VARIADIC, bind_row, kernel_make, "(value, ...): a struct without names"),
    FN("struct_insert", 3, MSL_FN_HANDLES_NULL | MSL_FN_VARIADIC, bind_insert, kernel_make,
       "(struct, name := value, ...): the struct with more fields"),
    FN("struct_update", 3, MSL_FN_HANDLES_NULL | MSL_FN_VARIADIC, bind_insert, kernel_make,
       "(struct, name := value, ...): the struct with fields changed or added"),
    FN("struct_concat", 1, MSL_FN_HANDLES_NULL | MSL_FN_VARIADIC, bind_concat, kernel_make,
       "(struct, ...): the fields of all structs in one"),
    FN("struct_extract", 2, 0, bind_extract, kernel_extract, "(struct, name or position): a field"),
    FN("struct_extract_at", 2, 0, bind_extract, kernel_extract, "(struct, position): a field"),
    FN("struct_keys", 1, 0, bind_keys, kernel_keys, "(struct): the names of the fields"),
};
const size_t msl_fn_struct_count = sizeof msl_fn_struct / sizeof msl_fn_struct[0];
