// NEGOTIATE_ALGORITHMS.
#include "stack/wire/messages/algorithms.h"

#include <fmt/format.h>

#include "conformance/suites/responder/algorithms.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/variants.h"

namespace assay::cases {

namespace {

using wire::Algorithms;
using wire::AlgStruct;
using wire::NegotiateAlgorithms;

constexpr size_t kFixedSize = 32;

const Case kCases[] = {
    {
        .id = "alg/before-capabilities",
        .title = "NEGOTIATE_ALGORITHMS is unexpected before GET_CAPABILITIES",
        .requirements = {"SPDM-ALG-001"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_version());
            Bytes request =
                wire::encode_raw(test.lab().algorithms(test.version()), {.version = test.version()});
            Allowed allowed = refused(ErrorCode::unexpected_request, {ErrorCode::version_mismatch});
            return test.expect(TRY(test.lab().send(request)), allowed, "SPDM-ALG-001");
        },
    },
    // The same request once more may be a retry, and then gets the same answer; another one is out of order.
    {
        .id = "alg/twice",
        .title = "A second NEGOTIATE_ALGORITHMS is unexpected",
        .requirements = {"SPDM-ALG-001", "SPDM-ALG-101"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Bytes first = last_answer(test, code::negotiate_algorithms);
            NegotiateAlgorithms message = test.lab().algorithms(test.version());
            Allowed allowed = unexpected();
            allowed.answer = allowed.equal = true;
            Exchange exchange =
                TRY(test.lab().send(wire::encode_raw(message, test.lab().seen().request_context())));
            TRY(test.expect(exchange, allowed, {"SPDM-ALG-001", "SPDM-ALG-101"}));
            TRY(test.expect_that(!exchange.answered() || *exchange.response == first,
                                 {"SPDM-ALG-001", "SPDM-ALG-101"}, "the same answer as before", "another",
                                 "BaseAsymSel"));
            TRY(negotiate(test));
            message.base_hash_algo ^= message.base_hash_algo & (~message.base_hash_algo + 1);
            allowed = unexpected();
            allowed.silence = allowed.equal = true;
            exchange = TRY(test.lab().send(wire::encode_raw(message, test.lab().seen().request_context()),
                                           lab::Wait::silence));
            return test.expect(exchange, allowed, {"SPDM-ALG-001", "SPDM-ALG-101"});
        },
    },
    {
        .id = "alg/wrong-length",
        .title = "Length other than the size of the message is InvalidRequest",
        .requirements = {"SPDM-ALG-002"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            Bytes good = wire::encode_raw(test.lab().algorithms(test.version()), {.version = test.version()});
            uint16_t size = static_cast<uint16_t>(good.size());
            for (int length : {size - 1, size + 1, 0, 4, 0xffff}) {
                TRY(test.lab().after_capabilities(test.version()));
                Bytes request = good;
                request[4] = static_cast<uint8_t>(length);
                request[5] = static_cast<uint8_t>(length >> 8);
                TRY(test.expect(TRY(test.lab().send(request)), invalid(), "SPDM-ALG-002"));
            }
            return {};
        },
    },
    // So many extended algorithms that the message is longer than the version allows.
    {
        .id = "alg/too-long",
        .title = "A message beyond its version's limit is InvalidRequest",
        .requirements = {"SPDM-ALG-003"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            NegotiateAlgorithms message = test.lab().algorithms(test.version());
            size_t limit = test.version() == v1_0 ? 64 : 128;
            message.ext_asym.resize((limit - kFixedSize) / 4 + 1);
            Allowed allowed = invalid();
            // A device that takes less than that at once says so.
            if (test.at_least(v1_2)) allowed.errors.push_back(ErrorCode::request_too_large);
            return test.expect(TRY(send_algorithms(test, message)), allowed, "SPDM-ALG-003");
        },
    },
    {
        .id = "alg/too-many-extended",
        .title = "Too many extended algorithms are InvalidRequest",
        .requirements = {"SPDM-ALG-004"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            size_t limit = test.version() == v1_0 ? 8 : 20;
            for (size_t asym : {limit + 1, limit / 2}) {
                NegotiateAlgorithms message = test.lab().algorithms(test.version());
                message.ext_asym.resize(asym);
                message.ext_hash.resize(limit + 1 - asym);
                TRY(test.expect(TRY(send_algorithms(test, message)), invalid(), "SPDM-ALG-004"));
            }
            return {};
        },
    },
    // An AlgType that this version does not know: refused, or left out of the answer.
    {
        .id = "alg/unknown-type",
        .title = "An unknown AlgType is refused or left out",
        .requirements = {"SPDM-ALG-006"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            std::vector<uint8_t> types = {0, 1, 8, 0xff};
            if (!test.at_least(v1_4)) types.insert(types.end(), {6, 7});
            for (uint8_t type : types) {
                Exchange exchange = TRY(send_algorithms(test, with_structs(test, {item(type)})));
                Allowed allowed = invalid();
                allowed.answer = allowed.equal = true;
                TRY(test.expect(exchange, allowed, "SPDM-ALG-006"));
                if (!exchange.answered()) continue;
                auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
                for (const AlgStruct& chosen : answer.alg_structs) {
                    TRY(test.expect_that(chosen.alg_type != type || chosen.alg_supported == 0, "SPDM-ALG-006",
                                         "nothing selected of an unknown type", fmt::format("type {}", type),
                                         "AlgStruct[0].AlgType"));
                }
            }
            return {};
        },
    },
    {
        .id = "alg/type-order",
        .title = "AlgTypes that do not increase are InvalidRequest",
        .requirements = {"SPDM-ALG-007"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (auto [first, second] : {std::pair<uint8_t, uint8_t>{2, 2}, {3, 2}, {5, 4}}) {
                NegotiateAlgorithms message = with_structs(test, {item(first), item(second)});
                TRY(test.expect(TRY(send_algorithms(test, message)), invalid(), "SPDM-ALG-007"));
            }
            return {};
        },
    },
    {
        .id = "alg/fixed-count",
        .title = "FixedAlgCount other than 2 is InvalidRequest",
        .requirements = {"SPDM-ALG-008"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t count : Bytes{0x10, 0x30, 0x00, 0xf0}) {
                NegotiateAlgorithms message = with_structs(test, {item(2, 1, count)});
                TRY(test.expect(TRY(send_algorithms(test, message)), invalid(), "SPDM-ALG-008"));
            }
            return {};
        },
    },
    {
        .id = "alg/external-count",
        .title = "ExtAlgCount beyond the message is InvalidRequest",
        .requirements = {"SPDM-ALG-009"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            Bytes good = wire::encode_raw(with_structs(test, {item(2)}), {.version = test.version()});
            for (uint8_t count : Bytes{0x21, 0x2f}) {
                TRY(test.lab().after_capabilities(test.version()));
                Bytes request = good;
                request[kFixedSize + 1] = count;
                TRY(test.expect(TRY(test.lab().send(request)), invalid(), "SPDM-ALG-009"));
            }
            return {};
        },
    },
    {
        .id = "alg/struct-count",
        .title = "Param1 other than the number of structures is InvalidRequest",
        .requirements = {"SPDM-ALG-010"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            NegotiateAlgorithms message = with_structs(test, {item(2), item(3)});
            Bytes good = wire::encode_raw(message, {.version = test.version()});
            for (uint8_t count : Bytes{3, 1, 0xff}) {
                TRY(test.lab().after_capabilities(test.version()));
                Bytes request = good;
                request[wire::kParam1At] = count;
                TRY(test.expect(TRY(test.lab().send(request)), invalid(), "SPDM-ALG-010"));
            }
            return {};
        },
    },
    {
        .id = "alg/empty-struct",
        .title = "An AlgSupported of zero is refused",
        .requirements = {"SPDM-ALG-027"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            Exchange exchange = TRY(send_algorithms(test, with_structs(test, {item(2, 0)})));
            Allowed allowed = invalid();
            allowed.answer = true;
            TRY(test.expect(exchange, allowed, "SPDM-ALG-027"));
            if (exchange.error()) return {};
            auto answer = TRY(wire::decode<Algorithms>(*exchange.response, exchange.response_context));
            for (const AlgStruct& chosen : answer.alg_structs) {
                TRY(test.expect_that(
                    chosen.alg_supported == 0, "SPDM-ALG-112", "nothing selected of nothing offered",
                    fmt::format("0x{:04x}", chosen.alg_supported), "AlgStruct[0].AlgSupported"));
            }
            return {};
        },
    },
    {
        .id = "alg/multi-key",
        .title = "ResponderMultiKeyConn against MULTI_KEY_CAP is InvalidRequest",
        .requirements = {"SPDM-ALG-022"},
        .since = v1_3,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t own = test.claims().parameters.responder_flags & cap::multi_key;
            if (own == cap::multi_key_negotiable)
                return CaseContext::not_applicable("MULTI_KEY_CAP 10b allows both");
            NegotiateAlgorithms offer = test.lab().algorithms(test.version());
            if (own == 0) offer.other_params_support |= wire::kMultiKeyConn;
            return test.expect(TRY(send_algorithms(test, offer)), invalid(), "SPDM-ALG-022");
        },
    },
    {
        .id = "alg/challenge-too-early",
        .title = "Nothing is signed before algorithms are negotiated",
        .requirements = {"SPDM-ALG-028", "SPDM-CHL-030"},
        .needs = cap::chal,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_capabilities(test.version()));
            Bytes request = TRY(test.lab().encode(test.lab().challenge()));
            return test.expect(TRY(test.lab().send(request)),
                               refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                               {"SPDM-ALG-028", "SPDM-CHL-030"});
        },
    },
    // After a refused NEGOTIATE_ALGORITHMS everything that stands on algorithms is still too early.
    {
        .id = "alg/refused-selects-nothing",
        .title = "After a refused NEGOTIATE_ALGORITHMS nothing is selected",
        .requirements = {"SPDM-ALG-031", "SPDM-ALG-002"},
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(lab.after_capabilities(test.version()));
            std::vector<Bytes> requests;
            if (test.claims().has(cap::cert)) requests.push_back(TRY(lab.encode(wire::GetDigests{})));
            if (test.claims().has(cap::chal)) requests.push_back(TRY(lab.encode(lab.challenge())));
            if (test.claims().has(cap::meas)) {
                requests.push_back(TRY(lab.encode(lab.get_measurements(wire::kMeasurementCount, false))));
            }
            if (requests.empty())
                return CaseContext::not_applicable("the device claims nothing that stands on algorithms");
            Bytes bad = TRY(lab.encode(lab.algorithms(test.version())));
            bad[4] = static_cast<uint8_t>(bad[4] - 1);
            for (const Bytes& request : requests) {
                TRY(lab.after_capabilities(test.version()));
                TRY(test.expect(TRY(lab.send(bad)), invalid(), "SPDM-ALG-002"));
                TRY(test.expect(TRY(lab.send(request)),
                                refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                                "SPDM-ALG-031"));
            }
            return {};
        },
    },
};

}  // namespace

void add_algorithms(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
