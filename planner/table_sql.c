#include "planner/table_sql.h"

#include "planner/expr_build.h"

#include <string.h>

/// A text that grows by being printed anew: definitions are short. NULL once memory is refused.
typedef struct sql_text {
    msl_arena *arena;
    const char *text;
} sql_text;

static void put(sql_text *out, const char *text) {
    if (out->text) out->text = msl_arena_printf(out->arena, "%s%s", out->text, text);
}

static bool is_plain(const char *name) {
    const msl_keyword *keyword = msl_keyword_find(name, strlen(name));
    if (!name[0] || (keyword && keyword->class_ == MSL_KEYWORD_RESERVED) || (name[0] >= '0' && name[0] <= '9')) return false;
    for (const char *p = name; *p; p++) {
        bool is_letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '_';
        if (!is_letter) return false;
    }
    return true;
}

static void put_name(sql_text *out, const char *name) {
    if (is_plain(name)) {
        put(out, name);
        return;
    }
    size_t length = strlen(name), n = 0;
    char *quoted = msl_arena_alloc(out->arena, 2 * length + 3);
    if (!quoted) {
        out->text = NULL;
        return;
    }
    quoted[n++] = '"';
    for (size_t k = 0; k < length; k++) {
        if (name[k] == '"') quoted[n++] = '"';
        quoted[n++] = name[k];
    }
    quoted[n] = '"';
    put(out, quoted);
}

static void put_columns(sql_text *out, const msl_table *table, const msl_table_key *key) {
    put(out, " (");
    for (uint32_t k = 0; k < key->column_count; k++) {
        if (k) put(out, ", ");
        put_name(out, table->columns[key->columns[k]].name);
    }
    put(out, ")");
}

/// A type; the names of fields that are keywords in quotes. Recursion is over its depth, which is bounded.
static void put_type(msl_planner *p, sql_text *out, const msl_type *type) {
    if (!msl_type_is_nested(type)) {
        put(out, msl_type_text(p, type));
        return;
    }
    if (msl_type_is_list(type)) {
        put_type(p, out, type->children[0]);
        if (!out->text) return;
        if (type->id == MSL_TYPE_LIST) put(out, "[]");
        else out->text = msl_arena_printf(out->arena, "%s[%u]", out->text, type->size);
        return;
    }
    put(out, type->id == MSL_TYPE_MAP ? "MAP(" : "STRUCT(");
    for (uint32_t k = 0; k < type->child_count; k++) {
        if (k) put(out, ", ");
        if (type->child_names) put_name(out, type->child_names[k]);
        if (type->child_names) put(out, " ");
        put_type(p, out, type->children[k]);
    }
    put(out, ")");
}

const char *msl_table_sql(msl_planner *p, const msl_table *table) {
    sql_text out = {p->arena, table->is_temporary ? "CREATE TEMP TABLE " : "CREATE TABLE "};
    put_name(&out, table->name);
    for (uint32_t c = 0; c < table->column_count; c++) {
        const msl_table_column *column = &table->columns[c];
        put(&out, c ? ", " : "(");
        put_name(&out, column->name);
        put(&out, " ");
        put_type(p, &out, column->type);
        if (column->collation > MSL_COLLATE_BINARY) put(&out, " COLLATE ");
        if (column->collation > MSL_COLLATE_BINARY) put(&out, msl_collation_name((msl_collation)column->collation));
        if (column->is_not_null) put(&out, " NOT NULL");
        if (column->default_sql) put(&out, " DEFAULT ");
        if (column->default_sql) put(&out, column->default_sql);
    }
    for (uint32_t k = 0; k < table->key_count; k++) {
        const msl_table_key *key = &table->keys[k];
        if (key->kind != MSL_KEY_PRIMARY && key->kind != MSL_KEY_UNIQUE) continue;
        put(&out, ", CONSTRAINT ");
        put_name(&out, key->name);
        put(&out, key->kind == MSL_KEY_PRIMARY ? " PRIMARY KEY" : " UNIQUE");
        put_columns(&out, table, key);
    }
    for (uint32_t k = 0; k < table->check_count; k++) {
        put(&out, ", CONSTRAINT ");
        put_name(&out, table->checks[k].name);
        put(&out, " CHECK (");
        put(&out, table->checks[k].sql);
        put(&out, ")");
    }
    put(&out, ")");
    return out.text;
}

const char *msl_index_sql(msl_planner *p, const msl_table *table, const msl_table_key *key) {
    sql_text out = {p->arena, key->kind == MSL_KEY_UNIQUE_INDEX ? "CREATE UNIQUE INDEX " : "CREATE INDEX "};
    put_name(&out, key->name);
    put(&out, " ON ");
    put_name(&out, table->name);
    put_columns(&out, table, key);
    return out.text;
}
