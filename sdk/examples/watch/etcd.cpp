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
#include <kith/json_watch.hpp>
#include <kith/pace.hpp>
#include <kith/plugin.hpp>
#include <kith/random.hpp>
#include <kith/signal.hpp>

#include <map>

namespace {

using namespace std::chrono_literals;

// A key and its value, or that it was deleted. A value that is not a name is none.
struct entry {
    std::string key, value;
    bool deleted = false;

    bool usable() const { return !value.empty() && value.size() <= 1024 && kith_is_utf8(kith::str(value)) != 0; }
};

// What a list or a message of a watch contains.
struct content {
    std::int64_t revision = 0;
    std::vector<entry> entries;
    bool ended = false;
};

// A list is {"header": {"revision": "7"}, "kvs": [{"key": "L2EvYQ==", "value": "YXBwQGE="}]}; a message of a watch is {"result": {"header":
// ..., "events": [{"type": "DELETE", "kv": ...}]}}, or has "error" or "canceled".
void read(kith::json_reader &json, content &to, entry &of) {
    for (auto &[name, value] : json.object()) {
        if (name == "result" || name == "header" || name == "kv") read(value, to, of);
        if (name == "revision") to.revision = value.integer();
        if (name == "key") of.key = value.base64();
        if (name == "value") of.value = value.base64();
        if (name == "type") of.deleted = value.text() == "DELETE";
        if (name == "error" || (name == "canceled" && value.flag())) to.ended = true;
        if (name != "kvs" && name != "events") continue;
        for (auto &one : value.array()) {
            read(one, to, to.entries.emplace_back());
            if (kith_is_utf8(kith::str(to.entries.back().key)) == 0) one.wrong("a key in UTF-8");
        }
    }
}

kith::result<content> parse(std::string_view text, const std::string &request) {
    content out;
    entry none;
    kith::json_reader json(text);
    read(json, out, none);
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
        report(*listed, true);
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
        co_return co_await kith::watch_json(*response, wake, [&](std::string_view message) {
            auto change = parse(message, response->request);
            if (!change) return kith::result<void>(change.error());
            if (change->ended) return kith::result<void>(kith::error(KITH_STALE, response->request + ": etcd ended the watch"));
            pace.good();
            discovery.watching(true);
            report(*change, false);
            return kith::result<void>();
        });
    }

    // A key also ends with its lease, while its owner may only be slow: so it is missing, which has a grace, and not one that left.
    void report(const content &what, bool whole) {
        std::vector<kith::peer> peers;
        std::vector<std::string> missing;
        std::uint32_t unusable = 0;
        std::map<std::string_view, const entry *> last; // one message may contain several changes of a key
        for (const entry &one : what.entries) last[one.key] = &one;
        for (const auto &[key, of] : last) {
            const entry &one = *of;
            if (!one.deleted && one.usable()) peers.push_back({.key = one.key, .name = one.value});
            if (!one.deleted && !one.usable()) ++unusable;
            if (one.deleted || !one.usable()) missing.push_back(one.key);
        }
        if (unusable != 0) discovery.left_out(unusable, "the value is not a name");
        if (whole)
            discovery.replace(peers);
        else if (!peers.empty() || !missing.empty())
            discovery.update(peers, missing);
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
