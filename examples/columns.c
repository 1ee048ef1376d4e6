/* columns.c: sums a column in place, without a call for each cell. A view says how the values lie in memory.
 *
 *     cc columns.c $(pkg-config --cflags --libs morsel) -o columns
 *     ./columns "SELECT price FROM 'products.tsv'"
 *     ./columns "SELECT range(10)"                   the elements of lists
 */
#include <inttypes.h>
#include <morsel.h>
#include <stdio.h>

static int fail(morsel_error **err) {
    fprintf(stderr, "%s\n", morsel_error_render(*err));
    morsel_error_free(err);
    return 1;
}

typedef struct total {
    double sum;
    uint64_t values, nulls;
} total;

/// Adds the column's values that are not NULL; 0 when its layout is not DOUBLE or BIGINT.
static int add_column(const morsel_view *view, total *t) {
    const double *doubles = view->data;
    const int64_t *integers = view->data;
    if (view->layout != MORSEL_LAYOUT_F64 && view->layout != MORSEL_LAYOUT_I64) return 0;
    for (size_t row = 0; row < view->rows; row++) {
        if (view->valid && !(view->valid[row / 64] >> (row % 64) & 1)) {
            t->nulls++;
            continue;
        }
        t->sum += view->layout == MORSEL_LAYOUT_F64 ? doubles[row] : (double)integers[row];
        t->values++;
    }
    return 1;
}

static int sum(morsel_connection *con, const char *sql) {
    morsel_error *err = NULL;
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    total t = {0};
    int fits = 1;
    if (morsel_query(con, sql, -1, &result, &err)) return fail(&err);
    while (fits && morsel_result_next(result, &chunk, &err) == MORSEL_OK && chunk) {
        morsel_view view = morsel_chunk_column(chunk, 0);
        size_t elements[] = {0}; /* of a list: its elements, one after the other */
        morsel_child child;
        if (view.layout == MORSEL_LAYOUT_NESTED && morsel_chunk_child(chunk, 0, elements, 1, &child) == MORSEL_OK) {
            view = child.view;
        }
        fits = add_column(&view, &t);
        morsel_chunk_free(&chunk);
    }
    const char *type = morsel_result_columns(result) ? morsel_result_column_type(result, 0) : "nothing";
    if (!fits) fprintf(stderr, "the first column must be DOUBLE or BIGINT, not %s\n", type);
    morsel_result_free(&result); // the query stops here if it is not at its end
    if (err) return fail(&err);
    if (fits) printf("%.2f (%" PRIu64 " values, %" PRIu64 " NULLs)\n", t.sum, t.values, t.nulls);
    return !fits;
}

int main(int argc, char **argv) {
    morsel_database *db = NULL;
    morsel_connection *con = NULL;
    morsel_error *err = NULL;
    if (argc != 2) return fprintf(stderr, "usage: columns QUERY\n"), 2;
    if (morsel_open(NULL, NULL, 0, &db, &err) || morsel_connect(db, &con, &err)) return fail(&err);
    int code = sum(con, argv[1]);
    morsel_disconnect(&con);
    morsel_close(&db);
    return code;
}
