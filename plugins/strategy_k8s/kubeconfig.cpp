// SPDX-License-Identifier: MIT
#include "kubeconfig.hpp"

#include <kith/base64.hpp>

#include <yaml.h>

#include <memory>
#include <optional>

namespace k8s {

namespace {

kith::error wrong(std::string what) { return {KITH_INVALID, std::move(what)}; }

struct DocumentDeleter {
    void operator()(yaml_document_t *document) const noexcept {
        yaml_document_delete(document);
        delete document;
    }
};
using Document = std::unique_ptr<yaml_document_t, DocumentDeleter>;

kith::result<Document> load(std::string_view text) {
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0) return kith::error(KITH_LIMIT);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char *>(text.data()), text.size());
    auto raw = std::make_unique<yaml_document_t>();
    const bool good = yaml_parser_load(&parser, raw.get()) != 0;
    const std::string why = good ? std::string()
                                 : "line " + std::to_string(parser.problem_mark.line + 1) + ": it is not valid YAML (" +
                                       (parser.problem != nullptr ? parser.problem : "no reason is given") + ")";
    yaml_parser_delete(&parser);
    if (!good) return wrong(why);
    return Document(raw.release());
}

// A node of the document. A node that does not exist has no members.
class Node {
  public:
    Node(yaml_document_t *document, yaml_node_t *node) noexcept : document_(document), node_(node) {}

    explicit operator bool() const noexcept { return node_ != nullptr; }
    bool is_map() const noexcept { return node_ != nullptr && node_->type == YAML_MAPPING_NODE; }
    std::string line() const { return node_ == nullptr ? "" : "line " + std::to_string(node_->start_mark.line + 1) + ": "; }

    Node operator[](std::string_view name) const {
        if (!is_map()) return {document_, nullptr};
        for (auto *pair = node_->data.mapping.pairs.start; pair != node_->data.mapping.pairs.top; ++pair) {
            if (at(pair->key).scalar() == name) return at(pair->value);
        }
        return {document_, nullptr};
    }
    /// In a list of {name: ..., WHAT: ...}: the WHAT of the entry with that name.
    Node named(std::string_view name, const char *what) const {
        if (node_ == nullptr || node_->type != YAML_SEQUENCE_NODE) return {document_, nullptr};
        for (auto *item = node_->data.sequence.items.start; item != node_->data.sequence.items.top; ++item) {
            if (const Node one = at(*item); one["name"].scalar() == name) return one[what];
        }
        return {document_, nullptr};
    }
    /// Empty when it is not a scalar, or null.
    std::string_view scalar() const noexcept {
        if (node_ == nullptr || node_->type != YAML_SCALAR_NODE) return {};
        const std::string_view text(reinterpret_cast<const char *>(node_->data.scalar.value), node_->data.scalar.length);
        const bool plain = node_->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        return plain && (text == "null" || text == "~") ? std::string_view() : text;
    }

  private:
    Node at(int index) const noexcept { return {document_, yaml_document_get_node(document_, index)}; }

    yaml_document_t *document_;
    yaml_node_t *node_;
};

// NAME-data takes precedence over NAME, as in kubectl.
std::optional<kith::error> take(const Node &from, const std::string &name, std::string &data, std::string &file) {
    if (const Node inlined = from[name + "-data"]; !inlined.scalar().empty()) {
        auto decoded = kith::base64_decode(inlined.scalar());
        if (!decoded || decoded->empty()) return wrong(inlined.line() + "expected base64 in " + name + "-data");
        data = *std::move(decoded);
    } else {
        file = from[name].scalar();
    }
    return std::nullopt;
}

std::optional<kith::error> take_cluster(const Node &cluster, Kubeconfig &out) {
    ApiServerAccess &to = out.access;
    to.server = cluster["server"].scalar();
    while (to.server.ends_with('/')) to.server.pop_back();
    if (!to.server.starts_with("https://") && !to.server.starts_with("http://"))
        return wrong(cluster.line() + "expected http:// or https:// and a host in the cluster's server");
    to.server_name = cluster["tls-server-name"].scalar();
    to.proxy = cluster["proxy-url"].scalar();
    to.insecure = cluster["insecure-skip-tls-verify"].scalar() == "true";
    return take(cluster, "certificate-authority", to.authorities, out.authorities_file);
}

std::optional<kith::error> take_user(const Node &user, Kubeconfig &out) {
    ApiServerAccess &to = out.access;
    for (const char *how : {"exec", "auth-provider", "username"}) {
        if (!user[how]) continue;
        return kith::error(KITH_UNSUPPORTED,
                           user[how].line() + "a user with `" + how +
                               "` is not supported; expected a token, a tokenFile or a client certificate, such as "
                               "of a service account");
    }
    to.token = user["token"].scalar();
    if (to.token.empty()) out.token_file = user["tokenFile"].scalar();
    if (auto bad = take(user, "client-certificate", to.certificate, out.certificate_file)) return bad;
    return take(user, "client-key", to.key, out.key_file);
}

} // namespace

kith::result<Kubeconfig> parse_kubeconfig(std::string_view text, std::string_view context) {
    auto document = load(text);
    if (!document) return std::move(document).error();
    const Node top(document->get(), yaml_document_get_root_node(document->get()));
    if (!top.is_map()) return wrong("expected a kubeconfig: a map with clusters, users and contexts");

    std::string name(context.empty() ? top["current-context"].scalar() : context);
    if (name.empty()) return wrong("the kubeconfig has no current-context; configure `context`");
    const Node chosen = top["contexts"].named(name, "context");
    if (!chosen) return wrong("there is no context `" + name + "`; `kubectl config get-contexts` lists them");
    const Node cluster = top["clusters"].named(chosen["cluster"].scalar(), "cluster");
    if (!cluster) return wrong("context `" + name + "` refers to a cluster that does not exist");

    Kubeconfig out;
    out.access.name_space = chosen["namespace"].scalar();
    if (out.access.name_space.empty()) out.access.name_space = "default";
    if (auto bad = take_cluster(cluster, out)) return *std::move(bad);
    if (const auto user_name = chosen["user"].scalar(); !user_name.empty()) {
        const Node user = top["users"].named(user_name, "user");
        if (!user) return wrong("context `" + name + "` refers to a user that does not exist");
        if (auto bad = take_user(user, out)) return *std::move(bad);
    }
    return out;
}

} // namespace k8s
