// assay connect
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "conformance/cli/claims_text.h"
#include "conformance/cli/connect_session.h"
#include "conformance/cli/files.h"
#include "conformance/cli/reference_options.h"
#include "conformance/cli/target.h"
#include "conformance/lab/lab.h"
#include "stack/spdm/attestation.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"

namespace assay::cli {

namespace {

// Without roots of the user's own, those that the device sends are taken, and that is said.
Result<std::vector<crypto::Certificate>> roots_on_first_use(lab::Dut& dut,
                                                            const std::vector<wire::Version>& versions) {
    SystemRandom random;
    lab::Lab lab(dut, random, crypto::openssl_provider());
    TRY(lab.after_version());
    std::vector<crypto::Certificate> roots;
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
        if (!lab.negotiated(*version)) continue;
        if ((lab.seen().parameters().responder_flags & wire::cap::cert) == 0) return roots;
        TRY(lab.send(wire::GetDigests{}));
        std::map<uint8_t, Bytes> slots = lab.seen().digests();
        for (const auto& [slot, digest] : slots) {
            Bytes chain = TRY(lab.read_chain(slot));
            auto structure = TRY(wire::decode_exact<wire::CertChain>(chain, lab.seen().request_context()));
            roots.push_back(TRY(crypto::parse_certificates(structure.certificates)).front());
        }
        return roots;
    }
    return fail(Errc::state, "version", Error::npos, "the device negotiates none of the versions");
}

// The built-in reference knows whom it is to have a session with.
Result<> befriend(const ConnectCommand& command, lab::ReferenceOptions& reference) {
    TRY(trust_requester(command.identity, reference));
    reference.psk = TRY(pre_shared_key(command.psk));
    return {};
}

void print(std::ostream& out, const spdm::Requester& requester) {
    const spdm::Parameters& p = requester.parameters();
    out << "versions:     ";
    for (uint16_t entry : requester.versions()) out << fmt::format(" {}.{}", entry >> 12, entry >> 8 & 0xf);
    out << fmt::format("; negotiated {}\n", wire::name(p.version));
    out << fmt::format("capabilities:  {}\n", capabilities_text(p));
    out << fmt::format("algorithms:    {}\n", algorithms_text(p));
    for (uint8_t slot = 0; slot < spdm::kSlots; ++slot) {
        const spdm::VerifiedChain* chain = requester.chain(slot);
        if (chain == nullptr) continue;
        out << fmt::format("slot {}:        {} certificates, leaf {}\n", slot, chain->certificates.size(),
                           chain->certificates.empty() ? "?" : chain->certificates.back().subject());
    }
    out << fmt::format("authenticated: {}\n", requester.authenticated() ? "yes, by CHALLENGE" : "no");
    for (const auto& [index, block] : requester.measurements()) {
        bool is_signed = requester.signed_measurements().contains(index);
        bool raw = (block.value_type & wire::value_type::raw_bit_stream) != 0;
        out << fmt::format("measurement {:3}: type {:2}, {}, {}, {}\n", index, block.value_type & 0x7f,
                           raw ? "raw" : "digest", is_signed ? "signed" : "unsigned", to_hex(block.value));
    }
}

}  // namespace

int connect(const ConnectCommand& command, Streams& streams) {
    auto roots = read_roots(command.roots);
    if (!roots) return complain(streams, status::usage, roots.error().detail);
    lab::ReferenceOptions reference;
    if (auto fits = befriend(command, reference); !fits)
        return complain(streams, status::usage, fits.error());
    auto dut = open_target(command, reference);
    if (!dut) return complain(streams, exit_code_of(dut.error()), dut.error().detail);
    spdm::RequesterConfig config;
    if (auto prepared = prepare_session(command, **dut, config); !prepared)
        return complain(streams, status::usage, prepared.error());
    if (!command.versions.empty()) config.versions = command.versions;
    std::ranges::sort(config.versions);
    config.time = now();
    config.roots = *roots;
    if (config.roots.empty()) {
        auto found = roots_on_first_use(**dut, config.versions);
        if (!found) {
            int code = found.error().code == Errc::state ? status::failures : exit_code_of(found.error());
            return complain(streams, code, found.error().text());
        }
        config.roots = *found;
        streams.err << "assay: no --root given: the roots that the device sends are taken for trusted\n";
    }
    SystemRandom random;
    spdm::Requester requester(config, crypto::openssl_provider(), random);
    spdm::AttestationOptions options;
    options.slot = command.slot;
    spdm::AttestationWalk walk(requester, options);
    Result<> walked = (*dut)->reset();
    if (walked) walked = drive(**dut, walk);
    if (!walked) return complain(streams, exit_code_of(walked.error()), walked.error().text());
    print(streams.out, requester);
    if (walk.refusal()) return complain(streams, status::failures, "gave up: " + walk.refusal()->text());
    if (command.session.empty()) return status::ok;
    auto session = have_session(command, **dut, requester, streams.out);
    if (!session) {
        int code = session.error().code == Errc::state ? status::failures : exit_code_of(session.error());
        return complain(streams, code, session.error().detail);
    }
    if (*session) return complain(streams, status::failures, "gave up: " + (*session)->text());
    return status::ok;
}

}  // namespace assay::cli
