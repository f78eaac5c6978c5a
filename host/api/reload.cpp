// SPDX-License-Identifier: MIT
#include "reload.hpp"

#include "errors.hpp"
#include "json_writer.hpp"
#include "verdict_stream.hpp"

#include <memory>
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
    const ReloadStart start = reload(request, [state](const ReloadVerdict &verdict) { state->set(verdict_document(verdict)); });
    if (!start.error.empty()) return error_answer(409, start.error, start.message, start.remedy);
    ApiAnswer answer;
    answer.body = plan_document(start);
    append_verdict(answer, state);
    return answer;
}

} // namespace kith::app
