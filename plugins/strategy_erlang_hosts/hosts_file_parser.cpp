// SPDX-License-Identifier: MIT
#include "hosts_file_parser.hpp"

#include <epmd_names/names_reply.hpp>
#include <erlang_terms/scanner.hpp>
#include <kith/peer_host.hpp>

#include <unordered_set>

namespace erlang_hosts {
namespace {

using erlang_terms::Position;
using erlang_terms::Scanner;
using erlang_terms::SyntaxError;

class Reader {
  public:
    Reader(std::string_view text, std::string_view path) : in_(text), path_(path) {}

    std::vector<std::string> all() {
        try {
            return hosts();
        } catch (const SyntaxError &why) {
            throw kith::error(KITH_INVALID, where(why.position) + why.expected);
        }
    }

  private:
    std::vector<std::string> hosts() {
        std::vector<std::string> hosts;
        std::unordered_set<std::string> known;
        for (in_.skip(); in_.peek() != Scanner::end_of_file; in_.skip()) {
            const Position begin = in_.position();
            std::string host = atom();
            if (!epmd_names::is_name_part(host))
                fail(begin, "expected the name of a host, found the atom " + epmd_names::excerpt(host));
            if (const auto fault = kith::fault_of_host(host); fault != kith::host_fault::none)
                fail(begin, "expected the name or the address of a host, found " + epmd_names::excerpt(host) + ": " +
                                std::string(kith::text_of(fault)));
            full_stop(host);
            if (!known.insert(host).second) continue;
            if (hosts.size() == max_hosts)
                throw kith::error(KITH_LIMIT, where(begin) + "more than " + std::to_string(max_hosts) + " hosts");
            hosts.push_back(std::move(host));
        }
        return hosts;
    }

    std::string where(Position position) const {
        return std::string(path_) + ':' + std::to_string(position.line) + ':' + std::to_string(position.column) + ": ";
    }
    [[noreturn]] static void fail(Position position, std::string what) { throw SyntaxError{position, std::move(what)}; }

    std::string atom() {
        if (in_.peek() == '\'') return in_.quoted('\'', true);
        const Position begin = in_.position();
        if (!in_.at_bare_word())
            fail(begin, "expected the name of a host as an atom, such as 'host.example' or host, " + in_.found());
        std::string out = in_.bare_word();
        if (erlang_terms::is_reserved(out))
            fail(begin, "expected the name of a host, found a reserved word of Erlang; write it in quotes: '" + out + "'");
        if (in_.peek() == '-')
            fail(in_.position(),
                 "expected a full stop after " + out + ", found \"-\"; write a name with a hyphen in quotes: 'a-b'");
        return out;
    }

    void full_stop(const std::string &host) {
        in_.skip();
        if (in_.take_full_stop()) return;
        const Position begin = in_.position();
        if (in_.peek() != '.') fail(begin, "expected a full stop after " + host + ", " + in_.found());
        fail(begin, "expected a blank or the end of the line after the full stop; write a name with dots in quotes: "
                    "'host.example'");
    }

    Scanner in_;
    std::string_view path_;
};

} // namespace

kith::result<std::vector<std::string>> parse_hosts_file(std::string_view text, std::string_view path) {
    try {
        return Reader(text, path).all();
    } catch (kith::error &why) {
        return std::move(why);
    }
}

} // namespace erlang_hosts
