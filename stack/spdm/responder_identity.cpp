// The responder's identity: digests, certificates, challenge.
#include <algorithm>

#include "stack/spdm/responder.h"
#include "stack/spdm/signing.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/digests.h"

namespace assay::spdm {

using namespace wire;

Checked<Bytes> Responder::get_digests(ByteView request) {
    // Inside a session nothing of it enters M1/M2.
    Bytes bytes = encoded(identities_.digests(), parameters_.context());
    if (current_ && !checker_.has(Defect::session_digests_in_m1)) return bytes;
    transcript_.reset_m1();
    transcript_.add_m1(request.first(4));
    transcript_.add_m1(bytes);
    return bytes;
}

Checked<Bytes> Responder::get_certificate(ByteView request) {
    size_t used = 0;
    auto message = TRY(decoded<GetCertificate>(Check::certificate_malformed, request, &used));
    bool large = parameters_.version >= Version::v1_4 && (message.slot_id & kLargeCertChain) != 0;
    TRY(checker_.demand(Check::certificate_large, !large, code::get_certificate));
    uint8_t slot = message.slot_id & 0x0f;
    TRY(checker_.demand(Check::certificate_slot, slot < kSlots));
    bool size_only = parameters_.version >= Version::v1_3 && (message.param2 & kSlotSizeRequested) != 0;
    TRY(checker_.demand(Check::certificate_slot_empty, identity(slot) != nullptr || slot >= kSlots));
    // Without the two checks an unusable slot is taken for slot 0.
    if (identity(slot) == nullptr) slot = 0;
    size_t size = identities_.chain(slot).size();
    CertificateResponse response;
    if (size_only) {
        response.slot_id = slot;
        response.remainder_length = static_cast<uint16_t>(size);
    } else {
        TRY(checker_.demand(Check::certificate_offset, message.offset < size));
        TRY(checker_.demand(Check::certificate_length, message.length != 0));
        response = identities_.portion(message, slot, parameters_.requester_data_transfer_size);
    }
    Bytes bytes = encoded(response, parameters_.context());
    if (current_) return bytes;
    transcript_.add_m1(request.first(std::min(used, request.size())));
    transcript_.add_m1(bytes);
    return bytes;
}

Bytes Responder::summary_hash(uint8_t type) const {
    auto wanted = [&](const Measurement& measurement) {
        return measurement.since <= parameters_.version && (type == summary::all || measurement.in_tcb);
    };
    Bytes record = make_record(device_, provider_, measurement_hash(), false, wanted);
    if (parameters_.version < Version::v1_2 && device_.summary_before_1_2 == SummaryOf::values) {
        record.clear();
        for (const Measurement& measurement : device_.measurements) {
            if (wanted(measurement))
                append(record, make_block(measurement, provider_, measurement_hash(), false).value);
        }
    }
    return to_bytes(provider_.digest(parameters_.suite().hash, record).view());
}

Checked<Bytes> Responder::challenge(ByteView request) {
    size_t used = 0;
    auto message = TRY(decoded<Challenge>(Check::challenge_malformed, request, &used));
    TRY(checker_.demand(Check::challenge_slot, message.slot_id < kSlots));
    const Identity* signer = identity(message.slot_id);
    TRY(checker_.demand(Check::challenge_slot_empty, signer != nullptr || message.slot_id >= kSlots));
    // Without the two checks an unusable slot is taken for slot 0.
    uint8_t slot = signer == nullptr ? 0 : message.slot_id;
    signer = identity(slot);
    if (signer == nullptr) return error(ErrorCode::unspecified);
    uint8_t type = message.measurement_summary_hash_type;
    TRY(checker_.demand(Check::challenge_hash_type,
                        type == summary::none || type == summary::tcb || type == summary::all));
    bool measures = parameters_.meas_cap() != 0 && parameters_.measurement_specification != 0;
    TRY(checker_.demand(Check::challenge_summary, type == summary::none || measures));

    ChallengeAuth response;
    bool mutual = asks_for_basic_mutual_authentication();
    response.slot_id = mutual ? slot | kBasicMutAuthReq : slot;
    response.slot_mask = identities_.mask();
    if (checker_.has(Defect::slot_mask_of_signer)) response.slot_mask = static_cast<uint8_t>(1U << slot);
    if (checker_.has(Defect::slot_mask_of_all)) response.slot_mask = 0xff;
    response.cert_chain_hash = identities_.chain_digest(slot);
    response.nonce = fresh_nonce();
    response.requester_context = message.requester_context;
    const Context context = response_context(parameters_.context(), request);
    if (context.measurement_summary) response.measurement_summary_hash = summary_hash(type);
    response.signature.resize(context.signature_size);
    Bytes bytes = encoded(response, context);
    ByteView unsigned_part = ByteView(bytes).first(bytes.size() - context.signature_size);
    transcript_.add_m1(request.first(std::min(used, request.size())));
    transcript_.add_m1(unsigned_part);
    auto signature =
        sign_transcript(provider_, parameters_.suite(), signer->key, kChallengeAuthContext, transcript_.m1());
    transcript_.reset_m1();
    if (!signature || signature->size() != context.signature_size) return error(ErrorCode::unspecified);
    std::ranges::copy(*signature, bytes.end() - context.signature_size);
    authenticated_ = true;
    if (mutual) open_flow(EncapsulatedFlow::Purpose::authenticate, std::nullopt, false);
    return bytes;
}

}  // namespace assay::spdm
