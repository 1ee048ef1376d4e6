/// value_list.h: lists of names and values for messages: (a, b) = (1, 'x').
#ifndef MSL_VALUE_LIST_H
#define MSL_VALUE_LIST_H

#include "base/vector.h"

#define MSL_VALUE_LIST_ROOM 240u ///< longer lists are cut

/// Appends a name, after a comma when the list holds something; `list` starts empty and NUL-terminated.
void msl_name_list_add(char list[MSL_VALUE_LIST_ROOM], const char *name);
/// The same with a value as SQL writes it; long texts are cut.
void msl_value_list_add(char list[MSL_VALUE_LIST_ROOM], const msl_value *value);

#endif
