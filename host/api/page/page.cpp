// SPDX-License-Identifier: MIT
#include "page.hpp"

namespace kith::app {

ApiAnswer page_answer() {
    ApiAnswer answer;
    answer.content_type = "text/html; charset=utf-8";
    answer.body = page_text;
    answer.fields.append("Content-Security-Policy: default-src 'none'; connect-src 'self'; img-src data:; script-src '")
        .append(page_script_hash)
        .append("'; style-src '")
        .append(page_style_hash)
        .append("'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'\r\n"
                "Referrer-Policy: no-referrer\r\n"
                "Cross-Origin-Opener-Policy: same-origin\r\n"
                "Cross-Origin-Resource-Policy: same-origin\r\n");
    return answer;
}

} // namespace kith::app
