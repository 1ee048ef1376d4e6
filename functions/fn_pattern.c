/// fn_pattern.c: the table of pattern matching: LIKE and its kin (fn_like.c), regular expressions (fn_regex.c).
#include "functions/families.h"
#include "functions/fn_pattern_int.h"

#define TEXT MSL_TYPE_VARCHAR
#define LIKE(NAME, BIND, DESCRIPTION)                                                                                  \
    {.name = NAME, .flags = MSL_FN_CAN_FAIL, .bind = msl_bind_##BIND, .description = DESCRIPTION}
#define REGEX(NAME, KERNEL, COUNT, ARGS, RESULT, DESCRIPTION)                                                          \
    {.name = NAME, .arg_count = COUNT, .args = ARGS, .result = MSL_TYPE_##RESULT, .flags = MSL_FN_CAN_FAIL,            \
     .bind = msl_bind_regex, .init_local = msl_regex_init_local, .kernel = msl_kernel_regex_##KERNEL,                  \
     .description = DESCRIPTION}
#define A2 {TEXT, TEXT}
#define A3 {TEXT, TEXT, TEXT}
#define A4 {TEXT, TEXT, TEXT, TEXT}
#define A2_GROUP {TEXT, TEXT, MSL_TYPE_BIGINT}
#define A2_GROUP_FLAGS {TEXT, TEXT, MSL_TYPE_BIGINT, TEXT}

#define REGEX_LIST(NAME, KERNEL, COUNT, ARGS, DESCRIPTION)                                                             \
    {.name = NAME, .arg_count = COUNT, .args = ARGS, .result = MSL_TYPE_VARCHAR, .flags = MSL_FN_CAN_FAIL,             \
     .bind = msl_bind_regex_list, .init_local = msl_regex_init_local, .kernel = msl_kernel_regex_##KERNEL,             \
     .description = DESCRIPTION}

const msl_function msl_fn_pattern[] = {
    LIKE("like", like, "text LIKE pattern [ESCAPE character]: % any text, _ any character; \\ escapes"),
    LIKE("ilike", ilike, "text ILIKE pattern [ESCAPE character]: LIKE without regard to case"),
    LIKE("glob", glob, "text GLOB pattern: * any text, ? any character, [a-z] a class, [^a-z] its complement"),
    REGEX("similar to", matches, 2, A2, BOOLEAN, "text SIMILAR TO pattern: the whole text; %, _, |, *, +, ?, (), []"),
    REGEX("similar to", matches, 3, A3, BOOLEAN, "text SIMILAR TO pattern ESCAPE character: a constant character"),
    REGEX("~", matches, 2, A2, BOOLEAN, "text ~ pattern: the regular expression matches somewhere"),
    REGEX("~*", matches, 2, A2, BOOLEAN, "text ~* pattern: as ~, without regard to case"),
    REGEX("!~", matches_not, 2, A2, BOOLEAN, "text !~ pattern: the regular expression matches nowhere"),
    REGEX("!~*", matches_not, 2, A2, BOOLEAN, "text !~* pattern: as !~, without regard to case"),
    REGEX("regexp_matches", matches, 2, A2, BOOLEAN, "regexp_matches(text, pattern): does it match somewhere?"),
    REGEX("regexp_matches", matches, 3, A3, BOOLEAN, "regexp_matches(text, pattern, flags)"),
    REGEX("regexp_like", matches, 2, A2, BOOLEAN, "regexp_like(text, pattern): another name of regexp_matches"),
    REGEX("regexp_like", matches, 3, A3, BOOLEAN, "regexp_like(text, pattern, flags)"),
    REGEX("regexp_full_match", matches, 2, A2, BOOLEAN,
          "regexp_full_match(text, pattern): does it match the whole text?"),
    REGEX("regexp_full_match", matches, 3, A3, BOOLEAN, "regexp_full_match(text, pattern, flags)"),
    REGEX("regexp_extract", extract, 2, A2, VARCHAR, "regexp_extract(text, pattern): the first match, '' without one"),
    REGEX("regexp_extract", extract, 3, A2_GROUP, VARCHAR,
          "regexp_extract(text, pattern, group): that group of the first match"),
    REGEX("regexp_extract", extract, 4, A2_GROUP_FLAGS, VARCHAR, "regexp_extract(text, pattern, group, flags)"),
    REGEX("regexp_substr", substr, 2, A2, VARCHAR, "regexp_substr(text, pattern): the first match, NULL without one"),
    REGEX("regexp_replace", replace, 3, A3, VARCHAR,
          "regexp_replace(text, pattern, replacement): replaces the first match; \\1 is a group, \\& the match"),
    REGEX("regexp_replace", replace, 4, A4, VARCHAR,
          "regexp_replace(text, pattern, replacement, flags): with flag g every match"),
    REGEX("regexp_count", count, 2, A2, BIGINT, "regexp_count(text, pattern): number of matches"),
    REGEX("regexp_count", count, 3, A3, BIGINT, "regexp_count(text, pattern, flags)"),
    REGEX_LIST("regexp_extract_all", extract_all, 2, A2, "regexp_extract_all(text, pattern): every match, as a list"),
    REGEX_LIST("regexp_extract_all", extract_all, 3, A2_GROUP,
               "regexp_extract_all(text, pattern, group): that group of every match"),
    REGEX_LIST("regexp_extract_all", extract_all, 4, A2_GROUP_FLAGS,
               "regexp_extract_all(text, pattern, group, flags)"),
    REGEX_LIST("regexp_split_to_array", split, 2, A2,
               "regexp_split_to_array(text, pattern): what stands between the matches, as a list"),
    REGEX_LIST("regexp_split_to_array", split, 3, A3, "regexp_split_to_array(text, pattern, flags)"),
    REGEX_LIST("regexp_split", split, 2, A2, "regexp_split(text, pattern): another name of regexp_split_to_array"),
    REGEX_LIST("string_split_regex", split, 2, A2, "string_split_regex(text, pattern): another name of regexp_split_to_array"),
    REGEX_LIST("str_split_regex", split, 2, A2, "str_split_regex(text, pattern): another name of regexp_split_to_array"),
};
const size_t msl_fn_pattern_count = sizeof msl_fn_pattern / sizeof msl_fn_pattern[0];
