#ifndef MESHTOP_CRE2_H
#define MESHTOP_CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled regular expression of RE2. Matching may happen on any thread, on several at a time.
typedef struct meshtop_re2 meshtop_re2;

/// Compiles a pattern; the result tells whether that worked. NULL only when there is no memory.
///
/// @param max_memory bytes that the program and its automata may take; a pattern that needs more is refused.
meshtop_re2 *meshtop_re2_compile(const char *pattern, size_t length, bool ignores_case, int64_t max_memory);
void meshtop_re2_free(meshtop_re2 *expression);

bool meshtop_re2_is_valid(const meshtop_re2 *expression);
/// Why it is not valid: `missing )`. Lives as long as the expression.
const char *meshtop_re2_error(const meshtop_re2 *expression);
/// The part of the pattern that it is about; need not be UTF-8 and may be empty.
void meshtop_re2_error_part(const meshtop_re2 *expression, const char **part, size_t *length);

/// Whether the whole text matches, or else any part of it. The expression must be valid.
bool meshtop_re2_matches(const meshtop_re2 *expression, const char *text, size_t length, bool whole);

/// Replaces all matches; \0 to \9 in the rewrite stand for groups. NULL when the rewrite is wrong or too long a text
/// would come of it. To be freed with meshtop_re2_free_text.
char *meshtop_re2_replace(const meshtop_re2 *expression, const char *text, size_t length, const char *rewrite,
                          size_t rewrite_length, size_t *result_length);
void meshtop_re2_free_text(char *text);

#ifdef __cplusplus
}
#endif

#endif
