// SPDX-License-Identifier: MIT
#include "reload.hpp"

#include "errors.hpp"
#include "json_writer.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace kith::app {

namespace {

constexpr std::size_t most_listed_names = 100;

void write_names(JsonWriter &json, std::string_view key, const std::vector<std::string> &names) {
    json.key(key).open('{').member("count", names.size()).key("names").open('[');
    for (std::size_t i = 0; i < names.size() && i < most_listed_names; ++i) json.value(names[i]);
    json.close(']').close('}');
}

std::string verdict_document(const ReloadVerdict &verdict) {
    std::string out;
    JsonWriter json(out);
    json.member("verdict", verdict.word).member("reason", verdict.reason).member("duration_ms", verdict.milliseconds);
    return ',' + out + '}';
}

// The verdict, when it is there.
class VerdictStream final : public ApiStream {
  public:
    struct State {
        std::optional<std::string> text;
        std::function<void()> ready;
    };
    explicit VerdictStream(std::shared_ptr<State> state) : state_(std::move(state)) {}

    bool fill(std::string &out, std::size_t) override {
        if (!state_->text) return true;
        out += std::exchange(*state_->text, {});
        return false;
    }
    std::string_view heartbeat() const override { return {}; }
    void on_ready(std::function<void()> ready) override { state_->ready = std::move(ready); }

  private:
    std::shared_ptr<State> state_;
};

} // namespace

std::string plan_document(const ReloadStart &start) {
    std::string out;
    JsonWriter json(out);
    json.open('{').key("plan").open('{').key("parts").open('[');
    for (const auto &part : start.plan.parts) {
        json.open('{').member("kind", core::to_string(part.kind)).member("name", part.name);
        json.member("action", core::to_string(part.action)).key("keys").open('[');
        for (const auto &key : part.keys) json.value(key);
        json.close(']').close('}');
    }
    json.close(']').key("effects").open('[');
    for (const auto &effect : start.effects) {
        json.open('{').member("topology", effect.topology).member("peers", effect.names);
        write_names(json, "not_dialled", effect.not_dialled);
        write_names(json, "parted", effect.parted);
        json.member("needs_confirm", effect.too_many).close('}');
    }
    json.close(']').close('}');
    return out;
}

ApiAnswer reload_answer(const ReloadFunction &reload, const ReloadRequest &request) {
    const auto state = std::make_shared<VerdictStream::State>();
    const ReloadStart start = reload(request, [state](const ReloadVerdict &verdict) {
        state->text = verdict_document(verdict);
        if (state->ready) state->ready();
    });
    if (!start.error.empty()) return error_answer(409, start.error, start.message, start.remedy);
    ApiAnswer answer;
    answer.body = plan_document(start);
    if (state->text) {
        answer.body += *state->text;
    } else {
        answer.stream = std::make_unique<VerdictStream>(state);
    }
    return answer;
}

} // namespace kith::app
