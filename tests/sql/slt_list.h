/// slt_list.h: a growing list of texts, for the runner of sqllogictest files.
#ifndef SLT_LIST_H
#define SLT_LIST_H

#include <stddef.h>

/// Texts one after another in one block of memory, which is kept when the list is cleared: a run of ten thousand records
/// asks for memory a few times.
typedef struct slt_list {
    char **items; ///< each ends with a NUL; valid after slt_list_close
    size_t count, room;
    char *bytes;
    size_t used, bytes_room;
    size_t *starts;
} slt_list;

/// `p`, unless it is NULL: then the process ends.
void *slt_must(void *p);
void slt_list_add(slt_list *l, const char *text, size_t length);
/// Sets items; after it nothing is added before the list is cleared.
void slt_list_close(slt_list *l);
void slt_list_clear(slt_list *l);
void slt_list_free(slt_list *l);

#endif
