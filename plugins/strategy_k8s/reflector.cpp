// SPDX-License-Identifier: MIT
#include "reflector.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace k8s {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t piece = 65'536; // bytes of a body that are parsed at once
// A server writes a page object by object. When kith is faster, it lets some of them arrive, since to be woken for each costs more than to
// parse it.
constexpr auto accumulate = 4ms;
constexpr int page_size = 500; // as kubectl uses
constexpr std::uint64_t largest_page = 128u << 20;
constexpr std::uint64_t longest_refusal = 16'384;
constexpr RequestLimits for_page{30s, 60s, largest_page};

// The server sends a bookmark about 62 s after the last event, so a watch that is silent for longer is dead.
constexpr auto silence = 65s;
constexpr auto shortest_watch = 300s;
constexpr std::uint64_t watch_spread = 300; // seconds of random spread, so that watches that began together do not end together

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

kith::error unexpected_body(const std::string &url, const kith::error &why) {
    return {why.status, url + ": unexpected body: " + why.text};
}

std::string advice(std::uint32_t code, std::string_view what, std::string_view name_space) {
    switch (code) {
    case 401: return "; the token or certificate was not accepted; possibly it is of another cluster or has expired";
    case 403:
        return "; expected a Role in namespace " + std::string(name_space) + " with the verbs get, list and watch for " +
               std::string(what) + ", bound to this account";
    case 404: return "; possibly the API server does not support " + std::string(what);
    case 301:
    case 302:
    case 307:
    case 308: return "; redirects are not followed; configure the URL of the target";
    default: return "";
    }
}

// Whether `version` is older than `than`. False when one of them is not a number, since they cannot be compared then.
bool older(std::string_view version, std::string_view than) {
    const auto number = [](std::string_view text) {
        return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    };
    if (!number(version) || !number(than)) return false;
    const auto digits = [](std::string_view text) { return text.substr(std::min(text.find_first_not_of('0'), text.size())); };
    const auto left = digits(version), right = digits(than);
    return left.size() != right.size() ? left.size() < right.size() : left < right;
}

} // namespace

std::string Reflector::path() const {
    std::string out = settings_.lookup == Lookup::endpointslices ? "/apis/discovery.k8s.io/v1" : "/api/v1";
    out.append("/namespaces/").append(escaped(name_space_)).append("/").append(resource(settings_.lookup)).append("?");
    if (!settings_.selector.empty()) out.append("labelSelector=").append(escaped(settings_.selector)).append("&");
    return out;
}

// Builds the failure for an error response, with the message of its Status if it has one.
kith::task<Failure> Reflector::refusal(ApiResponse &answer) const {
    std::string body;
    std::array<char, 4096> some{};
    while (body.size() < longest_refusal) {
        auto got = co_await answer.response.read(std::as_writable_bytes(std::span(some)));
        if (!got) break;
        body.append(some.data(), *got);
    }
    const std::string message = read_status(body).message.substr(0, 512);
    kith::error why = answer.response.refusal();
    why.text = why.text + (message.empty() ? "" : ": " + message) +
               advice(answer.response.code, resource(settings_.lookup), name_space_);
    Failure out{std::move(why), answer.response.retry_after(), answer.response.code};
    co_return out;
}

kith::task<kith::result<Page>> Reflector::page(std::string query, std::function<void(Object &)> found, Failure &failure) {
    auto answer = co_await client_.get(path() + query, for_page);
    if (!answer) co_return answer.error();
    if (answer->response.code != 200) {
        failure = co_await refusal(*answer);
        co_return failure.why;
    }
    ListParser reader(settings_.lookup, std::move(found));
    const auto buffer = std::make_unique<std::array<char, piece>>();
    std::size_t received = 0;
    for (;;) {
        auto got = co_await answer->response.read(std::as_writable_bytes(std::span(*buffer)));
        if (!got && got.status() != KITH_CLOSED) co_return got.error();
        if (!got) break;
        if (auto good = reader.read({buffer->data(), *got}); !good) co_return unexpected_body(answer->url, good.error());
        received += *got;
        if (received > piece && *got < piece / 2 && !reader.complete()) co_await timer_.sleep(accumulate);
    }
    auto whole = reader.end();
    if (!whole) co_return unexpected_body(answer->url, whole.error());
    co_return whole;
}

kith::task<std::optional<ListedPeers>> Reflector::list(Failure &failure) {
    bool paged = !settings_.cached; // the server's cache does not paginate
    bool again = false;
    std::string next, version;
    const std::function<void(Object &)> add = [this](Object &object) { peer_set_.add(object); };
    peer_set_.begin();
    for (;;) {
        std::string query = paged ? "limit=" + std::to_string(page_size) : settings_.cached ? "resourceVersion=0" : "";
        if (!next.empty()) query.append("&continue=").append(escaped(next));
        failure = {};
        auto got = co_await page(query, add, failure);
        if (!got) {
            failure.why = std::move(got).error();
            const bool expired = failure.code == 410 && !next.empty();
            if (!expired || std::exchange(again, true)) co_return std::nullopt;
            // The list expired while its pages were read: request it again, without pages.
            paged = false;
            next.clear();
            peer_set_.begin();
            continue;
        }
        version = std::move(got->version);
        const bool ends_early = got->next.empty() && got->remaining > 0;
        if (ends_early || (!got->next.empty() && got->next == next)) {
            const std::string what = ends_early ? "its last page has remainingItemCount " + std::to_string(got->remaining) +
                                                      " and no `continue`, so the list is incomplete"
                                                : std::string("the `continue` of a page refers to the same page");
            failure.why = unexpected_body(path().substr(0, path().find('?')), {KITH_PROTOCOL, what});
            co_return std::nullopt;
        }
        next = std::move(got->next);
        if (next.empty()) break;
    }
    version_ = std::move(version);
    co_return peer_set_.end();
}

kith::task<Reflector::Checked> Reflector::check(Failure &failure) {
    failure = {};
    const std::function<void(Object &)> ignore = [](Object &) {};
    const std::string query = "limit=1";
    auto got = co_await page(query, ignore, failure);
    if (!got) {
        failure.why = std::move(got).error();
        co_return Checked::failed;
    }
    const bool comparable = older(got->version, version_) || older(version_, got->version) || got->version == version_;
    if (!comparable || older(got->version, version_)) co_return Checked::behind;
    silence_is_normal_ = true;
    co_return Checked::good;
}

void Reflector::interrupt() noexcept {
    interrupted_ = true;
    if (open_response_ != nullptr) open_response_->close();
}

kith::task<WatchEnd> Reflector::watch(WatchHandler watcher) {
    interrupted_ = false;
    const auto seconds = static_cast<std::uint64_t>(shortest_watch.count()) + random_.below(watch_spread);
    const std::chrono::nanoseconds whole = std::chrono::seconds(seconds) + 60s;
    const RequestLimits patience{silence_is_normal_ ? whole : silence, whole, UINT64_MAX};
    auto answer = co_await client_.get(path() + "allowWatchBookmarks=true&resourceVersion=" + escaped(version_) +
                                           "&timeoutSeconds=" + std::to_string(seconds) + "&watch=true",
                                       patience);
    if (!answer) co_return WatchEnd{WatchEnd::Kind::broken, {answer.error(), {}, 0}};
    const auto code = answer->response.code;
    if (code != 200) {
        Failure failure = co_await refusal(*answer);
        const auto kind = code == 410                                 ? WatchEnd::Kind::expired
                          : code == 403 || code == 404 || code == 405 ? WatchEnd::Kind::refused
                                                                      : WatchEnd::Kind::useless;
        co_return WatchEnd{kind, std::move(failure)};
    }
    if (interrupted_) co_return WatchEnd{WatchEnd::Kind::interrupted, {}};
    watcher.opened();
    open_response_ = &answer->response;
    WatchEnd ending = co_await follow(*answer, watcher);
    open_response_ = nullptr;
    co_return ending;
}

kith::task<WatchEnd> Reflector::follow(ApiResponse &answer, const WatchHandler &watcher) {
    Changes changes;
    WatchEnd ending{WatchEnd::Kind::over, {}};
    bool go_on = true;
    bool heard = false;
    bool moved = false;
    const auto stop = [&](WatchEnd::Kind kind, Failure failure = {}) {
        if (go_on) ending = {kind, std::move(failure)};
        go_on = false;
    };
    const auto tell = [&] {
        if (!changes.empty() && !watcher.changed(changes)) stop(WatchEnd::Kind::expired);
        changes = {};
    };
    WatchParser reader(settings_.lookup, [&](Event &event) {
        if (!go_on) return;
        if (event.kind == Event::Kind::error) {
            const bool old = event.status.code == 410 || event.status.reason == "Expired" || event.status.reason == "Gone";
            kith::error why(KITH_UNAVAILABLE, answer.url + ": the watch ended with error " + std::to_string(event.status.code) +
                                                  ": " + event.status.message.substr(0, 512));
            stop(old ? WatchEnd::Kind::expired : WatchEnd::Kind::useless,
                 {std::move(why), {}, static_cast<std::uint32_t>(event.status.code)});
            return;
        }
        // Possible when the storage of the server was restored.
        if (event.kind == Event::Kind::bookmark && older(event.object.version, version_)) return stop(WatchEnd::Kind::expired);
        if (!std::exchange(moved, true)) watcher.alive();
        if (event.kind != Event::Kind::bookmark) {
            auto applied = peer_set_.apply(event, changes);
            if (applied == PeerSet::Applied::not_yet) {
                tell();
                applied = peer_set_.apply(event, changes);
            }
            if (applied == PeerSet::Applied::list_again) return stop(WatchEnd::Kind::expired);
        }
        version_ = event.object.version;
    });
    const auto buffer = std::make_unique<std::array<char, piece>>();
    while (go_on) {
        auto got = co_await answer.response.read(std::as_writable_bytes(std::span(*buffer)));
        if (interrupted_) {
            stop(WatchEnd::Kind::interrupted);
        } else if (got) {
            heard = true;
            silence_is_normal_ = false;
            auto good = reader.read({buffer->data(), *got});
            tell();
            if (!good) stop(WatchEnd::Kind::useless, {unexpected_body(answer.url, good.error()), {}, 0});
        } else if (got.status() == KITH_CLOSED && reader.complete()) {
            const bool suspicious =
                !heard && silence_is_normal_; // a watch from a version that the server does not have yet ends like this, too
            stop(suspicious ? WatchEnd::Kind::mute : WatchEnd::Kind::over);
        } else if (got.status() == KITH_CLOSED) {
            stop(WatchEnd::Kind::useless, {{KITH_RESET, answer.url + ": the watch ended in the middle of an event"}, {}, 0});
        } else if (got.status() == KITH_TIMED_OUT && !heard && !silence_is_normal_) {
            stop(WatchEnd::Kind::mute);
        } else if (got.status() == KITH_TIMED_OUT) {
            stop(WatchEnd::Kind::silent, {got.error(), {}, 0});
        } else {
            stop(WatchEnd::Kind::broken, {got.error(), {}, 0});
        }
    }
    ending.moved = moved;
    co_return ending;
}

} // namespace k8s
