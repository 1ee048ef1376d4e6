#include "storage/value_list.h"
#include "functions/text_nested.h"
#include "functions/text.h"

#include <string.h>

#define TEXT_MOST 60u

static void append(char *list, const char *text, size_t length) {
    size_t n = strlen(list);
    if (n + length + 1 > MSL_VALUE_LIST_ROOM) length = MSL_VALUE_LIST_ROOM - n - 1;
    memcpy(list + n, text, length);
    list[n + length] = 0;
}

void msl_name_list_add(char list[MSL_VALUE_LIST_ROOM], const char *name) {
    if (list[0]) append(list, ", ", 2);
    append(list, name, strlen(name));
}

void msl_value_list_add(char list[MSL_VALUE_LIST_ROOM], const msl_value *value) {
    char text[MSL_TEXT_ROOM];
    if (list[0]) append(list, ", ", 2);
    if (value->is_null) {
        append(list, "NULL", 4);
    } else if (msl_type_is_nested(value->type)) {
        char nested[TEXT_MOST];
        msl_nested_writer w = {.bytes = nested, .room = sizeof nested}; // what fits of it
        msl_string encoded = msl_string_make(value->text, value->length);
        bool fits = msl_nested_format(&w, value->type, &encoded);
        append(list, nested, w.length);
        if (!fits) append(list, "...", 3);
    } else if (value->type->phys == MSL_PHYS_STRING) {
        bool fits = value->length <= TEXT_MOST;
        append(list, "'", 1);
        append(list, value->text, fits ? value->length : TEXT_MOST);
        append(list, fits ? "'" : "...'", fits ? 1 : 4);
    } else {
        append(list, text, msl_format_value(value, text));
    }
}
