// SPDX-License-Identifier: MIT
//
// Strategy k8s_dns: the peers are the addresses of a headless Service.
#include <dns_lookup/dns_poll_strategy.hpp>
#include <dns_lookup/family_option.hpp>

namespace {

class k8s_dns : public dns_lookup::DnsPollStrategy {
  public:
    static constexpr kith::about about{
        .id = "k8s_dns",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The pods of a headless Service of Kubernetes, by its DNS addresses.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["service", "application_name"],
            "properties": {
                "service": {
                    "description": "Name of the headless Service; followed by a dot and its namespace if that is another one.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 254
                },
                "application_name": {
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
                "family": {
                    "description": "The address families to query. With both, a failure of one family makes the query fail if that family has given an address before; otherwise only the other family is used.",
                    "type": "string",
                    "enum": ["both", "ipv4", "ipv6"],
                    "default": "both"
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
    };
    static constexpr std::string_view aliases[] = {"kubernetes_dns"}; // as in libcluster's documentation
    using required = Services;
    using optional = kith::services<kith::state>;

    explicit k8s_dns(kith::host h)
        : DnsPollStrategy(h, kith::options(h).text("/application_name"), kith::options(h).text("/service")) {
        question.family = dns_lookup::family(kith::options(h).text("/family"));
        question.search = true; // the search domains of the pod's resolv.conf complete the name
    }

  private:
    kith::task<kith::result<dns_lookup::LookupResult>> query(const kith::dns &dns) override {
        return addresses(dns, question, families);
    }
};

} // namespace

KITH_PLUGIN(k8s_dns)
