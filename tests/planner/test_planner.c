/// test_planner.c: runs a file of statements through parser and planner and compares what comes out with what the file
/// says.
///
///     # comment
///     SELECT nope FROM t
///     ----
///     42703 "nope": no column named nope
///     hint: did you mean note?
///
/// What comes out: of an EXPLAIN the plan; of another statement that plans, its result columns and types, or the name
/// of what is to be done; of one that does not, SQLSTATE, the underlined text and the message. Blocks end with an empty
/// line. A block may begin with `passes off: NAME,...`. With --update the file is written anew from what comes out.
#include "executor/expression.h"
#include "planner/planner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_ROOM (1u << 20)

static msl_memory *memory;
static msl_catalog *catalog;

static morsel_status evaluate(void *context, const msl_expr *expr, msl_arena *arena, msl_value *out, msl_error *err) {
    (void)context;
    return msl_expr_fold(expr, NULL, arena, out, err);
}

static void append(char *out, const char *text) { strncat(out, text, TEXT_ROOM - 1 - strlen(out)); }

static void describe_error(const msl_error *err, const char *sql, char *out) {
    char line[2048], under[200] = "";
    if (err->sql_offset >= 0) {
        uint32_t length = err->sql_length ? err->sql_length : 1;
        size_t rest = strlen(sql) - (size_t)err->sql_offset;
        if (length > rest) length = (uint32_t)rest;
        snprintf(under, sizeof under, " \"%.*s\"", (int)length, sql + err->sql_offset);
    }
    snprintf(line, sizeof line, "%s%s: %s\n", err->sqlstate, under, err->message);
    append(out, line);
    if (!err->hint[0]) return;
    snprintf(line, sizeof line, "hint: %s\n", err->hint);
    append(out, line);
}

static void describe_plan(const msl_plan *plan, char *out) { // EXPLAIN: a constant text a row
    while (plan->kind != MSL_PLAN_VALUES) plan = plan->children[0];
    for (uint32_t r = 0; r < plan->values.row_count; r++) {
        append(out, plan->values.rows[r][0]->value.text);
        append(out, "\n");
    }
}

static void describe_columns(const msl_prepared *p, char *out) {
    static const char *const kinds[] = {"QUERY", "CHANGE", "COPY TO", "CREATE TABLE", "CREATE TABLE AS", "CREATE VIEW",
                                        "CREATE MACRO", "DROP", "ALTER TABLE", "TRANSACTION", "SET", "RESET", "SHOW", "PREPARE", "EXECUTE",
                                        "DEALLOCATE", "EXPLAIN ANALYZE"};
    char type[128], line[512];
    if (p->kind != MSL_STATEMENT_QUERY) {
        snprintf(line, sizeof line, "%s", kinds[p->kind]);
        append(out, line);
    }
    for (uint32_t k = 0; p->kind == MSL_STATEMENT_QUERY && k < p->column_count; k++) {
        (void)msl_type_format(p->types[k], type, sizeof type);
        snprintf(line, sizeof line, "%s%s %s", k ? ", " : "", p->names[k], type);
        append(out, line);
    }
    for (uint32_t k = 0; k < p->parameter_count; k++) {
        (void)msl_type_format(p->parameters[k].type, type, sizeof type);
        snprintf(line, sizeof line, "%s%s %s",
                 k ? ", " : "; parameters: ", p->parameters[k].name ? p->parameters[k].name : "?", type);
        append(out, line);
    }
    append(out, "\n");
}

/// Plans `sql`; what comes out is appended to `out`. With `apply`, DDL is carried out.
static void plan(const char *sql, const char *disabled, bool apply, char *out) {
    msl_arena arena, syntax;
    msl_error err = {0};
    msl_ast_statement *ast = NULL;
    msl_prepared prepared;
    size_t consumed;
    msl_arena_init(&arena, memory);
    msl_arena_init(&syntax, memory);
    err.sql_offset = -1;
    morsel_status status = msl_parse_statement(&syntax, sql, strlen(sql), &consumed, &ast, &err);
    msl_planner_env env = {.arena = &arena,
                           .memory = memory,
                           .catalog = catalog,
                           .sql = sql,
                           .sql_length = strlen(sql),
                           .evaluate = evaluate,
                           .disabled_passes = disabled};
    if (status == MORSEL_OK && ast) status = msl_plan_statement(&env, ast, &prepared, &err);
    bool is_explain = status == MORSEL_OK && ast && ast->kind == MSL_AST_STATEMENT_EXPLAIN;
    msl_arena_deinit(&syntax); // nothing may point into it any more
    if (status != MORSEL_OK) {
        describe_error(&err, sql, out);
    } else if (is_explain && prepared.kind == MSL_STATEMENT_QUERY) {
        describe_plan(prepared.plan, out);
    } else {
        describe_columns(&prepared, out);
    }
    if (status == MORSEL_OK && apply && prepared.kind == MSL_STATEMENT_CREATE_TABLE) {
        msl_table *table;
        msl_table_spec spec = {.name = prepared.table.name, .columns = prepared.table.columns, .column_count = prepared.table.column_count};
        status = msl_table_new(memory, &spec, &table, &err);
        if (status == MORSEL_OK) status = msl_catalog_add_table(catalog, table, NULL, prepared.table.flags, &err);
    } else if (status == MORSEL_OK && apply && prepared.kind == MSL_STATEMENT_CREATE_VIEW) {
        status = msl_catalog_add_view(catalog, prepared.view.name, prepared.view.sql, prepared.view.column_names,
                                      prepared.view.column_name_count, prepared.view.flags, &err);
    }
    if (status != MORSEL_OK && apply) {
        fprintf(stderr, "%s\n%s\n", sql, err.message);
        exit(2);
    }
    msl_arena_deinit(&arena);
}

static void make_catalog(void) {
    static const char *const statements[] = {
        "CREATE TABLE t (id INTEGER, name VARCHAR, price DECIMAL(10,2), qty BIGINT, day DATE, at TIMESTAMP, ok "
        "BOOLEAN, ratio DOUBLE)",
        "CREATE TABLE u (id INTEGER, t_id INTEGER, note VARCHAR, small SMALLINT NOT NULL DEFAULT 7)",
        "CREATE TABLE big (k BIGINT, v VARCHAR)",
        "CREATE VIEW cheap AS SELECT id, name, price FROM t WHERE price < 10",
        "CREATE VIEW renamed (a, b) AS SELECT id, name FROM t",
    };
    char *ignored = calloc(1, TEXT_ROOM);
    for (size_t k = 0; k < sizeof statements / sizeof statements[0]; k++) plan(statements[k], NULL, true, ignored);
    free(ignored);
}

typedef struct block {
    char head[8192]; ///< comments before the statement
    char sql[65536];
    char off[256]; ///< passes that are off
    char *expected, *actual;
} block;

static void append_within(char *text, size_t room, const char *line) {
    size_t length = strlen(text);
    snprintf(text + length, room - length, "%s", line);
}

/// Reads the next block; false at the end of the file.
static bool read_block(FILE *file, block *b) {
    char line[65536];
    bool in_expected = false, any = false;
    b->head[0] = b->sql[0] = b->off[0] = b->expected[0] = b->actual[0] = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '\n' && (in_expected || !any)) {
            if (in_expected) return true;
            append_within(b->head, sizeof b->head, line);
            continue;
        }
        if (!any && line[0] == '#') {
            append_within(b->head, sizeof b->head, line);
        } else if (!any && strncmp(line, "passes off: ", 12) == 0) {
            snprintf(b->off, sizeof b->off, "%.*s", (int)strcspn(line + 12, "\n"), line + 12);
        } else if (!in_expected && strcmp(line, "----\n") == 0) {
            in_expected = true;
        } else if (in_expected) {
            append(b->expected, line);
        } else {
            any = true;
            append_within(b->sql, sizeof b->sql, line);
        }
    }
    return any;
}

static int run(const char *path, bool update) {
    FILE *file = fopen(path, "r"), *copy = NULL;
    char copy_path[4096];
    unsigned count = 0, wrong = 0;
    block *b = calloc(1, sizeof *b);
    if (!file || !b) return perror(path), 2;
    snprintf(copy_path, sizeof copy_path, "%s.new", path);
    if (update && !(copy = fopen(copy_path, "w"))) return perror(copy_path), 2;
    b->expected = calloc(1, TEXT_ROOM);
    b->actual = calloc(1, TEXT_ROOM);
    while (read_block(file, b)) {
        size_t length = strlen(b->sql);
        if (length && b->sql[length - 1] == '\n') b->sql[length - 1] = 0;
        plan(b->sql, b->off[0] ? b->off : NULL, false, b->actual);
        count++;
        if (copy) {
            fprintf(copy, "%s%s%s%s%s\n----\n%s\n", b->head, b->off[0] ? "passes off: " : "", b->off,
                    b->off[0] ? "\n" : "", b->sql, b->actual);
        } else if (strcmp(b->expected, b->actual) != 0) {
            wrong++;
            printf("%s\n-- expected\n%s-- got\n%s\n", b->sql, b->expected, b->actual);
        }
    }
    if (b->head[0] && copy) fputs(b->head, copy);
    fclose(file);
    if (copy && fclose(copy) == 0 && rename(copy_path, path) != 0) perror(path);
    free(b->expected);
    free(b->actual);
    free(b);
    printf("%s: %u statements, %u wrong\n", path, count, wrong);
    return wrong ? 1 : 0;
}

int main(int argc, char **argv) {
    bool update = argc > 2 && strcmp(argv[1], "--update") == 0;
    if (argc < 2) return fprintf(stderr, "usage: test_planner [--update] FILE...\n"), 2;
    memory = msl_memory_new(256u << 20);
    catalog = msl_catalog_new(memory);
    make_catalog();
    int worst = 0;
    for (int k = update ? 2 : 1; k < argc; k++) {
        int result = run(argv[k], update);
        if (result > worst) worst = result;
    }
    msl_catalog_free(catalog);
    msl_memory_free(memory);
    return worst;
}
