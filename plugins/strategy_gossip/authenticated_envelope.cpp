// SPDX-License-Identifier: MIT
//
// Numbers are big endian.
//
//     0  magic   "kth1"
//     4  key id  8 bytes, the first of SHA-256("kith gossip key id 1" + key)
//    12  nonce   12 bytes, random
//    24  body    AES-256-GCM under key = SHA-256("kith gossip authenticated 1" + secret); bytes 0 to 11 are authenticated with it
//     .  tag     16 bytes
//
// The body:
//
//     0  kind     1 heartbeat, 2 goodbye
//     1  zero
//     2  length   of the name, 2 bytes
//     4  counter  8 bytes; grows with each packet of this sender
//    12  time     8 bytes, milliseconds since 1970
//    20  name     of the sender
#include "envelope.hpp"

#include <algorithm>
#include <cstring>

namespace gossip {

namespace {

constexpr std::string_view magic = "kth1";
constexpr std::size_t id_size = 8, nonce_at = 12, body_at = 24, name_at = 20;

Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

void put(std::vector<std::byte> &out, std::uint64_t value, unsigned size) {
    while (size-- > 0) out.push_back(static_cast<std::byte>(value >> (8U * size) & 0xffU));
}

std::uint64_t get(Bytes bytes) {
    std::uint64_t value = 0;
    for (const std::byte byte : bytes) value = value << 8U | std::to_integer<std::uint64_t>(byte);
    return value;
}

struct Keyed {
    std::array<std::byte, id_size> id{};
    Cipher cipher;

    Keyed(const Crypto &crypto, const Key &key) : cipher(crypto, Cipher::Mode::gcm, key) {
        const Digest digest = crypto.sha256(bytes_of("kith gossip key id 1"), key);
        std::copy_n(digest.begin(), id_size, id.begin());
    }
};

Opened malformed(std::string_view why) {
    Opened out;
    out.verdict = Opened::Verdict::malformed;
    out.why = why;
    return out;
}

class Authenticated final : public Envelope {
  public:
    Authenticated(const Crypto &crypto, const std::vector<std::string_view> &secrets) {
        for (const auto secret : secrets) {
            keys_.emplace_back(crypto, crypto.sha256(bytes_of("kith gossip authenticated 1"), bytes_of(secret)));
        }
    }

    Opened open(Bytes packet) override {
        Opened out;
        out.why = "it is no authenticated heartbeat";
        if (packet.size() < body_at + name_at + Cipher::block) return out;
        if (std::memcmp(packet.data(), magic.data(), magic.size()) != 0) return out;
        out.why = "it is sealed with a secret that is not among ours";
        for (Keyed &key : keys_) {
            if (std::memcmp(packet.data() + magic.size(), key.id.data(), id_size) != 0) continue;
            if (key.cipher.open(packet.subspan(nonce_at, Cipher::gcm_nonce), packet.first(nonce_at), packet.subspan(body_at),
                                opened_)) {
                return read();
            }
            out.why = "it was changed on its way, or forged";
        }
        return out;
    }

    Bytes write(Kind kind, std::string_view name, const Stamp &stamp) override {
        body_.clear();
        put(body_, static_cast<std::uint64_t>(kind), 1);
        put(body_, 0, 1);
        put(body_, name.size(), 2);
        put(body_, stamp.counter, 8);
        put(body_, static_cast<std::uint64_t>(stamp.time), 8);
        const Bytes text = bytes_of(name);
        body_.insert(body_.end(), text.begin(), text.end());

        Keyed &key = keys_.front();
        const Bytes nonce = Bytes(stamp.random).first(Cipher::gcm_nonce);
        const Bytes begin = bytes_of(magic);
        out_.assign(begin.begin(), begin.end());
        out_.insert(out_.end(), key.id.begin(), key.id.end());
        const std::vector<std::byte> beside = out_;
        out_.insert(out_.end(), nonce.begin(), nonce.end());
        key.cipher.seal(nonce, beside, body_, out_);
        return out_;
    }

    bool stamped() const noexcept override { return true; }

  private:
    Opened read() const {
        const Bytes body = opened_;
        if (body.size() < name_at) return malformed("its body ends too early");
        const auto kind = get(body.subspan(0, 1));
        if (kind != 1 && kind != 2) return malformed("it is neither a heartbeat nor a goodbye");
        if (get(body.subspan(2, 2)) != body.size() - name_at) return malformed("its name has another length than it declares");
        Opened out;
        out.name = {reinterpret_cast<const char *>(body.data()) + name_at, body.size() - name_at};
        if (!is_node_name(out.name)) return malformed("its sender is no node's name, name@host");
        out.verdict = Opened::Verdict::good;
        out.kind = static_cast<Kind>(kind);
        out.counter = get(body.subspan(4, 8));
        out.time = static_cast<std::int64_t>(get(body.subspan(12, 8)));
        return out;
    }

    std::vector<Keyed> keys_;
    std::vector<std::byte> opened_, body_, out_;
};

} // namespace

std::unique_ptr<Envelope> authenticated_envelope(const Crypto &crypto, const std::vector<std::string_view> &secrets) {
    return std::make_unique<Authenticated>(crypto, secrets);
}

} // namespace gossip
