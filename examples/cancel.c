/* cancel.c: a long query with a meter, stopped from another thread; then a timeout does the same.
 *
 *     cc cancel.c $(pkg-config --cflags --libs morsel) -pthread -o cancel
 *     ./cancel
 */
#include <morsel.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define LONG_QUERY "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"

/// Watches the connection for a fifth of a second, then stops what runs on it.
static void *watch(void *connection) {
    for (int i = 0; i < 4; i++) {
        struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
        nanosleep(&pause, NULL);
        morsel_progress_info info = {.struct_size = sizeof info};
        morsel_progress(connection, &info);
        if (info.fraction >= 0) fprintf(stderr, "%.1f %%\n", 100 * info.fraction);
    }
    morsel_interrupt(connection);
    return NULL;
}

/// Runs the query to its end or until it is stopped.
static morsel_status run(morsel_connection *con, morsel_error **err) {
    morsel_result *result = NULL;
    morsel_chunk *chunk = NULL;
    morsel_status status = morsel_query(con, LONG_QUERY, -1, &result, err);
    while (status == MORSEL_OK && (status = morsel_result_next(result, &chunk, err)) == MORSEL_OK && chunk) morsel_chunk_free(&chunk);
    morsel_result_free(&result);
    return status;
}

int main(void) {
    morsel_database *db = NULL;
    morsel_connection *con = NULL;
    morsel_error *err = NULL;
    pthread_t watcher;
    if (morsel_open(NULL, NULL, 0, &db, NULL) || morsel_connect(db, &con, NULL)) return 1;

    if (pthread_create(&watcher, NULL, watch, con)) return 1;
    morsel_status status = run(con, &err);
    pthread_join(watcher, NULL);
    printf("interrupted: %s\n", status == MORSEL_INTERRUPTED ? "yes" : "no");
    morsel_error_free(&err);

    morsel_set_timeout(con, 100);
    status = run(con, &err);
    printf("timeout: %s\n", err ? morsel_error_message(err) : "none");
    morsel_error_free(&err);

    morsel_disconnect(&con);
    morsel_close(&db);
    return status != MORSEL_TIMEOUT;
}
