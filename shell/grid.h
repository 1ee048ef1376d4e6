/// grid.h: rows buffered to find out how wide columns must be: behind box, table, column and markdown.
///
/// Off a terminal nothing is ever cut: the first SHELL_GRID_ROWS rows (or SHELL_GRID_BYTES of text) are measured,
/// then printed, and what follows is printed at once with the same widths; a later, wider value stands out of its
/// column. On a terminal a box keeps its first and last rows only, and shortens or leaves out columns until it fits.
#ifndef MORSEL_SHELL_GRID_H
#define MORSEL_SHELL_GRID_H

#include "shell/format.h"

#define SHELL_GRID_ROWS 50000u
#define SHELL_GRID_BYTES (16u << 20)

/// The frame around cells. A rule is {left, fill, between, right}; NULL fill = no such rule.
typedef struct shell_grid_style {
    const char *top[4], *middle[4], *bottom[4];
    const char *left, *between, *right; ///< around the cells of a row
    const char *row_rule_blank;         ///< instead of a middle rule between rows of several lines; NULL = the rule; "" = none
    bool centered;                      ///< names stand in the middle of their column
} shell_grid_style;

typedef struct shell_grid shell_grid;

shell_grid *shell_grid_new(const shell_writer *writer);
void shell_grid_free(shell_grid **grid);
/// Takes a chunk.
void shell_grid_chunk(shell_writer *writer, morsel_chunk *chunk);
void shell_grid_end(shell_writer *writer, bool complete);
/// The frame of a mode.
const shell_grid_style *shell_grid_style_of(const shell_format *format);

/* ---- grid_fit.c: what fits a terminal ---- */

/// Cells across the terminal behind `fd`; 80 when unknown.
size_t shell_terminal_width(int fd);
/// Chooses the columns to show and caps their widths so that a box of them fits.
///   in   widths: wanted, changed in place; available: cells of the terminal; most: limit for one column, 0 = none
///   out  shown[k] is set for each column that stays; returns how many
size_t shell_grid_fit(size_t *widths, bool *shown, size_t columns, size_t available, size_t most);

#endif
