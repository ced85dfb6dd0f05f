// NEGOTIATE_ALGORITHMS: what is offered and not needed is not selected.
#include <fmt/format.h>

#include "conformance/suites/responder/algorithms.h"
#include "conformance/suites/responder/handshake.h"

namespace assay::cases {

namespace {

namespace type = wire::alg_type;

// A kind of algorithm, and what makes it needed on a connection.
struct Kind {
    const char* id;
    const char* what;
    const char* requirement;
    uint8_t type;
    bool (*needed)(const spdm::Parameters&);
};

const Kind kKinds[] = {
    {"dhe", "a DHE group", "SPDM-ALG-115", type::dhe,
     [](const spdm::Parameters& p) { return p.both(cap::key_ex); }},
    {"aead", "an AEAD", "SPDM-ALG-116", type::aead_cipher_suite,
     [](const spdm::Parameters& p) { return p.both(cap::mac) || p.both(cap::encrypt); }},
    {"req-base-asym", "a signature algorithm of the requester", "SPDM-ALG-117", type::req_base_asym_alg,
     [](const spdm::Parameters& p) {
         return p.both(cap::mut_auth) ||
                (p.requester_flags & p.responder_flags & cap::ep_info) == cap::ep_info_sig;
     }},
    {"key-schedule", "a key schedule", "SPDM-ALG-118", type::key_schedule,
     [](const spdm::Parameters& p) { return p.both(cap::key_ex) || p.psk(); }},
};

// Requesters that can do more and more, all of which offer everything.
constexpr uint32_t kWithPsk = cap::psk_requester | cap::mac | cap::encrypt;
constexpr uint32_t kRequesters[] = {0, kWithPsk, lab::kSessionFlags, lab::kMutualFlags};

CheckResult judge(CaseContext& test, const Kind& kind) {
    bool judged = false;
    for (uint32_t flags : kRequesters) {
        lab::Offer offer{.flags = flags, .every_structure = true, .authenticates_if_asked = false};
        if (!TRY(went_along(test.lab().negotiated(test.version(), offer)))) continue;
        const spdm::Parameters& p = test.lab().seen().parameters();
        if (kind.needed(p)) continue;
        judged = true;
        const Exchange& exchange = test.lab().exchanges().back();
        auto answer = TRY(wire::decode<wire::Algorithms>(*exchange.response, exchange.response_context));
        for (const wire::AlgStruct& chosen : answer.alg_structs) {
            if (chosen.alg_type != kind.type) continue;
            TRY(test.expect_that(chosen.alg_supported == 0, kind.requirement,
                                 fmt::format("not {}: nothing that both sides can do needs it", kind.what),
                                 fmt::format("0x{:04x}", chosen.alg_supported), "AlgSupported"));
        }
    }
    if (!judged) return CaseContext::not_applicable("the device takes part in no negotiation without a need");
    return {};
}

Case unneeded(const Kind& kind) {
    return {
        .id = fmt::format("alg/unneeded-{}", kind.id),
        .title = fmt::format("Where nothing needs {} none is selected", kind.what),
        .requirements = {kind.requirement},
        .since = v1_1,
        .run = [&kind](CaseContext& test) { return judge(test, kind); },
    };
}

}  // namespace

void add_unneeded_algorithms(CaseList& cases) {
    for (const Kind& kind : kKinds) cases.push_back(unneeded(kind));
}

}  // namespace assay::cases
