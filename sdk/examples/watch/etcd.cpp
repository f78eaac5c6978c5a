// etcd: the values under a prefix in etcd, version 3, are names of nodes. They are listed once and then watched over HTTP. The same
// shape serves every source that is listed and then watched:
//
//   * list, and watch from the revision of the list, so that no change is missed;
//   * whatever ends the watch, list again; after a failure with a growing pause;
//   * refresh breaks the wait for the next change, and lists again;
//   * a watch has a longest life, after which all is listed again: a server that hangs would be silent for ever.
#include <kith/base64.hpp>
#include <kith/http.hpp>
#include <kith/json.hpp>
#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>

#include <array>

namespace {

using namespace std::chrono_literals;

// What a list or a message of a watch contains.
struct content {
    std::int64_t revision = 0;
    std::vector<kith::peer> peers{};
    std::vector<std::string> missing{};
    std::uint32_t unusable = 0;
    bool canceled = false;
};

// {"key": "L2NsdXN0ZXIvYQ==", "value": "YXBwQGE="}
void read_pair(kith::json_reader &json, std::string &key, std::string &value) {
    for (auto &[name, is] : json.object()) {
        if (name != "key" && name != "value") continue;
        auto plain = kith::base64_decode(is.text());
        if (plain) (name == "key" ? key : value) = std::move(*plain);
        if (!plain || kith_is_utf8(kith::str(key)) == 0) is.wrong("base64");
    }
}

void add(content &to, std::string key, std::string value) {
    const bool usable = !value.empty() && value.size() <= 1024 && kith_is_utf8(kith::str(value)) != 0;
    if (usable) to.peers.push_back({.key = std::move(key), .name = std::move(value)});
    if (!usable) to.missing.push_back(std::move(key));
    if (!usable) ++to.unusable;
}

// {"type": "DELETE", "kv": {...}}; without a type it is PUT. A key also ends with its lease, while its owner may only be slow: so it is
// missing, which has a grace, and not one that left.
void read_event(kith::json_reader &json, content &to) {
    std::string type, key, value;
    for (auto &[name, is] : json.object()) {
        if (name == "type") type = is.text();
        if (name == "kv") read_pair(is, key, value);
    }
    if (type == "DELETE")
        to.missing.push_back(std::move(key));
    else
        add(to, std::move(key), std::move(value));
}

// {"header": {"revision": "7"}, "kvs": [...]} of a list; {"result": {"header": ..., "events": [...]}} of a watch.
void read_content(kith::json_reader &json, content &to) {
    for (auto &[name, value] : json.object()) {
        if (name == "result") read_content(value, to);
        if (name == "error" || (name == "canceled" && value.flag())) to.canceled = true;
        if (name == "header")
            for (auto &[of_header, is] : value.object())
                if (of_header == "revision") to.revision = is.integer();
        if (name == "kvs")
            for (auto &kv : value.array()) {
                std::string key, text;
                read_pair(kv, key, text);
                add(to, std::move(key), std::move(text));
            }
        if (name == "events")
            for (auto &event : value.array()) read_event(event, to);
    }
}

kith::result<content> parse(std::string_view text, const std::string &request) {
    content out;
    kith::json_reader json(text);
    read_content(json, out);
    if (auto good = json.end(); !good) return kith::error(good.status(), request + ": " + good.error().text);
    return out;
}

class etcd : public kith::strategy {
  public:
    static constexpr kith::about about{
        .id = "etcd",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The values under a prefix in etcd, version 3, are the names of the nodes.",
        .options = R"({
            "type": "object", "additionalProperties": false, "required": ["url", "prefix"],
            "properties": {
                "url": { "description": "URL of a member of etcd, without a path.", "type": "string", "examples": ["http://127.0.0.1:2379"] },
                "prefix": { "description": "The prefix of the keys.", "type": "string", "minLength": 1, "examples": ["/cluster/"] },
                "resync": { "description": "Longest life of a watch; then all keys are listed again.", "type": "integer", "minimum": 1000, "default": 300000, "x-kith-unit": "ms" }
            }
        })",
    };
    using required = kith::services<kith::options, kith::timer, kith::random, kith::http>;

    explicit etcd(kith::host h) : strategy(h), options(h), random(h), http(h), wake(h) {
        std::string prefix(options.text("/prefix")), end = prefix;
        ++end.back(); // the first key after those with the prefix
        range = R"("key":")" + kith::base64_encode(prefix) + R"(","range_end":")" + kith::base64_encode(end) + '"';
    }

    kith::task<> run() override {
        for (;;) {
            auto ended = co_await list_and_watch();
            if (ended) continue; // refresh, or the watch was old enough
            discovery.watching(false);
            (void)co_await wake.wait_for(random.around(pace.bad(retry_after)));
        }
    }

    void refresh() override { wake.notify(); }

  private:
    // Success: list again at once.
    kith::task<kith::result<void>> list_and_watch() {
        retry_after = 0s;
        auto listed = co_await list();
        if (!listed) discovery.failed(listed.error());
        if (!listed) co_return listed.error();
        if (listed->unusable != 0) discovery.left_out(listed->unusable, "the value is not a name");
        discovery.replace(listed->peers);
        auto ended = co_await watch(listed->revision + 1);
        if (!ended && ended.status() == KITH_TIMED_OUT) co_return kith::result<void>();
        if (!ended) log.info("the watch has ended, so all keys are listed again", {{"reason", ended.error().text}});
        co_return ended;
    }

    kith::task<kith::result<content>> list() {
        // The requests only read, so a kept connection that the server has ended is no failure: they are sent again.
        auto client = co_await http.open({.flags = KITH_HTTP_IDEMPOTENT});
        if (!client) co_return client.error();
        etcd_client = std::move(*client);
        const std::string url = std::string(options.text("/url")) + "/v3/kv/range", body = "{" + range + "}";
        auto answer = co_await etcd_client.fetch({.method = "POST", .url = url, .body = body, .timeout = 30s});
        if (!answer) co_return answer.error();
        retry_after = answer->retry_after();
        if (answer->code != 200) co_return answer->refusal();
        auto out = parse(answer->body, answer->request);
        if (out && out->revision == 0) co_return kith::error(KITH_PROTOCOL, answer->request + ": expected a revision");
        co_return out;
    }

    // Success: refresh was called.
    kith::task<kith::result<void>> watch(std::int64_t from) {
        const std::string url = std::string(options.text("/url")) + "/v3/watch";
        const std::string body = R"({"create_request":{)" + range + R"(,"start_revision":)" + std::to_string(from) + "}}";
        auto response = co_await etcd_client.request({.method = "POST",
                                                      .url = url,
                                                      .body = body,
                                                      .idle_timeout = kith::forever,
                                                      .timeout = options.milliseconds("/resync"),
                                                      .max_body = kith::unlimited});
        if (!response) co_return response.error();
        if (response->code != 200) co_return response->refusal();
        kith::json_stream messages;
        std::array<char, 16'384> buffer{};
        for (;;) {
            auto got = co_await kith::first_of(response->read(std::as_writable_bytes(std::span(buffer))), wake.wait());
            if (!got) co_return kith::result<void>();
            if (!*got) co_return got->error();
            if (auto fits = messages.add({buffer.data(), **got}); !fits) co_return fits;
            while (const auto message = messages.next()) {
                auto change = parse(*message, response->request);
                if (!change) co_return change.error();
                if (change->canceled) co_return kith::error(KITH_STALE, response->request + ": etcd ended the watch");
                report(*change);
            }
        }
    }

    void report(const content &change) {
        pace.good();
        discovery.watching(true);
        if (change.unusable != 0) discovery.left_out(change.unusable, "the value is not a name");
        if (!change.peers.empty() || !change.missing.empty()) discovery.update(change.peers, change.missing);
    }

    kith::options options;
    kith::random random;
    kith::http http;
    kith::signal wake;
    kith::http_client etcd_client;
    kith::pace pace{30s}; // the longest pause between failures
    std::chrono::seconds retry_after{};
    std::string range;
};

} // namespace

KITH_PLUGIN(etcd)
