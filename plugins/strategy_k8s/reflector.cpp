// SPDX-License-Identifier: MIT
#include "reflector.hpp"

#include <array>

namespace k8s {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t piece = 65'536; // bytes of a body that are looked at together
constexpr int page_size = 500;        // as kubectl asks for
constexpr std::uint64_t largest_page = 128u << 20;
constexpr std::uint64_t longest_refusal = 16'384;
constexpr Patience for_page{30s, 60s, largest_page};

// A bookmark comes a minute and up to some two seconds after whatever came last, so a watch that is silent for longer is dead.
constexpr auto silence = 65s;
constexpr auto shortest_watch = 300s;
constexpr std::uint64_t watch_spread = 300; // seconds: watches that began together do not end together

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-._~").find(c) != std::string_view::npos;
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out.append("%").append(1, "0123456789ABCDEF"[byte >> 4]).append(1, "0123456789ABCDEF"[byte & 15]);
        }
    }
    return out;
}

kith::error strange(const std::string &url, const kith::error &why) {
    return {why.status, url + ": the body is not what was expected: " + why.text};
}

std::string advice(std::uint32_t code, std::string_view what, std::string_view name_space) {
    switch (code) {
    case 401: return "; the token or the certificate is not accepted: is it of this cluster, and has it not expired?";
    case 403:
        return "; expected a Role in namespace " + std::string(name_space) + " with the verbs get, list and watch for " +
               std::string(what) + ", bound to this account";
    case 404: return "; expected an API server that knows " + std::string(what);
    case 301:
    case 302:
    case 307:
    case 308: return "; redirects are not followed: configure the server they lead to";
    default: return "";
    }
}

} // namespace

std::string Reflector::path() const {
    std::string out = settings_.lookup == Lookup::endpointslices ? "/apis/discovery.k8s.io/v1" : "/api/v1";
    out.append("/namespaces/").append(escaped(space_)).append("/").append(resource(settings_.lookup)).append("?");
    if (!settings_.selector.empty()) out.append("labelSelector=").append(escaped(settings_.selector)).append("&");
    return out;
}

// What the server says instead of an answer, in its own words where it has some.
kith::task<Trouble> Reflector::refusal(Answer &answer) const {
    std::string body;
    std::array<char, 4096> some{};
    while (body.size() < longest_refusal) {
        auto got = co_await answer.response.read(std::as_writable_bytes(std::span(some)));
        if (!got) break;
        body.append(some.data(), *got);
    }
    const std::string message = read_status(body).message.substr(0, 512);
    kith::error why = answer.response.refusal();
    why.text = answer.url + ": " + why.text + (message.empty() ? "" : ": " + message) +
               advice(answer.response.code, resource(settings_.lookup), space_);
    Trouble out{std::move(why), answer.response.retry_after(), answer.response.code};
    co_return out;
}

kith::task<kith::result<Page>> Reflector::page(std::string query, Trouble &trouble) {
    auto answer = co_await access_.get(path() + query, for_page);
    if (!answer) co_return answer.error();
    if (answer->response.code != 200) {
        trouble = co_await refusal(*answer);
        co_return trouble.why;
    }
    ListReader reader(settings_.lookup, [this](Object &object) { roster_.add(object); });
    const auto buffer = std::make_unique<std::array<char, piece>>();
    for (;;) {
        auto got = co_await answer->response.read(std::as_writable_bytes(std::span(*buffer)));
        if (!got && got.status() != KITH_CLOSED) co_return got.error();
        if (!got) break;
        if (auto good = reader.read({buffer->data(), *got}); !good) co_return strange(answer->url, good.error());
    }
    auto whole = reader.end();
    if (!whole) co_return strange(answer->url, whole.error());
    co_return whole;
}

kith::task<std::optional<Listed>> Reflector::list(Trouble &trouble) {
    bool paged = !settings_.cached; // a cache answers with everything at once
    std::string next;
    roster_.begin();
    for (;;) {
        std::string query = paged ? "limit=" + std::to_string(page_size) : settings_.cached ? "resourceVersion=0" : "";
        if (!next.empty()) query.append("&continue=").append(escaped(next));
        trouble = {};
        auto got = co_await page(query, trouble);
        if (!got) {
            trouble.why = std::move(got).error();
            const bool expired = trouble.code == 410 && !next.empty();
            if (!expired) co_return std::nullopt;
            // The list became too old while it was read: once more, in one piece.
            paged = false;
            next.clear();
            roster_.begin();
            continue;
        }
        version_ = got->version;
        next = std::move(got->next);
        if (next.empty()) break;
    }
    co_return roster_.end();
}

void Reflector::interrupt() noexcept {
    interrupted_ = true;
    if (open_ != nullptr) open_->close();
}

kith::task<Ending> Reflector::watch(std::function<void()> opened, std::function<bool(Changes &)> changed) {
    interrupted_ = false;
    const auto seconds = static_cast<std::uint64_t>(shortest_watch.count()) + random_.below(watch_spread);
    const std::chrono::nanoseconds whole = std::chrono::seconds(seconds) + 60s;
    const Patience patience{quiet_ ? whole : silence, whole, UINT64_MAX};
    auto answer = co_await access_.get(path() + "allowWatchBookmarks=true&resourceVersion=" + escaped(version_) +
                                           "&timeoutSeconds=" + std::to_string(seconds) + "&watch=true",
                                       patience);
    if (!answer) co_return Ending{Ending::Kind::broken, {answer.error(), {}, 0}};
    const auto code = answer->response.code;
    if (code != 200) {
        Trouble trouble = co_await refusal(*answer);
        const auto kind = code == 410                                 ? Ending::Kind::expired
                          : code == 403 || code == 404 || code == 405 ? Ending::Kind::refused
                                                                      : Ending::Kind::broken;
        co_return Ending{kind, std::move(trouble)};
    }
    if (interrupted_) co_return Ending{Ending::Kind::interrupted, {}};
    opened();
    open_ = &answer->response;
    Ending ending = co_await follow(*answer, changed);
    open_ = nullptr;
    co_return ending;
}

kith::task<Ending> Reflector::follow(Answer &answer, const std::function<bool(Changes &)> &changed) {
    Changes changes;
    Ending ending{Ending::Kind::over, {}};
    bool go_on = true;
    bool heard = false;
    const auto stop = [&](Ending::Kind kind, Trouble trouble = {}) {
        if (go_on) ending = {kind, std::move(trouble)};
        go_on = false;
    };
    const auto tell = [&] {
        if (!changes.empty() && !changed(changes)) stop(Ending::Kind::expired);
        changes = {};
    };
    WatchReader reader(settings_.lookup, [&](Event &event) {
        if (!go_on) return;
        if (event.kind == Event::Kind::error) {
            const bool old = event.status.code == 410 || event.status.reason == "Expired" || event.status.reason == "Gone";
            kith::error why(KITH_UNAVAILABLE, answer.url + ": the watch ended with " + std::to_string(event.status.code) +
                                                  ": " + event.status.message.substr(0, 512));
            stop(old ? Ending::Kind::expired : Ending::Kind::broken,
                 {std::move(why), {}, static_cast<std::uint32_t>(event.status.code)});
            return;
        }
        if (event.kind != Event::Kind::bookmark) {
            auto applied = roster_.apply(event, changes);
            if (applied == Roster::Applied::not_yet) {
                tell();
                applied = roster_.apply(event, changes);
            }
            if (applied == Roster::Applied::list_again) return stop(Ending::Kind::expired);
        }
        version_ = event.object.version;
    });
    const auto buffer = std::make_unique<std::array<char, piece>>();
    while (go_on) {
        auto got = co_await answer.response.read(std::as_writable_bytes(std::span(*buffer)));
        if (interrupted_) {
            stop(Ending::Kind::interrupted);
        } else if (got) {
            heard = true;
            quiet_ = false;
            auto good = reader.read({buffer->data(), *got});
            tell();
            if (!good) stop(Ending::Kind::broken, {strange(answer.url, good.error()), {}, 0});
        } else if (got.status() == KITH_CLOSED && reader.complete()) {
            stop(Ending::Kind::over);
        } else if (got.status() == KITH_CLOSED) {
            stop(Ending::Kind::broken, {{KITH_RESET, answer.url + ": the watch ended in the middle of an event"}, {}, 0});
        } else if (got.status() == KITH_TIMED_OUT && !heard && !quiet_) {
            quiet_ = true; // or dead: a list tells
            stop(Ending::Kind::expired);
        } else if (got.status() == KITH_TIMED_OUT) {
            stop(Ending::Kind::silent, {got.error(), {}, 0});
        } else {
            stop(Ending::Kind::broken, {got.error(), {}, 0});
        }
    }
    co_return ending;
}

} // namespace k8s
