/// input.c: cuts what is read into statements and dot commands.
///
/// Lines are collected until morsel_complete() says that a statement ends; a line that starts with "." or "\" where no
/// statement is begun is a command, one with "#" a comment. A script is never read whole: what a statement prints is
/// out before the next line is read, so that `morsel < fifo` works as a conversation.
#include "shell/interrupt.h"
#include "shell/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES 65536u
#define DEEPEST_READ 25u ///< .read inside .read

/* ---- lines of a file ---- */

typedef struct line_reader {
    int fd;
    size_t at, end;
    bool at_end;
    bool holds_nul; ///< a NUL byte was seen: this is no script
    int error;
    char *buffer;
} line_reader;

static bool fill(line_reader *reader) {
    while (!reader->at_end) {
        ssize_t got = read(reader->fd, reader->buffer, READ_BYTES);
        if (got < 0 && errno == EINTR && !shell_interrupted()) continue;
        if (got < 0 && errno != EINTR) reader->error = errno;
        if (got <= 0) reader->at_end = true;
        reader->at = 0;
        reader->end = got > 0 ? (size_t)got : 0;
        if (got > 0 && memchr(reader->buffer, 0, (size_t)got)) reader->holds_nul = reader->at_end = true;
        return got > 0 && !reader->holds_nul;
    }
    return false;
}

static shell_line next_line(shell_input *input, bool fresh, shell_text *line) {
    (void)fresh;
    line_reader *reader = input->context;
    shell_text_clear(line);
    bool any = false;
    while (reader->at < reader->end || fill(reader)) {
        any = true;
        char *start = reader->buffer + reader->at, *newline = memchr(start, '\n', reader->end - reader->at);
        size_t length = newline ? (size_t)(newline - start) : reader->end - reader->at;
        shell_text_add(line, start, length);
        reader->at += length + (newline ? 1 : 0);
        if (newline) break;
    }
    if (line->length && line->bytes[line->length - 1] == '\r') line->bytes[--line->length] = 0;
    return any ? SHELL_LINE : SHELL_LINE_END;
}

/* ---- statements ---- */

static void echo(shell *sh, const char *text, size_t length, const char *end) {
    if (!sh->echo) return;
    shell_put(&sh->out, text, length);
    shell_puts(&sh->out, end);
    shell_output_flush(&sh->out);
}

static void run_collected(shell *sh, shell_input *input, shell_text *collected, uint64_t line) {
    echo(sh, collected->bytes, collected->length, "");
    if (input->finished) input->finished(input, collected);
    shell_place place = {input->name, line};
    shell_run_sql(sh, collected->bytes, collected->length, &place);
    shell_text_clear(collected);
}

/// Takes a line that begins nothing and continues nothing: a command, a comment, a blank one. False when it is SQL.
static bool run_lone_line(shell *sh, shell_input *input, shell_text *line, uint64_t number) {
    const char *text = shell_text_string(line);
    if (text[0] != '.' && text[0] != '\\' && text[0] != '#') return false;
    if (text[0] == '.' && text[1] >= '0' && text[1] <= '9') return false; // .5 is a number
    echo(sh, text, line->length, "\n");
    if (text[0] == '#') return true;
    if (input->finished) input->finished(input, line);
    shell_place place = {input->name, number};
    shell_run_dot(sh, text, &place);
    return true;
}

void shell_run_input(shell *sh, shell_input *input) {
    shell_text line = {0}, collected = {0};
    uint64_t number = 0, start = 1;
    bool is_blank = true, is_open = false;
    while (!shell_stops(sh) && !(input->name && shell_interrupted())) {
        shell_line got = input->next(input, collected.length == 0, &line);
        if (got == SHELL_LINE_END) break;
        if (got == SHELL_LINE_CANCEL) {
            shell_text_clear(&collected);
            continue;
        }
        number++;
        if (number == 1 && line.length >= 3 && memcmp(line.bytes, "\xEF\xBB\xBF", 3) == 0) { // byte order mark
            memmove(line.bytes, line.bytes + 3, line.length - 2);
            line.length -= 3;
        }
        if (collected.length == 0) {
            if (run_lone_line(sh, input, &line, number)) continue;
            start = number;
            is_blank = true; // nothing but blanks and comments so far
            is_open = false; // it ends inside a block comment
        }
        shell_text_add(&collected, shell_text_string(&line), line.length);
        shell_text_char(&collected, '\n');
        if (is_blank && (!is_open || memmem(shell_text_string(&line), line.length, "*/", 2))) {
            is_blank = shell_is_blank(collected.bytes, collected.length, &is_open);
            if (is_blank && !is_open) {
                echo(sh, collected.bytes, collected.length, "");
                shell_text_clear(&collected);
                continue;
            }
        }
        if (!memchr(shell_text_string(&line), ';', line.length)) continue;
        if (morsel_complete(collected.bytes, (ptrdiff_t)collected.length)) run_collected(sh, input, &collected, start);
    }
    if (collected.length && !shell_stops(sh)) run_collected(sh, input, &collected, start); // no semicolon at the end
    shell_text_free(&line);
    shell_text_free(&collected);
}

/* ---- files and arguments ---- */

/// Opens a script, standard input ("-") or the output of a program ("|command"); *stream is to be closed with pclose.
static int open_script(const char *name, FILE **stream) {
    *stream = NULL;
    if (strcmp(name, "-") == 0) return STDIN_FILENO;
    if (name[0] == '|') {
        *stream = popen(name + 1, "re");
        return *stream ? fileno(*stream) : -1;
    }
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd >= 0 && fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
        close(fd);
        errno = EISDIR;
        return -1;
    }
    return fd;
}

bool shell_run_file(shell *sh, const char *name, const shell_place *from) {
    if (sh->depth >= DEEPEST_READ) {
        shell_error(sh, from, "scripts read each other more than %u deep, last %s", DEEPEST_READ, name);
        return false;
    }
    FILE *stream;
    int fd = open_script(name, &stream);
    if (fd < 0) {
        shell_error(sh, from, "cannot read %s: %s", name, strerror(errno));
        return false;
    }
    sh->depth++;
    line_reader reader = {.fd = fd, .buffer = shell_new(READ_BYTES, 1)};
    shell_input input = {.name = fd == STDIN_FILENO ? "stdin" : name, .next = next_line, .context = &reader};
    shell_run_input(sh, &input);
    if (reader.holds_nul) shell_error(sh, from, "%s is not a script: it holds a NUL byte", input.name);
    if (reader.error) shell_error(sh, from, "cannot read %s: %s", input.name, strerror(reader.error));
    shell_free(&reader.buffer);
    if (stream) pclose(stream);
    else if (fd != STDIN_FILENO) close(fd);
    sh->depth--;
    return true;
}

void shell_run_argument(shell *sh, const char *text) {
    if (text[0] == '\\' || (text[0] == '.' && !(text[1] >= '0' && text[1] <= '9'))) {
        shell_run_dot(sh, text, NULL);
        return;
    }
    echo(sh, text, strlen(text), "\n");
    shell_run_sql(sh, text, strlen(text), NULL);
}
