// SPDX-License-Identifier: MIT
#include "text.hpp"

#include "../big_endian.hpp"
#include "tag.hpp"

#include <charconv>

namespace kith::erlang::etf {
namespace {

bool lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool word(char c) noexcept { return lower(c) || digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '@'; }
bool space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t'; }

// ---- printing ----

class Printer {
  public:
    explicit Printer(std::size_t max) noexcept : max_(max) {}

    std::string take() && { return std::move(text_); }

    void print(const Term &term) {
        if (full()) return;
        switch (term.kind()) {
        case Kind::nothing: break;
        case Kind::integer: number(*term.integer()); break;
        case Kind::big: put("#Integer"); break;
        case Kind::real: real(*term.real()); break;
        case Kind::atom: atom(*term.atom()); break;
        case Kind::tuple: sequence(term, "{", "}"); break;
        case Kind::list: list(term); break;
        case Kind::string: string(*term.bytes()); break;
        case Kind::binary:
            put("<<");
            quoted(*term.bytes(), '"');
            put(">>");
            break;
        case Kind::bits: put("#Bits"); break;
        case Kind::map: map(term); break;
        case Kind::pid: pid(*term.pid()); break;
        case Kind::port: put("#Port"); break;
        case Kind::reference: put("#Ref"); break;
        case Kind::function: put("#Fun"); break;
        }
    }

  private:
    bool full() {
        if (text_.size() <= max_) return false;
        if (!cut_) text_ += "...";
        cut_ = true;
        return true;
    }

    void put(std::string_view text) {
        if (!full()) text_ += text;
    }

    void number(std::int64_t value) {
        char buffer[24];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
        put({buffer, static_cast<std::size_t>(end.ptr - buffer)});
    }

    void real(double value) {
        char buffer[40];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
        put({buffer, static_cast<std::size_t>(end.ptr - buffer)});
    }

    void quoted(std::string_view text, char quote) {
        text_ += quote;
        for (const char c : text) {
            if (full()) return;
            if (c == quote || c == '\\') {
                text_ += '\\';
                text_ += c;
            } else if (c == '\n') {
                text_ += "\\n";
            } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
                static constexpr char hex[] = "0123456789abcdef";
                text_ += "\\x";
                text_ += hex[static_cast<unsigned char>(c) >> 4];
                text_ += hex[c & 15];
            } else {
                text_ += c;
            }
        }
        text_ += quote;
    }

    void atom(std::string_view name) {
        bool bare = !name.empty() && lower(name.front());
        for (const char c : name) bare = bare && word(c);
        if (bare) {
            put(name);
        } else {
            quoted(name, '\'');
        }
    }

    void sequence(const Term &term, std::string_view open, std::string_view close) {
        put(open);
        Elements elements = term.elements();
        for (bool first = true; elements.left() != 0 && !cut_; first = false) {
            if (!first) put(",");
            print(elements.next());
        }
        put(close);
    }

    void list(const Term &term) {
        put("[");
        Elements elements = term.elements();
        for (bool first = true; elements.left() != 0 && !cut_; first = false) {
            if (!first) put(",");
            print(elements.next());
        }
        if (!cut_ && !term.is_nil() && !elements.tail().is_nil()) {
            put("|");
            print(elements.tail());
        }
        put("]");
    }

    // Erlang keeps text as such a list, but also short lists of small numbers.
    void string(std::string_view bytes) {
        bool text = true;
        for (const char c : bytes) text = text && static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f;
        if (text) {
            put("");
            quoted(bytes, '"');
            return;
        }
        put("[");
        for (std::size_t i = 0; i < bytes.size() && !cut_; ++i) {
            if (i != 0) put(",");
            number(read_u8(bytes, i));
        }
        put("]");
    }

    void map(const Term &term) {
        put("#{");
        Elements elements = term.elements();
        for (bool first = true; elements.left() != 0 && !cut_; first = false) {
            if (!first) put(",");
            print(elements.next());
            put(" => ");
            print(elements.next());
        }
        put("}");
    }

    void pid(const Pid &pid) {
        put("<");
        put(pid.node);
        put(".");
        number(pid.id);
        put(".");
        number(pid.serial);
        put(">");
    }

    std::string text_;
    std::size_t max_;
    bool cut_ = false;
};

// ---- reading ----

class Reader {
  public:
    Reader(Writer &out, std::string_view text) noexcept : out_(out), text_(text) {}

    bool all() { return term(0) && (skip(), text_.empty()); }

  private:
    void skip() noexcept {
        while (!text_.empty() && space(text_.front())) text_.remove_prefix(1);
    }

    bool take(char c) noexcept {
        skip();
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }

    bool term(int depth) {
        if (depth > 64) return false;
        skip();
        if (text_.empty()) return false;
        const char c = text_.front();
        if (take('{')) return sequence(depth, '}', tag::large_tuple);
        if (take('[')) return sequence(depth, ']', tag::list);
        if (take('\'')) return quoted();
        if (digit(c) || c == '-') return number();
        if (lower(c)) return bare();
        return false;
    }

    // The count is known only behind the last, so it is filled in then; the wide forms leave room for any.
    bool sequence(int depth, char close, std::uint8_t t) {
        std::string &bytes = out_.out();
        const std::size_t begin = bytes.size();
        append_u8(bytes, t);
        append_u32(bytes, 0);
        std::uint32_t count = 0;
        if (!take(close)) {
            do {
                if (!term(depth + 1)) return false;
                ++count;
            } while (take(','));
            if (!take(close)) return false;
        }
        if (t == tag::list) {
            if (count == 0) bytes.resize(begin);
            out_.nil();
        }
        if (t != tag::list || count != 0) put_u32(bytes, begin + 1, count);
        return true;
    }

    bool quoted() {
        std::string name;
        while (!text_.empty() && text_.front() != '\'') {
            if (text_.front() == '\\') text_.remove_prefix(1);
            if (text_.empty()) return false;
            name += text_.front();
            text_.remove_prefix(1);
        }
        if (!take('\'')) return false;
        out_.atom(name);
        return true;
    }

    bool number() {
        std::int64_t value = 0;
        const auto end = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (end.ec != std::errc{}) return false;
        text_.remove_prefix(static_cast<std::size_t>(end.ptr - text_.data()));
        out_.integer(value);
        return true;
    }

    bool bare() {
        std::size_t size = 0;
        while (size < text_.size() && word(text_[size])) ++size;
        out_.atom(text_.substr(0, size));
        text_.remove_prefix(size);
        return true;
    }

    Writer &out_;
    std::string_view text_;
};

} // namespace

std::string to_text(const Term &term, std::size_t max) {
    Printer printer(max);
    printer.print(term);
    return std::move(printer).take();
}

bool write_text(Writer &out, std::string_view text) {
    const std::size_t before = out.out().size();
    if (Reader(out, text).all()) return true;
    out.out().resize(before);
    return false;
}

} // namespace kith::erlang::etf
