/// generate_own_values.c: expressions and conditions that only Morsel understands, as forms to be filled in.
///
/// Results are written in one way only: no text is made of doubles (-0 = 0), intervals have days alone.
#include "generate_int.h"

#include <string.h>

static const char *const int_forms[] = {"len($L)",
                                        "($L)[#]",
                                        "($W).x",
                                        "year($D)",
                                        "extract(day FROM $V)",
                                        "($D - $D)",
                                        "CAST($M AS INTEGER)",
                                        "sign($I)",
                                        "greatest($I, $I)",
                                        "least($I, $I, $I)",
                                        "($I & #)",
                                        "($I | #)",
                                        "list_position($L, $I)",
                                        "coalesce(list_sum($L), $I)",
                                        "ascii($T)",
                                        "levenshtein($t, $t)",
                                        "regexp_count($T, 'a')",
                                        "CAST($B AS INTEGER)",
                                        "list_reduce($L, lambda a, e: coalesce(a, 0) + coalesce(e, 0), 0)",
                                        "octet_length($T)",
                                        "list_max($L)",
                                        "gcd($i, 6)",
                                        "datediff('day', $D, $D)",
                                        "CASE $I WHEN # THEN $I WHEN $I THEN # END",
                                        "TRY_CAST($T AS INTEGER)",
                                        "list_count($L)",
                                        "day($D)",
                                        "nullif($I, $I)",
                                        "strpos($T, $T)",
                                        "round($I)",
                                        "mod($I, #)",
                                        "date_diff('month', $D, $D)",
                                        "extract(dow FROM $D)",
                                        "week($D)",
                                        "list_aggregate($L, 'sum')",
                                        "list_unique($L)",
                                        "bit_count($i)",
                                        "strlen($T)",
                                        "CAST(epoch(CAST($D AS TIMESTAMP)) AS BIGINT) % 1000",
                                        "len(string_split($T, ' '))",
                                        "(MAP {1: $I, 2: $i})[#]",
                                        "CAST($V < $V AS INTEGER)"};
static const char *const real_forms[] = {"floor($R)",
                                         "ceil($R)",
                                         "round($R)",
                                         "trunc($R)",
                                         "greatest($R, $R)",
                                         "least($R, $R)",
                                         "CAST($I AS DOUBLE)",
                                         "(- $R)",
                                         "nullif($R, $R)",
                                         "list_avg([$i, $i])",
                                         "CASE WHEN $P THEN $R END"};
static const char *const text_forms[] = {"upper($T)",
                                         "lower($T)",
                                         "reverse($T)",
                                         "left($T, #)",
                                         "right($T, #)",
                                         "lpad($T, #, 'ab')",
                                         "rpad($T, 5, '.')",
                                         "concat($T, $I, $B)",
                                         "concat_ws('-', $T, $T)",
                                         "split_part($T, ' ', #)",
                                         "translate($T, 'ab', 'x')",
                                         "initcap($T)",
                                         "repeat($t, 2)",
                                         "regexp_replace($T, '[a-c]+', 'z')",
                                         "regexp_extract($T, '[a-z]+')",
                                         "strip_accents($T)",
                                         "($T)[#:#]",
                                         "strftime($D, '%Y-%m')",
                                         "CAST($M AS VARCHAR)",
                                         "CAST($D AS VARCHAR)",
                                         "CAST($L AS VARCHAR)",
                                         "array_to_string($L, '/')",
                                         "($W).y",
                                         "hex($T)",
                                         "overlay($T PLACING 'Q' FROM #)",
                                         "CAST($B AS VARCHAR)",
                                         "monthname($D)",
                                         "substring($T FROM # FOR #)",
                                         "($T || $I)",
                                         "typeof($I)",
                                         "string_split($T, ' ')[#]",
                                         "CAST($W AS VARCHAR)",
                                         "CAST($V AS VARCHAR)",
                                         "greatest($T, $T)",
                                         "CAST(CAST($D AS TIMESTAMP) + INTERVAL # HOUR AS VARCHAR)",
                                         "strftime(CAST($D AS TIMESTAMP) + INTERVAL # HOUR, '%H:%M')",
                                         "(regexp_extract_all($T, '[a-z]'))[#]",
                                         "list_aggregate(string_split($T, ' '), 'string_agg', '-')",
                                         "CAST(MAP {coalesce($I, 0): $T} AS VARCHAR)",
                                         "CAST([$T, $T] AS VARCHAR)",
                                         "CAST({'a': $T, 'b': [$I]} AS VARCHAR)",
                                         "array_to_string(list_sort(string_split($T, '')), '')",
                                         "CAST(ROW($I, $D) AS VARCHAR)"};
static const char *const decimal_forms[] = {"($M + $M)",
                                            "($M - $M)",
                                            "($m * 2)",
                                            "($m * 1.5)",
                                            "abs($M)",
                                            "round($M, 1)",
                                            "CAST($I AS DECIMAL(9, 2))",
                                            "(- $M)",
                                            "greatest($M, $M)",
                                            "floor($M)",
                                            "CAST($m AS DECIMAL(20, 4))",
                                            "nullif($M, $M)",
                                            "trunc($M, 1)",
                                            "($M + $I)",
                                            "TRY_CAST($T AS DECIMAL(9, 2))"};
static const char *const day_forms[] = {"($D + #)",
                                        "last_day($D)",
                                        "CAST(date_trunc('month', $D) AS DATE)",
                                        "CAST($D + $V AS DATE)",
                                        "least($D, $D)",
                                        "make_date(2024, #, #)",
                                        "nullif($D, $D)",
                                        "CAST(strftime($D, '%Y-%m-01') AS DATE)",
                                        "CAST($D + INTERVAL '1 month' AS DATE)",
                                        "TRY_CAST($T AS DATE)",
                                        "CAST(CAST($D AS VARCHAR) AS DATE)",
                                        "CAST(CAST($D AS TIMESTAMP) + INTERVAL # HOUR AS DATE)"};
static const char *const span_forms[] = {
    "($V + $V)",  "($V - $V)",      "(- $V)",           "($V * 2)",
    "to_days(#)", "INTERVAL # DAY", "greatest($V, $V)", "(CAST($D AS TIMESTAMP) - CAST($D AS TIMESTAMP))"};
static const char *const list_forms[] = {"[$I, $I]",
                                         "($L || $L)",
                                         "list_sort($L)",
                                         "list_reverse($L)",
                                         "list_transform($L, lambda e: e + #)",
                                         "list_filter($L, lambda e: e > $i)",
                                         "[e + # FOR e IN $L IF e > $i]",
                                         "[e - j FOR e, j IN $L IF e < j + #]",
                                         "($L)[#:#]",
                                         "list_distinct($L)",
                                         "list_append($L, $I)",
                                         "list_prepend($I, $L)",
                                         "list_transform($L, (e, j) -> coalesce(e, $i) + j)",
                                         "range(#)",
                                         "[len($T)]",
                                         "list_transform(list_zip($L, $L), lambda e: e[1])",
                                         "map_keys(MAP {#: $T})",
                                         "nullif($L, $L)",
                                         "list_transform(range(#), lambda e: e * coalesce($i, 1))",
                                         "flatten([$L, $L])",
                                         "CAST(CAST($L AS VARCHAR) AS INTEGER[])",
                                         "list_transform($l, lambda e: list_sum(list_transform($l, lambda f: f + e)))",
                                         "map_values(MAP {1: $I, 2: $I})"};
static const char *const struct_forms[] = {"{'x': $I, 'y': $T}", "struct_pack(x := $I, y := $T)", "coalesce($W, $W)",
                                           "greatest($W, $W)", "{'x': ($W).x, 'y': ($W).y}"};
static const char *const bool_forms[] = {"$P",         "(NOT $B)",         "($B AND $P)",
                                         "($B OR $P)", "coalesce($B, $P)", "CAST(sign(abs($I)) AS BOOLEAN)"};

static const char *const predicate_forms[] = {"$B",
                                              "($P IS NOT TRUE)",
                                              "($P IS FALSE)",
                                              "($P IS UNKNOWN)",
                                              "($B IS TRUE)",
                                              "($I = ANY($l))",
                                              "($T LIKE ANY(['%a%', $T]))",
                                              "($T NOT LIKE ALL([$T, '_%']))",
                                              "($I >= ALL($l))",
                                              "list_contains($L, $I)",
                                              "($L && $L)",
                                              "($L @> $L)",
                                              "($T ILIKE '%A%')",
                                              "($T ~ '^a|b')",
                                              "($T SIMILAR TO '(a|b)%')",
                                              "($T GLOB '*a*')",
                                              "starts_with($T, $T)",
                                              "contains($T, $T)",
                                              "(($I, $T) IN (VALUES ($i, $t), ($i, $t)))",
                                              "(($I, $D) BETWEEN ($I, $D) AND ($I, $D))",
                                              "($D + $V < DATE '2024-02-11')",
                                              "($V < INTERVAL '1 month')",
                                              "CASE WHEN $P THEN $B ELSE $P END",
                                              "($B = $P)",
                                              "($B IS DISTINCT FROM $P)",
                                              "regexp_matches($T, '[0-9]')",
                                              "($I IN ($i, $I, NULL))",
                                              "(($I, $M) IS NULL)",
                                              "($M > $I)",
                                              "($M = $R)",
                                              "($T NOT ILIKE $T)",
                                              "isfinite($R)",
                                              "($D = CAST($D AS TIMESTAMP))",
                                              "(len($L) > # AND ($L)[#] = $I)",
                                              "($I BETWEEN # AND # OR $P)",
                                              "($I = # AND $P OR $I = # AND $P)",
                                              "($W = $W)",
                                              "($L < $L)"};

#define FORMS(list) {list, sizeof list / sizeof list[0]}
static const struct {
    const char *const *forms;
    size_t count;
} forms_of[KINDS] = {FORMS(int_forms),  FORMS(real_forms), FORMS(text_forms),   FORMS(decimal_forms), FORMS(day_forms),
                     FORMS(span_forms), FORMS(list_forms), FORMS(struct_forms), FORMS(bool_forms)};

void add_form(choice *c, text *out, const scope *s, const char *form, int depth) {
    static const char letters[] = KIND_LETTERS;
    for (const char *f = form; *f; f++) {
        if (*f == '#') {
            text_add(out, "%u", 1 + (unsigned)choose(c, 4));
        } else if (*f != '$') {
            text_add(out, "%c", *f);
        } else if (*++f == 'P') {
            add_predicate(c, out, s, depth - 1);
        } else {
            int is_leaf = *f >= 'a';
            kind k = (kind)(strchr(letters, is_leaf ? *f - 'a' + 'A' : *f) - letters);
            if (is_leaf)
                add_leaf(c, out, s, k, 0);
            else
                add_value(c, out, s, k, depth - 1);
        }
    }
}

void add_own_value(choice *c, text *out, const scope *s, kind k, int depth) {
    add_form(c, out, s, forms_of[k].forms[choose(c, forms_of[k].count)], depth);
}

void add_own_predicate(choice *c, text *out, const scope *s, int depth) {
    if (chance(c, 20))
        add_any_all(c, out, s, depth);
    else
        add_form(c, out, s, predicate_forms[choose(c, sizeof predicate_forms / sizeof predicate_forms[0])], depth);
}
