// SPDX-License-Identifier: MIT
#include <core/engine/messages_binding.hpp>

#include <kith/result.hpp>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace kith::core {

namespace {

bool of_channel(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

std::string_view data_of(const kith_message &message) {
    return message.size == 0 ? std::string_view{} : std::string_view(static_cast<const char *>(message.data), message.size);
}

// Its bytes are counted as long as a reader has not taken it.
struct Counted : ArrivedMessage {
    std::shared_ptr<std::size_t> total;
    Counted(const kith_message &from, std::shared_ptr<std::size_t> all) : total(std::move(all)) {
        peer = view(from.peer);
        channel = view(from.channel);
        data = data_of(from);
        broadcast = (from.flags & KITH_MESSAGE_BROADCAST) != 0;
        *total += data.size();
    }
    ~Counted() { *total -= data.size(); }
    Counted(const Counted &) = delete;
    Counted &operator=(const Counted &) = delete;
};

} // namespace

Status check_channel(std::string_view channel) {
    if (!channel.empty() && channel.size() <= KITH_MESSAGES_MAX_CHANNEL &&
        std::all_of(channel.begin(), channel.end(), of_channel))
        return {};
    return {KITH_INVALID, "a channel's name of 1 to 64 letters, digits, `.`, `_` and `-` is expected"};
}

MessagesBinding::MessagesBinding(EventBus &bus, World &world, std::string connector, std::function<void()> wake)
    : world_(world), wake_(std::move(wake)), lost_(bus, std::move(connector)) {}

MessagesBinding::~MessagesBinding() {
    for (const auto &reader : readers_) reader->end();
}

bool MessagesBinding::offered() const { return instance_->plugin().declares_service(KITH_MESSAGES); }

const kith_messages_plugin *MessagesBinding::side() const {
    return instance_->running() ? instance_->side<kith_messages_plugin>(KITH_MESSAGES) : nullptr;
}

// Begin: status(const kith_messages_plugin &, void *self, op).
template <class Begin>
StartedOperation MessagesBinding::begin(const char *what, Done done, Begin call) {
    if (!offered()) return {KITH_UNSUPPORTED, 0, "the plugin of this connector carries no messages"};
    if (!instance_->running()) return {KITH_UNAVAILABLE, 0, "the connector does not run at present"};
    const auto *table = side();
    if (table == nullptr || table->send == nullptr || table->leave == nullptr)
        return {KITH_UNSUPPORTED, 0, "the connector has no complete kith_messages_plugin"};
    if (open_.size() >= most_open) return {KITH_LIMIT, 0, "1024 messages are being sent; send this one again later"};
    const std::uint64_t op = world_.next_id();
    open_.emplace(op, std::move(done));
    instance_->take_error(); // drops the text of an earlier refusal
    beginning_ = op;
    const std::int32_t status = instance_->call(what, [&](void *self) { return call(*table, self, op); });
    beginning_ = 0;
    if (status == KITH_OK) return {KITH_OK, op, {}};
    open_.erase(op);
    return {status < 0 ? status : KITH_INTERNAL, 0, instance_->take_error()};
}

StartedOperation MessagesBinding::send(std::string_view peer, std::string_view channel, std::string_view data, Done done) {
    if (const Status status = check_channel(channel); !status) return {status.status, 0, status.text};
    if (data.size() > KITH_MESSAGES_MAX_SIZE) return {KITH_INVALID, 0, "a message of at most 16 MiB is expected"};
    const kith_message message{str(peer),     str(channel), data.data(), data.size(), peer.empty() ? KITH_MESSAGE_BROADCAST : 0,
                               /*reserved*/ 0};
    return begin("messages.send", std::move(done), [&](const kith_messages_plugin &table, void *self, std::uint64_t op) {
        return table.send(self, op, &message);
    });
}

StartedOperation MessagesBinding::leave(Done done) {
    return begin("messages.leave", std::move(done),
                 [](const kith_messages_plugin &table, void *self, std::uint64_t op) { return table.leave(self, op); });
}

void MessagesBinding::cancel(std::uint64_t op) {
    const auto *table = side();
    if (!open_.contains(op) || table == nullptr || table->cancel == nullptr) return;
    instance_->call("messages.cancel", [&](void *self) { table->cancel(self, op); });
}

bool MessagesBinding::add(const std::shared_ptr<MessageQueue> &reader) {
    if (readers_.size() >= most_readers) return false;
    readers_.push_back(reader);
    channels_reported_ = false;
    wake_();
    return true;
}

void MessagesBinding::remove(const MessageQueue &reader) {
    std::erase_if(readers_, [&](const auto &one) { return one.get() == &reader; });
    channels_reported_ = false;
    wake_();
}

void MessagesBinding::deliver(Time now) {
    for (const Ended &one : std::exchange(ended_, {})) one.done(one.status, one.text);
    if (std::exchange(news_, false)) {
        for (const auto &reader : std::vector(readers_)) {
            if (!reader->empty() || reader->lost() != 0) reader->ready();
        }
    }
    if (!channels_reported_) report_channels();
    lost_.advance(now);
}

void MessagesBinding::report_channels() {
    const auto *table = side();
    if (table == nullptr || table->listening == nullptr) return; // again when it runs
    channels_reported_ = true;
    std::set<std::string_view> names; // at most most_readers
    for (const auto &reader : readers_) names.insert(reader->channel());
    std::vector<kith_str> list;
    list.reserve(names.size());
    for (const std::string_view name : names) list.push_back(str(name));
    instance_->call("messages.listening",
                    [&](void *self) { table->listening(self, list.data(), static_cast<std::uint32_t>(list.size())); });
}

void MessagesBinding::end() {
    for (const auto &reader : std::exchange(readers_, {})) {
        reader->end();
        reader->ready();
    }
}

std::int32_t MessagesBinding::done(std::uint64_t op, std::int32_t status, std::string_view text) {
    const auto found = op == beginning_ ? open_.end() : open_.find(op);
    if (found == open_.end())
        return instance_->refuse(KITH_STALE, "this operation is not outstanding, or its call has not returned yet");
    ended_.push_back({std::move(found->second), status > 0 ? KITH_INTERNAL : status, std::string(text)});
    open_.erase(found);
    wake_();
    return KITH_OK;
}

std::vector<kith_message> MessagesBinding::read(const kith_message *messages, std::uint32_t count, std::uint32_t stride,
                                                Status &status) {
    std::vector<kith_message> list(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        std::memcpy(&list[i], reinterpret_cast<const char *>(messages) + std::size_t{i} * stride,
                    std::min<std::size_t>(stride, sizeof(kith_message)));
        if (list[i].size > KITH_MESSAGES_MAX_SIZE) status = {KITH_INVALID, "a message of at most 16 MiB is expected"};
        if (list[i].peer.size == 0 || list[i].peer.size > 1024)
            status = {KITH_INVALID, "the name of the member that has sent a message, of 1 to 1024 bytes, is expected"};
        if (Status checked = check_channel(view(list[i].channel)); !checked) status = std::move(checked);
    }
    return list;
}

std::int32_t MessagesBinding::arrived(const kith_message *messages, std::uint32_t count, std::uint32_t stride) {
    if (count == 0 || count > KITH_MESSAGES_MAX_BATCH || messages == nullptr || stride < sizeof(kith_message))
        return instance_->refuse(KITH_INVALID, "1 to 4096 messages with their stride are expected");
    Status status;
    const auto list = read(messages, count, stride, status);
    if (!status) return instance_->refuse(status.status, status.text);
    for (const kith_message &one : list) distribute(one);
    if (news_ || lost_.next_deadline() != never) wake_();
    return KITH_OK;
}

// A directed message that nobody here reads is lost; a broadcast concerns those alone who listen.
void MessagesBinding::distribute(const kith_message &message) {
    MessageRef shared;
    std::uint64_t readers = 0;
    const std::string_view peer = view(message.peer), channel = view(message.channel);
    for (const auto &reader : readers_) {
        if (!reader->listens(channel)) continue;
        ++readers;
        news_ = true;
        if (!shared && *waiting_ + message.size > most_waiting) {
            reader->lose();
            lost_.add(peer, channel, 1, KITH_LIMIT, "32 MiB of messages wait for readers here that are too slow");
            continue;
        }
        if (!shared) shared = std::make_shared<Counted>(message, waiting_);
        if (!reader->push(shared))
            lost_.add(peer, channel, 1, KITH_LIMIT, "a reader here is too slow: more than 1 MiB waits for it");
    }
    if (readers == 0 && (message.flags & KITH_MESSAGE_BROADCAST) == 0)
        lost_.add(peer, channel, 1, KITH_NOT_FOUND, "nobody listens on it here");
}

std::int32_t MessagesBinding::lost(std::string_view peer, std::string_view channel, std::uint64_t count, std::int32_t status,
                                   std::string_view text) {
    if (count == 0 || status >= 0 || text.empty())
        return instance_->refuse(KITH_INVALID, "a number of messages, a failing status and its reason are expected");
    lost_.add(peer, channel, count, status, text);
    wake_();
    return KITH_OK;
}

void MessagesBinding::cancel_all() {
    const auto *table = instance_->side<kith_messages_plugin>(KITH_MESSAGES);
    if (instance_->state() != PluginInstance::State::stopping || table == nullptr || table->cancel == nullptr) return;
    std::vector<std::uint64_t> ops;
    for (const auto &[op, done] : open_) ops.push_back(op);
    for (const std::uint64_t op : ops) {
        if (open_.contains(op)) instance_->call("messages.cancel", [&](void *self) { table->cancel(self, op); });
    }
}

// It may be called within a call from the plugin.
void MessagesBinding::drop() {
    for (auto &[op, done] : std::exchange(open_, {})) {
        ended_.push_back(
            {std::move(done), KITH_CANCELLED, "the connector has stopped; it is not known whether the message was delivered"});
    }
    channels_reported_ = readers_.empty();
    if (!ended_.empty()) wake_();
}

} // namespace kith::core
