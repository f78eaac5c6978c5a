// SPDX-License-Identifier: MIT
#include "replacement.hpp"

#include "errors.hpp"
#include "json_writer.hpp"
#include "verdict_stream.hpp"

#include <kith/hosting/plugin_kind.hpp>

namespace kith::app {

namespace {

std::string document_of(const ReplacementVerdict &verdict) {
    std::string out;
    JsonWriter json(out);
    json.member("verdict", verdict.word).member("reason", verdict.outcome.failure).key("plugins").open('[');
    for (const auto &one : verdict.outcome.versions)
        json.open('{')
            .member("kind", plugin_kind_name(one.kind))
            .member("plugin", one.plugin)
            .member("before", one.before)
            .member("after", one.after)
            .close('}');
    json.close(']').key("instances").open('[');
    for (const auto &name : verdict.outcome.instances) json.value(name);
    json.close(']').member("duration_ms", verdict.outcome.duration / 1'000'000);
    return ',' + out + '}';
}

} // namespace

ApiAnswer replacement_answer(const ReplaceFunction &replace, const std::string &file, bool dry_run) {
    const auto state = std::make_shared<VerdictStream::State>();
    const ReplacementStart start =
        replace(file, dry_run, [state](const ReplacementVerdict &verdict) { state->set(document_of(verdict)); });
    if (!start.error.empty())
        return error_answer(start.error == "not_found" ? 404 : 409, start.error, start.message, start.remedy);
    ApiAnswer answer;
    JsonWriter(answer.body).open('{').member("file", file);
    append_verdict(answer, state);
    return answer;
}

} // namespace kith::app
