// SPDX-License-Identifier: MIT
//
// Strategy k8s_dnssrv: the peers are the pods of a StatefulSet, by the SRV records of its headless Service.
#include <dns_lookup/dns_poll_strategy.hpp>

#include <kith/env.hpp>

namespace {

constexpr std::string_view domain_variable = "CLUSTER_DOMAIN";

// Fully qualified, with a trailing dot: otherwise, with ndots:5, each search domain would be tried first.
std::string name_of(kith::host h) {
    const kith::options options(h);
    std::string domain(kith::env(h).get(domain_variable).value_or("cluster.local"));
    while (domain.ends_with('.')) domain.pop_back();
    std::string out(options.text("/service"));
    return out.append(".").append(options.text("/namespace")).append(".svc.").append(domain).append(".");
}

class k8s_dnssrv : public dns_lookup::DnsPollStrategy {
  public:
    static constexpr kith::about about{
        .id = "k8s_dnssrv",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The pods of a StatefulSet of Kubernetes, by the SRV records of its headless Service.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["service", "application_name", "namespace"],
            "properties": {
                "service": {
                    "description": "Name of the headless Service.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 63
                },
                "application_name": {
                    "description": "The part of the node names before the @.",
                    "type": "string",
                    "pattern": "^[^@\\s]+$",
                    "x-kith-node-name": "part"
                },
                "namespace": {
                    "description": "Namespace of the Service.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 63
                },
                "polling_interval": {
                    "description": "Time between queries, varied by ±10 %; less, down to half of it, if the TTL of the answer is shorter. After a failure the delay starts shorter and increases up to 30 s.",
                    "type": "integer",
                    "default": 5000,
                    "minimum": 100,
                    "maximum": 86400000,
                    "x-kith-unit": "ms"
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
    static constexpr std::string_view aliases[] = {"kubernetes_dnssrv"}; // as in libcluster's documentation
    using required = kith::services<kith::options, kith::timer, kith::random, kith::dns, kith::env>;
    static constexpr std::string_view env[] = {domain_variable};

    explicit k8s_dnssrv(kith::host h) : DnsPollStrategy(h, kith::options(h).text("/application_name"), name_of(h)) {}

  private:
    kith::task<kith::result<dns_lookup::LookupResult>> query(const kith::dns &dns) override { return targets(dns, question); }
};

} // namespace

KITH_PLUGIN(k8s_dnssrv)
