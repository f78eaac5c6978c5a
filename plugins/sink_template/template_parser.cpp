// SPDX-License-Identifier: MIT
#include "template_parser.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sink_template {

namespace {

constexpr std::string_view blanks = " \t\r";
constexpr std::string_view expected_words =
    "expected name, key, host, port, attribute.NAME, topology, count, each, between, else or end";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_control(std::string_view tag) { return tag == "each" || tag == "between" || tag == "else" || tag == "end"; }

/// What is shown of a template's own text in an error.
std::string quoted(std::string_view text) {
    std::string out = "`";
    for (const char c : text.substr(0, 60)) out += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c;
    return out + (text.size() > 60 ? "...`" : "`");
}

class TemplateParser {
  public:
    explicit TemplateParser(std::string_view text) : text_(text) {}

    kith::result<Template> parse() {
        if (text_.size() > max_template_bytes)
            return kith::error(KITH_LIMIT, "a template of at most 1048576 bytes is expected");
        while (error_.empty()) {
            const std::size_t open = text_.find("{{", at_);
            if (open == std::string_view::npos) break;
            read_tag(open);
        }
        if (error_.empty() && part_ != Part::outside) fail(block_at_, "`{{each}}` has no `{{end}}`");
        if (!error_.empty()) return kith::error(KITH_INVALID, error_);
        add_text(at_, text_.size());
        return std::move(sections_);
    }

  private:
    enum class Part : std::uint8_t { outside, body, between, otherwise };

    void fail(std::size_t at, const std::string &what) {
        if (!error_.empty()) return;
        const std::string_view before = text_.substr(0, at);
        const auto line = std::count(before.begin(), before.end(), '\n') + 1;
        const auto begin = before.rfind('\n');
        const std::size_t column = begin == std::string_view::npos ? at + 1 : at - begin;
        error_ = "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + what;
    }

    Pieces &pieces() {
        Section &section = sections_.back();
        switch (part_) {
        case Part::outside: return section.before;
        case Part::body: return section.body;
        case Part::between: return section.between;
        case Part::otherwise: return section.otherwise;
        }
        return section.before;
    }

    void add_text(std::size_t from, std::size_t to) {
        if (from >= to) return;
        Pieces &list = pieces();
        if (list.empty() || list.back().has_value) list.emplace_back();
        list.back().text += text_.substr(from, to - from);
    }

    void read_tag(std::size_t open) {
        const std::size_t line_end = std::min(text_.find('\n', open), text_.size());
        const std::size_t close = text_.substr(0, line_end).find("}}", open + 2);
        if (close == std::string_view::npos) return fail(open, "`{{` has no `}}` on the same line");
        if (++tags_ > max_template_tags) return fail(open, "at most 1000 tags are expected");
        const std::string_view tag = trimmed(text_.substr(open + 2, close - open - 2));
        if (!is_control(tag)) {
            add_text(at_, open);
            at_ = close + 2;
            return read_value(tag, open);
        }
        const auto newline = text_.substr(0, open).rfind('\n');
        const std::size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
        const bool alone = trimmed(text_.substr(line_begin, open - line_begin)).empty() &&
                           trimmed(text_.substr(close + 2, line_end - close - 2)).empty();
        add_text(at_, alone ? line_begin : open);
        at_ = alone ? std::min(line_end + 1, text_.size()) : close + 2;
        read_control(tag, open);
    }

    void read_control(std::string_view tag, std::size_t open) {
        if (tag == "each") {
            if (part_ != Part::outside) return fail(open, "`{{each}}` stands within another `{{each}}`");
            sections_.back().has_block = true;
            part_ = Part::body;
            block_at_ = open;
            return;
        }
        if (part_ == Part::outside) return fail(open, "`{{" + std::string(tag) + "}}` has no `{{each}}` before it");
        if (tag == "end") {
            part_ = Part::outside;
            sections_.emplace_back();
        } else if (tag == "between") {
            if (part_ != Part::body) return fail(open, "`{{between}}` comes once, and before `{{else}}`");
            part_ = Part::between;
        } else {
            if (part_ == Part::otherwise) return fail(open, "`{{else}}` comes once");
            part_ = Part::otherwise;
        }
    }

    void read_value(std::string_view tag, std::size_t open) {
        Value value;
        const std::size_t bar = std::min(find_outside_quotes(tag, "|"), tag.size());
        std::string_view rest = tag.substr(0, bar);
        for (;;) {
            const std::size_t next = find_outside_quotes(rest, "??");
            read_alternative(trimmed(rest.substr(0, next)), open, value);
            if (!error_.empty()) return;
            if (next == std::string_view::npos) break;
            rest.remove_prefix(next + 2);
        }
        rest = tag.substr(bar);
        while (!rest.empty()) {
            rest.remove_prefix(1);
            const std::size_t next = std::min(rest.find('|'), rest.size());
            read_filter(trimmed(rest.substr(0, next)), open, value);
            if (!error_.empty()) return;
            rest.remove_prefix(next);
        }
        Pieces &list = pieces();
        if (list.empty() || list.back().has_value) list.emplace_back();
        list.back().has_value = true;
        list.back().value = std::move(value);
    }

    static std::size_t find_outside_quotes(std::string_view text, std::string_view what) {
        bool inside = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '"') inside = !inside;
            if (!inside && text.substr(i).starts_with(what)) return i;
        }
        return std::string_view::npos;
    }

    void read_alternative(std::string_view word, std::size_t open, Value &value) {
        static constexpr std::array<std::pair<std::string_view, Origin>, 6> words = {{{"name", Origin::name},
                                                                                      {"key", Origin::key},
                                                                                      {"host", Origin::host},
                                                                                      {"port", Origin::port},
                                                                                      {"topology", Origin::topology},
                                                                                      {"count", Origin::count}}};
        constexpr std::string_view attribute = "attribute.";
        if (!value.alternatives.empty() && value.alternatives.back().origin == Origin::literal)
            return fail(open, "nothing comes after a text in quotes, which always exists");
        if (word.starts_with('"')) {
            if (word.size() < 2 || word.find('"', 1) != word.size() - 1) return fail(open, "a text in quotes has no end");
            const std::string_view literal = word.substr(1, word.size() - 2);
            std::string ignored;
            const std::string why = literal.empty() ? std::string() : append(ignored, literal, Form::bare);
            if (!why.empty()) return fail(open, "the text in quotes: " + why);
            value.alternatives.push_back({Origin::literal, std::string(literal)});
            return;
        }
        Origin origin = Origin::attribute;
        if (word.starts_with(attribute) && word.size() > attribute.size()) {
            word.remove_prefix(attribute.size());
            if (word.find_first_of(" \t\"") != std::string_view::npos)
                return fail(open, "the name of an attribute is one word");
            value.alternatives.push_back({origin, std::string(word)});
        } else {
            const auto found = std::find_if(words.begin(), words.end(), [&](const auto &known) { return known.first == word; });
            if (found == words.end()) return fail(open, quoted(word) + " is unknown; " + std::string(expected_words));
            origin = found->second;
            value.alternatives.push_back({origin, {}});
        }
        if (part_ == Part::body && origin == Origin::count) fail(open, "`count` stands outside of `{{each}}`");
        if (part_ != Part::body && origin != Origin::topology && origin != Origin::count)
            fail(open, quoted(word) +
                           " is of a peer, so it stands between `{{each}}` and `{{end}}`, before `{{between}}` and `{{else}}`");
    }

    void read_filter(std::string_view word, std::size_t open, Value &value) {
        if (word == "ip") {
            value.address = true;
        } else if (word == "hostname") {
            value.host = true;
        } else if (word == "port") {
            value.port = true;
        } else if (word == "json" || word == "id" || word == "bare") {
            if (value.form != Form::plain) return fail(open, "one of json, id and bare is expected");
            value.form = word == "json" ? Form::json : word == "id" ? Form::id : Form::bare;
        } else {
            fail(open, quoted(word) + " is unknown; expected ip, hostname, port, json, id or bare");
        }
    }

    std::string_view text_;
    std::size_t at_ = 0; // of what was not read yet
    std::size_t tags_ = 0;
    std::size_t block_at_ = 0;
    Part part_ = Part::outside;
    Template sections_ = Template(1);
    std::string error_;
};

} // namespace

kith::result<Template> parse_template(std::string_view text) { return TemplateParser(text).parse(); }

} // namespace sink_template
