// NEGOTIATE_ALGORITHMS: what ALGORITHMS selects.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "conformance/suites/responder/algorithms.h"
#include "conformance/suites/responder/handshake.h"
#include "stack/base/ranges.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

using wire::Algorithms;
using wire::AlgStruct;
using wire::NegotiateAlgorithms;

Result<Exchange> send_algorithms(CaseContext& test, const NegotiateAlgorithms& message) {
    TRY(test.lab().after_capabilities(test.version()));
    return test.lab().send(wire::encode_raw(message, test.lab().seen().request_context()));
}

NegotiateAlgorithms with_structs(CaseContext& test, std::vector<AlgStruct> structs) {
    NegotiateAlgorithms message = test.lab().algorithms(test.version());
    message.alg_structs = std::move(structs);
    message.param1 = static_cast<uint8_t>(message.alg_structs.size());
    return message;
}

AlgStruct item(uint8_t type, uint16_t supported, uint8_t count) {
    return {.alg_type = type, .alg_count = count, .alg_supported = supported, .alg_external = {}};
}

namespace {

// What ALGORITHMS selects is one bit, and one that was offered.
CheckResult selection_is_offered(CaseContext& test, const NegotiateAlgorithms& offer,
                                 const Algorithms& answer) {
    struct Row {
        std::string_view field;
        uint32_t selected;
        uint32_t offered;
    };
    const Row rows[] = {
        {"BaseAsymSel", answer.base_asym_sel, offer.base_asym_algo},
        {"BaseHashSel", answer.base_hash_sel, offer.base_hash_algo},
        {"MeasurementSpecificationSel", answer.measurement_specification_sel,
         offer.measurement_specification},
        {"OtherParamsSelection", answer.other_params_selection & 0x0fU, offer.other_params_support & 0x0fU},
        {"MeasurementHashAlgo", answer.measurement_hash_algo, wire::known_measurement_hash(test.version())},
        {"MELspecificationSel", answer.mel_specification_sel, offer.mel_specification},
        {"PqcAsymSel", answer.pqc_asym_sel, offer.pqc_asym_algo}};
    for (const Row& row : rows) {
        std::string selected = fmt::format("0x{:x}", row.selected);
        TRY(test.expect_that(std::popcount(row.selected) <= 1,
                             row.field == "OtherParamsSelection" ? "SPDM-ALG-020" : "SPDM-ALG-012",
                             "at most one bit", selected, row.field));
        TRY(test.expect_that((row.selected & ~row.offered) == 0, "SPDM-ALG-112",
                             fmt::format("a bit of 0x{:x}", row.offered), selected, row.field));
    }
    return test.expect_that(answer.ext_asym_sel.size() <= offer.ext_asym.size() &&
                                answer.ext_hash_sel.size() <= offer.ext_hash.size(),
                            "SPDM-ALG-024", "no extended algorithm that was not offered", "one",
                            "ExtAsymSelCount");
}

// What needs the list of which nothing was offered.
Result<Bytes> stands_on(CaseContext& test, bool hash) {
    if (hash || !test.claims().has(cap::chal)) return header(test.version(), code::get_digests);
    return test.lab().encode(test.lab().challenge());
}

const Case kCases[] = {
    {
        .id = "alg/param1-reserved",
        .title = "Param1 is reserved at 1.0",
        .requirements = {"SPDM-ALG-005"},
        .until = v1_0,
        .run = [](CaseContext& test) -> CheckResult {
            NegotiateAlgorithms message = test.lab().algorithms(test.version());
            message.param1 = 4;
            Exchange exchange = TRY(send_algorithms(test, message));
            TRY(test.expect_answer(exchange, "SPDM-ALG-005"));
            uint8_t structs = wire::param1(*exchange.response);
            return test.expect_that(structs == 0, "SPDM-ALG-005", "Param1 0 at 1.0",
                                    fmt::format("{}", structs), "Param1");
        },
    },
    // The types asked for, in their order; one that is missing counts as nothing selected.
    {
        .id = "alg/answers-types",
        .title = "ALGORITHMS answers the types asked for, in order",
        .requirements = {"SPDM-ALG-011", "SPDM-ALG-012", "SPDM-ALG-112"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            std::vector<AlgStruct> asked = {item(2, 0x3f), item(3, 0x07), item(5)};
            Exchange exchange = TRY(send_algorithms(test, with_structs(test, asked)));
            TRY(test.expect_answer(exchange, "SPDM-ALG-011"));
            auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
            size_t previous = 0;
            for (size_t i = 0; i < answer.alg_structs.size(); ++i) {
                const AlgStruct& chosen = answer.alg_structs[i];
                std::string path = fmt::format("AlgStruct[{}].", i);
                auto of = std::ranges::find(asked, chosen.alg_type, &AlgStruct::alg_type);
                TRY(test.expect_that(of != asked.end() && chosen.alg_type > previous, "SPDM-ALG-011",
                                     "types that were asked for, in their order",
                                     fmt::format("type {}", chosen.alg_type), path + "AlgType"));
                previous = chosen.alg_type;
                TRY(test.expect_that(std::popcount(chosen.alg_supported) <= 1, "SPDM-ALG-012",
                                     "at most one bit", fmt::format("0x{:04x}", chosen.alg_supported),
                                     path + "AlgSupported"));
                TRY(test.expect_that((chosen.alg_supported & ~of->alg_supported) == 0, "SPDM-ALG-112",
                                     "an offered bit", fmt::format("0x{:04x}", chosen.alg_supported),
                                     path + "AlgSupported"));
            }
            return {};
        },
    },
    // What a session is made with is selected where both sides can do what needs it.
    {
        .id = "alg/session-algorithms",
        .title = "What a session needs is selected where both sides have one",
        .requirements = {"SPDM-ALG-015", "SPDM-ALG-016", "SPDM-ALG-017", "SPDM-ALG-018"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            // Whom it has no algorithm in common with for the requester's signatures it may turn down.
            const lab::Offer mutual = lab::session_offer(lab::kMutualFlags);
            if (!TRY(went_along(test.lab().negotiated(test.version(), mutual))))
                TRY(test.lab().negotiated(test.version(), lab::session_offer()));
            const Exchange& exchange = test.lab().exchanges().back();
            auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
            const spdm::Parameters& p = test.lab().seen().parameters();
            struct Row {
                std::string_view requirement, what;
                std::vector<uint8_t> types;  // of these together one algorithm
                bool due;
            };
            namespace type = wire::alg_type;
            const Row rows[] = {
                {"SPDM-ALG-015", "one DHE group or KEM", {type::dhe, type::kem_alg}, p.both(cap::key_ex)},
                {"SPDM-ALG-016",
                 "one AEAD",
                 {type::aead_cipher_suite},
                 p.both(cap::mac) || p.both(cap::encrypt)},
                {"SPDM-ALG-017",
                 "one signature algorithm of the requester",
                 {type::req_base_asym_alg, type::req_pqc_asym_alg},
                 p.both(cap::mut_auth)},
                {"SPDM-ALG-018",
                 "the key schedule of SPDM",
                 {type::key_schedule},
                 p.both(cap::key_ex) ||
                     ((p.responder_flags & cap::psk) != 0 && (p.requester_flags & cap::psk) != 0)},
            };
            for (const Row& row : rows) {
                int selected = 0;
                for (const AlgStruct& chosen : answer.alg_structs) {
                    if (contains(row.types, chosen.alg_type)) selected += std::popcount(chosen.alg_supported);
                }
                TRY(test.expect_that(!row.due || selected == 1, row.requirement, std::string(row.what),
                                     fmt::format("{}", selected), "AlgSupported"));
            }
            return {};
        },
    },
    // Each algorithm alone: selected, or refused.
    {
        .id = "alg/single-offers",
        .title = "Each algorithm offered alone is selected or refused",
        .requirements = {"SPDM-ALG-012", "SPDM-ALG-112", "SPDM-ALG-020", "SPDM-ALG-024"},
        .run = [](CaseContext& test) -> CheckResult {
            for (bool hash : {false, true}) {
                NegotiateAlgorithms whole = test.lab().algorithms(test.version());
                uint32_t all = hash ? whole.base_hash_algo : whole.base_asym_algo;
                for (uint32_t left = all; left != 0; left &= left - 1) {
                    NegotiateAlgorithms offer = whole;
                    (hash ? offer.base_hash_algo : offer.base_asym_algo) = left & (~left + 1);
                    Exchange exchange = TRY(send_algorithms(test, offer));
                    Allowed allowed = {.errors = {}, .answer = true};
                    if (exchange.error())
                        allowed = refused(ErrorCode::invalid_request,
                                          {ErrorCode::unsupported_request, ErrorCode::unspecified});
                    TRY(test.expect(exchange, allowed, "SPDM-ALG-012"));
                    if (exchange.error()) continue;
                    auto answer =
                        TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
                    TRY(selection_is_offered(test, offer, answer));
                }
            }
            return {};
        },
    },
    {
        .id = "alg/form",
        .title = "ALGORITHMS selects one of each kind that is needed, of what was offered",
        .requirements = {"SPDM-ALG-012", "SPDM-ALG-013", "SPDM-ALG-014", "SPDM-ALG-114", "SPDM-ALG-020",
                         "SPDM-ALG-024", "SPDM-ALG-026", "SPDM-HDR-008", "SPDM-ALG-112"},
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            const Exchange& exchange = test.lab().exchanges().back();
            TRY(test.expect_answer(exchange, "SPDM-ALG-024"));
            auto asked = TRY(wire::decode<NegotiateAlgorithms>(exchange.request, exchange.request_context));
            auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
            TRY(selection_is_offered(test, asked, answer));
            const spdm::Parameters& p = test.lab().seen().parameters();
            bool measures = p.meas_cap() != 0 || (p.responder_flags & cap::mel) != 0;
            TRY(test.expect_that((answer.measurement_hash_algo != 0) == measures &&
                                     (answer.measurement_specification_sel != 0) == measures,
                                 "SPDM-ALG-013", "a measurement specification and hash exactly with MEAS_CAP",
                                 fmt::format("0x{:x}", answer.measurement_hash_algo), "MeasurementHashAlgo"));
            bool authenticates =
                p.meas_cap() == cap::meas_sig || (p.responder_flags & (cap::cert | cap::chal)) != 0;
            TRY(test.expect_that(
                !authenticates ||
                    (answer.base_hash_sel != 0 && (answer.base_asym_sel | answer.pqc_asym_sel) != 0),
                {"SPDM-ALG-014", "SPDM-ALG-114"}, "a hash and a signature algorithm", "none", "BaseHashSel"));
            bool mel = answer.mel_specification_sel == 0 || (p.responder_flags & cap::mel) != 0;
            TRY(test.expect_that(mel, "SPDM-ALG-026", "no MEL specification without MEL_CAP", "one",
                                 "MELspecificationSel"));
            bool zero = answer.param2 == 0 && answer.reserved == decltype(answer.reserved){} &&
                        answer.reserved2 == decltype(answer.reserved2){};
            return test.expect_that(zero, "SPDM-HDR-008", "reserved fields are zero", "they are not",
                                    "Reserved");
        },
    },
    {
        .id = "alg/no-measurement-specification",
        .title = "Without an offered specification no measurement hash is selected",
        .requirements = {"SPDM-ALG-013"},
        .run = [](CaseContext& test) -> CheckResult {
            lab::Offer offer;
            offer.measurement_specification = 0;
            TRY(test.lab().negotiated(test.version(), offer));
            const Exchange& exchange = test.lab().exchanges().back();
            auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
            return test.expect_that(
                answer.measurement_specification_sel == 0 && answer.measurement_hash_algo == 0,
                "SPDM-ALG-013", "no measurement hash where no specification was offered",
                fmt::format("0x{:x}", answer.measurement_hash_algo), "MeasurementHashAlgo");
        },
    },
    // Nothing in common: an error, or an ALGORITHMS that selects nothing; in both the connection
    // authenticates nobody. Digests need no signature algorithm, so without one only a signature is out of
    // reach.
    {
        .id = "alg/nothing-in-common",
        .title = "Without a common algorithm nobody is authenticated",
        .requirements = {"SPDM-ALG-014"},
        .needs = cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            bool any = false;
            for (bool hash : {false, true}) {
                if (!hash && test.claims().has(cap::cert) && !test.claims().has(cap::chal)) continue;
                any = true;
                NegotiateAlgorithms offer = test.lab().algorithms(test.version());
                (hash ? offer.base_hash_algo : offer.base_asym_algo) = 0;
                Exchange exchange = TRY(send_algorithms(test, offer));
                Allowed allowed = refused(
                    ErrorCode::invalid_request,
                    {ErrorCode::unsupported_request, ErrorCode::unspecified, ErrorCode::unexpected_request});
                allowed.answer = allowed.equal = true;
                TRY(test.expect(exchange, allowed, "SPDM-ALG-014"));
                if (exchange.answered()) {
                    auto answer =
                        TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
                    uint32_t selected = hash ? answer.base_hash_sel : answer.base_asym_sel;
                    TRY(test.expect_that(selected == 0, "SPDM-ALG-112", "nothing selected of nothing offered",
                                         fmt::format("0x{:x}", selected),
                                         hash ? "BaseHashSel" : "BaseAsymSel"));
                }
                Exchange next = TRY(test.lab().send(TRY(stands_on(test, hash))));
                TRY(test.expect(next,
                                refused(ErrorCode::unexpected_request,
                                        {ErrorCode::unsupported_request, ErrorCode::invalid_request,
                                         ErrorCode::unspecified, ErrorCode::request_resynch}),
                                "SPDM-ALG-014"));
                TRY(test.lab().after_version());
            }
            if (!any) return CaseContext::not_applicable("the device claims nothing that would be missed");
            return {};
        },
    },
    // SM2 and EdDSA have no meaning before 1.2: as if nothing were offered.
    {
        .id = "alg/later-algorithms",
        .title = "Algorithms of later versions are not selected",
        .requirements = {"SPDM-ALG-021"},
        .until = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            NegotiateAlgorithms offer = test.lab().algorithms(test.version());
            offer.base_asym_algo = 0xe00;
            Exchange exchange = TRY(send_algorithms(test, offer));
            Allowed allowed =
                refused(ErrorCode::invalid_request, {ErrorCode::unsupported_request, ErrorCode::unspecified});
            allowed.answer = allowed.equal = true;
            TRY(test.expect(exchange, allowed, "SPDM-ALG-021"));
            if (!exchange.answered()) return {};
            auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
            return test.expect_that(answer.base_asym_sel == 0, "SPDM-ALG-021", "nothing selected",
                                    fmt::format("0x{:x}", answer.base_asym_sel), "BaseAsymSel");
        },
    },
    // Length is the number of bytes, and what the counts announce fills it.
    {
        .id = "alg/length",
        .title = "Length of ALGORITHMS counts the whole message",
        .requirements = {"SPDM-ALG-124", "SPDM-ALG-105"},
        .run = [](CaseContext& test) -> CheckResult {
            NegotiateAlgorithms offer = test.lab().algorithms(test.version());
            if (test.at_least(v1_1)) offer = with_structs(test, {item(2, 0x3f), item(3, 0x07), item(5)});
            Exchange exchange = TRY(send_algorithms(test, offer));
            TRY(test.expect_answer(exchange, "SPDM-ALG-124"));
            const Bytes& response = *exchange.response;
            size_t stated = response[4] | static_cast<size_t>(response[5]) << 8;
            TRY(test.expect_that(response.size() == test.lab().arriving(stated), "SPDM-ALG-124",
                                 fmt::format("Length {}", response.size()), fmt::format("{}", stated),
                                 "Length"));
            auto answer = TRY(wire::decode<Algorithms>(response, exchange.response_context));
            size_t counted = 36 + 4 * (answer.ext_asym_sel.size() + answer.ext_hash_sel.size());
            if (!test.at_least(v1_1)) {
                TRY(test.expect_that(wire::param1(response) == 0 && stated == counted, "SPDM-ALG-105",
                                     "no algorithm structures",
                                     fmt::format("Param1 {}, Length {}", wire::param1(response), stated),
                                     "Param1"));
            }
            for (const AlgStruct& chosen : answer.alg_structs) counted += 4 + 4 * chosen.alg_external.size();
            return test.expect_that(stated == counted, "SPDM-ALG-124", fmt::format("Length {}", counted),
                                    fmt::format("{}", stated), "Length");
        },
    },
    // What a transport adds to NEGOTIATE_ALGORITHMS is in no transcript.
    {
        .id = "alg/padding-is-not-signed",
        .title = "Bytes behind NEGOTIATE_ALGORITHMS are no part of the transcript",
        .requirements = {"SPDM-ALG-029"},
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            for (size_t padding : {1U, 3U}) {
                TRY(test.lab().after_capabilities(test.version()));
                Bytes request = TRY(test.lab().encode(test.lab().algorithms(test.version())));
                Exchange exchange = TRY(test.lab().send(padded(request, padding)));
                TRY(test.expect(exchange, answer_despite_padding(test), "SPDM-ALG-029"));
                if (exchange.error()) continue;
                TRY(expect_signed_vca(test, "SPDM-ALG-029"));
            }
            return {};
        },
    },
};

}  // namespace

void add_algorithm_selection(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
