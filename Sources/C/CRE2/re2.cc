// RE2 speaks C++; this is the little of it that meshtop needs, in C. Nothing throws through it.

#include "CRE2.h"

#include <re2/re2.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

struct meshtop_re2 {
  RE2 expression;

  meshtop_re2(re2::StringPiece pattern, const RE2::Options &options) : expression(pattern, options) {}
};

meshtop_re2 *meshtop_re2_compile(const char *pattern, size_t length, bool ignores_case, int64_t max_memory) try {
  RE2::Options options;
  options.set_case_sensitive(!ignores_case);
  options.set_log_errors(false);
  options.set_max_mem(max_memory);
  return new meshtop_re2(re2::StringPiece(pattern, length), options);
} catch (...) {
  return nullptr;
}

void meshtop_re2_free(meshtop_re2 *expression) { delete expression; }

bool meshtop_re2_is_valid(const meshtop_re2 *expression) { return expression->expression.ok(); }

const char *meshtop_re2_error(const meshtop_re2 *expression) { return expression->expression.error().c_str(); }

void meshtop_re2_error_part(const meshtop_re2 *expression, const char **part, size_t *length) {
  const std::string &text = expression->expression.error_arg();
  *part = text.data();
  *length = text.size();
}

bool meshtop_re2_matches(const meshtop_re2 *expression, const char *text, size_t length, bool whole) try {
  return expression->expression.Match(re2::StringPiece(text, length), 0, length,
                                      whole ? RE2::ANCHOR_BOTH : RE2::UNANCHORED, nullptr, 0);
} catch (...) {
  return false;
}

char *meshtop_re2_replace(const meshtop_re2 *expression, const char *text, size_t length, const char *rewrite,
                          size_t rewrite_length, size_t *result_length) try {
  std::string error;
  const re2::StringPiece replacement(rewrite, rewrite_length);
  if (!expression->expression.CheckRewriteString(replacement, &error)) return nullptr;
  std::string result(text, length);
  RE2::GlobalReplace(&result, expression->expression, replacement);
  char *copy = static_cast<char *>(std::malloc(result.size() + 1));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, result.data(), result.size());
  copy[result.size()] = 0;
  *result_length = result.size();
  return copy;
} catch (...) {
  return nullptr;
}

void meshtop_re2_free_text(char *text) { std::free(text); }
