/// repl.c: the prompt: line editing, history and Tab by libedit.
///
/// A statement may take several lines; it enters the history as one entry. Ctrl-C at the prompt drops what was typed,
/// Ctrl-D on an empty line leaves. Locale and terminal are looked at here and nowhere else, so that scripts do not
/// pay for them.
#include "shell/complete.h"
#include "shell/interrupt.h"
#include "shell/state.h"
#include "shell/width.h"
#include "shell/grid.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HISTORY_ENTRIES 2000
#define LISTED_COMPLETIONS 200u ///< more are only counted

typedef struct shell_repl {
    shell *sh;
    EditLine *editor; ///< NULL: standard input is no terminal (-interactive)
    History *history;
    char *history_file;
    bool fresh;        ///< main prompt
    shell_text begun;  ///< lines of the statement so far, for completion
} shell_repl;

/* ---- history ---- */

static char *path_of_history(void) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    shell_text path = {0};
    if (state && *state) {
        shell_text_printf(&path, "%s/morsel", state);
        mkdir(state, 0700);
        mkdir(path.bytes, 0700);
        shell_text_puts(&path, "/history");
    } else if (home && *home) {
        shell_text_printf(&path, "%s/.morsel_history", home);
    }
    return path.bytes;
}

static void remember(shell_input *input, const shell_text *statement) {
    shell_repl *repl = input->context;
    size_t length = statement->length;
    while (length && (statement->bytes[length - 1] == '\n' || statement->bytes[length - 1] == ' ')) length--;
    shell_text_clear(&repl->begun);
    if (!length || !repl->history) return;
    char *entry = shell_copy(statement->bytes, (ptrdiff_t)length);
    HistEvent event;
    history(repl->history, &event, H_ENTER, entry);
    if (repl->history_file) history(repl->history, &event, H_SAVE, repl->history_file); // survives a closed terminal
    shell_free(&entry);
}

void shell_print_history(shell *sh, size_t count) {
    shell_repl *repl = sh->repl;
    HistEvent event;
    if (!repl->history || history(repl->history, &event, H_LAST) < 0) return;
    size_t total = 1, at = 0;
    while (history(repl->history, &event, H_PREV) >= 0) total++;
    history(repl->history, &event, H_LAST); // the oldest
    do {
        if (!count || total - at <= count) shell_printf(&sh->out, "%5zu  %s\n", at + 1, event.str);
        at++;
    } while (history(repl->history, &event, H_PREV) >= 0);
    history(repl->history, &event, H_FIRST);
}

/* ---- Tab ---- */

/// Prints the candidates in columns below the line.
static void list_completions(const shell_completions *found) {
    size_t widest = 1, shown = found->count < LISTED_COMPLETIONS ? found->count : LISTED_COMPLETIONS;
    for (size_t k = 0; k < shown; k++) {
        size_t width = shell_width(found->items[k], strlen(found->items[k]));
        if (width > widest) widest = width;
    }
    size_t across = shell_terminal_width(STDOUT_FILENO) / (widest + 2), down;
    if (across < 1) across = 1;
    down = (shown + across - 1) / across;
    fputs("\n", stdout);
    for (size_t row = 0; row < down; row++) {
        for (size_t k = row; k < shown; k += down) {
            size_t width = shell_width(found->items[k], strlen(found->items[k]));
            printf("%s%*s", found->items[k], k + down < shown ? (int)(widest + 2 - width) : 0, "");
        }
        fputs("\n", stdout);
    }
    if (shown < found->count) printf("... and %zu more\n", found->count - shown);
    fflush(stdout);
}

static unsigned char on_tab(EditLine *editor, int key) {
    (void)key;
    void *data;
    if (el_get(editor, EL_CLIENTDATA, &data) != 0) return CC_ERROR;
    shell_repl *repl = data;
    const LineInfo *line = el_line(editor);
    size_t length = (size_t)(line->cursor - line->buffer);
    char *after = shell_copy(line->cursor, line->lastchar - line->cursor);
    shell_completions found;
    shell_complete_line(repl->sh, shell_text_string(&repl->begun), line->buffer, length, after, &found);
    shell_free(&after);
    unsigned char answer = CC_ERROR; // a beep
    size_t typed = length - found.start, common = shell_completions_common(&found);
    if (found.count == 1 || common > typed) {
        char *word = shell_copy(found.items[0], (ptrdiff_t)common);
        if (typed) el_deletestr(editor, (int)shell_width(line->cursor - typed, typed));
        size_t end = strlen(word);
        bool goes_on = end && (word[end - 1] == '/' || word[end - 1] == '(');
        el_insertstr(editor, word);
        if (found.count == 1 && !goes_on)
            el_insertstr(editor, found.is_file && !strchr(".\\", line->buffer[0]) ? "'" : " ");
        shell_free(&word);
        answer = CC_REFRESH;
    } else if (found.count > 1) {
        list_completions(&found);
        answer = CC_REDISPLAY;
    }
    shell_completions_free(&found);
    return answer;
}

/* ---- characters ---- */

/// Waits for a key. SIGINT is let through only while waiting, so that a Ctrl-C at any moment is noticed at once.
static bool wait_for_key(void) {
    sigset_t interrupt, before;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &before);
    struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = 0;
    while (!shell_interrupted() && ready <= 0) {
        ready = ppoll(&terminal, 1, NULL, &before);
        if (ready < 0 && errno != EINTR) break;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return ready > 0;
}

/// libedit's source of characters: 1 and one character, 0 at the end, -1 when Ctrl-C was pressed.
static int read_character(EditLine *editor, wchar_t *character) {
    (void)editor;
    unsigned char byte;
    wchar_t code = 0;
    int more = 0;
    do {
        if (!wait_for_key()) {
            errno = EINTR;
            return -1;
        }
        if (read(STDIN_FILENO, &byte, 1) != 1) return 0;
        if (more && (byte & 0xC0) == 0x80) code = code << 6 | (byte & 0x3F), more--;
        else if (byte < 0x80) code = byte, more = 0;
        else if ((byte & 0xE0) == 0xC0) code = byte & 0x1F, more = 1;
        else if ((byte & 0xF0) == 0xE0) code = byte & 0x0F, more = 2;
        else if ((byte & 0xF8) == 0xF0) code = byte & 0x07, more = 3;
        else code = 0xFFFD, more = 0;
    } while (more);
    *character = code;
    return 1;
}

/* ---- lines ---- */

static char *prompt_of(EditLine *editor) {
    void *data;
    if (el_get(editor, EL_CLIENTDATA, &data) != 0) return (char *)(uintptr_t)"";
    shell_repl *repl = data;
    return repl->fresh ? repl->sh->prompt : repl->sh->continuation;
}

/// Lines from what is no terminal, with prompts all the same.
static const char *plain_line(shell_repl *repl, shell_text *line) {
    shell *sh = repl->sh;
    shell_puts(&sh->out, repl->fresh ? sh->prompt : sh->continuation);
    shell_output_flush(&sh->out);
    errno = 0;
    for (int c; (c = getc(stdin)) != EOF;) {
        if (c == '\n') return shell_text_string(line);
        shell_text_char(line, (char)c);
    }
    bool cancelled = errno == EINTR;
    if (cancelled) clearerr(stdin);
    errno = cancelled ? EINTR : 0;
    return line->length && !cancelled ? line->bytes : NULL;
}

static shell_line next_line(shell_input *input, bool fresh, shell_text *line) {
    shell_repl *repl = input->context;
    shell_interrupt_clear();
    repl->fresh = fresh;
    if (fresh) shell_text_clear(&repl->begun);
    shell_text_clear(line);
    shell_output_flush(&repl->sh->out);
    if (repl->editor) el_resize(repl->editor);
    int length = 0;
    errno = 0;
    const char *got = repl->editor ? el_gets(repl->editor, &length) : plain_line(repl, line);
    if (!got || (repl->editor && length <= 0)) {
        if (shell_interrupted()) {
            if (repl->editor) el_reset(repl->editor);
            fputs("^C\n", stdout);
            fflush(stdout);
            return SHELL_LINE_CANCEL;
        }
        fputs("\n", stdout);
        fflush(stdout);
        return SHELL_LINE_END;
    }
    if (repl->editor) {
        shell_text_add(line, got, (size_t)length);
        while (line->length && (line->bytes[line->length - 1] == '\n' || line->bytes[line->length - 1] == '\r')) {
            line->bytes[--line->length] = 0;
        }
    }
    shell_text_add(&repl->begun, shell_text_string(line), line->length);
    shell_text_char(&repl->begun, '\n');
    return SHELL_LINE;
}

/* ---- start and end ---- */

static void start_editor(shell_repl *repl) {
    if (!isatty(STDIN_FILENO)) return;
    setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8"); // SQL is UTF-8, whatever the environment says
    repl->editor = el_init("morsel", stdin, isatty(STDOUT_FILENO) ? stdout : stderr, stderr);
    if (!repl->editor) return;
    el_set(repl->editor, EL_CLIENTDATA, repl);
    el_set(repl->editor, EL_PROMPT, prompt_of);
    el_set(repl->editor, EL_EDITOR, "emacs");
    el_set(repl->editor, EL_SIGNAL, 0);
    el_set(repl->editor, EL_GETCFN, read_character);
    el_wset(repl->editor, EL_ADDFN, L"morsel-complete", L"Complete names", on_tab); // el_set would leak its copies
    el_set(repl->editor, EL_BIND, "^I", "morsel-complete", NULL);
    el_set(repl->editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(repl->editor, NULL);
    repl->history = history_init();
    if (!repl->history) return;
    HistEvent event;
    history(repl->history, &event, H_SETSIZE, HISTORY_ENTRIES);
    history(repl->history, &event, H_SETUNIQUE, 1);
    el_set(repl->editor, EL_HIST, history, repl->history);
    repl->history_file = path_of_history();
    if (repl->history_file) history(repl->history, &event, H_LOAD, repl->history_file);
}

void shell_run_terminal(shell *sh) {
    shell_repl repl = {.sh = sh, .fresh = true};
    start_editor(&repl);
    sh->repl = &repl;
    shell_input input = {.next = next_line, .finished = remember, .context = &repl};
    shell_run_input(sh, &input);
    sh->repl = NULL;
    if (repl.editor) el_end(repl.editor);
    if (repl.history) history_end(repl.history);
    shell_free(&repl.history_file);
    shell_text_free(&repl.begun);
}
