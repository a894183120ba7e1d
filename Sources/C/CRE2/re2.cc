#include "CRE2.h"

#include <re2/re2.h>

#include <cstdlib>
#include <cstring>
#include <string>

static_assert(static_cast<int>(RE2::ErrorBadEscape) == MESHTOP_RE2_BAD_ESCAPE, "the numbers are RE2's");
static_assert(static_cast<int>(RE2::ErrorBadPerlOp) == MESHTOP_RE2_BAD_PERL_OPERATOR, "the numbers are RE2's");
static_assert(static_cast<int>(RE2::ErrorPatternTooLarge) == MESHTOP_RE2_TOO_LARGE, "the numbers are RE2's");

struct meshtop_re2 {
    RE2 expression;

    meshtop_re2(re2::StringPiece pattern, const RE2::Options &options) : expression(pattern, options) {}
};

static RE2::Options make_options(bool ignores_case, int64_t maximum_memory) {
    RE2::Options options;
    options.set_case_sensitive(!ignores_case);
    options.set_max_mem(maximum_memory);
    // Errors are returned; standard error belongs to the program.
    options.set_log_errors(false);
    return options;
}

meshtop_re2 *meshtop_re2_compile(const char *pattern, size_t length, bool ignores_case, int64_t maximum_memory) {
    try {
        return new meshtop_re2(re2::StringPiece(pattern, length), make_options(ignores_case, maximum_memory));
    } catch (...) {
        return nullptr;
    }
}

void meshtop_re2_free(meshtop_re2 *pattern) { delete pattern; }

meshtop_re2_error meshtop_re2_error_code(const meshtop_re2 *pattern) {
    return static_cast<meshtop_re2_error>(pattern->expression.error_code());
}

meshtop_re2_text meshtop_re2_error_text(const meshtop_re2 *pattern) {
    const std::string &text = pattern->expression.error();
    return {text.data(), text.size()};
}

meshtop_re2_text meshtop_re2_error_fragment(const meshtop_re2 *pattern) {
    const std::string &text = pattern->expression.error_arg();
    return {text.data(), text.size()};
}

int meshtop_re2_group_count(const meshtop_re2 *pattern) { return pattern->expression.NumberOfCapturingGroups(); }

bool meshtop_re2_matches(const meshtop_re2 *pattern, const char *text, size_t length, bool whole) {
    try {
        const auto anchor = whole ? RE2::ANCHOR_BOTH : RE2::UNANCHORED;
        return pattern->expression.Match(re2::StringPiece(text, length), 0, length, anchor, nullptr, 0);
    } catch (...) {
        return false;
    }
}

bool meshtop_re2_check_rewrite(
    const meshtop_re2 *pattern, const char *rewrite, size_t length, char *reason, size_t capacity) {
    if (capacity > 0) reason[0] = 0;
    try {
        std::string words;
        if (pattern->expression.CheckRewriteString(re2::StringPiece(rewrite, length), &words)) return true;
        if (capacity > 0) {
            const size_t kept = words.copy(reason, capacity - 1);
            reason[kept] = 0;
        }
    } catch (...) {
    }
    return false;
}

meshtop_re2_text meshtop_re2_replace(
    const meshtop_re2 *pattern, const char *text, size_t length, const char *rewrite, size_t rewrite_length) {
    try {
        const re2::StringPiece into(rewrite, rewrite_length);
        // RE2 logs what does not fit; asked beforehand, it has nothing to say.
        std::string words;
        if (!pattern->expression.CheckRewriteString(into, &words)) return {nullptr, 0};
        std::string result(text, length);
        RE2::GlobalReplace(&result, pattern->expression, into);
        // One byte more, because malloc(0) may be null.
        char *bytes = static_cast<char *>(std::malloc(result.size() + 1));
        if (bytes == nullptr) return {nullptr, 0};
        std::memcpy(bytes, result.data(), result.size());
        return {bytes, result.size()};
    } catch (...) {
        return {nullptr, 0};
    }
}

void meshtop_re2_free_text(meshtop_re2_text text) { std::free(const_cast<char *>(text.bytes)); }
