/* prepared.c: one statement, prepared once and executed with other values each time.
 *
 *     cc prepared.c $(pkg-config --cflags --libs morsel) -o prepared
 *     ./prepared
 */
#include <morsel.h>
#include <stdio.h>

static int fail(morsel_error **err) {
    fprintf(stderr, "%s\n", morsel_error_render(*err));
    morsel_error_free(err);
    return 1;
}

static int insert_rows(morsel_connection *con) {
    static const char *const names[] = {"Ann", "Bob", "Cem"};
    morsel_error *err = NULL;
    morsel_statement *insert = NULL;
    if (morsel_prepare(con, "INSERT INTO staff VALUES ($name, $born, $pay)", -1, &insert, NULL, &err)) return fail(&err);
    for (int i = 0; i < 3 && !err; i++) {
        morsel_scalar name = {.kind = MORSEL_TEXT, .text = names[i], .length = 3};
        morsel_scalar born = {.kind = MORSEL_DATE, .i64 = 7000 + 365 * i}; // days since 1970-01-01
        morsel_scalar pay = {.kind = i == 1 ? MORSEL_NULL : MORSEL_FLOAT, .f64 = 10.5 * (i + 1)};
        morsel_result *result = NULL;
        if (morsel_bind_named(insert, "name", &name, &err) || morsel_bind_named(insert, "born", &born, &err) ||
            morsel_bind_named(insert, "pay", &pay, &err) || morsel_execute(insert, &result, &err)) {
            break;
        }
        printf("%llu row\n", (unsigned long long)morsel_result_rows_changed(result));
        morsel_result_free(&result);
    }
    morsel_statement_free(&insert);
    return err ? fail(&err) : 0;
}

static int look_up(morsel_connection *con) {
    morsel_error *err = NULL;
    morsel_statement *select = NULL;
    if (morsel_prepare(con, "SELECT name, born, pay FROM staff WHERE name >= ? ORDER BY name", -1, &select, NULL, &err)) return fail(&err);
    static const char *const from[] = {"B", "C"};
    for (int i = 0; i < 2 && !err; i++) {
        morsel_scalar value = {.kind = MORSEL_TEXT, .text = from[i], .length = 1};
        morsel_result *result = NULL;
        morsel_chunk *chunk = NULL;
        if (morsel_bind(select, 0, &value, &err) || morsel_execute(select, &result, &err)) break;
        printf("from %s:\n", from[i]);
        while (morsel_result_next(result, &chunk, &err) == MORSEL_OK && chunk) {
            for (size_t row = 0; row < morsel_chunk_rows(chunk); row++) {
                const char *pay = morsel_cell_text(chunk, 2, row, NULL);
                printf("%s %s %s\n", morsel_cell_text(chunk, 0, row, NULL), morsel_cell_text(chunk, 1, row, NULL), pay ? pay : "NULL");
            }
            morsel_chunk_free(&chunk);
        }
        morsel_result_free(&result);
    }
    morsel_statement_free(&select);
    return err ? fail(&err) : 0;
}

int main(void) {
    morsel_database *db = NULL;
    morsel_connection *con = NULL;
    morsel_error *err = NULL;
    if (morsel_open(NULL, NULL, 0, &db, &err) || morsel_connect(db, &con, &err)) return fail(&err);
    if (morsel_exec(con, "CREATE TABLE staff(name VARCHAR NOT NULL, born DATE, pay DOUBLE)", -1, NULL, &err)) return fail(&err);
    int code = insert_rows(con) || look_up(con);
    morsel_disconnect(&con);
    morsel_close(&db);
    return code;
}
