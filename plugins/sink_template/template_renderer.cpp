// SPDX-License-Identifier: MIT
#include "template_renderer.hpp"

#include <optional>
#include <utility>

namespace sink_template {

namespace {

/// The host in a peer's name, which is all of it when there is no @.
std::string_view host_of(std::string_view name) {
    name.remove_prefix(name.rfind('@') + 1); // npos + 1 is 0
    if (name.size() > 2 && name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
    return name;
}

std::string label_of(const Alternative &alternative) {
    switch (alternative.origin) {
    case Origin::name: return "its name";
    case Origin::key: return "its key";
    case Origin::host: return "the host in its name";
    case Origin::port: return "its attribute `port`";
    case Origin::attribute: return "its attribute `" + alternative.text + "`";
    case Origin::topology: return "the name of the topology";
    case Origin::count:
    case Origin::literal: break;
    }
    return "a value of the template";
}

class Renderer {
  public:
    Renderer(const Template &parsed, const RenderInput &input)
        : template_(parsed), input_(input), port_(input.port == 0 ? std::string() : std::to_string(input.port)) {}

    kith::result<RenderedText> render() {
        render_bodies();
        count_ = std::to_string(out_.peers);
        for (std::size_t i = 0; i < template_.size(); ++i) {
            const Section &section = template_[i];
            append_fixed(out_.text, section.before);
            if (!section.has_block) continue;
            std::string between;
            append_fixed(between, section.between);
            if (out_.peers == 0) append_fixed(out_.text, section.otherwise);
            out_.text.reserve(out_.text.size() + bodies_[i].size() + out_.peers * between.size());
            std::size_t begin = 0;
            for (std::size_t peer = 0; peer < out_.peers; begin = ends_[i][peer], ++peer) {
                if (peer != 0) out_.text += between;
                out_.text.append(bodies_[i], begin, ends_[i][peer] - begin);
            }
        }
        if (!error_.empty()) return kith::error(KITH_INVALID, error_);
        return std::move(out_);
    }

  private:
    void render_bodies() {
        bodies_.resize(template_.size());
        ends_.resize(template_.size());
        std::vector<std::size_t> sizes(template_.size());
        for (const kith::member &peer : input_.members) {
            std::string why;
            for (std::size_t i = 0; i < template_.size(); ++i) {
                sizes[i] = bodies_[i].size();
                if (why.empty()) why = append_pieces(bodies_[i], template_[i].body, &peer);
            }
            if (why.empty()) {
                for (std::size_t i = 0; i < template_.size(); ++i) ends_[i].push_back(bodies_[i].size());
                ++out_.peers;
            } else {
                for (std::size_t i = 0; i < template_.size(); ++i) bodies_[i].resize(sizes[i]);
                out_.left_out.push_back({std::string(peer.name), std::move(why)});
            }
        }
    }

    void append_fixed(std::string &out, const Pieces &pieces) {
        if (std::string why = append_pieces(out, pieces, nullptr); !why.empty() && error_.empty()) error_ = std::move(why);
    }

    std::string append_pieces(std::string &out, const Pieces &pieces, const kith::member *peer) const {
        for (const Piece &piece : pieces) {
            out += piece.text;
            if (!piece.has_value) continue;
            if (std::string why = append_value(out, piece.value, peer); !why.empty()) return why;
        }
        return {};
    }

    /// Nothing when there is none. peer: null outside of a body, where the parser allows no value of a peer.
    std::optional<std::string_view> text_of(const Alternative &alternative, const kith::member *peer) const {
        switch (alternative.origin) {
        case Origin::literal: return alternative.text;
        case Origin::count: return count_;
        case Origin::topology: return input_.topology;
        default: break;
        }
        if (alternative.origin == Origin::port && !port_.empty()) return port_;
        if (peer == nullptr) return std::nullopt;
        switch (alternative.origin) {
        case Origin::name: return peer->name;
        case Origin::key: return peer->key;
        case Origin::host: return host_of(peer->name);
        default: break;
        }
        const std::string_view *found = peer->find(alternative.origin == Origin::port ? "port" : alternative.text);
        return found == nullptr ? std::nullopt : std::optional(*found);
    }

    std::string append_value(std::string &out, const Value &value, const kith::member *peer) const {
        for (const Alternative &alternative : value.alternatives) {
            const std::optional<std::string_view> text = text_of(alternative, peer);
            if (alternative.origin == Origin::literal && text->empty()) {
                if (value.form == Form::json) out += "\"\"";
                return {};
            }
            const bool absent = !text || text->empty();
            if (absent && &alternative != &value.alternatives.back()) continue;
            std::string why = !text ? "it is missing" : absent ? "it is empty" : std::string();
            if (!absent) {
                if (value.address) why = not_an_address(*text);
                if (why.empty() && value.host) why = not_a_host(*text);
                if (why.empty() && (value.port || alternative.origin == Origin::port)) why = not_a_port(*text);
                if (why.empty()) why = append(out, *text, value.form);
                if (why.empty()) return {};
            }
            return label_of(alternative) + ": " + why;
        }
        return "the template has a value without alternatives";
    }

    const Template &template_;
    const RenderInput &input_;
    const std::string port_;
    std::string count_;
    RenderedText out_;
    std::vector<std::string> bodies_;            // of each section, for all peers
    std::vector<std::vector<std::size_t>> ends_; // where the body of each peer ends in it
    std::string error_;
};

} // namespace

kith::result<RenderedText> render(const Template &parsed, const RenderInput &input) { return Renderer(parsed, input).render(); }

} // namespace sink_template
