/// csv_text.h: delimited text by itself: dialects, positions of separators, records. Knows no files and no columns.
#ifndef MSL_CSV_TEXT_H
#define MSL_CSV_TEXT_H

#include "base/status.h"

#include <string.h>

/// Bytes that may be read before and after the text of a buffer (16-byte loads around any field).
#define MSL_CSV_SLACK 64u
/* ---- dialect ---- */

typedef enum msl_csv_newline {
    MSL_CSV_NEWLINE_ANY, ///< \n, \r\n and a lone \r end a record
    MSL_CSV_NEWLINE_LF,  ///< only \n; \r is data
    MSL_CSV_NEWLINE_CR   ///< only \r; \n is data
} msl_csv_newline;

typedef struct msl_csv_dialect {
    char delim[8];
    uint8_t delim_length; ///< 0: the whole line is one field
    int16_t quote;        ///< byte, or -1: none
    int16_t escape;       ///< byte inside quoted fields; == quote: doubled quotes; -1: none
    int16_t comment;      ///< byte that starts a comment line, or -1
    msl_csv_newline newline;
    char decimal; ///< '.' or ','
} msl_csv_dialect;

/// State of the dialect's automaton at a byte border.
typedef enum msl_csv_state {
    MSL_CSV_OUT,     ///< not in a quoted field (field start or not: the byte before tells)
    MSL_CSV_IN,      ///< in a quoted field
    MSL_CSV_QUOTED,  ///< a quote was read in a quoted field: the next byte says whether it closed the field
    MSL_CSV_ESCAPED, ///< the escape character (not the quote) was read in a quoted field
    MSL_CSV_STATES
} msl_csv_state;

/// True when the fast paths understand the dialect: otherwise every batch takes the exact path and the file is cut into
/// morsels by one worker at a time.
static inline bool msl_csv_dialect_is_simple(const msl_csv_dialect *d) {
    return d->delim_length <= 1 && d->comment < 0 && d->newline != MSL_CSV_NEWLINE_CR;
}

/* ---- csv_index.c ---- */

enum {
    MSL_CSV_HAS_QUOTE = 1,
    MSL_CSV_HAS_ESCAPE = 2,
    MSL_CSV_HAS_CR = 4,
    MSL_CSV_HAS_HIGH = 8 ///< bytes >= 0x80
};

/// Where an indexing run stands.
typedef struct msl_csv_index {
    uint32_t next;        ///< every separator before this byte has been written
    uint32_t newlines;    ///< newlines among those written by the last call
    bool irregular;       ///< stray quotes or lone CRs were met: nothing written by this call counts
    bool doubled;         ///< doubled quotes were met
    uint64_t inside;      ///< all ones when `next` is inside quotes
    uint64_t after_sep;   ///< bit 0: the byte before `next` was a separator
    uint64_t after_close; ///< bit 0: ... a closing quote
    uint64_t after_cr;    ///< bit 0: ... a CR outside quotes
} msl_csv_index;

/// The loops that exist in several instruction sets; chosen once at open.
typedef struct msl_csv_simd {
    const char *name;
    /// MSL_CSV_HAS_* of n bytes. quote, escape: the byte to look for (any other byte twice when there is none).
    unsigned (*traits)(const char *text, size_t n, uint8_t quote, uint8_t escape);
    /// Appends to pos the offsets of the delimiters and newlines in [index->next, end) until at least `want` are there
    /// or the end is reached; returns how many. `pos` has room for want + 64.
    size_t (*separators)(const char *text, uint32_t end, uint8_t delim, uint32_t *pos, size_t want,
                         msl_csv_index *index);
    /// The same outside quotes, for text with quotes (doubled inside) or with CRs; index->irregular when the text has
    /// anything that parity cannot tell exactly.
    size_t (*separators_quoted)(const char *text, uint32_t end, uint8_t delim, uint8_t quote, uint32_t *pos,
                                size_t want, msl_csv_index *index);
    /// Moves *state (OUT, IN or QUOTED) from byte `from` to byte `end`, where quotes are doubled inside quotes. False
    /// (and *state as it was) when the text has something that parity cannot tell exactly.
    bool (*quote_state)(const char *text, size_t from, size_t end, uint8_t delim, uint8_t quote, bool after_sep,
                        msl_csv_state *state);
    /// Number of bytes equal to `byte`.
    uint64_t (*count)(const char *text, size_t n, uint8_t byte);
    bool (*utf8_is_valid)(const char *text, size_t n);
} msl_csv_simd;

extern const msl_csv_simd msl_csv_simd_portable;
/// The fastest table that this machine runs.
const msl_csv_simd *msl_csv_simd_best(void);
/// Table number i, or NULL past the last (tests compare them all).
const msl_csv_simd *msl_csv_simd_at(size_t i);

/* ---- csv_record.c ---- */

enum {
    MSL_CSV_SPAN_QUOTED = 1, ///< the field was quoted: an empty one is not NULL
    MSL_CSV_SPAN_ABSENT = 2  ///< the record was too short and null_padding is on
};

/// One field: its content without quotes, escapes resolved.
typedef struct msl_csv_span {
    const char *text;
    uint32_t length;
    uint32_t flags;
} msl_csv_span;

typedef enum msl_csv_flaw {
    MSL_CSV_FINE,
    MSL_CSV_UNCLOSED,   ///< the quoted field never ends
    MSL_CSV_TOO_LONG,   ///< longer than max_line_size; set by who knows the options
    MSL_CSV_AFTER_QUOTE ///< text between a closing quote and the next separator
} msl_csv_flaw;

/// One record of the exact path.
typedef struct msl_csv_record {
    uint32_t start, end; ///< bytes, the newline included
    uint32_t field_count;
    bool terminated; ///< by a newline (else by the end of the text)
    msl_csv_flaw flaw;
    uint32_t flaw_field, flaw_offset;
} msl_csv_record;

/// The field callback of msl_csv_record_cut: raw bytes (without the quotes), and whether escapes must be resolved.
typedef void (*msl_csv_field_fn)(void *sink, uint32_t field, const char *text, uint32_t length, bool quoted,
                                 bool escaped);

/// Cuts the record that starts at `from`. False at the end (from >= end) after skipping comment lines and, when
/// `skip_blank`, empty lines; then out->end is where it stopped.
bool msl_csv_record_cut(const msl_csv_dialect *dialect, const char *text, uint32_t from, uint32_t end, bool skip_blank,
                        msl_csv_field_fn on_field, void *sink, msl_csv_record *out);
/// Resolves escapes; `out` has room for `length` bytes. Returns the resulting length.
uint32_t msl_csv_unescape(const msl_csv_dialect *dialect, const char *text, uint32_t length, char *out);
/// Runs the automaton over [from, to). With `stop` it ends behind the first record end found; else at `to`.
///   in       at_field_start: the byte before `from` is a separator (or there is none)
///   out      *state: where it stands; *found: a record end was met
///   returns  the byte after the last one consumed
size_t msl_csv_walk(const msl_csv_dialect *dialect, const char *text, size_t from, size_t to, bool at_field_start,
                    bool stop, msl_csv_state *state, bool *found);

#endif
