// NEGOTIATE_ALGORITHMS.
#include "stack/wire/messages/algorithms.h"

#include <fmt/format.h>

#include <bit>

#include "conformance/cases/responder/support.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/variants.h"

namespace assay::cases {

namespace {

using wire::Algorithms;
using wire::AlgStruct;
using wire::NegotiateAlgorithms;

constexpr size_t kFixedSize = 32;

// Brings the connection to where NEGOTIATE_ALGORITHMS is due and sends it as it is.
Result<Exchange> send_algorithms(Trial& trial, const NegotiateAlgorithms& message) {
    TRY(trial.lab().after_capabilities(trial.version()));
    return trial.lab().send(wire::encode_raw(message, trial.lab().seen().request_context()));
}

Judgement before_capabilities(Trial& trial) {
    TRY(trial.lab().after_version());
    Bytes request = wire::encode_raw(trial.lab().algorithms(trial.version()), {.version = trial.version()});
    Allowed allowed = refused(ErrorCode::unexpected_request, {ErrorCode::version_mismatch});
    return trial.expect(TRY(trial.lab().send(request)), allowed, "SPDM-ALG-001");
}

Judgement twice(Trial& trial) {
    TRY(negotiate(trial));
    Bytes request = wire::encode_raw(trial.lab().algorithms(trial.version()), {.version = trial.version()});
    return trial.expect(TRY(trial.lab().send(request)), unexpected(), "SPDM-ALG-001");
}

Judgement wrong_length(Trial& trial) {
    Bytes good = wire::encode_raw(trial.lab().algorithms(trial.version()), {.version = trial.version()});
    uint16_t size = static_cast<uint16_t>(good.size());
    for (int length : {size - 1, size + 1, 0, 4, 0xffff}) {
        TRY(trial.lab().after_capabilities(trial.version()));
        Bytes request = good;
        request[4] = static_cast<uint8_t>(length);
        request[5] = static_cast<uint8_t>(length >> 8);
        TRY(trial.expect(TRY(trial.lab().send(request)), invalid(), "SPDM-ALG-002"));
    }
    return {};
}

// So many extended algorithms that the message is longer than the version allows.
Judgement too_long(Trial& trial) {
    NegotiateAlgorithms message = trial.lab().algorithms(trial.version());
    size_t limit = trial.version() == v1_0 ? 64 : 128;
    message.ext_asym.resize((limit - kFixedSize) / 4 + 1);
    return trial.expect(TRY(send_algorithms(trial, message)), invalid(), "SPDM-ALG-003");
}

Judgement too_many_extended(Trial& trial) {
    size_t limit = trial.version() == v1_0 ? 8 : 20;
    for (size_t asym : {limit + 1, limit / 2}) {
        NegotiateAlgorithms message = trial.lab().algorithms(trial.version());
        message.ext_asym.resize(asym);
        message.ext_hash.resize(limit + 1 - asym);
        TRY(trial.expect(TRY(send_algorithms(trial, message)), invalid(), "SPDM-ALG-004"));
    }
    return {};
}

Judgement param1_reserved(Trial& trial) {
    NegotiateAlgorithms message = trial.lab().algorithms(trial.version());
    message.param1 = 4;
    Exchange exchange = TRY(send_algorithms(trial, message));
    TRY(trial.expect_answer(exchange, "SPDM-ALG-005"));
    uint8_t structs = (*exchange.response)[2];
    return trial.expect_that(structs == 0, "SPDM-ALG-005", "Param1 0 at 1.0", fmt::format("{}", structs),
                             "Param1");
}

NegotiateAlgorithms with_structs(Trial& trial, std::vector<AlgStruct> structs) {
    NegotiateAlgorithms message = trial.lab().algorithms(trial.version());
    message.alg_structs = std::move(structs);
    message.param1 = static_cast<uint8_t>(message.alg_structs.size());
    return message;
}

AlgStruct item(uint8_t type, uint16_t supported = 1, uint8_t count = 0x20) {
    return {.alg_type = type, .alg_count = count, .alg_supported = supported, .alg_external = {}};
}

// An AlgType that this version does not know: refused, or left out of the answer.
Judgement unknown_type(Trial& trial) {
    std::vector<uint8_t> types = {0, 1, 8, 0xff};
    if (!trial.at_least(v1_4)) types.push_back(6);
    for (uint8_t type : types) {
        Exchange exchange = TRY(send_algorithms(trial, with_structs(trial, {item(type)})));
        Allowed allowed = invalid();
        allowed.answer = true;
        TRY(trial.expect(exchange, allowed, "SPDM-ALG-006"));
        if (!exchange.answered()) continue;
        auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
        for (const AlgStruct& chosen : answer.alg_structs) {
            TRY(trial.expect_that(chosen.alg_type != type || chosen.alg_supported == 0, "SPDM-ALG-006",
                                  "nothing selected of an unknown type", fmt::format("type {}", type),
                                  "AlgStruct[0].AlgType"));
        }
    }
    return {};
}

Judgement type_order(Trial& trial) {
    for (auto [first, second] : {std::pair<uint8_t, uint8_t>{2, 2}, {3, 2}, {5, 4}}) {
        NegotiateAlgorithms message = with_structs(trial, {item(first), item(second)});
        TRY(trial.expect(TRY(send_algorithms(trial, message)), invalid(), "SPDM-ALG-007"));
    }
    return {};
}

Judgement fixed_count(Trial& trial) {
    for (uint8_t count : Bytes{0x10, 0x30, 0x00, 0xf0}) {
        NegotiateAlgorithms message = with_structs(trial, {item(2, 1, count)});
        TRY(trial.expect(TRY(send_algorithms(trial, message)), invalid(), "SPDM-ALG-008"));
    }
    return {};
}

Judgement external_count(Trial& trial) {
    Bytes good = wire::encode_raw(with_structs(trial, {item(2)}), {.version = trial.version()});
    for (uint8_t count : Bytes{0x21, 0x2f}) {
        TRY(trial.lab().after_capabilities(trial.version()));
        Bytes request = good;
        request[kFixedSize + 1] = count;
        TRY(trial.expect(TRY(trial.lab().send(request)), invalid(), "SPDM-ALG-009"));
    }
    return {};
}

Judgement struct_count(Trial& trial) {
    NegotiateAlgorithms message = with_structs(trial, {item(2), item(3)});
    Bytes good = wire::encode_raw(message, {.version = trial.version()});
    for (uint8_t count : Bytes{3, 1, 0xff}) {
        TRY(trial.lab().after_capabilities(trial.version()));
        Bytes request = good;
        request[2] = count;
        TRY(trial.expect(TRY(trial.lab().send(request)), invalid(), "SPDM-ALG-010"));
    }
    return {};
}

Judgement empty_struct(Trial& trial) {
    Allowed allowed = invalid();
    allowed.answer = true;
    return trial.expect(TRY(send_algorithms(trial, with_structs(trial, {item(2, 0)}))), allowed,
                        "SPDM-ALG-027");
}

Judgement answers_types(Trial& trial) {
    std::vector<AlgStruct> asked = {item(2, 0x3f), item(3, 0x07), item(5)};
    Exchange exchange = TRY(send_algorithms(trial, with_structs(trial, asked)));
    TRY(trial.expect_answer(exchange, "SPDM-ALG-011"));
    auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
    TRY(trial.expect_that(answer.alg_structs.size() == asked.size(), "SPDM-ALG-011",
                          "one structure a type asked for", fmt::format("{}", answer.alg_structs.size()),
                          "Param1"));
    for (size_t i = 0; i < asked.size(); ++i) {
        const AlgStruct& chosen = answer.alg_structs[i];
        std::string path = fmt::format("AlgStruct[{}].", i);
        TRY(trial.expect_that(chosen.alg_type == asked[i].alg_type, "SPDM-ALG-011",
                              "the types in the order asked for", fmt::format("type {}", chosen.alg_type),
                              path + "AlgType"));
        bool one =
            std::popcount(chosen.alg_supported) <= 1 && (chosen.alg_supported & ~asked[i].alg_supported) == 0;
        TRY(trial.expect_that(one, "SPDM-ALG-012", "at most one bit, and an offered one",
                              fmt::format("0x{:04x}", chosen.alg_supported), path + "AlgSupported"));
    }
    return {};
}

// What ALGORITHMS selects is one bit, and one that was offered.
Judgement selection_is_offered(Trial& trial, const NegotiateAlgorithms& offer, const Algorithms& answer) {
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
        {"MeasurementHashAlgo", answer.measurement_hash_algo, wire::known_measurement_hash(trial.version())},
        {"MELspecificationSel", answer.mel_specification_sel, offer.mel_specification},
        {"PqcAsymSel", answer.pqc_asym_sel, offer.pqc_asym_algo}};
    for (const Row& row : rows) {
        bool good = std::popcount(row.selected) <= 1 && (row.selected & ~row.offered) == 0;
        TRY(trial.expect_that(good, row.field == "OtherParamsSelection" ? "SPDM-ALG-020" : "SPDM-ALG-012",
                              fmt::format("at most one bit of 0x{:x}", row.offered),
                              fmt::format("0x{:x}", row.selected), row.field));
    }
    return trial.expect_that(answer.ext_asym_sel.size() <= offer.ext_asym.size() &&
                                 answer.ext_hash_sel.size() <= offer.ext_hash.size(),
                             "SPDM-ALG-024", "no extended algorithm that was not offered", "one",
                             "ExtAsymSelCount");
}

// Each algorithm alone: selected, or refused.
Judgement single_offers(Trial& trial) {
    for (bool hash : {false, true}) {
        NegotiateAlgorithms whole = trial.lab().algorithms(trial.version());
        uint32_t all = hash ? whole.base_hash_algo : whole.base_asym_algo;
        for (uint32_t left = all; left != 0; left &= left - 1) {
            NegotiateAlgorithms offer = whole;
            (hash ? offer.base_hash_algo : offer.base_asym_algo) = left & (~left + 1);
            Exchange exchange = TRY(send_algorithms(trial, offer));
            Allowed allowed = {.errors = {}, .answer = true};
            if (exchange.error())
                allowed = refused(ErrorCode::invalid_request,
                                  {ErrorCode::unsupported_request, ErrorCode::unspecified});
            TRY(trial.expect(exchange, allowed, "SPDM-ALG-012"));
            if (exchange.error()) continue;
            auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
            TRY(selection_is_offered(trial, offer, answer));
        }
    }
    return {};
}

Judgement form(Trial& trial) {
    TRY(negotiate(trial));
    const Exchange& exchange = trial.lab().exchanges().back();
    TRY(trial.expect_answer(exchange, "SPDM-ALG-024"));
    auto asked = TRY(wire::decode<NegotiateAlgorithms>(exchange.request, exchange.request_context));
    auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
    TRY(selection_is_offered(trial, asked, answer));
    const spdm::Parameters& p = trial.lab().seen().parameters();
    bool measures = p.meas_cap() != 0 || (p.responder_flags & cap::mel) != 0;
    TRY(trial.expect_that((answer.measurement_hash_algo != 0) == measures &&
                              (answer.measurement_specification_sel != 0) == measures,
                          "SPDM-ALG-013", "a measurement specification and hash exactly with MEAS_CAP",
                          fmt::format("0x{:x}", answer.measurement_hash_algo), "MeasurementHashAlgo"));
    bool authenticates = p.meas_cap() == cap::meas_sig || (p.responder_flags & (cap::cert | cap::chal)) != 0;
    TRY(trial.expect_that(
        !authenticates || (answer.base_hash_sel != 0 && (answer.base_asym_sel | answer.pqc_asym_sel) != 0),
        "SPDM-ALG-014", "a hash and a signature algorithm", "none", "BaseHashSel"));
    bool mel = answer.mel_specification_sel == 0 || (p.responder_flags & cap::mel) != 0;
    TRY(trial.expect_that(mel, "SPDM-ALG-026", "no MEL specification without MEL_CAP", "one",
                          "MELspecificationSel"));
    bool zero = answer.param2 == 0 && answer.reserved == decltype(answer.reserved){} &&
                answer.reserved2 == decltype(answer.reserved2){};
    return trial.expect_that(zero, "SPDM-HDR-008", "reserved fields are zero", "they are not", "Reserved");
}

Judgement no_measurement_specification(Trial& trial) {
    lab::Offer offer;
    offer.measurement_specification = 0;
    TRY(trial.lab().negotiated(trial.version(), offer));
    const Exchange& exchange = trial.lab().exchanges().back();
    auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
    return trial.expect_that(answer.measurement_specification_sel == 0 && answer.measurement_hash_algo == 0,
                             "SPDM-ALG-013", "no measurement hash where no specification was offered",
                             fmt::format("0x{:x}", answer.measurement_hash_algo), "MeasurementHashAlgo");
}

// Nothing in common: an error, or an ALGORITHMS that selects nothing; in both the connection authenticates
// nobody.
Judgement nothing_in_common(Trial& trial) {
    for (bool hash : {false, true}) {
        NegotiateAlgorithms offer = trial.lab().algorithms(trial.version());
        (hash ? offer.base_hash_algo : offer.base_asym_algo) = 0;
        Exchange exchange = TRY(send_algorithms(trial, offer));
        Allowed allowed =
            refused(ErrorCode::invalid_request,
                    {ErrorCode::unsupported_request, ErrorCode::unspecified, ErrorCode::unexpected_request});
        allowed.answer = true;
        TRY(trial.expect(exchange, allowed, "SPDM-ALG-014"));
        Exchange next = TRY(trial.lab().send(header(trial.version(), code::get_digests)));
        TRY(trial.expect(
            next,
            refused(ErrorCode::unexpected_request,
                    {ErrorCode::unsupported_request, ErrorCode::invalid_request, ErrorCode::unspecified}),
            "SPDM-ALG-014"));
    }
    return {};
}

// SM2 and EdDSA have no meaning before 1.2: as if nothing were offered.
Judgement later_algorithms(Trial& trial) {
    NegotiateAlgorithms offer = trial.lab().algorithms(trial.version());
    offer.base_asym_algo = 0xe00;
    Exchange exchange = TRY(send_algorithms(trial, offer));
    Allowed allowed =
        refused(ErrorCode::invalid_request, {ErrorCode::unsupported_request, ErrorCode::unspecified});
    allowed.answer = allowed.equal = true;
    TRY(trial.expect(exchange, allowed, "SPDM-ALG-021"));
    if (!exchange.answered()) return {};
    auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
    return trial.expect_that(answer.base_asym_sel == 0, "SPDM-ALG-021", "nothing selected",
                             fmt::format("0x{:x}", answer.base_asym_sel), "BaseAsymSel");
}

Judgement multi_key(Trial& trial) {
    uint32_t own = trial.claims().parameters.responder_flags & cap::multi_key;
    if (own == cap::multi_key_negotiable) return Trial::not_applicable("MULTI_KEY_CAP 10b allows both");
    NegotiateAlgorithms offer = trial.lab().algorithms(trial.version());
    if (own == 0) offer.other_params_support |= wire::kMultiKeyConn;
    return trial.expect(TRY(send_algorithms(trial, offer)), invalid(), "SPDM-ALG-022");
}

Judgement challenge_too_early(Trial& trial) {
    TRY(trial.lab().after_capabilities(trial.version()));
    Bytes request = TRY(trial.lab().encode(trial.lab().challenge()));
    return trial.expect(TRY(trial.lab().send(request)),
                        refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                        "SPDM-ALG-028");
}

}  // namespace

void add_algorithms(CaseList& cases) {
    cases.push_back(negative("alg/before-capabilities",
                             "NEGOTIATE_ALGORITHMS is unexpected before GET_CAPABILITIES", {"SPDM-ALG-001"},
                             before_capabilities));
    cases.push_back(
        negative("alg/twice", "A second NEGOTIATE_ALGORITHMS is unexpected", {"SPDM-ALG-001"}, twice));
    cases.push_back(negative("alg/wrong-length",
                             "Length other than the size of the message is InvalidRequest", {"SPDM-ALG-002"},
                             wrong_length));
    cases.push_back(negative("alg/too-long", "A message beyond its version's limit is InvalidRequest",
                             {"SPDM-ALG-003"}, too_long));
    cases.push_back(negative("alg/too-many-extended", "Too many extended algorithms are InvalidRequest",
                             {"SPDM-ALG-004"}, too_many_extended));
    cases.push_back(until(v1_0, positive("alg/param1-reserved", "Param1 is reserved at 1.0", {"SPDM-ALG-005"},
                                         param1_reserved)));
    cases.push_back(since(v1_1, negative("alg/unknown-type", "An unknown AlgType is refused or left out",
                                         {"SPDM-ALG-006"}, unknown_type)));
    cases.push_back(since(v1_1, negative("alg/type-order", "AlgTypes that do not increase are InvalidRequest",
                                         {"SPDM-ALG-007"}, type_order)));
    cases.push_back(since(v1_1, negative("alg/fixed-count", "FixedAlgCount other than 2 is InvalidRequest",
                                         {"SPDM-ALG-008"}, fixed_count)));
    cases.push_back(
        since(v1_1, negative("alg/external-count", "ExtAlgCount beyond the message is InvalidRequest",
                             {"SPDM-ALG-009"}, external_count)));
    cases.push_back(since(
        v1_1, negative("alg/struct-count", "Param1 other than the number of structures is InvalidRequest",
                       {"SPDM-ALG-010"}, struct_count)));
    cases.push_back(since(v1_1, negative("alg/empty-struct", "An AlgSupported of zero is refused",
                                         {"SPDM-ALG-027"}, empty_struct)));
    cases.push_back(
        since(v1_1, positive("alg/answers-types", "ALGORITHMS answers the types asked for, in order",
                             {"SPDM-ALG-011", "SPDM-ALG-012"}, answers_types)));
    cases.push_back(positive("alg/single-offers", "Each algorithm offered alone is selected or refused",
                             {"SPDM-ALG-012", "SPDM-ALG-112"}, single_offers));
    cases.push_back(positive("alg/form",
                             "ALGORITHMS selects one of each kind that is needed, of what was offered",
                             {"SPDM-ALG-012", "SPDM-ALG-013", "SPDM-ALG-014", "SPDM-ALG-114", "SPDM-ALG-020",
                              "SPDM-ALG-024", "SPDM-ALG-026", "SPDM-HDR-008"},
                             form));
    cases.push_back(positive("alg/no-measurement-specification",
                             "Without an offered specification no measurement hash is selected",
                             {"SPDM-ALG-013"}, no_measurement_specification));
    cases.push_back(needs(
        cap::cert, negative("alg/nothing-in-common", "Without a common algorithm nobody is authenticated",
                            {"SPDM-ALG-014"}, nothing_in_common)));
    cases.push_back(
        until(v1_1, negative("alg/later-algorithms", "Algorithms of later versions are not selected",
                             {"SPDM-ALG-021"}, later_algorithms)));
    cases.push_back(
        since(v1_3, negative("alg/multi-key", "ResponderMultiKeyConn against MULTI_KEY_CAP is InvalidRequest",
                             {"SPDM-ALG-022"}, multi_key)));
    cases.push_back(needs(
        cap::chal, negative("alg/challenge-too-early", "Nothing is signed before algorithms are negotiated",
                            {"SPDM-ALG-028"}, challenge_too_early)));
}

}  // namespace assay::cases
