#include "stack/evidence/edit_value.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/evidence/edit_forms.h"
#include "stack/evidence/path.h"
#include "stack/evidence/place_of.h"
#include "stack/evidence/shapes.h"

namespace assay::evidence {

namespace {

std::unexpected<Error> wrong(std::string detail) {
    return fail(Errc::bad_text, "value", Error::npos, std::move(detail));
}

Result<Json> copied(Place& root, const std::string& path) {
    return TRY(find_place(root, TRY(parse_path(path))))->get();
}

Result<Json> genuine_one(const Json& of, const EditScope& scope) {
    const auto shape = of.at(0).get<std::string>();
    const uint64_t seed = scope.machine == nullptr ? 1 : scope.machine->seed;
    Machine other = shape == "next" ? TRY(genuine(scope.origin, seed + 1)) : TRY(genuine(shape, seed));
    return copied(*place_of(other), of.at(1));
}

Result<Json> made(const std::string& name, const EditScope& scope) {
    if (scope.machine == nullptr) return wrong("there is no machine to make it of");
    const Machine& machine = *scope.machine;
    if (name == "quoted_nonce") return to_hex(quoted_nonce(machine));
    if (name == "report_data") return to_hex(report_data(machine));
    if (!machine.tpm) return wrong(fmt::format("'{}' of a machine without a TPM", name));
    if (name == "boot_policy") return boot_policy(*machine.tpm);
    PcrValues values = held(*machine.tpm);
    if (name == "registers") return place_of(values)->get();
    return wrong(fmt::format("'{}' is not made", name));
}

Result<Bytes> bytes_of(const Json& value) {
    if (!value.is_string()) return wrong("not hexadecimal: " + value.dump());
    return from_hex(value.get<std::string>());
}

Result<Json> joined(const Json& parts) {
    Bytes all;
    for (const Json& part : parts) append(all, TRY(bytes_of(part)));
    return to_hex(all);
}

// `inside` has been evaluated.
Result<Json> evaluated(const std::string& name, const Json& inside, const EditScope& scope) {
    using crypto::HashAlgo;
    const auto text = [&] { return inside.get<std::string>(); };
    if (name == "$copy") return copied(scope.root, text());
    if (name == "$genuine") return genuine_one(inside, scope);
    if (name == "$text") return to_hex(as_bytes(text()));
    if (name == "$sha256") return to_hex(digest(HashAlgo::sha256, as_bytes(text())));
    if (name == "$sha384") return to_hex(digest(HashAlgo::sha384, as_bytes(text())));
    if (name == "$sha512") return to_hex(digest(HashAlgo::sha512, as_bytes(text())));
    if (name == "$repeat") return to_hex(Bytes(inside.at(1).get<size_t>(), inside.at(0).get<uint8_t>()));
    if (name == "$concat") return joined(inside);
    if (name == "$first") {
        Bytes bytes = TRY(bytes_of(inside.at(1)));
        bytes.resize(inside.at(0).get<size_t>());
        return to_hex(bytes);
    }
    if (name == "$measurement") {
        return to_hex(measurement(inside.at(0).get<std::string>(), inside.at(1).get<size_t>(),
                                  inside.at(2).get<size_t>()));
    }
    if (name == "$efi_variable")
        return to_hex(efi_variable(inside.at(0).get<std::string>(), TRY(bytes_of(inside.at(1)))));
    if (name == "$reversed") {
        const Bytes bytes = TRY(bytes_of(inside));
        return to_hex(Bytes(bytes.rbegin(), bytes.rend()));
    }
    if (name == "$member") return inside.at(1).at(inside.at(0).get<std::string>());
    if (name == "$made") return made(text(), scope);
    if (const auto form = TRY(form_value(name, inside))) return *form;
    return wrong(fmt::format("'{}' is not known", name));
}

// Whether it copies what is there only while evidence is made.
bool copies_later(const Json& value) {
    if (!value.is_structured()) return false;
    if (value.is_object() && value.contains("$copy"))
        return value["$copy"].is_string() && is_later(value["$copy"].get<std::string>());
    return std::ranges::any_of(value, copies_later);
}

Result<Json> within(const Json& value, const EditScope& scope) {
    Json all = value;
    for (Json& one : all) one = TRY(value_of(one, scope));
    return all;
}

}  // namespace

bool is_later(std::string_view path) {
    const std::string_view first = path.substr(0, path.find_first_of(".["));
    return first == "responses" || first == "evidence" || first == "context";
}

Result<Json> value_of(const Json& value, const EditScope& scope) {
    if (!value.is_structured()) return value;
    const bool stands_for = value.is_object() && value.size() == 1 && value.begin().key().starts_with('$');
    if (!stands_for) return within(value, scope);
    const std::string& name = value.begin().key();
    const Json& inside = value.begin().value();
    if (scope.machine != nullptr && copies_later(value)) return value;
    try {
        return evaluated(name, TRY(value_of(inside, scope)), scope);
    } catch (const Json::exception& error) {
        return wrong(fmt::format("{}: {}", name, error.what()));
    }
}

}  // namespace assay::evidence
