/* script.c: runs a script of any number of statements and goes on behind a bad one, as a shell does.
 *
 *     cc script.c $(pkg-config --cflags --libs morsel) -o script
 *     ./script <report.sql
 */
#include <morsel.h>
#include <stdio.h>

static void print_rows(morsel_result *result, morsel_error **err) {
    morsel_chunk *chunk = NULL;
    size_t columns = morsel_result_columns(result);
    while (morsel_result_next(result, &chunk, err) == MORSEL_OK && chunk) {
        for (size_t row = 0; row < morsel_chunk_rows(chunk); row++) {
            for (size_t column = 0; column < columns; column++) {
                const char *text = morsel_cell_text(chunk, column, row, NULL);
                printf("%s%s", column ? "|" : "", text ? text : "");
            }
            printf("\n");
        }
        morsel_chunk_free(&chunk);
    }
}

/// Runs what stands in `sql`; the number of statements that failed.
static int run_script(morsel_connection *con, const char *sql) {
    int failed = 0;
    while (*sql) {
        morsel_statement *statement = NULL;
        morsel_result *result = NULL;
        morsel_error *err = NULL;
        const char *tail = NULL;
        if (morsel_prepare(con, sql, -1, &statement, &tail, &err) == MORSEL_OK && statement) {
            if (morsel_execute(statement, &result, &err) == MORSEL_OK) print_rows(result, &err);
        }
        if (err) {
            fprintf(stderr, "%s\n", morsel_error_render(err));
            failed++;
        }
        morsel_error_free(&err);
        morsel_result_free(&result);
        morsel_statement_free(&statement);
        sql = tail;
    }
    return failed;
}

int main(void) {
    static char sql[1 << 20];
    morsel_database *db = NULL;
    morsel_connection *con = NULL;
    size_t length = fread(sql, 1, sizeof sql - 1, stdin);
    sql[length] = 0;
    if (morsel_open(NULL, NULL, 0, &db, NULL) || morsel_connect(db, &con, NULL)) return 1;
    int failed = run_script(con, sql);
    morsel_disconnect(&con);
    morsel_close(&db);
    return failed != 0;
}
