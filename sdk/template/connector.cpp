// A connector: writes the connected peers to a file, one name per line, for a program that reads such a file.
#include <kith/file.hpp>
#include <kith/plugin.hpp>

#include <set>

namespace {

class mine : public kith::connector {
  public:
    static constexpr kith::about about{
        .id = "mine",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Writes a file of the peers, one name per line.",
        .options = R"({
            "type": "object", "additionalProperties": false, "required": ["file", "node"],
            "properties": {
                "file": { "description": "Path of the file.", "type": "string", "minLength": 1 },
                "node": { "description": "Name of the local node; a peer of this name is the local node.", "type": "string", "minLength": 1 }
            }
        })",
        .prune = KITH_PRUNE_DISCONNECT,
        .parallel = 1, // one write at a time
    };
    using required = kith::services<kith::options, kith::file>;

    explicit mine(kith::host h) : connector(h), options(h), file(h) {}

    kith::task<> run() override {
        links.attached(options.text("/node"));
        refresh();
        co_return;
    }

    kith::task<kith::result<void>> connect(kith::peer to) override {
        auto wanted = joined;
        wanted.insert(to.name);
        co_return co_await write(std::move(wanted));
    }

    kith::task<kith::result<void>> disconnect(kith::peer from) override {
        auto wanted = joined;
        wanted.erase(from.name);
        co_return co_await write(std::move(wanted));
    }

    void refresh() override {
        std::vector<kith::link> all;
        for (const auto &name : joined) all.push_back({name});
        links.all(all);
    }

  private:
    kith::task<kith::result<void>> write(std::set<std::string> wanted) {
        std::string text;
        for (const auto &name : wanted) text += name + "\n";
        auto written = co_await file.write(options.text("/file"), text, 0644);
        if (!written) co_return written;
        joined = std::move(wanted);
        refresh(); // reports the current links; only this report makes a link
        co_return written;
    }

    kith::options options;
    kith::file file;
    std::set<std::string> joined;
};

} // namespace

KITH_PLUGIN(mine)
