// regex_re2.cc: the one file in C++, because RE2 is. What it lets out is in regex.h.
#include <re2/re2.h>

#include <cstdio>
#include <new>
#include <string>

#include "regex.h"

struct regex {
    RE2 re;
    explicit regex(re2::StringPiece pattern, const RE2::Options &options) : re(pattern, options) {}
};

namespace {

struct error_words {
    RE2::ErrorCode code;
    const char *words;
};

// What the Go package regexp/syntax says for the same mistakes.
const error_words all_words[] = {
    {RE2::ErrorBadEscape, "invalid escape sequence"},
    {RE2::ErrorBadCharClass, "invalid character class"},
    {RE2::ErrorBadCharRange, "invalid character class range"},
    {RE2::ErrorMissingBracket, "missing closing ]"},
    {RE2::ErrorMissingParen, "missing closing )"},
    {RE2::ErrorUnexpectedParen, "unexpected )"},
    {RE2::ErrorTrailingBackslash, "trailing backslash at end of expression"},
    {RE2::ErrorRepeatArgument, "missing argument to repetition operator"},
    {RE2::ErrorRepeatSize, "invalid repeat count"},
    {RE2::ErrorRepeatOp, "invalid nested repetition operator"},
    {RE2::ErrorBadPerlOp, "invalid or unsupported Perl syntax"},
    {RE2::ErrorBadUTF8, "invalid UTF-8"},
    {RE2::ErrorBadNamedCapture, "invalid named capture"},
    {RE2::ErrorPatternTooLarge, "expression too large"},
};

void explain(const RE2 &re, char *err, size_t err_size)
{
    const std::string &part = re.error_arg();
    for (const error_words &entry : all_words) {
        if (entry.code != re.error_code())
            continue;
        if (entry.code == RE2::ErrorTrailingBackslash)
            snprintf(err, err_size, "error parsing regexp: %s: ``", entry.words);
        else
            snprintf(err, err_size, "error parsing regexp: %s: `%s`", entry.words, part.c_str());
        return;
    }
    snprintf(err, err_size, "error parsing regexp: %s", re.error().c_str());
}

// Go reads (?<name> as (?P<name>, and does not have \C: what RE2 of 2022 has otherwise. Returns false
// for \C. Characters of a class and those after a backslash mean themselves.
bool to_re2(re2::StringPiece pattern, std::string *out)
{
    bool in_class = false;
    for (size_t i = 0; i < pattern.size(); i++) {
        char c = pattern[i];
        out->push_back(c);
        if (c == '\\' && i + 1 < pattern.size()) {
            if (pattern[i + 1] == 'C' && !in_class)
                return false;
            out->push_back(pattern[++i]);
        } else if (c == '[' && !in_class) {
            in_class = true;
            if (i + 1 < pattern.size() && pattern[i + 1] == '^')
                out->push_back(pattern[++i]);
            if (i + 1 < pattern.size() && pattern[i + 1] == ']')
                out->push_back(pattern[++i]);
        } else if (c == ']') {
            in_class = false;
        } else if (!in_class && pattern.substr(i, 3) == "(?<") {
            out->append("?P<");
            i += 2;
        }
    }
    return true;
}

}  // namespace

extern "C" {

void regex_set_exhausted(void (*exhausted)(void))
{
    std::set_new_handler(exhausted);
}

struct regex *regex_compile(const char *pattern, size_t len, char *err, size_t err_size)
{
    RE2::Options options;
    options.set_log_errors(false);
    std::string text;
    if (!to_re2(re2::StringPiece(pattern, len), &text)) {
        snprintf(err, err_size, "error parsing regexp: invalid escape sequence: `\\C`");
        return nullptr;
    }
    struct regex *made = new regex(text, options);
    if (made->re.ok())
        return made;
    explain(made->re, err, err_size);
    delete made;
    return nullptr;
}

bool regex_matches(const struct regex *regex, const char *text, size_t len)
{
    re2::StringPiece piece(text ? text : "", len);
    return regex->re.Match(piece, 0, len, RE2::UNANCHORED, nullptr, 0);
}

bool regex_groups(const struct regex *regex, const char *text, size_t len,
                  struct regex_group *groups, size_t count)
{
    re2::StringPiece piece(text ? text : "", len), found[REGEX_MAX_GROUPS];
    if (!regex->re.Match(piece, 0, len, RE2::UNANCHORED, found, static_cast<int>(count)))
        return false;
    for (size_t i = 0; i < count; i++)
        groups[i] = {found[i].data(), found[i].size()};
    return true;
}

void regex_free(struct regex *regex)
{
    delete regex;
}

}  // extern "C"
