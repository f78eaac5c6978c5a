// SPDX-License-Identifier: MIT
#include "message_reader.hpp"

#include <kith/hosting/dns_query.hpp>

#include <algorithm>

namespace kith::app {

namespace {

constexpr std::uint16_t cname = 5, soa = 6, ns = 2, opt = 41, internet = 1;
constexpr unsigned nxdomain = 3, refused = 5;
constexpr std::size_t max_aliases = 16;

// Describes a reply that is not an answer.
struct Broken {
    std::string what = "replied with a malformed message";
};

class Reader {
  public:
    explicit Reader(std::string_view all) : all_(all) {}

    std::size_t at = 0;

    std::uint8_t byte() {
        if (at >= all_.size()) throw Broken{};
        return static_cast<std::uint8_t>(all_[at++]);
    }
    std::uint16_t number16() {
        const unsigned high = byte();
        return static_cast<std::uint16_t>(high << 8 | byte());
    }
    std::uint32_t number32() {
        const std::uint32_t high = number16();
        return high << 16 | number16();
    }
    std::string_view take(std::size_t size) {
        if (size > all_.size() - at) throw Broken{};
        at += size;
        return all_.substr(at - size, size);
    }
    // Labels separated by dots, without a final dot. Bytes that are not allowed in host names are written as \DDD.
    std::string name() {
        std::string out;
        std::size_t from = at, bound = at, size = 0;
        bool jumped = false;
        for (;;) {
            if (from >= all_.size()) throw Broken{};
            const auto length = static_cast<std::uint8_t>(all_[from++]);
            if (length == 0) break;
            if ((length & 0xc0U) == 0xc0) {
                if (from >= all_.size()) throw Broken{};
                const std::size_t to = (length & 0x3fU) << 8 | static_cast<std::uint8_t>(all_[from++]);
                if (!jumped) at = from;
                jumped = true;
                if (to >= bound) throw Broken{}; // only backwards, so that the loop ends
                from = bound = to;
                continue;
            }
            size += length + 1U;
            if (length > 63 || length > all_.size() - from || size > 254) throw Broken{};
            if (!out.empty()) out += '.';
            for (const char c : all_.substr(from, length)) add(out, c);
            from += length;
        }
        if (!jumped) at = from;
        return lower_dns_name(out);
    }

  private:
    static void add(std::string &out, char c) {
        const auto value = static_cast<unsigned char>(c);
        if (value > ' ' && value < 0x7f && c != '.' && c != '\\') {
            out += c;
            return;
        }
        out += '\\';
        for (const int unit : {100, 10, 1}) out += static_cast<char>('0' + value / unit % 10);
    }

    std::string_view all_;
};

struct Entry {
    std::string owner;
    std::uint16_t type = 0;
    std::uint32_t ttl = 0;
    std::size_t data = 0, size = 0;
};

Entry read_entry(Reader &in) {
    Entry out;
    out.owner = in.name();
    out.type = in.number16();
    if (in.number16() != internet && out.type != opt) out.type = 0;
    out.ttl = in.number32();
    if (out.ttl > INT32_MAX) out.ttl = 0; // RFC 2181, 8
    out.size = in.number16();
    out.data = in.at;
    (void)in.take(out.size);
    return out;
}

DnsRecord read_record(std::string_view bytes, const Entry &entry) {
    Reader in(bytes);
    in.at = entry.data;
    DnsRecord out;
    out.type = entry.type;
    out.ttl = entry.ttl;
    switch (entry.type) {
    case KITH_DNS_A:
    case KITH_DNS_AAAA:
        if (entry.size != (entry.type == KITH_DNS_A ? 4 : 16)) throw Broken{};
        out.address = in.take(entry.size);
        break;
    case KITH_DNS_SRV:
        out.priority = in.number16();
        out.weight = in.number16();
        out.port = in.number16();
        out.target = in.name();
        if (in.at != entry.data + entry.size) throw Broken{};
        break;
    default:
        while (in.at < entry.data + entry.size) out.text += in.take(in.byte());
        if (in.at != entry.data + entry.size) throw Broken{};
    }
    return out;
}

// RFC 2308: the smaller of the TTL of the SOA record and its MINIMUM.
std::uint32_t negative_ttl(std::string_view bytes, const Entry &entry) {
    Reader in(bytes);
    in.at = entry.data;
    (void)in.name();
    (void)in.name();
    (void)in.take(16);
    return std::min(entry.ttl, in.number32());
}

std::string code_text(unsigned code) {
    switch (code) {
    case 1: return "FORMERR";
    case 2: return "SERVFAIL";
    case 4: return "NOTIMP";
    case 5: return "REFUSED";
    default: return "error " + std::to_string(code);
    }
}

// The name of the answer: `name`, or the end of its chain of aliases.
std::string follow(std::string_view bytes, const std::vector<Entry> &entries, const std::string &name, std::uint32_t type,
                   DnsMessage &out) {
    std::string owner = name;
    for (std::size_t aliases = 0;; ++aliases) {
        std::string target;
        bool alias = false, others = false;
        for (const Entry &entry : entries) {
            if (entry.owner != owner) continue;
            others = others || entry.type == type;
            if (entry.type != cname) continue;
            Reader in(bytes);
            in.at = entry.data;
            std::string to = in.name();
            if (alias && to != target)
                throw Broken{"answered several CNAMEs of " + owner + ", which DNS does not allow: " + target + " and " + to};
            alias = true;
            target = std::move(to);
            out.ttl = std::min(out.ttl, entry.ttl);
        }
        if (!alias) return owner;
        if (others) throw Broken{"answered a CNAME of " + owner + " and other records of it, which DNS does not allow"};
        if (target == name || target == owner || aliases == max_aliases)
            throw Broken{"answered CNAMEs that lead to no end: " + owner + " is an alias of " + target};
        owner = std::move(target);
    }
}

// The OPT record is in the additional section, after everything else. A message that is malformed before it has none.
bool has_opt(Reader in, std::size_t between, std::size_t additional) {
    try {
        for (; between > 0; --between) (void)read_entry(in);
        for (; additional > 0; --additional)
            if (read_entry(in).type == opt) return true;
    } catch (const Broken &) {
    }
    return false;
}
DnsMessage &no_answer(DnsMessage &out, std::int32_t status, std::string what) {
    out.kind = 0;
    out.status = status;
    out.problem = std::move(what);
    out.records.clear();
    return out;
}

void read(std::string_view bytes, const std::string &name, std::uint32_t type, DnsMessage &out) {
    Reader in(bytes);
    in.at = 2;
    const unsigned flags = in.number16();
    const bool reply = (flags & 0x8000) != 0, recursive = (flags & 0x0080) != 0;
    const std::size_t questions = in.number16(), answers = in.number16(), authorities = in.number16(),
                      additional = in.number16();
    if (!reply) throw Broken{};
    out.cut = (flags & 0x0200) != 0;
    if (out.cut) throw Broken{"replied with a message that is not whole (TC)"};
    out.code = flags & 0xfU;
    if (out.code != 0 && out.code != nxdomain) {
        no_answer(out, out.code == refused ? KITH_DENIED : KITH_UNAVAILABLE, "answered " + code_text(out.code));
        return;
    }
    if (questions != 1 || in.name() != name || in.number16() != type || in.number16() != internet) throw Broken{};

    std::vector<Entry> entries;
    entries.reserve(std::min<std::size_t>(answers, bytes.size() / 11));
    for (std::size_t i = 0; i < answers; ++i) entries.push_back(read_entry(in));
    out.edns = has_opt(in, authorities, additional);

    out.ttl = KITH_DNS_TTL_UNKNOWN;
    const std::string owner = follow(bytes, entries, name, type, out);
    const Entry *stranger = nullptr;
    for (const Entry &entry : entries) {
        if (entry.type != type) continue;
        if (entry.owner != owner) {
            stranger = &entry;
            continue;
        }
        out.records.push_back(read_record(bytes, entry));
        out.ttl = std::min(out.ttl, entry.ttl);
    }
    if (out.records.empty() && stranger != nullptr)
        throw Broken{"answered records of " + stranger->owner + ", which is not what was asked for"};
    if (!out.records.empty()) {
        if (out.code != 0) throw Broken{"answered NXDOMAIN and records of the name at once"};
        out.kind = KITH_DNS_RECORDS;
        return;
    }
    bool stated = false, referred = false;
    for (std::size_t i = 0; i < authorities; ++i) {
        const Entry entry = read_entry(in);
        referred = referred || entry.type == ns;
        if (entry.type != soa) continue;
        stated = true;
        out.ttl = std::min(out.ttl, negative_ttl(bytes, entry));
    }
    if (!stated) out.ttl = KITH_DNS_TTL_UNKNOWN;
    // A server that found nothing sends the SOA of the zone (RFC 2308). Many omit it for names of their own zones. However, an
    // alias without a target, or only name servers, are not an empty answer.
    if (out.code == 0 && !stated && (referred || owner != name)) {
        std::string what =
            referred ? "answered a referral" : "answered that the name is an alias of " + owner + ", and nothing of that";
        if (!recursive) what += ": it asks no other servers on our behalf";
        no_answer(out, KITH_UNAVAILABLE, std::move(what));
        return;
    }
    out.kind = out.code == nxdomain ? KITH_DNS_NXDOMAIN : KITH_DNS_NODATA;
}

} // namespace

DnsMessage read_dns_message(std::string_view bytes, std::string_view name, std::uint32_t type) {
    DnsMessage out;
    try {
        read(bytes, lower_dns_name(name), type, out);
    } catch (const Broken &broken) {
        no_answer(out, KITH_PROTOCOL, broken.what);
    }
    return out;
}

} // namespace kith::app
