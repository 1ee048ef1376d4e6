/// grid_fit.c: makes a box fit the terminal: first by shortening the widest columns, then by leaving out the middle
/// ones.
#include "shell/grid.h"

#include <stdlib.h>
#include <sys/ioctl.h>

#define NARROWEST 12u ///< columns are not shortened below this before others are left out
#define FRAME 3u      ///< cells that each column costs beside its text: blank, blank, border

size_t shell_terminal_width(int fd) {
    struct winsize size = {0};
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    const char *columns = getenv("COLUMNS");
    int64_t number;
    if (columns && shell_parse_number(columns, &number) && number >= 20 && number < 100000) return (size_t)number;
    return 80;
}

static size_t total_width(const size_t *widths, size_t columns, size_t cap) {
    size_t total = 1;
    for (size_t k = 0; k < columns; k++) total += (widths[k] < cap ? widths[k] : cap) + FRAME;
    return total;
}

/// The largest cap under which all columns fit, or NARROWEST.
static size_t find_cap(const size_t *widths, size_t columns, size_t available) {
    size_t low = NARROWEST, high = available > NARROWEST ? available : NARROWEST;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (total_width(widths, columns, middle) <= available) low = middle;
        else high = middle - 1;
    }
    return low;
}

size_t shell_grid_fit(size_t *widths, bool *shown, size_t columns, size_t available, size_t most) {
    size_t cap = find_cap(widths, columns, available);
    if (most && cap > most) cap = most;
    for (size_t k = 0; k < columns; k++) {
        if (total_width(widths, columns, SIZE_MAX) > available || most) widths[k] = widths[k] < cap ? widths[k] : cap;
        shown[k] = false;
    }
    if (total_width(widths, columns, SIZE_MAX) <= available) {
        for (size_t k = 0; k < columns; k++) shown[k] = true;
        return columns;
    }
    // Columns from both ends in turn, as long as they and the "..." column have room. The first always stays.
    size_t left = 0, right = columns, count = 0, used = 1 + 1 + FRAME;
    for (bool from_left = true; left < right; from_left = !from_left) {
        size_t k = from_left ? left : right - 1;
        if (count && used + widths[k] + FRAME > available) break;
        used += widths[k] + FRAME;
        shown[k] = true;
        count++;
        if (from_left) left++;
        else right--;
    }
    return count;
}
