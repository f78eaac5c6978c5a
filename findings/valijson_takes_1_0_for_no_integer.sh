#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# valijson over Boost.JSON refuses 1.0 and 1e2 for {"type": "integer"}, although JSON Schema counts every number without a fraction as an integer
# (since draft 6) and other validators take it; so an editor accepts a file that the program refuses. It is not consistent either: the same
# 1.0 is equal to {"const": 1}.
#
# Seen with libvalijson-dev 1.0+repack-2 and libboost-json1.81-dev 1.81.0-5+deb12u1 (Debian 12), and jsonschema 4.23.0 (PyPI):
#   valijson: integer 1.0 refused, integer 1e2 refused, const 1 is 1.0 taken
#   jsonschema: integer 1.0 taken, integer 1e2 taken, const 1 is 1.0 taken
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && chmod 755 . &&
    apt-get download -q libvalijson-dev=1.0+repack-2 libboost1.81-dev=1.81.0-5+deb12u1 libboost-json1.81-dev=1.81.0-5+deb12u1 >/dev/null 2>&1 &&
    for package in *.deb; do dpkg -x "$package" root; done)
cat >"$work/validate.cpp" <<'CPP'
#include <boost/json/src.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <iostream>

const char *validate(const char *schema_text, const char *text) {
    const auto schema_value = boost::json::parse(schema_text), value = boost::json::parse(text);
    valijson::Schema schema;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::BoostJsonAdapter(schema_value), schema);
    valijson::Validator validator;
    return validator.validate(schema, valijson::adapters::BoostJsonAdapter(value), nullptr) ? "taken" : "refused";
}

int main() {
    std::cout << "valijson: integer 1.0 " << validate(R"({"type": "integer"})", "1.0") << ", integer 1e2 "
              << validate(R"({"type": "integer"})", "1e2") << ", const 1 is 1.0 " << validate(R"({"const": 1})", "1.0") << '\n';
}
CPP
g++ -std=c++17 -I"$work/root/usr/include" -o "$work/validate" "$work/validate.cpp"
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --disable-pip-version-check jsonschema==4.23.0
cat >"$work/validate.py" <<'PY'
import json
import jsonschema


def validate(schema, text):
    return "taken" if jsonschema.Draft7Validator(json.loads(schema)).is_valid(json.loads(text)) else "refused"


print(f"""jsonschema: integer 1.0 {validate('{"type": "integer"}', "1.0")}, integer 1e2 {validate('{"type": "integer"}', "1e2")}, """
      f"""const 1 is 1.0 {validate('{"const": 1}', "1.0")}""")
PY
{ "$work/validate" && "$work/python/bin/python" "$work/validate.py"; } | tee "$work/seen"
diff "$work/seen" - <<'EXPECTED'
valijson: integer 1.0 refused, integer 1e2 refused, const 1 is 1.0 taken
jsonschema: integer 1.0 taken, integer 1e2 taken, const 1 is 1.0 taken
EXPECTED
