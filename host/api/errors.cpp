// SPDX-License-Identifier: MIT
#include "errors.hpp"

#include "json_writer.hpp"

namespace kith::app {

ApiAnswer error_answer(unsigned status, std::string_view code, std::string_view message, std::string_view remedy) {
    ApiAnswer answer;
    answer.status = status;
    JsonWriter json(answer.body);
    json.open('{').key("error").open('{');
    json.member("code", code).member("message", message).member("remedy", remedy);
    json.close('}').close('}');
    return answer;
}

ApiAnswer fault_answer(ApiFault fault) {
    switch (fault) {
    case ApiFault::malformed: break;
    case ApiFault::head_too_large:
        return error_answer(413, "head_too_large", "the head of the request has more than 16 KiB",
                            "Send fewer or shorter fields.");
    case ApiFault::body_too_large:
        return error_answer(413, "body_too_large",
                            "the body of the request has more than 64 KiB, or a message more than 16 MiB",
                            "Send a smaller body, and one of more than 64 KiB with Content-Length.");
    case ApiFault::no_tls:
        return error_answer(400, "tls_required", "this address serves TLS, and the request came without it",
                            "Ask it by https://, or at an address of api.listen without `tls`.");
    case ApiFault::too_many_clients:
        return error_answer(429, "too_many_clients", "as many clients are connected as may be",
                            "Close connections that are not used.");
    case ApiFault::too_many_streams:
        return error_answer(429, "too_many_streams", "as many clients follow the events as may",
                            "Close streams that nobody reads.");
    case ApiFault::too_many_bytes:
        return error_answer(429, "too_many_bytes", "other clients have not yet taken their large answers",
                            "Ask again in a moment, or page through /v1/peers.");
    }
    return error_answer(400, "malformed", "this is no HTTP/1.1 request",
                        "Send a request line, a Host field and an empty line.");
}

} // namespace kith::app
