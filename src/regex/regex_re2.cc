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

struct unicode_alias {
    const char *name, *category;
};

// Go's unicode.CategoryAliases, as it compares them: without separators, all but the first small.
const unicode_alias unicode_aliases[] = {
    {"Closepunctuation", "Pe"}, {"Combiningmark", "M"}, {"Connectorpunctuation", "Pc"},
    {"Control", "Cc"}, {"Currencysymbol", "Sc"}, {"Dashpunctuation", "Pd"},
    {"Decimalnumber", "Nd"}, {"Enclosingmark", "Me"}, {"Finalpunctuation", "Pf"},
    {"Format", "Cf"}, {"Initialpunctuation", "Pi"}, {"Letter", "L"}, {"Letternumber", "Nl"},
    {"Lineseparator", "Zl"}, {"Lowercaseletter", "Ll"}, {"Mark", "M"}, {"Mathsymbol", "Sm"},
    {"Modifierletter", "Lm"}, {"Modifiersymbol", "Sk"}, {"Nonspacingmark", "Mn"}, {"Number", "N"},
    {"Openpunctuation", "Ps"}, {"Other", "C"}, {"Otherletter", "Lo"}, {"Othernumber", "No"},
    {"Otherpunctuation", "Po"}, {"Othersymbol", "So"}, {"Paragraphseparator", "Zp"},
    {"Privateuse", "Co"}, {"Punctuation", "P"}, {"Separator", "Z"}, {"Spaceseparator", "Zs"},
    {"Spacingmark", "Mc"}, {"Surrogate", "Cs"}, {"Symbol", "S"}, {"Titlecaseletter", "Lt"},
    {"Uppercaseletter", "Lu"}, {"Cntrl", "Cc"}, {"Digit", "Nd"}, {"Punct", "P"},
};

// The name as Go compares it: it so finds no script of two words (Old_Persian), and neither do we.
std::string unicode_name(re2::StringPiece written)
{
    std::string name;
    for (char c : written) {
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (c == '_' || c == '-' || c == ' ')
            continue;
        name.push_back(static_cast<char>(!letter ? c : name.empty() ? c & ~32 : c | 32));
    }
    return name;
}

// \p{Name}, where `negated` counts \P and ^, in RE2's words: since 1.25 Go ignores case and
// separators in names and has more of them (regexp/syntax, unicodeTable).
void add_unicode_class(re2::StringPiece written, bool negated, bool in_class, std::string *out)
{
    std::string name = unicode_name(written);
    if (name == "Ascii") {
        const char *inside = negated ? "\\x{80}-\\x{10FFFF}" : "\\x00-\\x7F";
        out->append(in_class ? inside : "[" + std::string(inside) + "]");
        return;
    }
    for (const unicode_alias &alias : unicode_aliases)
        if (name == alias.name)
            name = alias.category;
    out->append((negated ? "\\P{" : "\\p{") + name + "}");
}

// Rewrites the \p or \P at `at`; returns its last character's place, or 0 where it is none.
size_t rewrite_unicode_class(re2::StringPiece pattern, size_t at, bool in_class, std::string *out)
{
    bool negated = pattern[at + 1] == 'P';
    if (at + 2 >= pattern.size())
        return 0;
    if (pattern[at + 2] != '{') {
        if (static_cast<unsigned char>(pattern[at + 2]) >= 0x80)
            return 0;
        add_unicode_class(pattern.substr(at + 2, 1), negated, in_class, out);
        return at + 2;
    }
    size_t end = pattern.find('}', at + 3);
    if (end == re2::StringPiece::npos)
        return 0;
    re2::StringPiece name = pattern.substr(at + 3, end - at - 3);
    if (!name.empty() && name[0] == '^') {
        negated = !negated;
        name.remove_prefix(1);
    }
    add_unicode_class(name, negated, in_class, out);
    return end;
}

// Where \Q ends.
size_t quote_end(re2::StringPiece pattern, size_t at)
{
    size_t end = pattern.find("\\E", at + 2);
    return end == re2::StringPiece::npos ? pattern.size() : end;
}

// What RE2 of 2022 has otherwise than Go: (?<name> for (?P<name>, names of Unicode classes, and \C,
// for which it returns false. Characters of a class and those after a backslash mean themselves.
bool to_re2(re2::StringPiece pattern, std::string *out)
{
    bool in_class = false;
    for (size_t i = 0; i < pattern.size(); i++) {
        char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            char next = pattern[i + 1];
            size_t last = 0;
            if (next == 'C' && !in_class)
                return false;
            if (next == 'p' || next == 'P')
                last = rewrite_unicode_class(pattern, i, in_class, out);
            if (next == 'Q' && !in_class)
                last = quote_end(pattern, i) - 1;
            if (next == 'Q' && last)
                out->append(pattern.substr(i, last - i + 1).ToString());
            if (last) {
                i = last;
                continue;
            }
            out->push_back(c);
            out->push_back(pattern[++i]);
            continue;
        }
        out->push_back(c);
        if (c == '[' && !in_class) {
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
