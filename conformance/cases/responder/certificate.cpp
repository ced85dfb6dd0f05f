// GET_CERTIFICATE.
#include "stack/wire/messages/certificate.h"

#include <fmt/format.h>

#include "conformance/cases/responder/support.h"
#include "stack/crypto/x509.h"
#include "stack/wire/annotate.h"

namespace assay::cases {

namespace {

using wire::CertificateResponse;
using wire::GetCertificate;

Result<Bytes> request(Trial& trial, uint8_t slot, uint16_t offset, uint16_t length) {
    return trial.lab().encode(GetCertificate{.slot_id = slot, .offset = offset, .length = length});
}

Judgement empty_slot(Trial& trial) {
    auto slot = trial.claims().empty_slot();
    if (!slot) return Trial::not_applicable("every slot of the device is provisioned");
    TRY(negotiate(trial));
    Exchange exchange = TRY(trial.lab().send(TRY(request(trial, *slot, 0, 16))));
    return trial.expect(exchange, refused(ErrorCode::invalid_request, {ErrorCode::unspecified}),
                        "SPDM-CRT-002");
}

Judgement offset_beyond(Trial& trial) {
    TRY(negotiate(trial));
    Bytes chain = TRY(trial.lab().read_chain(0));
    uint16_t size = static_cast<uint16_t>(chain.size());
    for (int offset : {int{size}, size + 1, 0xffff}) {
        Bytes bytes = TRY(request(trial, 0, static_cast<uint16_t>(offset), 16));
        TRY(trial.expect(TRY(trial.lab().send(bytes)), invalid(), "SPDM-CRT-004"));
    }
    return {};
}

// The specification says nothing of a Length of zero; it must do no harm.
Judgement zero_length(Trial& trial) {
    TRY(negotiate(trial));
    Allowed allowed = invalid();
    allowed.answer = true;
    return trial.expect(TRY(trial.lab().send(TRY(request(trial, 0, 0, 0)))), allowed, "SPDM-CRT-010");
}

// Whatever is asked for comes from the same chain, and no more than asked for.
Judgement portions(Trial& trial) {
    TRY(negotiate(trial));
    Bytes chain = TRY(trial.lab().read_chain(0));
    size_t size = chain.size();
    const std::pair<size_t, size_t> asked[] = {
        {0, 1}, {1, 17}, {size / 2, 0x40}, {size - 1, 1}, {size - 1, 0xffff}, {0, 0xffff}};
    for (auto [offset, length] : asked) {
        Exchange exchange = TRY(trial.lab().send(
            TRY(request(trial, 0, static_cast<uint16_t>(offset), static_cast<uint16_t>(length)))));
        TRY(trial.expect_answer(exchange, "SPDM-CRT-005"));
        auto answer = TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
        size_t portion = answer.cert_chain.size();
        TRY(trial.expect_that((answer.slot_id & 0x0f) == 0, "SPDM-CRT-008", "SlotID 0",
                              fmt::format("{}", answer.slot_id), "SlotID"));
        TRY(trial.expect_that(portion <= length, "SPDM-CRT-005", fmt::format("at most {} bytes", length),
                              fmt::format("{}", portion), "PortionLength"));
        TRY(trial.expect_that(portion > 0, "SPDM-CRT-006", "at least one byte", "none", "PortionLength"));
        TRY(trial.expect_that(offset + portion + answer.remainder_length == size,
                              offset + length > size ? "SPDM-CRT-009" : "SPDM-CRT-007",
                              fmt::format("offset, portion and remainder add up to {}", size),
                              fmt::format("{} + {} + {}", offset, portion, answer.remainder_length),
                              "RemainderLength"));
        bool same = equal(answer.cert_chain, ByteView(chain).subspan(offset, portion));
        TRY(trial.expect_that(same, "SPDM-CRT-007", "the bytes of the same chain", "other bytes",
                              "CertChain"));
    }
    return {};
}

Judgement small_requester(Trial& trial) {
    lab::Offer offer;
    offer.data_transfer_size = wire::kMinDataTransferSize;
    TRY(trial.lab().negotiated(trial.version(), offer));
    Exchange exchange = TRY(trial.lab().send(TRY(request(trial, 0, 0, 0xffff))));
    // A device may also say that it cannot; what it may not do is to send too much.
    if (exchange.error())
        return trial.expect(exchange, refused(ErrorCode::response_too_large), "SPDM-CRT-029");
    TRY(trial.expect_answer(exchange, "SPDM-CRT-029"));
    // Without the padding of the transport.
    size_t size = wire::annotate(*exchange.response, exchange.response_context).used;
    return trial.expect_that(size <= wire::kMinDataTransferSize, "SPDM-CRT-029",
                             "a response of at most 42 bytes", fmt::format("{}", size), "CertChain");
}

Judgement slot_size(Trial& trial) {
    TRY(negotiate(trial));
    GetCertificate message{.slot_id = 0, .param2 = wire::kSlotSizeRequested, .offset = 0xffff, .length = 0};
    Exchange exchange = TRY(trial.lab().send(message));
    TRY(trial.expect_answer(exchange, "SPDM-CRT-011"));
    auto answer = TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
    return trial.expect_that(answer.cert_chain.empty() && answer.remainder_length > 0, "SPDM-CRT-011",
                             "no portion, and the size as RemainderLength",
                             fmt::format("{} and {}", answer.cert_chain.size(), answer.remainder_length),
                             "PortionLength");
}

Judgement slot_size_before(Trial& trial) {
    TRY(negotiate(trial));
    Bytes bytes = TRY(request(trial, 0, 0, 16));
    bytes[3] = wire::kSlotSizeRequested;
    Exchange exchange = TRY(trial.lab().send(bytes));
    TRY(trial.expect_answer(exchange, "SPDM-CRT-013"));
    auto answer = TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
    return trial.expect_that(!answer.cert_chain.empty(), "SPDM-CRT-013", "a portion", "none",
                             "PortionLength");
}

Judgement reserved_slot_bits(Trial& trial) {
    TRY(negotiate(trial));
    Bytes bytes = TRY(request(trial, 0, 0, 16));
    bytes[2] = 0xf0;
    return trial.expect_answer(TRY(trial.lab().send(bytes)), "SPDM-CRT-003");
}

Judgement large_form(Trial& trial) {
    TRY(negotiate(trial));
    if (trial.claims().has(cap::large_resp)) return Trial::not_applicable("the device claims LARGE_RESP_CAP");
    GetCertificate message{.slot_id = wire::kLargeCertChain, .large_offset = 0, .large_length = 64};
    return trial.expect(TRY(trial.lab().send(message)),
                        refused(ErrorCode::unsupported_request, {ErrorCode::invalid_request}),
                        "SPDM-CRT-026");
}

// The chain's structure, and the rules for its certificates that need no pinned root.
Judgement chain_is_sound(Trial& trial) {
    for (const auto& [slot, digest] : trial.claims().digests) {
        TRY(negotiate(trial));
        Bytes bytes = TRY(trial.lab().read_chain(slot));
        const wire::Context context = trial.lab().seen().request_context();
        auto chain = wire::decode_exact<wire::CertChain>(bytes, context);
        TRY(trial.expect_that(chain.has_value(), "SPDM-CRT-015", "a chain structure whose Length is its size",
                              chain ? "" : chain.error().text(), "CertChain"));
        auto certificates = crypto::parse_certificates(chain->certificates);
        TRY(trial.expect_that(certificates.has_value(), "SPDM-CRT-019", "X.509 certificates",
                              certificates ? "" : certificates.error().text(), "CertChain"));
        const spdm::Suite suite = trial.lab().seen().parameters().suite();
        const crypto::Certificate& first = certificates->front();
        if (first.self_issued()) {
            Bytes hash = to_bytes(trial.lab().provider().digest(suite.hash, first.der()).view());
            TRY(trial.expect_that(hash == chain->root_hash, "SPDM-CRT-016",
                                  "RootHash of the root in the chain", to_hex(chain->root_hash),
                                  "CertChain"));
        }
        crypto::ChainPolicy policy;
        policy.roots = {first};
        policy.time = first.not_before();
        policy.leaf_algo = suite.sign;
        policy.basic_constraints_required = trial.at_least(v1_3);
        policy.alias_cert = trial.claims().has(cap::alias_cert);
        for (crypto::ChainRule rule : crypto::chain_violations(*certificates, policy)) {
            using crypto::ChainRule;
            const char* requirement = nullptr;
            switch (rule) {
                case ChainRule::order: requirement = "SPDM-CRT-019"; break;
                case ChainRule::ca: requirement = "SPDM-CRT-119"; break;
                case ChainRule::leaf_key: requirement = "SPDM-CRT-020"; break;
                case ChainRule::leaf_not_ca: requirement = "SPDM-CRT-021"; break;
                case ChainRule::leaf_constraints: requirement = "SPDM-CRT-121"; break;
                case ChainRule::leaf_key_usage: requirement = "SPDM-CRT-022"; break;
                case ChainRule::leaf_role: requirement = "SPDM-CRT-023"; break;
                case ChainRule::leaf_hardware_id: requirement = "SPDM-CRT-025"; break;
                case ChainRule::leaf_version: requirement = "SPDM-CRT-122"; break;
                // Who is trusted, and since when, is the verifier's business.
                case ChainRule::root:
                case ChainRule::validity: continue;
            }
            TRY(trial.expect_that(false, requirement, fmt::format("slot {}: a sound chain", slot),
                                  std::string(crypto::name(rule)), "CertChain"));
        }
    }
    return {};
}

}  // namespace

void add_certificate(CaseList& cases) {
    auto add = [&](Case one) { cases.push_back(needs(cap::cert, std::move(one))); };
    for (uint8_t slot : {uint8_t{8}, uint8_t{15}}) {
        add(refusal(
            fmt::format("crt/slot-{}", slot), fmt::format("SlotID {} is InvalidRequest", slot),
            {"SPDM-CRT-001"}, [slot](Trial& trial) { return request(trial, slot, 0, 16); }, invalid()));
    }
    add(negative("crt/empty-slot", "A slot without a certificate is InvalidRequest", {"SPDM-CRT-002"},
                 empty_slot));
    add(negative("crt/offset-beyond", "An Offset at or beyond the end is InvalidRequest", {"SPDM-CRT-004"},
                 offset_beyond));
    add(negative("crt/zero-length", "A Length of zero does no harm", {"SPDM-CRT-010"}, zero_length));
    add(positive("crt/portions", "Every portion is the piece of the chain that was asked for",
                 {"SPDM-CRT-005", "SPDM-CRT-006", "SPDM-CRT-007", "SPDM-CRT-008", "SPDM-CRT-009"}, portions));
    add(positive(
        "crt/sound-chain", "The chain is well-formed and its leaf fit for SPDM",
        {"SPDM-CRT-015", "SPDM-CRT-016", "SPDM-CRT-019", "SPDM-CRT-119", "SPDM-CRT-020", "SPDM-CRT-021",
         "SPDM-CRT-121", "SPDM-CRT-022", "SPDM-CRT-122", "SPDM-CRT-023", "SPDM-CRT-025"},
        chain_is_sound));
    add(since(v1_2, positive("crt/small-requester",
                             "Without chunks a portion fits the requester's DataTransferSize",
                             {"SPDM-CRT-029"}, small_requester)));
    add(since(v1_3, positive("crt/slot-size", "SlotSizeRequested gives the size and no portion",
                             {"SPDM-CRT-011"}, slot_size)));
    add(until(v1_2, positive("crt/slot-size-before", "Param2 is reserved before 1.3", {"SPDM-CRT-013"},
                             slot_size_before)));
    add(until(v1_3, positive("crt/reserved-slot-bits", "The upper bits of Param1 are ignored",
                             {"SPDM-CRT-003"}, reserved_slot_bits)));
    add(since(v1_4, negative("crt/large-form", "The large form needs LARGE_RESP_CAP", {"SPDM-CRT-026"},
                             large_form)));
}

}  // namespace assay::cases
