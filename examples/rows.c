/* rows.c: a query, row by row.
 *
 *     cc rows.c $(pkg-config --cflags --libs morsel) -o rows
 *     ./rows products.tsv
 */
#include <morsel.h>
#include <stdio.h>
#include <string.h>

static int fail(morsel_error **err) {
    fprintf(stderr, "%s\n", morsel_error_render(*err));
    morsel_error_free(err);
    return 1;
}

/// Prints each category with the number of its rows.
static int print_categories(morsel_connection *con, const char *path) {
    morsel_error *err = NULL;
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    char sql[512];
    snprintf(sql, sizeof sql, "SELECT cat_1, count(*) FROM '%s' GROUP BY ALL ORDER BY ALL", path);
    if (morsel_query(con, sql, -1, &result, &err)) return fail(&err);

    while (morsel_result_next(result, &chunk, &err) == MORSEL_OK && chunk) {
        for (size_t row = 0; row < morsel_chunk_rows(chunk); row++) {
            const char *name = morsel_cell_text(chunk, 0, row, NULL);
            printf("%s %lld\n", name ? name : "NULL", (long long)morsel_cell_i64(chunk, 1, row));
        }
        morsel_chunk_free(&chunk);
    }
    for (size_t i = 0; morsel_result_warning(result, i); i++) fprintf(stderr, "warning: %s\n", morsel_result_warning(result, i));
    morsel_result_free(&result);
    return err ? fail(&err) : 0;
}

int main(int argc, char **argv) {
    morsel_database *db = NULL;
    morsel_connection *con = NULL;
    morsel_error *err = NULL;
    if (argc != 2 || strchr(argv[1], '\'')) return fprintf(stderr, "usage: rows FILE\n"), 2;
    if (morsel_open(NULL, NULL, 0, &db, &err) || morsel_connect(db, &con, &err)) return fail(&err);
    int code = print_categories(con, argv[1]);
    morsel_disconnect(&con);
    morsel_close(&db);
    return code;
}
