/// complete.h: what Tab offers.
#ifndef MORSEL_SHELL_COMPLETE_H
#define MORSEL_SHELL_COMPLETE_H

#include "shell/state.h"

typedef struct shell_completions {
    char **items; ///< sorted, each once
    size_t count, room;
    size_t start;     ///< byte of the line where the word to replace begins
    bool is_file;     ///< items are paths: a folder is not followed by a blank
} shell_completions;

/// Collects what may stand at the end of the `length` bytes of `line`.
///   in   earlier: "" or what was typed before this line; after: what stands behind the cursor
void shell_complete_line(shell *sh, const char *earlier, const char *line, size_t length, const char *after,
                         shell_completions *out);
void shell_completions_free(shell_completions *completions);
/// Bytes that all items have in common.
size_t shell_completions_common(const shell_completions *completions);

#endif
