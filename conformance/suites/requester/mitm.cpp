// A man in the middle of two honest ends: it changes what they negotiate, in both directions, or replays what
// it recorded before. The requester has to find it when the first key is proved, at the latest.
#include <algorithm>

#include "conformance/suites/requester/fault.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/finish.h"
#include "stack/wire/messages/key_exchange.h"

namespace assay::cases::requester {

using namespace wire;
using spdm::Check;

namespace {

constexpr size_t kFlagsOffset = 8;  // of GET_CAPABILITIES and CAPABILITIES
constexpr size_t kMutAuthOffset = 6;
constexpr uint16_t kP256AndP384 = 0x18;

bool has_code(const Bytes& message, wire::Code code) {
    return message.size() >= 4 && code_of(message) == code;
}

void clear_flags(Bytes& message, uint32_t flags) {
    if (message.size() < kFlagsOffset + 4) return;
    for (size_t i = 0; i < 4; ++i) message.at(kFlagsOffset + i) &= static_cast<uint8_t>(~(flags >> 8 * i));
}

// Both kinds of session; the second proves its key with an HMAC alone.
void both(std::vector<FaultRow>& rows, FaultRow row) {
    row.check = Check::kex_signature;
    row.noticed_by = code::key_exchange;
    row.flow = by_exchange();
    rows.push_back(row);
    row.check = Check::psk_verify_data;
    row.noticed_by = code::psk_exchange;
    row.flow = by_psk();
    rows.push_back(std::move(row));
}

void add_versions(std::vector<FaultRow>& rows) {
    // VERSION without the device's highest version.
    both(rows, {.check = Check::kex_signature,
                // The version before has sessions too.
                .shape = {Version::v1_2},
                .fault = bytes(code::get_version, without_the_highest),
                .setup = with_the_version_before,
                .also = "SPDM-ATK-107"});
}

// ALGORITHMS with the selection of ReqBaseAsymAlg that the device left out.
Fault selects_req_base_asym() {
    return [](const FaultContext& now, Bytes& response) {
        if (!has_code(response, code::algorithms)) return;
        auto offer = decode<NegotiateAlgorithms>(now.request, now.context());
        auto chosen = decode<Algorithms>(response, now.context());
        if (!offer || !chosen || offer->alg_structs.size() != chosen->alg_structs.size()) return;
        for (size_t i = 0; i < chosen->alg_structs.size(); ++i) {
            AlgStruct& one = chosen->alg_structs[i];
            if (one.alg_type != alg_type::req_base_asym_alg) continue;
            one.alg_supported =
                static_cast<uint16_t>(spdm::prefer_base_asym(offer->alg_structs[i].alg_supported));
        }
        response = encode_raw(*chosen, now.context());
    };
}

void add_capabilities(std::vector<FaultRow>& rows) {
    for (uint32_t flags : {cap::encrypt, cap::mut_auth, cap::key_upd}) {
        for (int sides : {1, 2, 3}) {
            FaultRow row{.check = Check::kex_signature, .also = "SPDM-ATK-108"};
            // An identity must have a use: a capability that needs it.
            if (flags == cap::mut_auth) row.shape = {Version::v1_3};
            if ((sides & 1) != 0) {
                row.on_request = [flags](Bytes& request) {
                    if (has_code(request, code::get_capabilities)) clear_flags(request, flags);
                };
            }
            // The device then selects nothing for the requester to sign with, and the requester wants it.
            if (flags == cap::mut_auth && sides == 1) row.fault = selects_req_base_asym();
            if ((sides & 2) != 0) {
                row.fault =
                    bytes(code::get_capabilities, [flags](Bytes& response) { clear_flags(response, flags); });
            }
            both(rows, std::move(row));
        }
    }
}

void weaken(Bytes& request, uint8_t type) {
    if (!has_code(request, code::negotiate_algorithms)) return;
    const Context context{.version = static_cast<Version>(version_byte(request))};
    auto message = decode<NegotiateAlgorithms>(request, context);
    if (!message) return;
    for (auto& one : message->alg_structs) {
        if (one.alg_type == type) {
            one.alg_supported = static_cast<uint16_t>(one.alg_supported & (~one.alg_supported + 1U));
        }
    }
    if (type == 0) message->base_hash_algo &= ~message->base_hash_algo + 1U;
    request = encode_raw(*message, context);
}

void add_algorithms(std::vector<FaultRow>& rows) {
    for (uint8_t type : {alg_type::dhe, alg_type::aead_cipher_suite, uint8_t{0}}) {
        both(rows, {.check = Check::kex_signature,
                    .setup =
                        [](Ends& ends) {
                            ends.settings.dhe = kP256AndP384;
                            ends.settings.aead = spdm::kAllAead;
                            ends.settings.base_hash = spdm::kAllBaseHash;
                        },
                    .also = "SPDM-ATK-109",
                    .on_request = [type](Bytes& request) { weaken(request, type); }});
    }
}

// An answer, or its end, as it was the first time.
Fault as_before(wire::Code code, size_t last_bytes = 0) {
    return [=](const FaultContext& now, Bytes& response) {
        const Exchange* before = now.last(code);
        if (code_of(now.request) != code || before == nullptr || !before->response ||
            before->response->size() != response.size())
            return;
        const size_t count = last_bytes == 0 ? response.size() : last_bytes;
        std::ranges::copy(std::span(*before->response).last(count),
                          response.end() - static_cast<ptrdiff_t>(count));
    };
}

// In a second handshake: of the same connection, or of a new one (`anew`).
void add_repetitions(std::vector<FaultRow>& rows) {
    for (bool anew : {false, true}) {
        auto row = [&](Check check, Fault fault, std::string also, const Setup& setup = {}) {
            FaultRow made{.check = check, .fault = std::move(fault), .setup = setup, .also = std::move(also)};
            made.noticed_by = check == Check::fin_verify_data ? code::finish : code::key_exchange;
            made.flow = by_exchange();
            made.flow.times = anew ? 1 : 2;
            made.twice = anew;
            rows.push_back(std::move(made));
        };
        // All of it; the signature, under the right HMAC; the signature, RandomData and ExchangeData.
        row(Check::kex_signature, as_before(code::key_exchange), "SPDM-ATK-010", in_the_clear());
        row(
            Check::kex_signature,
            [](const FaultContext& now, Bytes& response) {
                as_before(code::key_exchange, now.signature_size() + now.hmac_size())(now, response);
                if (code_of(now.request) == code::key_exchange) now.authenticate(response);
            },
            "SPDM-ATK-010");
        row(Check::kex_signature, as_before(code::key_exchange), "SPDM-ATK-113");
        row(
            Check::fin_verify_data,
            [](const FaultContext& now, Bytes& response) {
                as_before(code::finish, now.context().hash_size)(now, response);
            },
            "SPDM-ATK-113", in_the_clear());
    }
}

// MutAuthRequested and SlotIDParam changed from what the device sent.
void add_mutual(std::vector<FaultRow>& rows) {
    auto changed = [&](uint8_t said, uint8_t form, uint8_t slot) {
        FaultRow row{.check = Check::kex_signature, .setup = mutual(said), .also = "SPDM-ATK-114"};
        row.noticed_by = code::key_exchange;
        row.flow = by_exchange();
        row.fault = [form, slot](const FaultContext& now, Bytes& response) {
            if (!has_code(response, code::key_exchange_rsp)) return;
            response.at(kMutAuthOffset) = form;
            response.at(kMutAuthOffset + 1) = slot;
            now.authenticate(response);
        };
        rows.push_back(std::move(row));
    };
    changed(mut_auth::encapsulated, 0, 0);
    changed(mut_auth::encapsulated, mut_auth::implicit_get_digests, 0);
    changed(mut_auth::plain, 0, 0);
    changed(mut_auth::plain, mut_auth::plain, 3);
    changed(0, mut_auth::encapsulated, 0);
}

// The hint of the requester's key, and another key behind it.
void add_keys(std::vector<FaultRow>& rows) {
    FaultRow row{.check = Check::psk_verify_data, .also = "SPDM-ATK-123"};
    row.noticed_by = code::psk_exchange;
    row.flow = by_psk();
    row.wrong = [](Ends& ends) {
        ends.device.pre_shared_keys.front().key =
            std::make_shared<const SecretBytes>(as_bytes("another key"));
    };
    rows.push_back(std::move(row));
}

// Everything is right but the signature, which is not there: zeros.
void add_unsigned(std::vector<FaultRow>& rows) {
    FaultRow row{.check = Check::kex_signature, .flow = by_exchange()};
    row.fault = [](const FaultContext& now, Bytes& response) {
        const size_t tail = now.signature_size() + now.hmac_size();
        if (!has_code(response, code::key_exchange_rsp) || response.size() < tail) return;
        std::fill_n(response.end() - static_cast<ptrdiff_t>(tail), now.signature_size(), uint8_t{0});
        now.authenticate(response);
    };
    rows.push_back(std::move(row));
}

}  // namespace

void add_mitm_faults(std::vector<FaultRow>& rows) {
    add_versions(rows);
    add_capabilities(rows);
    add_algorithms(rows);
    add_repetitions(rows);
    add_mutual(rows);
    add_keys(rows);
    add_unsigned(rows);
}

}  // namespace assay::cases::requester
