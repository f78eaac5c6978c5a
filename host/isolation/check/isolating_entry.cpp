// SPDX-License-Identifier: MIT
#include "isolating_entry.hpp"

#include "../process_end.hpp"
#include "../profile_of.hpp"

#include <core/config/config.hpp>
#include <core/loader/description_zygote.hpp>
#include <kith/result.hpp>
#include <kith/service/clock.h>
#include <kith/service/options.h>
#include <kith/service/random.h>
#include <sdk/check/plugin_test.hpp>
#include <sdk/messages/call_stubs.hpp>
#include <sdk/messages/instance_proxy.hpp>
#include <sdk/messages/isolated_instance.hpp>
#include <sdk/testkit/harness_host.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kith::isolation {

namespace {

IsolatingEntry *present = nullptr;

template <class Table>
const Table &table_of(const kith_host &host, const char *id) {
    const auto *const table = static_cast<const Table *>(host.service(&host, str(id)));
    if (table == nullptr) throw std::runtime_error(std::string("a question for ") + id + ", which it does not have");
    return *table;
}

std::string options_of(const kith_host &host) {
    const auto *const table = static_cast<const kith_options_host *>(host.service(&host, str(KITH_OPTIONS)));
    return table == nullptr ? "{}" : std::string(view(table->json(&host)));
}

} // namespace

// ---- one instance and its process ----

class IsolatingEntry::Instance final : private messages::ProxyOwner, private messages::MessageSink {
  public:
    Instance(IsolatingEntry &of, const kith_host &host, const core::Plugin &plugin)
        : of_(of),
          real_(host),
          host_(host),
          net_(testkit::net_of(host)),
          process_({.program = of.program_,
                    .memory = core::PluginSettings{}.memory,
                    .answer = std::chrono::milliseconds(core::PluginSettings{}.answer_timeout / 1'000'000),
                    .profile = profile_of(*of.library_)},
                   {.take =
                        [this](const messages::OpenedMessage &message) {
                            if (message.instance != number)
                                throw std::runtime_error("a message of an instance that there never was");
                            proxy_.take(message);
                        },
                    .time = [this](Question what) { return time(what); },
                    .random = [this](std::size_t size) { return random(size); },
                    .posted = [this] { posted(); },
                    .ended = [this] { proxy_.lost(); },
                    .refused_call = [this](std::string_view call) { of_.refused(refused_call_text(std::string(call))); }}),
          proxy_(number, plugin.descriptor(), host_, *this, *this) {
        host_.error = [](const kith_host *raw, kith_str text) noexcept {
            Instance &me = of_host(raw);
            me.error_ = view(text);
            me.real_.error(&me.real_, text);
        };
        host_.failed = [](const kith_host *raw, std::int32_t status, kith_str text) noexcept {
            of_host(raw).failed(status, text);
        };
        // Called once the process leaves; otherwise as the proxy's own.
        instance_ = proxy_.instance();
        instance_.start = [](void *self) noexcept { return of_self(self).start(); };
        instance_.destroy = [](void *self) noexcept { of_self(self).destroy(); };
    }

    std::int32_t create(const kith_instance **out) {
        process_.begin(*of_.library_);
        if (process_.fault().empty()) proxy_.create(options_of(host_), UINT32_MAX);
        if (!process_.fault().empty()) return refuse(KITH_RESET, process_.fault());
        if (!created_) return not_created_status_;
        *out = &instance_;
        return KITH_OK;
    }
    LockstepProcess &process() { return process_; }

  private:
    static constexpr std::uint32_t number = 1;

    static Instance &of_host(const kith_host *raw) {
        return **std::ranges::find_if(present->instances_, [raw](const auto &one) { return &one->host_ == raw; });
    }
    static Instance &of_self(void *self) {
        return **std::ranges::find_if(present->instances_, [self](const auto &one) { return one->instance_.self == self; });
    }

    std::int32_t refuse(std::int32_t status, const std::string &text) {
        real_.error(&real_, str(text));
        return status;
    }

    std::int32_t start() {
        starting_ = true;
        const std::int32_t status = proxy_.instance().start(proxy_.instance().self);
        starting_ = false;
        if (!process_.fault().empty()) return refuse(KITH_RESET, process_.fault());
        return start_status_ != KITH_OK ? start_status_ : status;
    }

    // A start that fails is reported later by the process, and here it is not later.
    void failed(std::int32_t status, kith_str text) {
        if (!starting_ || !view(text).starts_with(messages::not_started)) return real_.failed(&real_, status, text);
        start_status_ = status;
        const std::string_view reason = view(text).substr(messages::not_started.size());
        real_.error(&real_, str(reason));
    }

    void destroy() {
        proxy_.instance().destroy(proxy_.instance().self);
        process_.close();
        of_.remove(*this); // deletes this
    }

    // What a call of the instance leads to, such as its refusal, arrives after that call.
    bool send(std::string_view message) override {
        if (process_.handling() && net_ != nullptr) {
            postponed_.emplace_back(message);
            if (postponed_.size() == 1) later([this] { send_postponed(); });
            return true;
        }
        send_postponed();
        return process_.send(message);
    }
    void send_postponed() {
        for (const std::string &message : std::exchange(postponed_, {})) process_.send(message);
    }
    template <class F>
    void later(F &&function) {
        net_->in({}, [function = std::forward<F>(function), alive = std::weak_ptr(alive_)] {
            if (!alive.expired()) function();
        });
    }

    std::string take_error() override { return std::exchange(error_, {}); }
    void not_created(std::int32_t status, std::string_view text) override {
        created_ = false;
        not_created_status_ = status;
        if (!text.empty()) real_.error(&real_, str(text));
    }
    void stopping() override {}
    void destroyed() override {}

    std::uint64_t time(Question what) {
        const auto &clock = table_of<kith_clock_host>(host_, KITH_CLOCK);
        return what == Question::monotonic ? clock.monotonic(&host_) : static_cast<std::uint64_t>(clock.wall(&host_));
    }
    std::string random(std::size_t size) {
        std::string bytes(size, '\0');
        table_of<kith_random_host>(host_, KITH_RANDOM).fill(&host_, bytes.data(), size);
        return bytes;
    }
    void posted() {
        if (net_ != nullptr) later([this] { process_.deliver(); });
    }

    IsolatingEntry &of_;
    const kith_host &real_;
    kith_host host_;
    testkit::SimNet *net_; // null: the host has no time
    LockstepProcess process_;
    messages::InstanceProxy proxy_;
    kith_instance instance_{};
    std::string error_;
    std::vector<std::string> postponed_;
    bool created_ = true, starting_ = false;
    std::int32_t not_created_status_ = KITH_OK, start_status_ = KITH_OK;
    std::shared_ptr<int> alive_ = std::make_shared<int>();
};

// ---- the library ----

IsolatingEntry::IsolatingEntry(const check::IsolationRequest &request, std::string program)
    : program_(std::move(program)), policy_(std::vector<core::FileGrants>{}, {}) {
    for (const std::string &grant : request.grants) {
        std::string why;
        if (core::parse_grant(grant, why)) continue;
        why.insert(0, "--grant " + grant + ": ");
        throw std::invalid_argument(why);
    }
    core::LoaderSettings settings;
    for (const messages::Service &service : messages::services()) settings.services.emplace_back(service.id);
    core::Zygote zygote;
    core::Buffer buffer;
    core::PathChecker paths;
    auto library = core::Library::read(request.file, settings, {zygote, buffer, paths});
    std::optional<core::Refusal> refusal;
    if (!library)
        refusal = library.error();
    else
        refusal = (*library)->seal(settings, {zygote, buffer, paths});
    if (refusal) {
        present = this;
        refusal_ = refusal->rule + ": " + refusal->reason + (refusal->remedy.empty() ? "" : "; " + refusal->remedy);
        return;
    }
    library_ = std::move(*library);
    if (library_->sealed_copy() < 0)
        throw std::runtime_error(
            "the file cannot be copied into memory here, so it cannot be loaded into a process of its own: "
            "/proc and an executable memfd are needed");
    policy_.grants.push_back({std::string(library_->file_name()), request.grants});
    for (const auto &plugin : library_->plugins()) descriptors_.push_back(&plugin->descriptor());
    entry_ = {.struct_size = sizeof entry_,
              .abi_major = KITH_ABI_MAJOR,
              .abi_minor = KITH_ABI_MINOR,
              .descriptor_count = static_cast<std::uint32_t>(descriptors_.size()),
              .descriptors = descriptors_.data(),
              .create = [](const kith_host *host, kith_str id, const kith_instance **out) noexcept {
                  return present->create(*host, id, out);
              }};
    present = this;
}

IsolatingEntry::~IsolatingEntry() { present = nullptr; }

const kith_entry &IsolatingEntry::entry() {
    if (library_ == nullptr) throw check::RuleViolation("the daemon refuses the library: " + refusal_);
    return entry_;
}

const kith_entry &IsolatingEntry::entry_here(const kith_entry &loaded) {
    loaded_ = &loaded;
    here_ = loaded;
    here_.create = [](const kith_host *host, kith_str id, const kith_instance **out) noexcept {
        return present->create_here(*host, id, out);
    };
    return here_;
}

const core::Plugin *IsolatingEntry::find(kith_str id) const {
    const auto found = std::ranges::find_if(library_->plugins(), [id](const auto &one) { return one->is_named(view(id)); });
    return found == library_->plugins().end() ? nullptr : found->get();
}

std::int32_t IsolatingEntry::create(const kith_host &host, kith_str id, const kith_instance **out) {
    const core::Plugin *const plugin = find(id);
    if (plugin == nullptr) return KITH_NOT_FOUND;
    limit(host, *plugin);
    Instance *const made = instances_.emplace_back(std::make_unique<Instance>(*this, host, *plugin)).get();
    const std::int32_t status = made->create(out);
    if (status == KITH_OK) return status;
    made->process().close();
    remove(*made);
    return status;
}

std::int32_t IsolatingEntry::create_here(const kith_host &host, kith_str id, const kith_instance **out) {
    if (const core::Plugin *const plugin = find(id)) limit(host, *plugin);
    return loaded_->create(&host, id, out);
}

void IsolatingEntry::limit(const kith_host &host, const core::Plugin &plugin) {
    rights_.push_back(std::make_unique<core::PluginRights>(policy_, library_->file_name(), options_of(host), plugin.options(),
                                                           [this](const std::string &text) { refused(text); }));
    testkit::limit_rights(host, rights_.back().get());
}

void IsolatingEntry::refused(const std::string &what) {
    if (std::ranges::find(refused_, what) == refused_.end()) refused_.push_back(what);
}

void IsolatingEntry::remove(const Instance &instance) {
    const auto found = std::ranges::find_if(instances_, [&](const auto &one) { return one.get() == &instance; });
    if (fault_.empty()) fault_ = (*found)->process().fault();
    instances_.erase(found);
}

std::string IsolatingEntry::take_fault() {
    for (const auto &instance : instances_)
        if (fault_.empty()) fault_ = instance->process().fault();
    return std::exchange(fault_, {});
}

std::vector<std::string> IsolatingEntry::take_refused() { return std::exchange(refused_, {}); }

} // namespace kith::isolation
