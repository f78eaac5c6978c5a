// SPDX-License-Identifier: MIT
#include "message.hpp"

#include <kith/service/dns.h>

#include <algorithm>

namespace kith::app {

namespace {

constexpr std::uint16_t cname = 5, soa = 6, ns = 2, internet = 1;
constexpr unsigned nxdomain = 3;
constexpr std::size_t header_size = 12, max_aliases = 16;

struct Broken {};

class Reader {
  public:
    explicit Reader(std::string_view all) : all_(all) {}

    std::size_t at = 0;

    std::uint8_t byte() {
        if (at >= all_.size()) throw Broken();
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
        if (size > all_.size() - at) throw Broken();
        at += size;
        return all_.substr(at - size, size);
    }
    // Dots between labels, none at the end. What no host name has is written as \DDD.
    std::string name() {
        std::string out;
        std::size_t from = at, bound = at, size = 0;
        bool jumped = false;
        for (;;) {
            if (from >= all_.size()) throw Broken();
            const auto length = static_cast<std::uint8_t>(all_[from++]);
            if (length == 0) break;
            if ((length & 0xc0U) == 0xc0) {
                if (from >= all_.size()) throw Broken();
                const std::size_t to = (length & 0x3fU) << 8 | static_cast<std::uint8_t>(all_[from++]);
                if (!jumped) at = from;
                jumped = true;
                if (to >= bound) throw Broken(); // backwards only, so that it ends
                from = bound = to;
                continue;
            }
            size += length + 1U;
            if (length > 63 || length > all_.size() - from || size > 254) throw Broken();
            if (!out.empty()) out += '.';
            for (const char c : all_.substr(from, length)) add(out, c);
            from += length;
        }
        if (!jumped) at = from;
        return out;
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

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool same(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

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
    if (in.number16() != internet) out.type = 0;
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
        if (entry.size != (entry.type == KITH_DNS_A ? 4 : 16)) throw Broken();
        out.address = in.take(entry.size);
        break;
    case KITH_DNS_SRV:
        out.priority = in.number16();
        out.weight = in.number16();
        out.port = in.number16();
        out.target = in.name();
        if (in.at != entry.data + entry.size) throw Broken();
        break;
    default:
        while (in.at < entry.data + entry.size) out.text += in.take(in.byte());
        if (in.at != entry.data + entry.size) throw Broken();
    }
    return out;
}

// RFC 2308: the lesser of the SOA's own TTL and its MINIMUM.
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

DnsMessage read(std::string_view bytes, std::string_view name, std::uint32_t type) {
    Reader in(bytes);
    in.at = 2;
    const unsigned flags = in.number16();
    const bool reply = (flags & 0x8000) != 0, cut = (flags & 0x0200) != 0, recursive = (flags & 0x0080) != 0;
    const std::size_t questions = in.number16(), answers = in.number16(), authorities = in.number16();
    in.at = header_size;
    if (!reply || cut) throw Broken();
    DnsMessage out;
    out.code = flags & 0xfU;
    if (out.code != 0 && out.code != nxdomain) {
        out.problem = code_text(out.code);
        return out;
    }
    if (questions != 1 || !same(in.name(), name) || in.number16() != type || in.number16() != internet) throw Broken();

    std::vector<Entry> entries;
    entries.reserve(std::min<std::size_t>(answers, bytes.size() / 11));
    for (std::size_t i = 0; i < answers; ++i) entries.push_back(read_entry(in));

    std::string owner(name);
    out.ttl = KITH_DNS_TTL_UNKNOWN;
    std::size_t aliases = 0;
    for (bool found = true; found;) {
        found = false;
        for (const Entry &entry : entries) {
            if (entry.type != cname || !same(entry.owner, owner)) continue;
            if (++aliases > max_aliases) throw Broken();
            Reader alias(bytes);
            alias.at = entry.data;
            owner = alias.name();
            out.ttl = std::min(out.ttl, entry.ttl);
            found = true;
            break;
        }
    }
    for (const Entry &entry : entries) {
        if (entry.type != type || !same(entry.owner, owner)) continue;
        out.records.push_back(read_record(bytes, entry));
        out.ttl = std::min(out.ttl, entry.ttl);
    }
    if (!out.records.empty()) {
        if (out.code != 0) throw Broken();
        out.kind = KITH_DNS_RECORDS;
        return out;
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
    // A server that does not ask others on our behalf, and knows no more than whom to ask: that is no empty answer.
    if (out.code == 0 && !stated && !recursive && (referred || aliases != 0)) {
        out.problem = "a referral: it asks no other servers on our behalf";
        return out;
    }
    out.kind = out.code == nxdomain ? KITH_DNS_NXDOMAIN : KITH_DNS_NODATA;
    return out;
}

} // namespace

std::optional<DnsMessage> read_dns_message(std::string_view bytes, std::string_view name, std::uint32_t type) {
    try {
        return read(bytes, name, type);
    } catch (const Broken &) {
        return std::nullopt;
    }
}

} // namespace kith::app
