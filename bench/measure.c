/* measure.c: runs one program as a whole cold process and says what it cost.
 *
 * Role     the stop-watch of run.py, a program of its own.
 * Idea     the peak memory that the system reports for a child begins with the memory of the process that started it,
 *          and starting a child from a large process takes longer. So the child is started from this small one.
 * Usage    measure run SECONDS OUT ERR PROGRAM [ARGUMENT...]
 *              runs PROGRAM with standard input empty and its output in the files OUT and ERR; kills it and all that it
 *              has started after SECONDS. Prints "wall_ns user_us sys_us peak_kb how": `how` is the exit status, or
 *              minus the number of the signal that ended it (-124 past the time).
 *          measure canary THREADS
 *              runs a fixed piece of arithmetic on each of THREADS threads at once. Prints the wall time in ns: it is
 *              the same for one thread and for two where nothing else wants the processors.
 * Threads  as many as `canary` is asked for.
 * Exits    0 if it could measure, whatever became of PROGRAM; 2 if not, with a sentence on standard error.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    EXIT_UNMEASURED = 2,
    HOW_TIMED_OUT = -124,
    THREADS_MAX = 64,
    CANARY_STEPS = 20000000, // about 40 ms
};

extern char **environ;

static void fail(const char *what, int error) {
    fprintf(stderr, "measure: %s: %s\n", what, strerror(error));
    exit(EXIT_UNMEASURED);
}

static int64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t microseconds(struct timeval t) { return (int64_t)t.tv_sec * 1000000 + t.tv_usec; }

// ---- run ----

/// Starts `argv` in a process group of its own, so that all it starts can be ended with it.
static pid_t child_start(char **argv, const char *out, const char *err, const sigset_t *mask) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, mask);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    pid_t child = 0;
    int error = posix_spawnp(&child, argv[0], &files, &attributes, argv, environ);
    if (error != 0) fail(argv[0], error);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return child;
}

/// Waits until the child has ended, and ends its whole group at `deadline_ns` or when this process is told to stop.
///   out      *usage is the child's own; *timed_out and *stopped say why it was killed, if it was
static int child_wait(pid_t child, int64_t deadline_ns, const sigset_t *awaited, struct rusage *usage, bool *timed_out,
                      bool *stopped) {
    int status = 0;
    while (wait4(child, &status, WNOHANG, usage) == 0) {
        int64_t left_ns = deadline_ns - clock_ns();
        if (left_ns < 0) left_ns = 0;
        struct timespec left = {.tv_sec = left_ns / 1000000000, .tv_nsec = left_ns % 1000000000};
        int got = sigtimedwait(awaited, NULL, &left);
        if (got == SIGCHLD || (got < 0 && errno == EINTR)) continue;
        *timed_out = got < 0;
        *stopped = got > 0;
        kill(-child, SIGKILL);
        wait4(child, &status, 0, usage);
        break;
    }
    return status;
}

static int run(int argc, char **argv) {
    if (argc < 4) return EXIT_UNMEASURED;
    double seconds = strtod(argv[0], NULL);
    // Blocked here and taken with sigtimedwait, so that there is no handler and no race; the child gets the old mask.
    sigset_t awaited, before;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGHUP);
    sigprocmask(SIG_BLOCK, &awaited, &before);

    int64_t start_ns = clock_ns();
    pid_t child = child_start(argv + 3, argv[1], argv[2], &before);
    struct rusage usage = {0};
    bool timed_out = false, stopped = false;
    int64_t deadline_ns = start_ns + (int64_t)(seconds * 1e9);
    int status = child_wait(child, deadline_ns, &awaited, &usage, &timed_out, &stopped);
    int64_t wall_ns = clock_ns() - start_ns;
    if (stopped) return EXIT_UNMEASURED;
    int how = timed_out ? HOW_TIMED_OUT : WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    printf("%lld %lld %lld %ld %d\n", (long long)wall_ns, (long long)microseconds(usage.ru_utime),
           (long long)microseconds(usage.ru_stime), usage.ru_maxrss, how);
    return EXIT_SUCCESS;
}

// ---- canary ----

/// A chain of dependent multiplications: needs a processor and nothing else.
static void *canary_work(void *result) {
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < CANARY_STEPS; i++) {
        x ^= x >> 29;
        x *= UINT64_C(0x9e3779b97f4a7c15);
    }
    *(uint64_t *)result = x;
    return NULL;
}

static int canary(int argc, char **argv) {
    if (argc != 1) return EXIT_UNMEASURED;
    long threads = strtol(argv[0], NULL, 10);
    if (threads < 1 || threads > THREADS_MAX) return EXIT_UNMEASURED;
    pthread_t ids[THREADS_MAX];
    uint64_t results[THREADS_MAX];
    int64_t start_ns = clock_ns();
    for (long t = 1; t < threads; t++) {
        int error = pthread_create(&ids[t], NULL, canary_work, &results[t]);
        if (error != 0) fail("cannot start a thread", error);
    }
    canary_work(&results[0]);
    for (long t = 1; t < threads; t++) pthread_join(ids[t], NULL);
    int64_t wall_ns = clock_ns() - start_ns;
    for (long t = 1; t < threads; t++) {
        if (results[t] != results[0]) return EXIT_UNMEASURED; // never; keeps the arithmetic from being optimised away
    }
    printf("%lld\n", (long long)wall_ns);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    int status = EXIT_UNMEASURED;
    if (argc > 2 && strcmp(argv[1], "run") == 0) {
        status = run(argc - 2, argv + 2);
    } else if (argc > 2 && strcmp(argv[1], "canary") == 0) {
        status = canary(argc - 2, argv + 2);
    } else {
        fputs("usage: measure run SECONDS OUT ERR PROGRAM [ARGUMENT...] | measure canary THREADS\n", stderr);
    }
    return status;
}
