// GET_CERTIFICATE.
#include "stack/wire/messages/certificate.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

#include "conformance/suites/responder/handshake.h"
#include "stack/base/ranges.h"
#include "stack/crypto/x509.h"
#include "stack/wire/annotate.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

namespace {

using wire::CertificateResponse;
using wire::GetCertificate;

Result<Bytes> request(CaseContext& test, uint8_t slot, uint16_t offset, uint16_t length) {
    return test.lab().encode(GetCertificate{.slot_id = slot, .offset = offset, .length = length});
}

CheckResult empty_slot(CaseContext& test) {
    auto slot = test.claims().empty_slot();
    if (!slot) return CaseContext::not_applicable("every slot of the device is provisioned");
    TRY(negotiate(test));
    Exchange exchange = TRY(test.lab().send(TRY(request(test, *slot, 0, 16))));
    return test.expect(exchange, refused(ErrorCode::invalid_request, {ErrorCode::unspecified}),
                       "SPDM-CRT-002");
}

CheckResult offset_beyond(CaseContext& test) {
    TRY(negotiate(test));
    Bytes chain = TRY(test.lab().read_chain(0));
    uint16_t size = static_cast<uint16_t>(chain.size());
    for (int offset : {int{size}, size + 1, 0xffff}) {
        if (offset > 0xffff || static_cast<size_t>(offset) < chain.size()) continue;
        Bytes bytes = TRY(request(test, 0, static_cast<uint16_t>(offset), 16));
        TRY(test.expect(TRY(test.lab().send(bytes)), invalid(), "SPDM-CRT-004"));
    }
    return {};
}

// The specification says nothing of a Length of zero; it must do no harm.
CheckResult zero_length(CaseContext& test) {
    TRY(negotiate(test));
    Allowed allowed = invalid();
    allowed.answer = true;
    Exchange exchange = TRY(test.lab().send(TRY(request(test, 0, 0, 0))));
    TRY(test.expect(exchange, allowed, "SPDM-CRT-010"));
    if (exchange.error()) return {};
    auto answer = TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
    return test.expect_that(answer.cert_chain.empty(), "SPDM-CRT-005", "no portion",
                            fmt::format("{} bytes", answer.cert_chain.size()), "PortionLength");
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

// No GET_DIGESTS goes before: none is needed.
CheckResult portions(CaseContext& test) {
    TRY(negotiate(test));
    TRY(test.expect_answer(TRY(test.lab().send(TRY(request(test, 0, 0, 16)))), "SPDM-CRT-032"));
    TRY(portions_of(test, 0));
    uint8_t last = test.claims().last_slot();
    if (last == 0) return {};
    return portions_of(test, last);
}

CheckResult too_early(CaseContext& test) {
    TRY(test.lab().after_capabilities(test.version()));
    return test.expect(TRY(test.lab().send(TRY(request(test, 0, 0, 16)))),
                       refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                       "SPDM-CRT-030");
}

CheckResult small_requester(CaseContext& test) {
    lab::Offer offer;
    offer.data_transfer_size = wire::kMinDataTransferSize;
    TRY(test.lab().negotiated(test.version(), offer));
    Exchange exchange = TRY(test.lab().send(TRY(request(test, 0, 0, 0xffff))));
    // A device may also say that it cannot; what it may not do is to send too much.
    if (exchange.error())
        return test.expect(exchange, refused(ErrorCode::response_too_large), "SPDM-CRT-029");
    TRY(test.expect_answer(exchange, "SPDM-CRT-029"));
    // Without the padding of the transport.
    size_t size = wire::annotate(*exchange.response, exchange.response_context).used;
    return test.expect_that(size <= wire::kMinDataTransferSize, "SPDM-CRT-029",
                            "a response of at most 42 bytes", fmt::format("{}", size), "CertChain");
}

CheckResult slot_size(CaseContext& test) {
    TRY(negotiate(test));
    GetCertificate message{.slot_id = 0, .param2 = wire::kSlotSizeRequested, .offset = 0xffff, .length = 0};
    Exchange exchange = TRY(test.lab().send(message));
    TRY(test.expect_answer(exchange, "SPDM-CRT-011"));
    auto answer = TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
    return test.expect_that(answer.cert_chain.empty() && answer.remainder_length > 0, "SPDM-CRT-011",
                            "no portion, and the size as RemainderLength",
                            fmt::format("{} and {}", answer.cert_chain.size(), answer.remainder_length),
                            "PortionLength");
}

// A slot that is there but holds no chain has a size all the same.
CheckResult slot_size_empty(CaseContext& test) {
    TRY(negotiate(test));
    Exchange exchange = TRY(test.lab().send(wire::GetDigests{}));
    TRY(test.expect_answer(exchange, "SPDM-DIG-003"));
    auto digests = TRY(wire::decode<wire::Digests>(*exchange.response, exchange.response_context));
    unsigned empty = digests.supported_slot_mask & ~static_cast<unsigned>(digests.slot_mask);
    if (empty == 0) return CaseContext::not_applicable("the device supports no slot that is empty");
    GetCertificate message{.slot_id = static_cast<uint8_t>(std::countr_zero(empty)),
                           .param2 = wire::kSlotSizeRequested};
    exchange = TRY(test.lab().send(message));
    TRY(test.expect_answer(exchange, "SPDM-CRT-012"));
    auto answer = TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
    return test.expect_that(answer.cert_chain.empty(), "SPDM-CRT-011", "no portion",
                            fmt::format("{} bytes", answer.cert_chain.size()), "PortionLength");
}

CheckResult slot_size_before(CaseContext& test) {
    TRY(negotiate(test));
    Bytes bytes = TRY(request(test, 0, 0, 16));
    bytes[3] = wire::kSlotSizeRequested;
    Exchange exchange = TRY(test.lab().send(bytes));
    TRY(test.expect_answer(exchange, "SPDM-CRT-013"));
    auto answer = TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
    return test.expect_that(!answer.cert_chain.empty(), "SPDM-CRT-013", "a portion", "none", "PortionLength");
}

CheckResult reserved_slot_bits(CaseContext& test) {
    TRY(negotiate(test));
    Bytes bytes = TRY(request(test, 0, 0, 16));
    bytes[2] = 0xf0;
    return test.expect_answer(TRY(test.lab().send(bytes)), "SPDM-CRT-003");
}

CheckResult large_form(CaseContext& test) {
    TRY(negotiate(test));
    if (test.claims().has(cap::large_resp))
        return CaseContext::not_applicable("the device claims LARGE_RESP_CAP");
    GetCertificate message{.slot_id = wire::kLargeCertChain, .large_offset = 0, .large_length = 64};
    return test.expect(TRY(test.lab().send(message)),
                       refused(ErrorCode::unsupported_request, {ErrorCode::invalid_request}), "SPDM-CRT-026");
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

// Trust in roots and the time of the check are up to the verifier, not checked here.
const char* requirement_of(crypto::ChainRule rule) {
    using crypto::ChainRule;
    switch (rule) {
        case ChainRule::order: return "SPDM-CRT-019";
        case ChainRule::ca: return "SPDM-CRT-119";
        case ChainRule::leaf_key: return "SPDM-CRT-020";
        case ChainRule::leaf_not_ca: return "SPDM-CRT-021";
        case ChainRule::leaf_constraints: return "SPDM-CRT-121";
        case ChainRule::leaf_key_usage: return "SPDM-CRT-022";
        case ChainRule::leaf_role: return "SPDM-CRT-023";
        case ChainRule::leaf_hardware_id: return "SPDM-CRT-025";
        case ChainRule::leaf_version: return "SPDM-CRT-122";
        case ChainRule::root:
        case ChainRule::validity: return nullptr;
    }
    return nullptr;
}

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
    std::vector<crypto::ChainRule> violations = crypto::chain_violations(chain.certificates, policy);
    // What is only recalled comes last, so that it hides nothing.
    std::ranges::sort(violations, {},
                      [](auto rule) { return std::pair(rule == crypto::ChainRule::ca, rule); });
    for (crypto::ChainRule rule : violations) {
        const char* requirement = requirement_of(rule);
        if (requirement == nullptr) continue;
        TRY(test.expect_that(false, requirement, fmt::format("slot {}: a sound chain", slot),
                             std::string(crypto::name(rule)), "CertChain"));
    }
    return {};
}

// What the leaves of all slots certify, for each signature algorithm that the device has.
CheckResult one_key(CaseContext& test) {
    lab::Lab& lab = test.lab();
    if (test.claims().digests.size() < 2) return CaseContext::not_applicable("one slot is provisioned");
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
                                 fmt::format("another one in slot {}", slot), "SubjectPublicKeyInfo"));
        }
    }
    return {};
}

// The chain's structure, and the rules for its certificates that need no pinned root.
CheckResult chain_is_sound(CaseContext& test) {
    for (const auto& [slot, digest] : test.claims().digests) TRY(sound(test, slot));
    return {};
}

// A chain without its root can be judged where another slot shows that root.
CheckResult root_left_out(CaseContext& test) {
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
        TRY(test.expect_that(issued, "SPDM-CRT-017", "a first certificate that the root of RootHash signed",
                             chain.certificates.front().issuer(), "CertChain"));
    }
    if (!judged) return CaseContext::not_applicable("the roots are on no chain of the device");
    return {};
}

}  // namespace

void add_certificate(CaseList& cases) {
    auto add = [&](Case one) { cases.push_back(needs(cap::cert, std::move(one))); };
    for (uint8_t slot : {uint8_t{8}, uint8_t{15}}) {
        add(refusal(
            fmt::format("crt/slot-{}", slot), fmt::format("SlotID {} is InvalidRequest", slot),
            {"SPDM-CRT-001"}, [slot](CaseContext& test) { return request(test, slot, 0, 16); }, invalid()));
    }
    add(negative("crt/empty-slot", "A slot without a certificate is InvalidRequest", {"SPDM-CRT-002"},
                 empty_slot));
    add(negative("crt/offset-beyond", "An Offset at or beyond the end is InvalidRequest", {"SPDM-CRT-004"},
                 offset_beyond));
    add(negative("crt/zero-length", "A Length of zero does no harm", {"SPDM-CRT-010"}, zero_length));
    add(positive(
        "crt/portions", "Every portion is the piece of the chain that was asked for",
        {"SPDM-CRT-005", "SPDM-CRT-006", "SPDM-CRT-007", "SPDM-CRT-008", "SPDM-CRT-009", "SPDM-CRT-032"},
        portions));
    add(negative("crt/too-early", "GET_CERTIFICATE is unexpected before algorithms are negotiated",
                 {"SPDM-CRT-030"}, too_early));
    add(positive("crt/one-key", "Without MULTI_KEY_CAP all slots certify one key pair", {"SPDM-CRT-036"},
                 one_key));
    add(positive("crt/root-left-out", "A chain without its root begins where that root has signed",
                 {"SPDM-CRT-017"}, root_left_out));
    add(positive(
        "crt/sound-chain", "The chain is well-formed and its leaf fit for SPDM",
        {"SPDM-CRT-015", "SPDM-CRT-016", "SPDM-CRT-019", "SPDM-CRT-119", "SPDM-CRT-020", "SPDM-CRT-021",
         "SPDM-CRT-121", "SPDM-CRT-022", "SPDM-CRT-122", "SPDM-CRT-023", "SPDM-CRT-025", "SPDM-CRT-033"},
        chain_is_sound));
    add(since(v1_2, positive("crt/small-requester",
                             "Without chunks a portion fits the requester's DataTransferSize",
                             {"SPDM-CRT-029"}, small_requester)));
    add(since(v1_3, positive("crt/slot-size", "SlotSizeRequested gives the size and no portion",
                             {"SPDM-CRT-011"}, slot_size)));
    add(since(v1_3, positive("crt/slot-size-empty", "SlotSizeRequested is answered for an empty slot too",
                             {"SPDM-CRT-012"}, slot_size_empty)));
    add(until(v1_2, positive("crt/slot-size-before", "Param2 is reserved before 1.3", {"SPDM-CRT-013"},
                             slot_size_before)));
    add(until(v1_3, positive("crt/reserved-slot-bits", "The upper bits of Param1 are ignored",
                             {"SPDM-CRT-003"}, reserved_slot_bits)));
    add(since(v1_4, negative("crt/large-form", "The large form needs LARGE_RESP_CAP", {"SPDM-CRT-026"},
                             large_form)));
}

}  // namespace assay::cases
