#include "conformance/cli/reference_options.h"

#include <fmt/format.h>

#include "conformance/cli/files.h"
#include "conformance/cli/target.h"
#include "conformance/lab/link_dut.h"
#include "conformance/suites/responder_faults.h"

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

Result<> fault_options(const FaultOptions& wanted, lab::ReferenceOptions& options) {
    options = TRY(engine::with_faults(cases::responder_faults(), wanted.waive, wanted.defects, "responder",
                                      std::move(options)));
    return {};
}

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
    options.binding = binding;
    if (!transport::carries_secured(binding)) options.flags = lab::kReferenceFlagsWithoutSessions;
}

}  // namespace assay::cli
