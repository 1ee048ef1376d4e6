/// file_glob.c: patterns of paths: *, ?, [..], {a,b} and ** (any depth of directories).
///
/// glob(3) does everything but **. A pattern with ** is cut there: every directory under the part before it (itself
/// included) is tried with the part behind it. Links to directories are not followed, so that the walk ends.
#include "storage/file_int.h"

#include <dirent.h>
#include <fcntl.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool msl_path_is_pattern(const char *path) { return strpbrk(path, "*?[{") != NULL && access(path, F_OK) != 0; }

static morsel_status add_path(msl_arena *arena, msl_path_list *list, const char *path, msl_error *err) {
    if (list->count == list->room) {
        uint32_t room = list->room ? list->room * 2 : 16;
        const char **paths = MSL_NEW_ARRAY(arena, const char *, room);
        if (!paths) return msl_error_nomem(err, "file scan", room * sizeof *paths);
        if (list->count) memcpy(paths, list->paths, list->count * sizeof *paths);
        list->paths = paths;
        list->room = room;
    }
    const char *copy = msl_arena_strndup(arena, path, strlen(path));
    if (!copy) return msl_error_nomem(err, "file scan", strlen(path));
    list->paths[list->count++] = copy;
    return MORSEL_OK;
}

/// Appends what glob(3) finds; directories are left out unless they are wanted.
static morsel_status expand_simple(const char *pattern, bool want_directories, msl_arena *arena, msl_path_list *list,
                                   msl_error *err) {
    glob_t found;
    int r = glob(pattern, GLOB_BRACE | GLOB_NOSORT | GLOB_MARK, NULL, &found);
    if (r == GLOB_NOMATCH) return MORSEL_OK;
    if (r == GLOB_NOSPACE) return msl_error_nomem(err, "file scan", 4096);
    if (r != 0) return MORSEL_OK; // a directory that cannot be read matches nothing, as in a shell
    morsel_status status = MORSEL_OK;
    for (size_t i = 0; i < found.gl_pathc && status == MORSEL_OK; i++) {
        size_t n = strlen(found.gl_pathv[i]);
        bool is_directory = n && found.gl_pathv[i][n - 1] == '/';
        if (is_directory == want_directories) status = add_path(arena, list, found.gl_pathv[i], err);
    }
    globfree(&found);
    return status;
}

/// Appends the subdirectories of `directory` (which ends in a slash or is empty).
static morsel_status add_subdirectories(const char *directory, msl_arena *arena, msl_path_list *list, msl_error *err) {
    DIR *d = opendir(directory[0] ? directory : ".");
    if (!d) return MORSEL_OK;
    morsel_status status = MORSEL_OK;
    for (struct dirent *e; status == MORSEL_OK && (e = readdir(d));) {
        if (e->d_name[0] == '.') continue;
        char *path = msl_arena_printf(arena, "%s%s/", directory, e->d_name);
        struct stat st;
        if (!path)
            status = msl_error_nomem(err, "file scan", 256);
        else if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
            status = add_path(arena, list, path, err);
    }
    closedir(d);
    return status;
}

/// True when the text has a character that glob(3) would take for a pattern.
static morsel_status escape_pattern(const char *path, const char *tail, msl_arena *arena, char **out, msl_error *err) {
    *out = msl_arena_alloc(arena, 2 * strlen(path) + strlen(tail) + 1);
    if (!*out) return msl_error_nomem(err, "file scan", strlen(path));
    char *to = *out;
    for (; *path; path++) {
        if (strchr("*?[]{}\\", *path)) *to++ = '\\';
        *to++ = *path;
    }
    memcpy(to, tail, strlen(tail) + 1);
    return MORSEL_OK;
}

static morsel_status expand_deep(const char *pattern, const char *stars, msl_arena *arena, msl_path_list *out,
                                 msl_error *err) {
    msl_path_list directories = {0};
    char *base = msl_arena_strndup(arena, pattern, (size_t)(stars - pattern));
    if (!base) return msl_error_nomem(err, "file scan", strlen(pattern));
    const char *tail = stars + 2;
    while (*tail == '/') tail++;
    if (!*tail) tail = "*";
    if (strpbrk(base, "*?[{"))
        MSL_TRY(expand_simple(base, true, arena, &directories, err));
    else
        MSL_TRY(add_path(arena, &directories, base, err));
    for (uint32_t i = 0; i < directories.count; i++) { // the list grows while it is walked
        MSL_TRY(add_subdirectories(directories.paths[i], arena, &directories, err));
        char *inside;
        MSL_TRY(escape_pattern(directories.paths[i], tail, arena, &inside, err));
        MSL_TRY(expand_simple(inside, false, arena, out, err));
    }
    return MORSEL_OK;
}

static int compare_paths(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

morsel_status msl_path_expand(const char *pattern, msl_arena *arena, msl_path_list *out, msl_error *err) {
    if (!msl_path_is_pattern(pattern)) return add_path(arena, out, pattern, err);
    uint32_t before = out->count;
    const char *stars = strstr(pattern, "**");
    if (stars)
        MSL_TRY(expand_deep(pattern, stars, arena, out, err));
    else
        MSL_TRY(expand_simple(pattern, false, arena, out, err));
    if (out->count > before) qsort(out->paths + before, out->count - before, sizeof *out->paths, compare_paths);
    return MORSEL_OK;
}

/// Edit distance, capped: names that differ in more than a third are not near.
static unsigned distance(const char *a, const char *b) {
    unsigned row[96];
    size_t n = strlen(a), m = strlen(b);
    if (n > 90 || m > 90) return 99;
    for (unsigned k = 0; k <= m; k++) row[k] = k;
    for (size_t i = 1; i <= n; i++) {
        unsigned corner = row[0];
        row[0] = (unsigned)i;
        for (size_t k = 1; k <= m; k++) {
            unsigned above = row[k], best = corner + (a[i - 1] != b[k - 1]);
            if (above + 1 < best) best = above + 1;
            if (row[k - 1] + 1 < best) best = row[k - 1] + 1;
            row[k] = best;
            corner = above;
        }
    }
    return row[m];
}

const char *msl_path_near(const char *path, msl_arena *arena) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *directory = msl_arena_strndup(arena, path, slash ? (size_t)(slash - path) + 1 : 0);
    if (!directory) return NULL;
    DIR *d = opendir(directory[0] ? directory : ".");
    if (!d) return NULL;
    const char *best = NULL;
    unsigned least = (unsigned)strlen(name) / 3 + 2, seen = 0;
    for (struct dirent *e; (e = readdir(d)) && seen++ < 10000;) {
        if (e->d_name[0] == '.') continue;
        unsigned n = distance(name, e->d_name);
        if (n >= least) continue;
        least = n;
        best = msl_arena_printf(arena, "%s%s", directory, e->d_name);
    }
    closedir(d);
    return best;
}
