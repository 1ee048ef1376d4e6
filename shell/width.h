/// width.h: how wide text is on a terminal, and text made safe to show there.
#ifndef MORSEL_SHELL_WIDTH_H
#define MORSEL_SHELL_WIDTH_H

#include "shell/text.h"

/// Cells that the bytes take on a terminal: East Asian wide characters two, combining ones none.
size_t shell_width(const char *bytes, size_t length);
/// Bytes of the longest prefix that takes at most `cells` cells; *used (may be NULL) is what it takes.
size_t shell_width_prefix(const char *bytes, size_t length, size_t cells, size_t *used);
/// Appends the text as a table cell may hold it: tabs become blanks up to the next multiple of 8, "\r\n" a newline,
/// other control characters ^A to ^_ and ^?, bytes that are no UTF-8 U+FFFD. Newlines stay and break the cell into
/// lines.
///   in   wrap: a line longer than this many cells is broken (0 = never); by_word: preferably behind a blank
void shell_cell_text(shell_text *out, const char *bytes, size_t length, size_t wrap, bool by_word);

#endif
