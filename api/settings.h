/// settings.h: what SET, SHOW, morsel_set_option and the shell's flags turn. One table row a setting.
#ifndef MSL_SETTINGS_H
#define MSL_SETTINGS_H

#include "base/arena.h"

/// A connection's settings. Those of the whole database (threads, memory_limit) live in the database.
typedef struct msl_settings {
    uint32_t vector_size;              ///< rows of a chunk, 1 to 2048
    uint64_t morsel_bytes;             ///< 0 = chosen by the source
    bool hash_zero;                    ///< tests: every hash is 0
    char disabled_optimizers[512];     ///< comma-separated pass names; "all" = every optional pass
    uint64_t timeout_ms;               ///< 0 = none
    uint64_t plan_id;                  ///< another one after each change of what plans rest on
} msl_settings;

struct morsel_database;

void msl_settings_init(msl_settings *settings);

/// Sets by name from text. Database-wide settings take effect for statements that start later.
///   errors  MORSEL_BIND 42704 unknown name (with a near name), MORSEL_DATA 22023 value out of range or malformed
MSL_MUST_CHECK morsel_status msl_setting_set(struct morsel_database *database, msl_settings *settings, const char *name,
                                             const char *value, msl_error *err);
/// Back to the default.
MSL_MUST_CHECK morsel_status msl_setting_reset(struct morsel_database *database, msl_settings *settings, const char *name,
                                               msl_error *err);
#define MSL_SETTING_ROOM 512u
/// Writes the value as text, NUL-terminated.
MSL_MUST_CHECK morsel_status msl_setting_get(struct morsel_database *database, const msl_settings *settings,
                                             const char *name, char out[MSL_SETTING_ROOM], msl_error *err);
/// Name and description of the index-th setting; false past the last.
bool msl_setting_at(size_t index, const char **name, const char **description);
/// "1.5 GiB", "512MB", "80%" (of the machine's memory), plain bytes. False when malformed.
bool msl_parse_bytes(const char *text, uint64_t *bytes);

#endif
