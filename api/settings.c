#include "api/settings.h"
#include "api/api_int.h"
#include "base/nearest.h"
#include "executor/pool.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct setting {
    const char *name, *alias, *description;
    const char *initial; /* text of the default; NULL = set_default is special */
    bool (*set)(struct morsel_database *database, msl_settings *settings, const char *value);
    void (*get)(struct morsel_database *database, const msl_settings *settings, char *out);
} setting;

/// Whole decimal number within [low, high].
static bool parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *out) {
    if (!isdigit((unsigned char)*text)) return false;
    uint64_t n = 0;
    for (; isdigit((unsigned char)*text); text++) {
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, (uint64_t)(*text - '0'), &n)) return false;
    }
    if (*text || n < low || n > high) return false;
    *out = n;
    return true;
}

bool msl_parse_bytes(const char *text, uint64_t *bytes) {
    static const struct { const char *name; double factor; } units[] = {
        {"", 1}, {"b", 1}, {"k", 1e3}, {"kb", 1e3}, {"kib", 1024.0}, {"m", 1e6}, {"mb", 1e6}, {"mib", 1048576.0},
        {"g", 1e9}, {"gb", 1e9}, {"gib", 1073741824.0}, {"t", 1e12}, {"tb", 1e12}, {"tib", 1099511627776.0},
        {"bytes", 1}, {"byte", 1},
    };
    while (isspace((unsigned char)*text)) text++;
    double n = 0, place = 1;
    if (!isdigit((unsigned char)*text)) return false;
    for (; isdigit((unsigned char)*text); text++) n = n * 10 + (*text - '0');
    if (*text == '.') {
        for (text++; isdigit((unsigned char)*text); text++) n += (*text - '0') * (place /= 10);
    }
    while (isspace((unsigned char)*text)) text++;
    if (strcmp(text, "%") == 0) {
        if (n <= 0 || n > 100) return false;
        *bytes = (uint64_t)((double)msl_memory_default_limit() / 0.8 * n / 100);
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcasecmp(units[i].name, text) != 0) continue;
        if (n * units[i].factor >= 9.2e18) return false;
        *bytes = (uint64_t)(n * units[i].factor);
        return true;
    }
    return false;
}

static void format_bytes(uint64_t bytes, char *out) {
    static const char *units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double n = (double)bytes;
    size_t unit = 0;
    while (n >= 1024 && unit < 4) n /= 1024, unit++;
    snprintf(out, MSL_SETTING_ROOM, unit && n != (double)(uint64_t)n ? "%.1f %s" : "%.0f %s", n, units[unit]);
}

static bool parse_bool(const char *text, bool *out) {
    static const char *const yes[] = {"true", "on", "1", "yes"}, *const no[] = {"false", "off", "0", "no"};
    for (size_t i = 0; i < 4; i++) {
        if (strcasecmp(text, yes[i]) == 0) return *out = true, true;
        if (strcasecmp(text, no[i]) == 0) return *out = false, true;
    }
    return false;
}

/* ---- the settings ---- */

static bool set_threads(struct morsel_database *db, msl_settings *s, const char *value) {
    (void)s;
    uint64_t n;
    if (!parse_number(value, 1, 1024, &n)) return false;
    atomic_store(&db->threads, (uint32_t)n);
    return true;
}
static void get_threads(struct morsel_database *db, const msl_settings *s, char *out) {
    (void)s;
    snprintf(out, MSL_SETTING_ROOM, "%u", atomic_load(&db->threads));
}

#define LEAST_MEMORY 1000000u
#define SPARE_MEMORY (256u << 10) ///< what a statement needs that raises the limit again

/// A limit below what is held would let no statement run, not even the one that takes it back.
static morsel_status check_memory_limit(struct morsel_database *db, const char *value, msl_error *err) {
    uint64_t bytes, held = msl_memory_used(db->memory);
    if (!msl_parse_bytes(value, &bytes) || bytes < LEAST_MEMORY || bytes >= held + SPARE_MEMORY) return MORSEL_OK;
    char text[MSL_SETTING_ROOM];
    format_bytes(held, text);
    msl_error_set(err, MORSEL_DATA, "22023", "memory_limit cannot be '%s': tables and open results hold %s", value, text);
    msl_error_hint(err, "DROP tables or close results first");
    return MORSEL_DATA;
}

static bool set_memory_limit(struct morsel_database *db, msl_settings *s, const char *value) {
    (void)s;
    uint64_t bytes;
    if (!msl_parse_bytes(value, &bytes) || bytes < LEAST_MEMORY) return false;
    msl_memory_set_limit(db->memory, bytes);
    return true;
}
static void get_memory_limit(struct morsel_database *db, const msl_settings *s, char *out) {
    (void)s;
    format_bytes(msl_memory_limit(db->memory), out);
}

static bool set_timeout(struct morsel_database *db, msl_settings *s, const char *value) {
    (void)db;
    return parse_number(value, 0, UINT64_MAX / 2000000, &s->timeout_ms);
}
static void get_timeout(struct morsel_database *db, const msl_settings *s, char *out) {
    (void)db;
    snprintf(out, MSL_SETTING_ROOM, "%llu", (unsigned long long)s->timeout_ms);
}

static bool set_vector_size(struct morsel_database *db, msl_settings *s, const char *value) {
    (void)db;
    uint64_t n;
    if (!parse_number(value, 1, MSL_VECTOR_ROWS, &n)) return false;
    s->vector_size = (uint32_t)n;
    return true;
}
static void get_vector_size(struct morsel_database *db, const msl_settings *s, char *out) {
    (void)db;
    snprintf(out, MSL_SETTING_ROOM, "%u", s->vector_size);
}

static bool set_morsel_bytes(struct morsel_database *db, msl_settings *s, const char *value) {
    (void)db;
    return msl_parse_bytes(value, &s->morsel_bytes);
}
static void get_morsel_bytes(struct morsel_database *db, const msl_settings *s, char *out) {
    (void)db;
    snprintf(out, MSL_SETTING_ROOM, "%llu", (unsigned long long)s->morsel_bytes);
}

static bool set_hash_zero(struct morsel_database *db, msl_settings *s, const char *value) {
    (void)db;
    return parse_bool(value, &s->hash_zero);
}
static void get_hash_zero(struct morsel_database *db, const msl_settings *s, char *out) {
    (void)db;
    snprintf(out, MSL_SETTING_ROOM, "%s", s->hash_zero ? "true" : "false");
}

static bool set_disabled_optimizers(struct morsel_database *db, msl_settings *s, const char *value) {
    (void)db;
    if (strlen(value) >= sizeof s->disabled_optimizers) return false;
    snprintf(s->disabled_optimizers, sizeof s->disabled_optimizers, "%s", value);
    s->plan_id++;
    return true;
}
static void get_disabled_optimizers(struct morsel_database *db, const msl_settings *s, char *out) {
    (void)db;
    snprintf(out, MSL_SETTING_ROOM, "%s", s->disabled_optimizers);
}

static const setting settings_table[] = {
    {"disabled_optimizers", NULL, "planner passes to leave out, comma-separated; 'all' for every optional one", "",
     set_disabled_optimizers, get_disabled_optimizers},
    {"hash_zero", NULL, "for tests: every hash is 0", "false", set_hash_zero, get_hash_zero},
    {"memory_limit", "max_memory", "most memory the database may hold, at least 1MB: '4GB', '512 MiB', '60%'", "80%", set_memory_limit,
     get_memory_limit},
    {"morsel_bytes", NULL, "size of the pieces a scan is cut into; 0 = chosen by the source", "0", set_morsel_bytes,
     get_morsel_bytes},
    {"threads", "worker_threads", "most threads that work on a query", NULL, set_threads, get_threads},
    {"timeout", "statement_timeout", "milliseconds after which a statement is stopped; 0 = never", "0", set_timeout, get_timeout},
    {"vector_size", NULL, "rows of a vector, 1 to 2048", "2048", set_vector_size, get_vector_size},
};
#define SETTING_COUNT (sizeof settings_table / sizeof settings_table[0])

static const setting *find_setting(const char *name, msl_error *err) {
    msl_nearest near = msl_nearest_start(name, strlen(name));
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const setting *s = &settings_table[i];
        if (strcasecmp(s->name, name) == 0 || (s->alias && strcasecmp(s->alias, name) == 0)) return s;
        msl_nearest_offer(&near, s->name, strlen(s->name));
    }
    msl_error_set(err, MORSEL_BIND, "42704", "no setting named \"%s\"", name);
    if (msl_nearest_name(&near)) msl_error_hint(err, "did you mean \"%s\"?", msl_nearest_name(&near));
    else msl_error_hint(err, "SHOW ALL lists the settings");
    return NULL;
}

void msl_settings_init(msl_settings *settings) { *settings = (msl_settings){.vector_size = MSL_VECTOR_ROWS}; }

morsel_status msl_setting_set(struct morsel_database *database, msl_settings *settings, const char *name, const char *value,
                              msl_error *err) {
    const setting *s = find_setting(name, err);
    if (!s) return MORSEL_BIND;
    if (s->set == set_memory_limit) MSL_TRY(check_memory_limit(database, value, err));
    if (s->set(database, settings, value)) return MORSEL_OK;
    msl_error_set(err, MORSEL_DATA, "22023", "'%s' is no value for the setting %s", value, s->name);
    msl_error_hint(err, "%s: %s", s->name, s->description);
    return MORSEL_DATA;
}

morsel_status msl_setting_reset(struct morsel_database *database, msl_settings *settings, const char *name, msl_error *err) {
    const setting *s = find_setting(name, err);
    if (!s) return MORSEL_BIND;
    char threads[16];
    snprintf(threads, sizeof threads, "%u", msl_pool_default_threads());
    bool is_set = s->set(database, settings, s->initial ? s->initial : threads);
    MSL_ASSERT(is_set);
    (void)is_set;
    return MORSEL_OK;
}

morsel_status msl_setting_get(struct morsel_database *database, const msl_settings *settings, const char *name,
                              char out[MSL_SETTING_ROOM], msl_error *err) {
    const setting *s = find_setting(name, err);
    if (!s) return MORSEL_BIND;
    s->get(database, settings, out);
    return MORSEL_OK;
}

bool msl_setting_at(size_t index, const char **name, const char **description) {
    if (index >= SETTING_COUNT) return false;
    *name = settings_table[index].name;
    *description = settings_table[index].description;
    return true;
}
