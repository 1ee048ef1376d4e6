/// format_grid.c: the frames of box, table, column and markdown; grid.c does the rest.
#include "shell/grid.h"

static const shell_grid_style box_style = {
    .top = {"┌", "─", "┬", "┐"}, .middle = {"├", "─", "┼", "┤"}, .bottom = {"└", "─", "┴", "┘"},
    .left = "│ ", .between = " │ ", .right = " │", .centered = true,
};
static const shell_grid_style table_style = {
    .top = {"+", "-", "+", "+"}, .middle = {"+", "-", "+", "+"}, .bottom = {"+", "-", "+", "+"},
    .left = "| ", .between = " | ", .right = " |", .centered = true,
};
static const shell_grid_style markdown_style = {
    .middle = {"|", "-", "|", "|"}, .left = "| ", .between = " | ", .right = " |", .row_rule_blank = "",
    .centered = true,
};
static const shell_grid_style column_style = {
    .middle = {"", "-", "  ", ""}, .left = "", .between = "  ", .right = "", .row_rule_blank = "\n",
};

const shell_grid_style *shell_grid_style_of(const shell_format *format) {
    if (format == &shell_format_table) return &table_style;
    if (format == &shell_format_markdown) return &markdown_style;
    if (format == &shell_format_column) return &column_style;
    return &box_style;
}

const shell_format shell_format_box = {
    .name = "box", .alias = "duckbox", .is_grid = true, .headers = true,
    .help = "a box of Unicode lines; with types on a terminal",
};
const shell_format shell_format_table = {
    .name = "table", .is_grid = true, .headers = true, .help = "a table of ASCII lines",
};
const shell_format shell_format_column = {
    .name = "column", .is_grid = true, .help = "columns without lines",
};
const shell_format shell_format_markdown = {
    .name = "markdown", .is_grid = true, .headers = true, .help = "a Markdown table",
};
