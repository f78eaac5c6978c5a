// SPDX-License-Identifier: MIT
#include "list_watch_parser.hpp"

namespace k8s {

namespace {

using Kind = FieldSpec::Kind;

enum : Field {
    nothing,
    // of a list and a watch
    list_kind,
    list_version,
    list_next,
    list_remaining,
    event_type,
    status_code,
    status_reason,
    status_message,
    // of an object
    object,
    object_name,
    object_namespace,
    object_uid,
    object_version,
    object_deleting,
    object_over_capacity,
    pod_node,
    pod_hostname,
    pod_subdomain,
    pod_phase,
    pod_ip,
    slice_family,
    // of an address
    address,
    address_not_ready,
    address_ip,
    address_hostname,
    address_node,
    target_name,
    target_namespace,
    target_uid,
    condition_ready,
};

constexpr FieldSpec metadata[] = {{"name", Kind::text, object_name},
                                  {"namespace", Kind::text, object_namespace},
                                  {"uid", Kind::text, object_uid},
                                  {"resourceVersion", Kind::text, object_version}};
constexpr FieldSpec pod_metadata[] = {
    metadata[0], metadata[1], metadata[2], metadata[3], {"deletionTimestamp", Kind::text, object_deleting}};
constexpr FieldSpec endpoints_annotations[] = {{"endpoints.kubernetes.io/over-capacity", Kind::text, object_over_capacity}};
constexpr FieldSpec endpoints_metadata[] = {
    metadata[0], metadata[1], metadata[2], metadata[3], {"annotations", Kind::object, nothing, endpoints_annotations}};
constexpr FieldSpec target[] = {
    {"name", Kind::text, target_name}, {"namespace", Kind::text, target_namespace}, {"uid", Kind::text, target_uid}};

constexpr FieldSpec pod_spec[] = {
    {"nodeName", Kind::text, pod_node}, {"hostname", Kind::text, pod_hostname}, {"subdomain", Kind::text, pod_subdomain}};
constexpr FieldSpec pod_status[] = {{"phase", Kind::text, pod_phase}, {"podIP", Kind::text, pod_ip}};
constexpr FieldSpec pod[] = {{"metadata", Kind::object, nothing, pod_metadata},
                             {"spec", Kind::object, nothing, pod_spec},
                             {"status", Kind::object, nothing, pod_status}};

constexpr FieldSpec endpoint_address[] = {{"ip", Kind::text, address_ip},
                                          {"hostname", Kind::text, address_hostname},
                                          {"nodeName", Kind::text, address_node},
                                          {"targetRef", Kind::object, nothing, target}};
constexpr FieldSpec subset[] = {{"addresses", Kind::objects, address, endpoint_address},
                                {"notReadyAddresses", Kind::objects, address_not_ready, endpoint_address}};
constexpr FieldSpec endpoints[] = {{"metadata", Kind::object, nothing, endpoints_metadata},
                                   {"subsets", Kind::objects, nothing, subset}};

constexpr FieldSpec conditions[] = {{"ready", Kind::flag, condition_ready}};
constexpr FieldSpec slice_endpoint[] = {{"addresses", Kind::texts, address_ip},
                                        {"hostname", Kind::text, address_hostname},
                                        {"nodeName", Kind::text, address_node},
                                        {"conditions", Kind::object, nothing, conditions},
                                        {"targetRef", Kind::object, nothing, target}};
constexpr FieldSpec slice[] = {{"metadata", Kind::object, nothing, metadata},
                               {"addressType", Kind::text, slice_family},
                               {"endpoints", Kind::objects, address, slice_endpoint}};

constexpr FieldSpec list_metadata[] = {{"resourceVersion", Kind::text, list_version},
                                       {"continue", Kind::text, list_next},
                                       {"remainingItemCount", Kind::number, list_remaining}};

constexpr FieldSpec pod_list[] = {
    {"kind", Kind::text, list_kind}, {"metadata", Kind::object, nothing, list_metadata}, {"items", Kind::objects, object, pod}};
constexpr FieldSpec endpoints_list[] = {{"kind", Kind::text, list_kind},
                                        {"metadata", Kind::object, nothing, list_metadata},
                                        {"items", Kind::objects, object, endpoints}};
constexpr FieldSpec slice_list[] = {{"kind", Kind::text, list_kind},
                                    {"metadata", Kind::object, nothing, list_metadata},
                                    {"items", Kind::objects, object, slice}};

// The object of an event: an object of the lookup, or a Status, whose `status` is a string where that of a pod is an object.
constexpr FieldSpec status[] = {
    {"code", Kind::number, status_code}, {"reason", Kind::text, status_reason}, {"message", Kind::text, status_message}};
constexpr FieldSpec pod_or_status[] = {pod[0],    pod[1],    {"status", Kind::object_or_other, nothing, pod_status},
                                       status[0], status[1], status[2]};
constexpr FieldSpec endpoints_or_status[] = {endpoints[0], endpoints[1], status[0], status[1], status[2]};
constexpr FieldSpec slice_or_status[] = {slice[0], slice[1], slice[2], status[0], status[1], status[2]};
constexpr FieldSpec pod_event[] = {{"type", Kind::text, event_type}, {"object", Kind::object, object, pod_or_status}};
constexpr FieldSpec endpoints_event[] = {{"type", Kind::text, event_type},
                                         {"object", Kind::object, object, endpoints_or_status}};
constexpr FieldSpec slice_event[] = {{"type", Kind::text, event_type}, {"object", Kind::object, object, slice_or_status}};

std::span<const FieldSpec> list_of(Lookup lookup) {
    switch (lookup) {
    case Lookup::pods: return pod_list;
    case Lookup::endpointslices: return slice_list;
    default: return endpoints_list;
    }
}

std::span<const FieldSpec> event_of(Lookup lookup) {
    switch (lookup) {
    case Lookup::pods: return pod_event;
    case Lookup::endpointslices: return slice_event;
    default: return endpoints_event;
    }
}

// Builds an Object from the extracted members.
class ObjectBuilder : public FieldHandler {
  public:
    explicit ObjectBuilder(Lookup lookup) : lookup_(lookup) {}

    void opened(Field field) override {
        if (field == object) begin();
        if (field != address && field != address_not_ready) return;
        object_.addresses.emplace_back();
        object_.addresses.back().ready = field == address;
    }
    void text(Field field, std::string_view value) override {
        if (field == address_ip && !last().ip.empty()) return; // further addresses of an endpoint are equivalent
        if (field == object_deleting) object_.deleting = !value.empty();
        if (field == object_over_capacity) object_.truncated = value == "truncated";
        if (std::string *place = member_of(field)) place->assign(value);
    }
    void flag(Field field, bool value) override {
        if (field == condition_ready) last().ready = value;
    }

  protected:
    Object object_;

    void begin() {
        object_.clear();
        object_.is_pod = lookup_ == Lookup::pods;
        if (object_.is_pod) object_.addresses.emplace_back();
    }
    // For a pod, the pod itself is the target of its address.
    Object &finished_object() {
        if (lookup_ == Lookup::pods) {
            Address &only = last();
            only.target = object_.name;
            only.name_space = object_.name_space;
            only.uid = object_.uid;
        }
        return object_;
    }

  private:
    Address &last() { return object_.addresses.back(); }

    std::string *member_of(Field field) {
        switch (field) {
        case object_name: return &object_.name;
        case object_namespace: return &object_.name_space;
        case object_uid: return &object_.uid;
        case object_version: return &object_.version;
        case pod_subdomain: return &object_.subdomain;
        case pod_phase: return &object_.phase;
        case slice_family: return &object_.family;
        case pod_ip:
        case address_ip: return &last().ip;
        case pod_hostname:
        case address_hostname: return &last().hostname;
        case pod_node:
        case address_node: return &last().node;
        case target_name: return &last().target;
        case target_namespace: return &last().name_space;
        case target_uid: return &last().uid;
        default: return nullptr;
        }
    }

    const Lookup lookup_;
};

Event::Kind kind_of(std::string_view type) {
    if (type == "ADDED") return Event::Kind::added;
    if (type == "MODIFIED") return Event::Kind::modified;
    if (type == "DELETED") return Event::Kind::deleted;
    if (type == "BOOKMARK") return Event::Kind::bookmark;
    return Event::Kind::error;
}

bool white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string_view without_white(std::string_view bytes) {
    while (!bytes.empty() && white(bytes.front())) bytes.remove_prefix(1);
    return bytes;
}

} // namespace

// ---- list ----

class ListParser::Body : ObjectBuilder {
  public:
    Body(Lookup lookup, std::function<void(Object &)> found)
        : ObjectBuilder(lookup), found_(std::move(found)), extractor_(list_of(lookup), *this) {}

    kith::result<void> read(std::string_view bytes) {
        if (!extractor_.done()) {
            auto used = extractor_.read(bytes);
            if (!used) return std::move(used).error();
            bytes.remove_prefix(*used);
        }
        if (without_white(bytes).empty()) return {};
        return kith::error(KITH_PROTOCOL, "there is more data after the list");
    }
    bool complete() const noexcept { return extractor_.done(); }
    kith::result<Page> end() {
        if (!extractor_.done()) return kith::error(KITH_PROTOCOL, "it is not JSON (it is truncated)");
        if (!kind_.ends_with("List"))
            return kith::error(KITH_PROTOCOL, kind_.empty() ? "expected a list, but it has no kind"
                                                            : "expected a list, but its kind is " + kind_.substr(0, 64));
        if (page_.version.empty()) return kith::error(KITH_PROTOCOL, "expected a string at metadata.resourceVersion");
        return std::move(page_);
    }

  private:
    void text(Field field, std::string_view value) override {
        switch (field) {
        case list_kind: kind_ = value; break;
        case list_version: page_.version = value; break;
        case list_next: page_.next = value; break;
        default: ObjectBuilder::text(field, value);
        }
    }
    void number(Field field, std::int64_t value) override {
        if (field == list_remaining) page_.remaining = value;
    }
    void closed(Field field) override {
        if (field != object) return;
        ++page_.items;
        found_(finished_object());
    }

    std::function<void(Object &)> found_;
    std::string kind_;
    Page page_;
    JsonFieldExtractor extractor_;
};

ListParser::ListParser(Lookup lookup, std::function<void(Object &)> found)
    : body_(std::make_unique<Body>(lookup, std::move(found))) {}
ListParser::~ListParser() = default;
bool ListParser::complete() const noexcept { return body_->complete(); }
kith::result<void> ListParser::read(std::string_view bytes) { return body_->read(bytes); }
kith::result<Page> ListParser::end() { return body_->end(); }

// ---- watch ----

class WatchParser::Body : ObjectBuilder {
  public:
    Body(Lookup lookup, std::function<void(Event &)> found)
        : ObjectBuilder(lookup), found_(std::move(found)), extractor_(event_of(lookup), *this) {}

    kith::result<void> read(std::string_view bytes) {
        for (;;) {
            if (extractor_.fresh()) bytes = without_white(bytes);
            if (bytes.empty()) return {};
            auto used = extractor_.read(bytes);
            if (!used) return std::move(used).error();
            bytes.remove_prefix(*used);
            size_ += *used;
            if (size_ > max_event_size)
                return kith::error(KITH_PROTOCOL, "an event has more than " + std::to_string(max_event_size) + " bytes");
            if (!extractor_.done()) continue;
            if (auto told = tell(); !told) return told;
            extractor_.reset();
            size_ = 0;
        }
    }
    bool complete() const noexcept { return extractor_.fresh(); }

  private:
    void text(Field field, std::string_view value) override {
        switch (field) {
        case event_type: type_ = value; break;
        case status_reason: event_.status.reason = value; break;
        case status_message: event_.status.message = value; break;
        default: ObjectBuilder::text(field, value);
        }
    }
    void number(Field field, std::int64_t value) override {
        if (field == status_code) event_.status.code = value;
    }
    kith::result<void> tell() {
        event_.kind = kind_of(type_);
        if (event_.kind == Event::Kind::error && type_ != "ERROR")
            return kith::error(KITH_PROTOCOL, "expected ADDED, MODIFIED, DELETED, BOOKMARK or ERROR at type, got `" +
                                                  type_.substr(0, 64) + "`");
        if (!opened_) return kith::error(KITH_PROTOCOL, "expected an object at object");
        std::swap(event_.object, finished_object());
        if (event_.kind != Event::Kind::error && event_.object.version.empty())
            return kith::error(KITH_PROTOCOL, "expected a string at object.metadata.resourceVersion");
        found_(event_);
        event_.status = {};
        type_.clear();
        opened_ = false;
        return {};
    }
    void opened(Field field) override {
        if (field == object) opened_ = true;
        ObjectBuilder::opened(field);
    }

    std::function<void(Event &)> found_;
    std::string type_;
    Event event_;
    std::size_t size_ = 0;
    bool opened_ = false;
    JsonFieldExtractor extractor_;
};

WatchParser::WatchParser(Lookup lookup, std::function<void(Event &)> found)
    : body_(std::make_unique<Body>(lookup, std::move(found))) {}
WatchParser::~WatchParser() = default;
kith::result<void> WatchParser::read(std::string_view bytes) { return body_->read(bytes); }
bool WatchParser::complete() const noexcept { return body_->complete(); }

// ---- status ----

Status read_status(std::string_view body) {
    struct Reading : FieldHandler {
        void text(Field field, std::string_view value) override { (field == status_reason ? out.reason : out.message) = value; }
        void number(Field, std::int64_t value) override { out.code = value; }
        Status out;
    } reading;
    JsonFieldExtractor extractor(status, reading);
    (void)extractor.read(body); // an error is ignored: a partial Status is useful, too
    return std::move(reading.out);
}

} // namespace k8s
