// SPDX-License-Identifier: MIT
#include "request_rights.hpp"

#include "bearer_token.hpp"
#include "errors.hpp"

#include <string>

namespace kith::app {

namespace {

ApiAnswer unauthorized(const ApiRequest &request, std::string_view place, std::string_view tokens) {
    ApiAnswer answer = error_answer(401, "unauthorized",
                                    request.authorization.empty() ? "this " + std::string(place) + " needs a token"
                                                                  : "this token is none of kith's",
                                    "Send `Authorization: Bearer TOKEN` with the value of " + std::string(tokens) + ".");
    answer.fields = "WWW-Authenticate: Bearer\r\n";
    return answer;
}

ApiAnswer forbidden(const ApiRequest &request, const std::string &right, std::string_view groups) {
    return error_answer(403, "forbidden", "this needs the right of " + right,
                        request.access != nullptr
                            ? "Send the token of api.tokens." + right + "."
                            : "Ask as root, as the user of the daemon, or as a member of the group that " +
                                  std::string(groups) + ".");
}

} // namespace

Right right_of(const ApiRequest &request) {
    return request.access == nullptr ? request.right : right_of_authorization(request.authorization, *request.access);
}

bool may_message(const ApiRequest &request) {
    if (request.access == nullptr) return request.may_message || request.right == Right::control;
    return authorizes_messages(request.authorization, *request.access);
}

ApiAnswer no_right_to_read(const ApiRequest &request) {
    return unauthorized(request, "address", "api.tokens.read or api.tokens.control");
}

ApiAnswer no_right_to_control(const ApiRequest &request) { return forbidden(request, "control", "api.control_group names"); }

ApiAnswer no_right_to_message(const ApiRequest &request) {
    if (request.access != nullptr && right_of(request) == Right::none)
        return unauthorized(request, "path", "api.tokens.messages");
    return forbidden(request, "messages", "api.messages_group or api.control_group names");
}

} // namespace kith::app
