// NEGOTIATE_ALGORITHMS.
#include "stack/wire/messages/algorithms.h"

#include <fmt/format.h>

#include "conformance/cases/responder/algorithms.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/variants.h"

namespace assay::cases {

namespace {

using wire::Algorithms;
using wire::AlgStruct;
using wire::NegotiateAlgorithms;

constexpr size_t kFixedSize = 32;

Judgement before_capabilities(Trial& trial) {
    TRY(trial.lab().after_version());
    Bytes request = wire::encode_raw(trial.lab().algorithms(trial.version()), {.version = trial.version()});
    Allowed allowed = refused(ErrorCode::unexpected_request, {ErrorCode::version_mismatch});
    return trial.expect(TRY(trial.lab().send(request)), allowed, "SPDM-ALG-001");
}

// The same request once more may be a retry, and then gets the same answer; another one is out of order.
Judgement twice(Trial& trial) {
    TRY(negotiate(trial));
    Bytes first = last_answer(trial, code::negotiate_algorithms);
    NegotiateAlgorithms message = trial.lab().algorithms(trial.version());
    Allowed allowed = unexpected();
    allowed.answer = allowed.equal = true;
    Exchange exchange =
        TRY(trial.lab().send(wire::encode_raw(message, trial.lab().seen().request_context())));
    TRY(trial.expect(exchange, allowed, "SPDM-ALG-001"));
    TRY(trial.expect_that(!exchange.answered() || *exchange.response == first, "SPDM-ALG-001",
                          "the same answer as before", "another", "BaseAsymSel"));
    TRY(negotiate(trial));
    message.base_hash_algo ^= message.base_hash_algo & (~message.base_hash_algo + 1);
    allowed = unexpected();
    allowed.silence = allowed.equal = true;
    exchange = TRY(trial.lab().send(wire::encode_raw(message, trial.lab().seen().request_context()),
                                    lab::Wait::silence));
    return trial.expect(exchange, allowed, "SPDM-ALG-001");
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
    Allowed allowed = invalid();
    // A device that takes less than that at once says so.
    if (trial.at_least(v1_2)) allowed.errors.push_back(ErrorCode::request_too_large);
    return trial.expect(TRY(send_algorithms(trial, message)), allowed, "SPDM-ALG-003");
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

// An AlgType that this version does not know: refused, or left out of the answer.
Judgement unknown_type(Trial& trial) {
    std::vector<uint8_t> types = {0, 1, 8, 0xff};
    if (!trial.at_least(v1_4)) types.insert(types.end(), {6, 7});
    for (uint8_t type : types) {
        Exchange exchange = TRY(send_algorithms(trial, with_structs(trial, {item(type)})));
        Allowed allowed = invalid();
        allowed.answer = allowed.equal = true;
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
    Exchange exchange = TRY(send_algorithms(trial, with_structs(trial, {item(2, 0)})));
    Allowed allowed = invalid();
    allowed.answer = true;
    TRY(trial.expect(exchange, allowed, "SPDM-ALG-027"));
    if (exchange.error()) return {};
    auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
    for (const AlgStruct& chosen : answer.alg_structs) {
        TRY(trial.expect_that(chosen.alg_supported == 0, "SPDM-ALG-112",
                              "nothing selected of nothing offered",
                              fmt::format("0x{:04x}", chosen.alg_supported), "AlgStruct[0].AlgSupported"));
    }
    return {};
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

// After a refused NEGOTIATE_ALGORITHMS everything that stands on algorithms is still too early.
Judgement refused_selects_nothing(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(lab.after_capabilities(trial.version()));
    std::vector<Bytes> requests;
    if (trial.claims().has(cap::cert)) requests.push_back(TRY(lab.encode(wire::GetDigests{})));
    if (trial.claims().has(cap::chal)) requests.push_back(TRY(lab.encode(lab.challenge())));
    if (trial.claims().has(cap::meas)) {
        requests.push_back(TRY(lab.encode(lab.get_measurements(wire::kMeasurementCount, false))));
    }
    if (requests.empty()) return Trial::not_applicable("the device claims nothing that stands on algorithms");
    Bytes bad = TRY(lab.encode(lab.algorithms(trial.version())));
    bad[4] = static_cast<uint8_t>(bad[4] - 1);
    for (const Bytes& request : requests) {
        TRY(lab.after_capabilities(trial.version()));
        TRY(trial.expect(TRY(lab.send(bad)), invalid(), "SPDM-ALG-002"));
        TRY(trial.expect(TRY(lab.send(request)),
                         refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                         "SPDM-ALG-031"));
    }
    return {};
}

}  // namespace

void add_algorithms(CaseList& cases) {
    cases.push_back(negative("alg/before-capabilities",
                             "NEGOTIATE_ALGORITHMS is unexpected before GET_CAPABILITIES", {"SPDM-ALG-001"},
                             before_capabilities));
    cases.push_back(negative("alg/twice", "A second NEGOTIATE_ALGORITHMS is unexpected",
                             {"SPDM-ALG-001", "SPDM-ALG-101"}, twice));
    cases.push_back(negative("alg/wrong-length",
                             "Length other than the size of the message is InvalidRequest", {"SPDM-ALG-002"},
                             wrong_length));
    cases.push_back(negative("alg/too-long", "A message beyond its version's limit is InvalidRequest",
                             {"SPDM-ALG-003"}, too_long));
    cases.push_back(negative("alg/too-many-extended", "Too many extended algorithms are InvalidRequest",
                             {"SPDM-ALG-004"}, too_many_extended));
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
        since(v1_3, negative("alg/multi-key", "ResponderMultiKeyConn against MULTI_KEY_CAP is InvalidRequest",
                             {"SPDM-ALG-022"}, multi_key)));
    cases.push_back(needs(
        cap::chal, negative("alg/challenge-too-early", "Nothing is signed before algorithms are negotiated",
                            {"SPDM-ALG-028", "SPDM-CHL-030"}, challenge_too_early)));
    cases.push_back(negative("alg/refused-selects-nothing",
                             "After a refused NEGOTIATE_ALGORITHMS nothing is selected", {"SPDM-ALG-031"},
                             refused_selects_nothing));
}

}  // namespace assay::cases
