// GET_CERTIFICATE.
#include "stack/wire/messages/certificate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/suites/responder/handshake.h"
#include "stack/base/ranges.h"
#include "stack/crypto/x509.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

namespace {

using wire::CertificateResponse;
using wire::GetCertificate;

Result<Bytes> request(CaseContext& test, uint8_t slot, uint16_t offset, uint16_t length) {
    return test.lab().encode(GetCertificate{.slot_id = slot, .offset = offset, .length = length});
}

// Whatever is asked for comes from the same chain, and no more than asked for.
CheckResult portions_of(CaseContext& test, uint8_t slot) {
    TRY(negotiate(test));
    Bytes chain = TRY(test.lab().read_chain(slot));
    size_t size = chain.size();
    const std::pair<size_t, size_t> asked[] = {
        {0, 1}, {1, 17}, {size / 2, 0x40}, {size - 1, 1}, {size - 1, 0xffff}, {0, 0xffff}};
    for (auto [offset, length] : asked) {
        Exchange exchange = TRY(test.lab().send(
            TRY(request(test, slot, static_cast<uint16_t>(offset), static_cast<uint16_t>(length)))));
        TRY(test.expect_answer(exchange, "SPDM-CRT-005"));
        auto answer = TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
        size_t portion = answer.cert_chain.size();
        TRY(test.expect_that((answer.slot_id & 0x0f) == slot, "SPDM-CRT-008", fmt::format("SlotID {}", slot),
                             fmt::format("{}", answer.slot_id), "SlotID"));
        TRY(test.expect_that(portion <= length, "SPDM-CRT-005", fmt::format("at most {} bytes", length),
                             fmt::format("{}", portion), "PortionLength"));
        TRY(test.expect_that(portion > 0, "SPDM-CRT-006", "at least one byte", "none", "PortionLength"));
        TRY(test.expect_that(offset + portion + answer.remainder_length == size,
                             offset + length > size ? "SPDM-CRT-009" : "SPDM-CRT-007",
                             fmt::format("offset, portion and remainder add up to {}", size),
                             fmt::format("{} + {} + {}", offset, portion, answer.remainder_length),
                             "RemainderLength"));
        bool same = equal(answer.cert_chain, ByteView(chain).subspan(offset, portion));
        TRY(test.expect_that(same, "SPDM-CRT-007", "the bytes of the same chain", "other bytes",
                             "CertChain"));
    }
    return {};
}

// A slot's chain, taken apart.
struct Chain {
    wire::CertChain structure;
    std::vector<crypto::Certificate> certificates;
};

std::expected<Chain, engine::Finding> read(CaseContext& test, uint8_t slot) {
    Bytes bytes = TRY(test.lab().read_chain(slot));
    const wire::Context context = test.lab().seen().request_context();
    if (!test.at_least(v1_4)) {
        TRY(test.expect_that(bytes.size() > 3 && (bytes[2] | bytes[3]) == 0, "SPDM-CRT-033",
                             "two zeros behind Length",
                             to_hex(ByteView(bytes).first(std::min<size_t>(4, bytes.size()))), "CertChain"));
    }
    auto structure = wire::decode_exact<wire::CertChain>(bytes, context);
    TRY(test.expect_that(structure.has_value(), "SPDM-CRT-015", "a chain structure whose Length is its size",
                         structure ? "" : structure.error().text(), "CertChain"));
    auto certificates = crypto::parse_certificates(structure->certificates);
    TRY(test.expect_that(certificates.has_value(), "SPDM-CRT-019", "X.509 certificates",
                         certificates ? "" : certificates.error().text(), "CertChain"));
    return Chain{std::move(*structure), std::move(*certificates)};
}

// Trust in roots and the time of the check are up to the verifier, not checked here. What is only recalled
// comes last, so that it hides nothing.
constexpr std::pair<crypto::ChainRule, std::string_view> kChainRules[] = {
    {crypto::ChainRule::order, "SPDM-CRT-019"},
    {crypto::ChainRule::leaf_key, "SPDM-CRT-020"},
    {crypto::ChainRule::leaf_not_ca, "SPDM-CRT-021"},
    {crypto::ChainRule::leaf_constraints, "SPDM-CRT-121"},
    {crypto::ChainRule::leaf_key_usage, "SPDM-CRT-022"},
    {crypto::ChainRule::leaf_role, "SPDM-CRT-023"},
    {crypto::ChainRule::leaf_hardware_id, "SPDM-CRT-025"},
    {crypto::ChainRule::leaf_version, "SPDM-CRT-122"},
    {crypto::ChainRule::ca, "SPDM-CRT-119"}};

CheckResult sound(CaseContext& test, uint8_t slot) {
    TRY(negotiate(test));
    Chain chain = TRY(read(test, slot));
    const spdm::Suite suite = test.lab().seen().parameters().suite();
    const crypto::Certificate& first = chain.certificates.front();
    if (first.self_issued()) {
        Bytes hash = to_bytes(test.lab().provider().digest(suite.hash, first.der()).view());
        TRY(test.expect_that(hash == chain.structure.root_hash, "SPDM-CRT-016",
                             "RootHash of the root in the chain", to_hex(chain.structure.root_hash),
                             "CertChain"));
    }
    crypto::ChainPolicy policy;
    policy.roots = {first};
    policy.time = first.not_before();
    policy.leaf_algo = suite.sign;
    policy.basic_constraints_required = test.at_least(v1_3);
    policy.alias_cert = test.claims().has(cap::alias_cert);
    const std::vector<crypto::ChainRule> violations = crypto::chain_violations(chain.certificates, policy);
    for (const auto& [rule, requirement] : kChainRules) {
        TRY(test.expect_that(!contains(violations, rule), requirement,
                             fmt::format("slot {}: a sound chain", slot), std::string(crypto::name(rule)),
                             "CertChain"));
    }
    return {};
}

Case slot_out_of_range(uint8_t slot) {
    return {
        .id = fmt::format("crt/slot-{}", slot),
        .title = fmt::format("SlotID {} is InvalidRequest", slot),
        .requirements = {"SPDM-CRT-001"},
        .needs = cap::cert,
        .negative = true,
        .run = [slot](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            return test.expect(TRY(test.lab().send(TRY(request(test, slot, 0, 16)))), invalid(),
                               "SPDM-CRT-001");
        },
    };
}

const Case kCases[] = {
    slot_out_of_range(8),
    slot_out_of_range(15),
    {
        .id = "crt/empty-slot",
        .title = "A slot without a certificate is InvalidRequest",
        .requirements = {"SPDM-CRT-002"},
        .needs = cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            auto slot = test.claims().empty_slot();
            if (!slot) return CaseContext::not_applicable("every slot of the device is provisioned");
            TRY(negotiate(test));
            Exchange exchange = TRY(test.lab().send(TRY(request(test, *slot, 0, 16))));
            return test.expect(exchange, refused(ErrorCode::invalid_request, {ErrorCode::unspecified}),
                               "SPDM-CRT-002");
        },
    },
    {
        .id = "crt/offset-beyond",
        .title = "An Offset at or beyond the end is InvalidRequest",
        .requirements = {"SPDM-CRT-004"},
        .needs = cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Bytes chain = TRY(test.lab().read_chain(0));
            uint16_t size = static_cast<uint16_t>(chain.size());
            for (int offset : {int{size}, size + 1, 0xffff}) {
                if (offset > 0xffff || static_cast<size_t>(offset) < chain.size()) continue;
                Bytes bytes = TRY(request(test, 0, static_cast<uint16_t>(offset), 16));
                TRY(test.expect(TRY(test.lab().send(bytes)), invalid(), "SPDM-CRT-004"));
            }
            return {};
        },
    },
    // The specification says nothing of a Length of zero; it must do no harm.
    {
        .id = "crt/zero-length",
        .title = "A Length of zero does no harm",
        .requirements = {"SPDM-CRT-010"},
        .needs = cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Allowed allowed = invalid();
            allowed.answer = true;
            Exchange exchange = TRY(test.lab().send(TRY(request(test, 0, 0, 0))));
            TRY(test.expect(exchange, allowed, "SPDM-CRT-010"));
            if (exchange.error()) return {};
            auto answer =
                TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
            return test.expect_that(answer.cert_chain.empty(), "SPDM-CRT-005", "no portion",
                                    fmt::format("{} bytes", answer.cert_chain.size()), "PortionLength");
        },
    },
    // No GET_DIGESTS goes before: none is needed.
    {
        .id = "crt/portions",
        .title = "Every portion is the piece of the chain that was asked for",
        .requirements = {"SPDM-CRT-005", "SPDM-CRT-006", "SPDM-CRT-007", "SPDM-CRT-008", "SPDM-CRT-009",
                         "SPDM-CRT-032"},
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            TRY(test.expect_answer(TRY(test.lab().send(TRY(request(test, 0, 0, 16)))), "SPDM-CRT-032"));
            TRY(portions_of(test, 0));
            uint8_t last = test.claims().last_slot();
            if (last == 0) return {};
            return portions_of(test, last);
        },
    },
    {
        .id = "crt/too-early",
        .title = "GET_CERTIFICATE is unexpected before algorithms are negotiated",
        .requirements = {"SPDM-CRT-030"},
        .needs = cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_capabilities(test.version()));
            return test.expect(TRY(test.lab().send(TRY(request(test, 0, 0, 16)))),
                               refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                               "SPDM-CRT-030");
        },
    },
    // What the leaves of all slots certify, for each signature algorithm that the device has.
    {
        .id = "crt/one-key",
        .title = "Without MULTI_KEY_CAP all slots certify one key pair",
        .requirements = {"SPDM-CRT-036", "SPDM-CRT-015", "SPDM-CRT-019", "SPDM-CRT-033"},
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            if (test.claims().digests.size() < 2)
                return CaseContext::not_applicable("one slot is provisioned");
            const uint32_t all = lab.algorithms(test.version()).base_asym_algo;
            for (uint32_t left = all; left != 0; left &= left - 1) {
                lab::Offer offer{.base_asym = left & (~left + 1)};
                if (!TRY(went_along(lab.negotiated(test.version(), offer)))) continue;
                if (lab.seen().parameters().multi_key_rsp)
                    return CaseContext::not_applicable("the connection has several keys");
                if (lab.seen().parameters().base_asym == 0) continue;
                Exchange exchange = TRY(lab.send(wire::GetDigests{}));
                TRY(test.expect_answer(exchange, "SPDM-CRT-036"));
                Bytes first;
                for (const auto& [slot, digest] : lab.seen().digests()) {
                    Chain chain = TRY(read(test, slot));
                    const crypto::PublicKey key = chain.certificates.back().public_key();
                    if (first.empty()) first = to_bytes(key.spki());
                    TRY(test.expect_that(equal(key.spki(), first), "SPDM-CRT-036",
                                         "one key pair in all slots without MULTI_KEY_CAP",
                                         fmt::format("another one in slot {}", slot),
                                         "SubjectPublicKeyInfo"));
                }
            }
            return {};
        },
    },
    // A chain without its root can be judged where another slot shows that root.
    {
        .id = "crt/root-left-out",
        .title = "A chain without its root begins where that root has signed",
        .requirements = {"SPDM-CRT-017", "SPDM-CRT-015", "SPDM-CRT-019", "SPDM-CRT-033"},
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            auto hash = test.lab().seen().parameters().suite().hash;
            std::map<Bytes, crypto::Certificate> roots;
            std::vector<Chain> rootless;
            for (const auto& [slot, digest] : test.claims().digests) {
                Chain chain = TRY(read(test, slot));
                const crypto::Certificate& first = chain.certificates.front();
                if (first.self_issued()) {
                    roots.emplace(to_bytes(test.lab().provider().digest(hash, first.der()).view()), first);
                } else {
                    rootless.push_back(std::move(chain));
                }
            }
            if (rootless.empty()) return CaseContext::not_applicable("every chain begins with its root");
            bool judged = false;
            for (const Chain& chain : rootless) {
                auto root = roots.find(chain.structure.root_hash);
                if (root == roots.end()) continue;
                judged = true;
                crypto::ChainPolicy policy;
                policy.roots = {root->second};
                bool issued =
                    !contains(crypto::chain_violations(chain.certificates, policy), crypto::ChainRule::root);
                TRY(test.expect_that(issued, "SPDM-CRT-017",
                                     "a first certificate that the root of RootHash signed",
                                     chain.certificates.front().issuer(), "CertChain"));
            }
            if (!judged) return CaseContext::not_applicable("the roots are on no chain of the device");
            return {};
        },
    },
    // The chain's structure, and the rules for its certificates that need no pinned root.
    {
        .id = "crt/sound-chain",
        .title = "The chain is well-formed and its leaf fit for SPDM",
        .requirements = {"SPDM-CRT-015", "SPDM-CRT-016", "SPDM-CRT-019", "SPDM-CRT-119", "SPDM-CRT-020",
                         "SPDM-CRT-021", "SPDM-CRT-121", "SPDM-CRT-022", "SPDM-CRT-122", "SPDM-CRT-023",
                         "SPDM-CRT-025", "SPDM-CRT-033"},
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            for (const auto& [slot, digest] : test.claims().digests) TRY(sound(test, slot));
            return {};
        },
    },
};

}  // namespace

void add_certificate(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
