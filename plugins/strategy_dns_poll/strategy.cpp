// SPDX-License-Identifier: MIT
//
// Strategy dns_poll: the peers are the addresses of a DNS name.
#include <dns_lookup/dns_poll_strategy.hpp>
#include <dns_lookup/family_option.hpp>

namespace {

class dns_poll : public dns_lookup::DnsPollStrategy {
  public:
    static constexpr kith::about about{
        .id = "dns_poll",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The addresses of a DNS name.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["query", "node_basename"],
            "properties": {
                "query": {
                    "description": "The name whose addresses (A and AAAA) are the peers.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 254
                },
                "node_basename": {
                    "description": "The part of the node names before the @.",
                    "type": "string",
                    "pattern": "^[^@\\s]+$",
                    "x-kith-node-name": "part"
                },
                "polling_interval": {
                    "description": "Time between queries, varied by ±10 %; less, down to half of it, if the TTL of the answer is shorter. After a failure the delay starts shorter and increases up to 30 s.",
                    "type": "integer",
                    "default": 5000,
                    "minimum": 100,
                    "maximum": 86400000,
                    "x-kith-unit": "ms"
                },
                "poll_interval": {
                    "description": "An older name of polling_interval, which it overrides.",
                    "type": "integer",
                    "minimum": 100,
                    "maximum": 86400000,
                    "x-kith-unit": "ms"
                },
                "family": {
                    "description": "The address families to query. With both, a failure of one family makes the query fail if that family has given an address before; otherwise only the other family is used.",
                    "type": "string",
                    "enum": ["both", "ipv4", "ipv6"],
                    "default": "both"
                },
                "search": {
                    "description": "Try the search domains of /etc/resolv.conf, as the system's resolver does.",
                    "type": "boolean",
                    "default": false
                },
                "servers": {
                    "description": "Numeric addresses of the DNS servers, in order of preference, such as 127.0.0.1:8600. Empty: those of /etc/resolv.conf.",
                    "type": "array",
                    "maxItems": 8,
                    "default": [],
                    "items": {
                        "type": "string",
                        "pattern": "^[0-9A-Fa-f.:]+(%[0-9A-Za-z_.-]+)?$|^\\[[0-9A-Fa-f.:]+(%[0-9A-Za-z_.-]+)?\\](:[0-9]{1,5})?$",
                        "x-kith-expected": "an address, 10.96.0.10 or 10.96.0.10:5353 or [fd00::a]:5353 or fe80::53%eth0"
                    }
                }
            }
        })",
        .flags = KITH_FLAG_ROTATING,
    };
    using required = Services;
    using optional = kith::services<kith::state>;

    explicit dns_poll(kith::host h)
        : DnsPollStrategy(h, kith::options(h).text("/node_basename"), kith::options(h).text("/query")) {
        const kith::options options(h);
        question.family = dns_lookup::family(options.text("/family"));
        question.search = options.flag("/search");
    }

  private:
    kith::task<kith::result<dns_lookup::LookupResult>> query(const kith::dns &dns) override {
        return addresses(dns, question, families);
    }
};

} // namespace

KITH_PLUGIN(dns_poll)
