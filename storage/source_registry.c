/// source_registry.c: the table functions by name, and which of them reads a file named right in FROM.
#include "storage/file_int.h"
#include "storage/sources.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const msl_source_ops *const registry[] = {
    &msl_source_read_csv, &msl_source_read_tsv, &msl_source_read_lines,      &msl_source_sniff_csv,
    &msl_source_glob,     &msl_source_range,    &msl_source_generate_series,
};

static const struct { const char *alias, *name; } aliases[] = {{"read_csv_auto", "read_csv"}};

const msl_source_ops *msl_source_ops_at(size_t index) {
    return index < sizeof registry / sizeof registry[0] ? registry[index] : NULL;
}

const msl_source_ops *msl_source_ops_by_name(const char *name, size_t length) {
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (strlen(aliases[i].alias) == length && strncasecmp(aliases[i].alias, name, length) == 0) {
            name = aliases[i].name;
            length = strlen(name);
        }
    }
    for (size_t i = 0; i < sizeof registry / sizeof registry[0]; i++) {
        if (strlen(registry[i]->name) == length && strncasecmp(registry[i]->name, name, length) == 0)
            return registry[i];
    }
    return NULL;
}

/* Formats that are understood by name and cannot be read yet. */
static const struct {
    const char *extension, *what;
} later[] = {
    {".parquet", "Parquet files"}, {".json", "JSON files"},     {".ndjson", "NDJSON files"},
    {".jsonl", "NDJSON files"},    {".db", "SQLite databases"}, {".sqlite", "SQLite databases"},
    {".arrow", "Arrow files"},     {".feather", "Arrow files"}, {".xlsx", "Excel files"},
    {".orc", "ORC files"},         {".avro", "Avro files"},
};

morsel_status msl_source_for_file(const char *path, size_t length, const msl_source_ops **out, msl_error *err) {
    *out = NULL;
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        size_t n = strlen(later[i].extension);
        if (length > n && strncasecmp(path + length - n, later[i].extension, n) == 0) {
            return msl_error_unsupported(err, -1, 0, "reading %s ('%.*s')", later[i].what, (int)length, path);
        }
    }
    *out = &msl_source_read_csv; // whatever it is called: the reader finds out what is in it, or says why it cannot
    return MORSEL_OK;
}
