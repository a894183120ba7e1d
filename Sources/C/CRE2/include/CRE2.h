#ifndef MESHTOP_CRE2_H
#define MESHTOP_CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// RE2 is C++, which Swift does not import without interoperability mode; these are its calls in C. No exception leaves
// them: where memory runs out, the answer is the one that a caller takes for failure.

#ifdef __cplusplus
extern "C" {
#endif

// A compiled pattern. It does not change once made, so any number of threads may use it at once.
typedef struct meshtop_re2 meshtop_re2;

// Bytes owned by the pattern they came from, or by nobody (length 0).
typedef struct {
    const char *bytes;
    size_t length;
} meshtop_re2_text;

// RE2::ErrorCode, number by number.
typedef enum {
    MESHTOP_RE2_NO_ERROR = 0,
    MESHTOP_RE2_INTERNAL,
    MESHTOP_RE2_BAD_ESCAPE,
    MESHTOP_RE2_BAD_CHARACTER_CLASS,
    MESHTOP_RE2_BAD_CHARACTER_RANGE,
    MESHTOP_RE2_MISSING_BRACKET,
    MESHTOP_RE2_MISSING_PARENTHESIS,
    MESHTOP_RE2_UNEXPECTED_PARENTHESIS,
    MESHTOP_RE2_TRAILING_BACKSLASH,
    MESHTOP_RE2_REPEAT_ARGUMENT,
    MESHTOP_RE2_REPEAT_SIZE,
    MESHTOP_RE2_REPEAT_OPERATOR,
    MESHTOP_RE2_BAD_PERL_OPERATOR,
    MESHTOP_RE2_BAD_UTF8,
    MESHTOP_RE2_BAD_NAMED_CAPTURE,
    MESHTOP_RE2_TOO_LARGE,
} meshtop_re2_error;

// Compiles; `maximum_memory` bounds program and caches in bytes. Null when there is no memory. A pattern that cannot be
// read is made as well: it holds its error, and may only be asked for that and freed.
meshtop_re2 *meshtop_re2_compile(const char *pattern, size_t length, bool ignores_case, int64_t maximum_memory);
void meshtop_re2_free(meshtop_re2 *pattern);

// What is wrong with the pattern, RE2's words for it, and the piece of it that is to blame.
meshtop_re2_error meshtop_re2_error_code(const meshtop_re2 *pattern);
meshtop_re2_text meshtop_re2_error_text(const meshtop_re2 *pattern);
meshtop_re2_text meshtop_re2_error_fragment(const meshtop_re2 *pattern);

// Capturing groups, not counting the whole match.
int meshtop_re2_group_count(const meshtop_re2 *pattern);

bool meshtop_re2_matches(const meshtop_re2 *pattern, const char *text, size_t length, bool whole);

// Whether `rewrite` (`\0` to `\9` are groups, `\\` a backslash) fits the pattern; if not, why, in `reason`, which is
// always ended with 0.
bool meshtop_re2_check_rewrite(
    const meshtop_re2 *pattern, const char *rewrite, size_t length, char *reason, size_t capacity);

// Replaces every match. The result is the caller's, to be freed with meshtop_re2_free_text; its bytes are null when there
// is no memory or the rewrite does not fit.
meshtop_re2_text meshtop_re2_replace(
    const meshtop_re2 *pattern, const char *text, size_t length, const char *rewrite, size_t rewrite_length);
void meshtop_re2_free_text(meshtop_re2_text text);

#ifdef __cplusplus
}
#endif

#endif
