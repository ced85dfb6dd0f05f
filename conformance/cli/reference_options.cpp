#include "conformance/cli/reference_options.h"

#include <fmt/format.h>

#include "conformance/cli/files.h"
#include "conformance/cli/target.h"
#include "conformance/lab/link_dut.h"

namespace assay::cli {

namespace {

std::unexpected<Error> wrong(std::string_view option, std::string what) {
    return fail(Errc::bad_text, option, Error::npos, std::move(what));
}

Result<Bytes> hexadecimal(std::string_view option, const std::string& text) {
    auto bytes = from_hex(text);
    if (!bytes) return wrong(option, fmt::format("{}: '{:.40}' is not hexadecimal", option, text));
    return bytes;
}

}  // namespace

#ifdef ASSAY_HARNESS

Result<> sabotage(const Sabotage& wanted, spdm::Waivers& waivers) {
    for (const std::string& name : wanted.waive) {
        auto check = spdm::check_from_name(name);
        if (!check) {
            return wrong("--waive",
                         fmt::format("there is no check '{}' (assay run --kill-matrix lists them)", name));
        }
        waivers.waive(*check);
    }
    for (const std::string& name : wanted.defects) {
        auto defect = spdm::defect_from_name(name);
        if (!defect) {
            return wrong(
                "--defect",
                fmt::format("there is no defect '{}' (stack/spdm/defect_table.inc lists them)", name));
        }
        waivers.plant(*defect);
    }
    return {};
}

#else

Result<> sabotage(const Sabotage& wanted, spdm::Waivers&) {
    if (wanted.waive.empty() && wanted.defects.empty()) return {};
    return wrong("--waive",
                 "this build cannot waive checks or plant defects: it was made without ASSAY_HARNESS");
}

#endif

Result<std::optional<spdm::PreSharedKey>> pre_shared_key(const PskOptions& options) {
    if (!options.key) {
        if (options.hint) return wrong("--psk-hint", "--psk-hint needs --psk");
        return std::nullopt;
    }
    Bytes key = TRY(hexadecimal("--psk", *options.key));
    if (key.empty()) return wrong("--psk", "--psk: an empty key is none");
    Bytes hint = TRY(hexadecimal("--psk-hint", options.hint.value_or("")));
    return spdm::PreSharedKey{std::move(hint), std::make_shared<const SecretBytes>(key)};
}

Result<> trust_requester(const IdentityOptions& identity, lab::ReferenceOptions& options) {
    for (const auto& [algo, slots] : TRY(read_identity(identity.chain, identity.key))) {
        options.requester_roots = {TRY(crypto::Certificate::parse(slots[0]->root_der))};
        options.judged_at = now();
    }
    return {};
}

Result<uint8_t> mut_auth(const std::string& name) {
    if (name == "none") return uint8_t{0};
    if (name == "plain") return wire::mut_auth::plain;
    if (name == "encapsulated") return wire::mut_auth::encapsulated;
    if (name == "implicit") return wire::mut_auth::implicit_get_digests;
    return wrong("--mut-auth",
                 fmt::format("--mut-auth: '{}' is none of none, plain, encapsulated, implicit", name));
}

void answer_over(transport::Binding binding, lab::ReferenceOptions& options) {
    options.transport = &lab::records_over(binding);
    if (!transport::carries_secured(binding)) options.flags = lab::kReferenceFlagsWithoutSessions;
}

}  // namespace assay::cli
