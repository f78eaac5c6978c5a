// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include "errors.hpp"
#include "json_writer.hpp"

#include <core/engine/messages_binding.hpp>
#include <kith/base64.hpp>
#include <kith/plugin.h>

#include <optional>
#include <utility>

namespace kith::app {

namespace {

ApiAnswer no_connector(const std::string &name) {
    return error_answer(404, "not_found", "there is no connector `" + name + "`", "GET /v1/connectors lists those there are.");
}

ApiAnswer no_messages(const std::string &name) {
    return error_answer(409, "no_messages", "the plugin of the connector `" + name + "` carries no messages",
                        "Use a connector that does, such as mesh.");
}

// The end of an operation, as an answer of HTTP.
ApiAnswer answer_of(std::int32_t status, const std::string &text) {
    switch (status) {
    case KITH_OK: {
        ApiAnswer accepted;
        accepted.status = 202;
        accepted.body = R"({"accepted":true})";
        return accepted;
    }
    case KITH_INVALID: return error_answer(400, "malformed", text, "Correct the request; /v1/openapi.json describes it.");
    case KITH_NOT_FOUND:
        return error_answer(404, "no_receiver", text.empty() ? "nobody takes it there" : text,
                            "Send it to a member that is up, on a channel that somebody listens on there.");
    case KITH_LIMIT:
        return error_answer(429, "queue_full", text.empty() ? "the queue is full" : text, "Send it again in a moment.");
    case KITH_UNSUPPORTED:
        return error_answer(409, "no_messages", text, "Use a connector that carries messages, such as mesh.");
    case KITH_TIMED_OUT: return error_answer(504, "timed_out", text, "It may or may not arrive; ask the receiver.");
    default:
        return error_answer(503, "not_sent", text.empty() ? "the connector could not send it" : text,
                            "Send it again when the member is up.");
    }
}

// A message that is being sent.
class SentMessage final : public ApiPending {
  public:
    struct State {
        std::optional<ApiAnswer> answer;
        std::function<void(ApiAnswer)> ready;
    };
    SentMessage(const ApiContext &context, std::string connector, std::uint64_t op, std::shared_ptr<State> state)
        : messages_(context.messages), connector_(std::move(connector)), op_(op), state_(std::move(state)) {}
    ~SentMessage() override { state_->ready = nullptr; }

    void on_ready(std::function<void(ApiAnswer)> ready) override {
        if (state_->answer) return ready(std::move(*state_->answer));
        state_->ready = std::move(ready);
    }
    ApiAnswer expire() override {
        state_->ready = nullptr;
        if (auto *messages = messages_(connector_)) messages->cancel(op_);
        return answer_of(KITH_TIMED_OUT, "the connector has not ended the operation within 5 s");
    }

  private:
    std::function<core::MessagesBinding *(std::string_view)> messages_;
    std::string connector_;
    std::uint64_t op_;
    std::shared_ptr<State> state_;
};

core::MessagesBinding::Done ending_of(const std::shared_ptr<SentMessage::State> &state) {
    return [state](std::int32_t status, const std::string &text) {
        ApiAnswer answer = answer_of(status, text);
        if (const auto ready = std::exchange(state->ready, nullptr)) return ready(std::move(answer));
        state->answer = std::move(answer);
    };
}

class MessageFeed final : public ApiStream {
  public:
    MessageFeed(const ApiContext &context, std::string connector, std::string channel, bool lines)
        : messages_(context.messages),
          connector_(std::move(connector)),
          queue_(std::make_shared<core::MessageQueue>(std::move(channel),
                                                      [post = context.post, weak = std::weak_ptr(ready_)] {
                                                          post([weak] {
                                                              if (const auto ready = weak.lock(); ready && *ready) (*ready)();
                                                          });
                                                      })),
          lines_(lines) {
        if (!lines_) beginning_ = ": kith " + context.version + "\n\n";
    }
    ~MessageFeed() override {
        if (auto *messages = messages_(connector_)) messages->remove(*queue_);
    }
    bool begin(core::MessagesBinding &messages) { return messages.add(queue_); }

    bool fill(std::string &out, std::size_t room) override {
        out += std::exchange(beginning_, {});
        while (out.size() < room) {
            const core::MessageRef message = queue_->pop();
            if (!message) break;
            write(out, *message);
        }
        // What was lost came after what waited.
        if (queue_->empty()) {
            if (const std::uint64_t lost = queue_->take_lost(); lost != 0) write_lost(out, lost);
        }
        return !queue_->ended() || !queue_->empty();
    }
    std::string_view heartbeat() const override { return lines_ ? std::string_view{} : std::string_view(": alive\n\n"); }
    bool endless() const override { return true; }
    void on_ready(std::function<void()> ready) override { *ready_ = std::move(ready); }

  private:
    void write(std::string &out, const core::ArrivedMessage &message) const {
        if (!lines_) out += "data: ";
        JsonWriter json(out);
        json.open('{').member("kind", "message").member("from", message.peer).member("channel", message.channel);
        json.member("broadcast", message.broadcast).member("data", base64_encode(message.data)).close('}');
        out += lines_ ? "\n" : "\n\n";
    }
    void write_lost(std::string &out, std::uint64_t lost) const {
        if (!lines_) out += "data: ";
        JsonWriter json(out);
        json.open('{').member("kind", "message.lost").member("lost", lost).close('}');
        out += lines_ ? "\n" : "\n\n";
    }

    std::function<core::MessagesBinding *(std::string_view)> messages_;
    std::string connector_;
    std::shared_ptr<std::function<void()>> ready_ = std::make_shared<std::function<void()>>(); // before queue_
    std::shared_ptr<core::MessageQueue> queue_;
    std::string beginning_; // what is sent before the first message
    bool lines_;
};

} // namespace

ApiAnswer send_message(const ApiContext &context, const Target &target, std::string_view body) {
    const std::string &connector = target.path[2];
    core::MessagesBinding *messages = context.messages(connector);
    if (messages == nullptr) return no_connector(connector);
    if (!messages->offered()) return no_messages(connector);
    const std::string *to = target.find("to"), *channel = target.find("channel");
    if (channel == nullptr) return answer_of(KITH_INVALID, "the parameter `channel` is missing");
    if (to != nullptr && to->empty()) return answer_of(KITH_INVALID, "`to` is empty; leave it out to send to all members");
    const auto state = std::make_shared<SentMessage::State>();
    const core::StartedOperation begun =
        messages->send(to == nullptr ? std::string_view{} : *to, *channel, body, ending_of(state));
    if (begun.status != KITH_OK) return answer_of(begun.status, begun.text);
    ApiAnswer answer;
    answer.pending = std::make_unique<SentMessage>(context, connector, begun.op, state);
    return answer;
}

ApiAnswer leave_distribution(const ApiContext &context, const Target &target) {
    const std::string &connector = target.path[2];
    core::MessagesBinding *messages = context.messages(connector);
    if (messages == nullptr) return no_connector(connector);
    const auto state = std::make_shared<SentMessage::State>();
    const core::StartedOperation begun = messages->leave(ending_of(state));
    if (begun.status == KITH_UNSUPPORTED)
        return error_answer(409, "cannot_leave", begun.text, "Stop kith instead; to others its node is then restarting.");
    if (begun.status != KITH_OK) return answer_of(begun.status, begun.text);
    ApiAnswer answer;
    answer.pending = std::make_unique<SentMessage>(context, connector, begun.op, state);
    return answer;
}

ApiAnswer follow_messages(const ApiContext &context, const Target &target, bool lines) {
    const std::string &connector = target.path[2];
    core::MessagesBinding *messages = context.messages(connector);
    if (messages == nullptr) return no_connector(connector);
    if (!messages->offered()) return no_messages(connector);
    const std::string *channel = target.find("channel");
    if (channel != nullptr) {
        if (const core::Status status = core::check_channel(*channel); !status) return answer_of(KITH_INVALID, status.text);
    }
    auto feed = std::make_unique<MessageFeed>(context, connector, channel == nullptr ? std::string() : *channel, lines);
    if (!feed->begin(*messages))
        return error_answer(429, "too_many_streams", "as many clients follow the messages as may",
                            "Close streams that nobody reads.");
    ApiAnswer answer;
    answer.content_type = lines ? "application/x-ndjson" : "text/event-stream";
    answer.stream = std::move(feed);
    return answer;
}

} // namespace kith::app
