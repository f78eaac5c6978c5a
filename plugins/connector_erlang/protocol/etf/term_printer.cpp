// SPDX-License-Identifier: MIT
#include "term_printer.hpp"

#include "../big_endian.hpp"
#include "word_characters.hpp"

#include <kith/number_text.hpp>

#include <charconv>
#include <cstdint>

namespace kith::erlang::etf {
namespace {

class Printer {
  public:
    explicit Printer(std::size_t max) noexcept : max_(max) {}

    std::string take() && { return std::move(text_); }

    void print(const TermView &term) {
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

    void real(double value) { put(number_text(value)); }

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
        bool bare = !name.empty() && is_lower(name.front());
        for (const char c : name) bare = bare && is_word(c);
        if (bare) {
            put(name);
        } else {
            quoted(name, '\'');
        }
    }

    void sequence(const TermView &term, std::string_view open, std::string_view close) {
        put(open);
        Elements elements = term.elements();
        for (bool first = true; elements.left() != 0 && !cut_; first = false) {
            if (!first) put(",");
            print(elements.next());
        }
        put(close);
    }

    void list(const TermView &term) {
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

    void map(const TermView &term) {
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

} // namespace

std::string to_text(const TermView &term, std::size_t max) {
    Printer printer(max);
    printer.print(term);
    return std::move(printer).take();
}

} // namespace kith::erlang::etf
