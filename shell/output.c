/// output.c: buffered output to a descriptor, a file or a program.
///
/// Pipes are made here rather than with popen() so that the program's end can be waited for with the shell's own rules
/// about interrupts, and so that no second layer of buffering exists.
#include "shell/output.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void shell_output_init(shell_output *out) {
    *out = (shell_output){.fd = STDOUT_FILENO, .is_terminal = isatty(STDOUT_FILENO) == 1};
    out->buffer = shell_new(SHELL_OUTPUT_BYTES, 1);
}

void shell_output_deinit(shell_output *out) {
    const char *reason;
    shell_output_open(out, NULL, &reason);
    shell_free(&out->buffer);
}

static void write_all(shell_output *out, const char *bytes, size_t length) {
    while (length && !out->error) {
        ssize_t done = write(out->fd, bytes, length);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) {
            out->error = errno;
            return;
        }
        bytes += done;
        length -= (size_t)done;
    }
}

bool shell_output_flush(shell_output *out) {
    write_all(out, out->buffer, out->used);
    out->used = 0;
    return !out->error;
}

void shell_output_slow(shell_output *out, const char *bytes, size_t length) {
    shell_output_flush(out);
    if (length >= SHELL_OUTPUT_BYTES) {
        write_all(out, bytes, length);
    } else {
        memcpy(out->buffer, bytes, length);
        out->used = length;
    }
}

void shell_repeat(shell_output *out, const char *string, size_t count) {
    size_t length = strlen(string);
    for (size_t k = 0; k < count; k++) shell_put(out, string, length);
}

void shell_printf(shell_output *out, const char *format, ...) {
    shell_text text = {0};
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length <= 0) return;
    text.bytes = shell_new((size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(text.bytes, (size_t)length + 1, format, arguments);
    va_end(arguments);
    shell_put(out, text.bytes, (size_t)length);
    shell_text_free(&text);
}

/// Closes what .output had opened; standard output stays.
static void close_target(shell_output *out) {
    shell_output_flush(out);
    if (out->name) {
        close(out->fd);
        int status;
        if (out->is_pipe) {
            while (waitpid((pid_t)out->process, &status, 0) < 0 && errno == EINTR) {}
        }
        shell_free(&out->name);
        out->error = 0;
    }
    out->fd = STDOUT_FILENO;
    out->is_pipe = false;
    out->is_terminal = isatty(STDOUT_FILENO) == 1;
}

/// Starts `command` with its standard input at the other end of *fd.
static bool start_program(const char *command, int *fd, int64_t *process) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    pid_t child;
    char *arguments[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};
    int failed = posix_spawn(&child, "/bin/sh", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    if (failed) {
        close(ends[1]);
        errno = failed;
        return false;
    }
    *fd = ends[1];
    *process = child;
    return true;
}

bool shell_output_open(shell_output *out, const char *name, const char **reason) {
    *reason = NULL;
    close_target(out);
    if (!name) return true;
    int fd = -1;
    bool is_pipe = name[0] == '|';
    if (is_pipe) {
        if (!start_program(name + 1, &fd, &out->process)) fd = -1;
    } else {
        fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    }
    if (fd < 0) {
        *reason = strerror(errno);
        return false;
    }
    out->fd = fd;
    out->is_pipe = is_pipe;
    out->is_terminal = isatty(fd) == 1;
    out->name = shell_copy(name, -1);
    return true;
}
