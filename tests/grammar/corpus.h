/// corpus.h: the statements of corpus/*.sql, read once, for the round-trip test and as seeds of the fuzzer.
#ifndef MSL_TESTS_GRAMMAR_CORPUS_H
#define MSL_TESTS_GRAMMAR_CORPUS_H

#include <stdio.h>
#include <string.h>

static const char *const corpus_files[] = {"select.sql", "expressions.sql", "from.sql", "group_window.sql",
                                           "query.sql",  "ddl.sql",         "dml.sql",  "statements.sql"};
#define CORPUS_FILES (sizeof corpus_files / sizeof corpus_files[0])
#define CORPUS_BYTES ((size_t)1 << 18)

/// Reads one file into `text`; its length, or 0 with a message.
static size_t corpus_read(const char *folder, const char *file, char text[CORPUS_BYTES]) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "cannot open %s\n", path);
        return 0;
    }
    size_t length = fread(text, 1, CORPUS_BYTES, f);
    fclose(f);
    return length;
}

#endif
